// JSON by nlohmann-json, whose numbers that are not finite become null by themselves. Keys keep the order written here.

#include "analysis/json.hpp"

#include <nlohmann/json.hpp>

namespace lightloom {
namespace {

using Json = nlohmann::ordered_json;

std::string text(const Json &json) {
  // Names come from users' files: text that is not UTF-8 is replaced, never a crash.
  return json.dump(2, ' ', false, Json::error_handler_t::replace) + "\n";
}

Json collective_json(const CollectiveSummary &collective) {
  return {{"op", collective.op},
          {"algorithm", collective.algorithm},
          {"bytes", collective.bytes},
          {"ranks", collective.ranks},
          {"scale_up", collective.scale_up},
          {"count", collective.count},
          {"time_s", collective.time_s},
          {"time_max_s", collective.time_max_s},
          {"algbw_Bps", collective.algbw_Bps},
          {"busbw_Bps", collective.busbw_Bps},
          {"lower_bound_s", collective.lower_bound_s},
          {"bottleneck", collective.bottleneck}};
}

Json flows_json(const RunSummary &run) {
  const FlowFigures &flows = run.flows;
  return {{"count", flows.count},
          {"completed", flows.completed},
          {"fct_p50_s", flows.fct_p50_s},
          {"fct_p99_s", flows.fct_p99_s},
          {"fct_max_s", flows.fct_max_s},
          {"goodput_bps", flows.goodput_bps},
          {"receivers", flows.receivers},
          {"goodput_per_receiver_bps", run.goodput_per_receiver_bps},
          {"lower_bound_s", run.flow_bound.lower_bound_s},
          {"bottleneck", run.flow_bound.bottleneck}};
}

Json run_json(const RunSummary &run) {
  Json json{{"name", run.name},
            {"step_time_s", run.step_time_s},
            {"compute_s", run.compute_s},
            {"exposed_comm_s", run.exposed_comm_s},
            {"tokens_per_s", run.tokens_per_s},
            {"mfu", run.mfu},
            {"gpu_idle_share", run.gpu_idle_share},
            {"waits", {{"scale_up", run.waits.scale_up}, {"network", run.waits.network}, {"other", run.waits.other}}},
            {"idle_by_cause", nullptr},
            {"critical_path_s", nullptr},
            {"gpus", run.gpus},
            {"steps", run.steps}};
  json["collectives"] = Json::array();
  for (const CollectiveSummary &collective : run.collectives)
    json["collectives"].push_back(collective_json(collective));
  json["flows"] = flows_json(run);
  json["optics"] = {{"modules", run.optics.modules},
                    {"power_W", run.optics.power_W},
                    {"pj_per_bit", run.optics.pj_per_bit},
                    {"cost_usd", run.optics.cost_usd}};
  json["counters"] = Json::object();
  for (const CounterRow &counter : run.counters)
    json["counters"][counter.name] = counter.value;
  json["facts"] = Json::object();
  for (const FactRow &fact : run.facts)
    json["facts"][fact.key] = fact.value;
  json["link_hops"] = run.link_hops;
  json["lookahead_s"] = run.lookahead_s;
  json["lookahead_link"] = run.lookahead_link;
  json["digest"] = run.digest;
  json["complete"] = run.complete;
  json["outcome"] = run.outcome;
  return json;
}

Json ratios_json(const RunRatios &ratios) {
  return {{"name", ratios.name},
          {"step_time", ratios.step_time},
          {"tokens_per_s", ratios.tokens_per_s},
          {"gpu_idle_share", ratios.gpu_idle_share},
          {"exposed_comm", ratios.exposed_comm},
          {"collective_busbw", ratios.collective_busbw},
          {"fct_p99", ratios.fct_p99},
          {"optics_power", ratios.optics_power},
          {"optics_cost", ratios.optics_cost}};
}

Json basis_json(const Basis &basis) {
  Json json{{"equal", Json::object()}, {"different", Json::object()}};
  for (const FactRow &fact : basis.equal)
    json["equal"][fact.key] = fact.value;
  for (const auto &[key, values] : basis.different)
    json["different"][key] = values;
  return json;
}

} // namespace

std::string to_json(const RunSummary &run) { return text(run_json(run)); }

std::string to_json(const Comparison &comparison) {
  Json json{{"runs", Json::array()}, {"ratios", Json::array()}};
  for (const RunSummary &run : comparison.runs)
    json["runs"].push_back(run_json(run));
  for (const RunRatios &ratios : comparison.ratios)
    json["ratios"].push_back(ratios_json(ratios));
  json["basis"] = basis_json(comparison.basis);
  json["verdict"] = comparison.verdict;
  return text(json);
}

} // namespace lightloom
