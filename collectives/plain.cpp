#include "collectives/plain.hpp"

#include "collectives/script.hpp"
#include "sim/core/error.hpp"

namespace lightloom {

JobPlan plan_collectives(const std::vector<PlainCollective> &collectives, std::uint32_t ranks,
                         const ScaleUpDomain &domain, const AlgorithmTable &algorithms) {
  if (ranks < 2)
    throw Error("a collective over " + std::to_string(ranks) + " rank", "it takes at least 2", "Raise cluster.gpus.");
  if (collectives.empty())
    throw Error("no collective to run", "", "Add a [[collective]] table.");
  Script script;
  script.ranks = ranks;
  script.scale_up = domain;
  script.algorithms = std::make_shared<const AlgorithmTable>(algorithms);
  Communicator everyone = place(ranks, 1, domain);
  if (everyone.scale_up)
    everyone.domain = ranks;
  everyone.scale_up = false;
  script.communicators.push_back(everyone);
  std::vector<std::string> notes;
  std::vector<Section> sections;
  for (const PlainCollective &c : collectives) {
    if (c.bytes.value < 0)
      throw Error("size = " + std::to_string(c.bytes.value) + " B", "must not be negative");
    const Instruction instruction = collective(script, 0, c.op, c.bytes, c.algorithm);
    if (c.algorithm == "auto")
      notes.push_back(std::string("auto runs ") + to_string(c.op) + " as \"" + instruction.algorithm->name + "\".");
    if (instruction.algorithm->note != nullptr)
      notes.push_back(instruction.algorithm->note({c.op, ranks, 0, c.bytes, 0, script.communicators[0].domain}));
    sections.push_back(section({instruction}, c.repeat));
  }
  script.roles.push_back({{std::move(sections)}});
  JobPlan plan = plan_script(std::move(script));
  plan.notes = std::move(notes);
  return plan;
}

} // namespace lightloom
