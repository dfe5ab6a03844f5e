// The summary of one run for the terminal.

#include "analysis/hdf5_reader.hpp"
#include "analysis/text_parts.hpp"

#include <fmt/format.h>

#include <cmath>

namespace lightloom {
namespace {

/// What was simulated, so that a reader need not look it up: fabric, events, lookahead, digest. Facts a run does not
/// have are left out.
std::string simulated_text(const RunSummary &run) {
  const auto fact = [&](const char *key, const char *after) {
    for (const FactRow &row : run.facts)
      if (row.key == key)
        return row.value + after;
    return std::string();
  };
  std::string text;
  const std::string fabric = fact("fabric.topology", "; ") + fact("cluster.gpus", " hosts, ") +
                             fact("switches", " switches, ") + fact("cables", " cables; ");
  if (!fabric.empty() || run.link_hops > 0)
    text +=
        fmt::format("Simulated: {}{} link-hops.\n", fabric,
                    run.link_hops < 1'000'000 ? std::to_string(run.link_hops)
                                              : format_number(static_cast<double>(run.link_hops) * 1e-6) + " million");
  for (const FactRow &row : run.facts)
    if (row.key == "routing finding")
      text += "Routes: " + row.value + ".\n";
    else if (row.key == "link finding")
      text += "Links: " + row.value + ".\n";
  if (!run.flow_bound.bottleneck.empty())
    text += "Lower bound of the flows set by port " + run.flow_bound.bottleneck + ".\n";
  if (std::isfinite(run.lookahead_s) && !run.lookahead_link.empty()) // a single logical process needs none
    text += fmt::format("Lookahead {}, set by link {}.\n", format_seconds(run.lookahead_s), run.lookahead_link);
  if (!run.digest.empty())
    text += "Digest " + run.digest + ".\n";
  return text.empty() ? text : "\n" + text;
}

std::string collectives_text(const RunSummary &run) {
  if (run.collectives.empty())
    return {};
  Table collectives({{"op", "", Table::Align::left},
                     {"algorithm", "", Table::Align::left},
                     {"domain", "", Table::Align::left},
                     {"ranks", ""},
                     {"size", ""},
                     {"count", ""},
                     {"time", "mean"},
                     {"bound", ""},
                     {"algbw", "GB/s"},
                     {"busbw", "GB/s"},
                     {"bottleneck", "", Table::Align::left}});
  for (const CollectiveSummary &one : run.collectives)
    collectives.add({one.op, one.algorithm, one.scale_up ? "scale-up" : "network", std::to_string(one.ranks),
                     format_size(one.bytes), std::to_string(one.count), format_seconds(one.time_s),
                     format_seconds(one.lower_bound_s), format_number(one.algbw_Bps / 1e9),
                     format_number(one.busbw_Bps / 1e9), one.bottleneck});
  return "\n" + collectives.str();
}

/// What happened in the network, granularity, memory and reused steps; empty when there is nothing to say.
std::string method_text(const RunSummary &run) {
  std::string text = network_text(run.network) + granularity_text(run.granularity) + memory_text(run.memory);
  if (run.steps_reused > 0)
    text += fmt::format("Steps: {} of {} simulated, {} reused.\n", run.steps - run.steps_reused, run.steps,
                        run.steps_reused);
  return text.empty() ? text : "\n" + text;
}

} // namespace

std::string outcome_text(const RunSummary &run) {
  std::string text;
  if (!run.complete)
    text += fmt::format("{} is not complete{}.\n", run.name, run.outcome.empty() ? "" : ": " + run.outcome);
  if (!run.missing.empty())
    text += lacks_text("The file of " + run.name, run.missing) + "\n";
  return text;
}

std::string to_text(const RunSummary &run) {
  Table table({{"", "", Table::Align::left}, {run.name, "", Table::Align::right}});
  add_measures(table, {run}, {});
  const std::string text = table.rows() > 0 ? table.str() : std::string();
  return text + flows_text(run) + waiting_text(run) + collectives_text(run) + method_text(run) + simulated_text(run) +
         outcome_text(run);
}

} // namespace lightloom
