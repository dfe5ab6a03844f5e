// Keys of [[traffic]] that contradict each other, are missing, or would have no effect.

#include "scenarios/schema/checks.hpp"
#include "sim/core/parse_quantity.hpp"

#include <string>

#include <fmt/format.h>

namespace lightloom {

namespace {

void check_pattern(Checks &c, const TrafficPart &t, const std::string &at) {
  const std::uint32_t gpus = c.s().cluster.gpus;
  if (t.pattern != "incast")
    c.needless(at + ".fan_in", "only for pattern = \"incast\"");
  else if (t.fan_in >= gpus)
    c.add(at + ".fan_in", fmt::format("{}.fan_in = {}", at, t.fan_in), fmt::format("must be below the {} GPUs", gpus),
          fmt::format("Try {}.", gpus - 1));
  if (t.pattern != "shift")
    c.needless(at + ".by", "only for pattern = \"shift\"");
  else if (t.by_unit.empty() && t.by % gpus == 0)
    c.add(at + ".by", fmt::format("{}.by = {}", at, t.by),
          fmt::format("each of the {} GPUs would send to itself", gpus), "Try 1.");
  if (t.pattern == "all-to-all" && gpus > max_all_to_all_ranks)
    c.add("cluster.gpus", fmt::format("cluster.gpus = {}", gpus),
          fmt::format("an all-to-all keeps a queue pair per pair of ranks; at most {} ranks", max_all_to_all_ranks));
}

void check_file(Checks &c, const TrafficPart &t, const std::string &at) {
  if (t.pattern != "file") {
    c.needless(at + ".path", "only for pattern = \"file\"");
    c.needless(at + ".start_unit", "only for pattern = \"file\"");
    return;
  }
  if (!c.s().given(at + ".path"))
    c.add(at, at + ".path is missing", "pattern = \"file\" needs a connection matrix", "Try path = \"incast.cm\".");
  c.needless(at + ".repeat", "a connection matrix runs once");
}

void check_closed_loop(Checks &c, const std::string &at) {
  for (const char *key : {".load", ".duration", ".warmup", ".sizes", ".sizes_file"})
    c.needless(at + key, "only for arrivals = \"poisson\"");
}

void check_open_loop(Checks &c, const TrafficPart &t, const std::string &at) {
  for (const auto &[key, example] : {std::pair(".load", "load = 0.6"), std::pair(".duration", "duration = \"1ms\"")})
    if (!c.s().given(at + key))
      c.add(at, at + key + " is missing", "arrivals = \"poisson\" needs it", std::string("Try ") + example + ".");
  if (t.warmup > Duration{} && t.warmup >= t.duration)
    c.add(at + ".warmup", at + ".warmup = " + format_duration(t.warmup),
          fmt::format("no flow would count: they arrive for {}", format_duration(t.duration)));
  if (t.pattern == "all-to-all" || t.pattern == "file")
    c.add(at + ".arrivals", at + ".arrivals = \"poisson\"", "pattern = \"" + t.pattern + "\" has no open loop",
          t.pattern == "file" ? "Its start times say when flows arrive." : "Use pattern = \"uniform\".");
  c.needless(at + ".repeat", "only for a closed loop");
  if (!t.sizes_file.empty())
    c.needless(at + ".sizes", "sizes_file says them");
  const bool has_mean = t.sizes == "fixed" || t.sizes == "exponential" || t.sizes == "pareto";
  if (!t.sizes_file.empty() || !has_mean)
    c.needless(at + ".size", !t.sizes_file.empty() ? "sizes_file says the sizes" : "sizes = \"" + t.sizes + "\"");
}

} // namespace

void check_traffic(Checks &c) {
  const auto &s = c.s();
  if (s.steps > 1)
    c.add("scenario.steps", fmt::format("scenario.steps = {}", s.steps), "plain traffic has one step", "Use 1.");
  if (s.cluster.gpus < 2)
    c.add("cluster.gpus", "cluster.gpus = 1", "traffic needs two hosts", "Try 2.");
  for (std::size_t i = 0; i < s.traffic.size(); ++i) {
    const auto &t = s.traffic[i];
    const std::string at = fmt::format("traffic.{}", i);
    check_pattern(c, t, at);
    check_file(c, t, at);
    if (t.poisson)
      check_open_loop(c, t, at);
    else
      check_closed_loop(c, at);
  }
}

} // namespace lightloom
