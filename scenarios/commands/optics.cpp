// optics: which of its questions is asked. The first that is decides.

#include "scenarios/commands/optics.hpp"
#include "scenarios/commands/commands.hpp"

namespace lightloom {

namespace {
struct Question {
  bool (*asked)(const OpticsRequest &ask);
  ExitCode (*answer)(const CommandLine &line);
  bool reads_scenario = false; ///< --set and --seed mean something
};
constexpr Question questions[] = {
    {[](const OpticsRequest &ask) { return ask.catalogue; }, optics_catalogue},
    {[](const OpticsRequest &ask) { return ask.density; }, optics_density},
    {[](const OpticsRequest &ask) { return !ask.select.empty(); }, optics_select, true},
    {[](const OpticsRequest &ask) { return ask.claims; }, optics_claims},
    {[](const OpticsRequest &ask) { return !ask.module.empty() && several_lengths(ask); }, optics_lengths},
    {[](const OpticsRequest &ask) { return !ask.fleet.empty(); }, optics_fleet, true},
    {[](const OpticsRequest &ask) { return !ask.module.empty(); }, optics_link},
    {[](const OpticsRequest &ask) { return !ask.fec.empty(); }, optics_code},
};
} // namespace

ExitCode command_optics(const CommandLine &line) {
  for (const Question &question : questions) {
    if (!question.asked(line.optics))
      continue;
    if (!question.reads_scenario && !line.settings.empty())
      throw Error("--set and --seed", "this question reads no scenario", "Leave them out.");
    return question.answer(line);
  }
  throw Error("optics", "nothing asked", "Use --module, --fec, --fleet, --catalogue, --density, --select or --claims.");
}

} // namespace lightloom
