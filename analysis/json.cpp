// JSON by nlohmann-json, whose numbers that are not finite become null by themselves. Keys keep the order written here.

#include "analysis/json.hpp"

#include <nlohmann/json.hpp>

#include <algorithm>

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

Json flow_decades_json(const std::vector<FlowDecade> &decades) {
  Json json = Json::array();
  for (const FlowDecade &row : decades)
    json.push_back({{"from_bytes", row.from_bytes},
                    {"count", row.count},
                    {"completed", row.completed},
                    {"fct_p50_s", row.fct_p50_s},
                    {"fct_p99_s", row.fct_p99_s},
                    {"slowdown_p50", row.slowdown_p50},
                    {"slowdown_p99", row.slowdown_p99}});
  return json;
}

/// Sums over all links; null where not counted.
Json network_json(const NetworkSummary &network) {
  return {{"dropped_frames", network.dropped_frames},
          {"corrupted_frames", network.corrupted_frames},
          {"buffer_drops", network.buffer_drops},
          {"trimmed_frames", network.trimmed_frames},
          {"ecn_marked", network.ecn_marked},
          {"pauses", network.pauses},
          {"paused_s", network.paused_s},
          {"resent_frames", network.resent_frames},
          {"retried_frames", network.retried_frames},
          {"max_queue_bytes", network.max_queue_bytes},
          {"max_queue_link", network.max_queue_link},
          {"max_queue_mean_bytes", network.max_queue_mean_bytes},
          {"mean_queue_bytes", network.mean_queue_bytes},
          {"mean_queue_link", network.mean_queue_link}};
}

Json flows_json(const RunSummary &run) {
  const FlowFigures &flows = run.flows;
  return {{"count", flows.count},
          {"completed", flows.completed},
          {"fct_p50_s", flows.fct_p50_s},
          {"fct_p99_s", flows.fct_p99_s},
          {"fct_max_s", flows.fct_max_s},
          {"goodput_bps", flows.goodput_bps},
          {"fct_mean_s", flows.fct_mean_s},
          {"slowdown_mean", flows.slowdown_mean},
          {"slowdown_p50", flows.slowdown_p50},
          {"slowdown_p99", flows.slowdown_p99},
          {"slowdown_max", flows.slowdown_max},
          {"bytes", flows.bytes},
          {"jain", flows.jain},
          {"left_out", flows.left_out},
          {"percentile_error", flows.percentile_error},
          {"by_size", flow_decades_json(run.flows_by_size)},
          {"receivers", flows.receivers},
          {"goodput_per_receiver_bps", run.goodput_per_receiver_bps},
          {"lower_bound_s", run.flow_bound.lower_bound_s},
          {"bottleneck", run.flow_bound.bottleneck}};
}

/// {cause: value}; null when causes were not measured.
Json by_cause(const std::vector<double> &values) {
  if (values.empty())
    return nullptr;
  Json json = Json::object();
  for (std::size_t cause = 0; cause < values.size(); ++cause)
    json[cause_names[cause]] = values[cause];
  return json;
}

/// The rankings; null when nothing was charged. The file holds all links, this the costliest.
Json waiting_json(const RunSummary &run) {
  constexpr std::size_t most_links = 20;
  if (run.waiting.empty())
    return nullptr;
  Json json{{"activities", Json::array()},
            {"links", Json::array()},
            {"links_total", 0},
            {"modules", Json::array()},
            {"critical_path", Json::array()}};
  std::size_t links = 0;
  for (const WaitRow &row : run.waiting) {
    const Json one{{"name", row.name}, {"idle_share", row.idle_share}, {"idle_s", row.idle_s}, {"mostly", row.mostly}};
    if (row.kind == "activity")
      json["activities"].push_back(one);
    else if (row.kind == "module")
      json["modules"].push_back(one);
    else if (row.kind == "critical path")
      json["critical_path"].push_back(
          {{"name", row.name}, {"share", row.idle_share}, {"time_s", row.idle_s}, {"mostly", row.mostly}});
    else if (row.kind == "link" && ++links <= most_links)
      json["links"].push_back(one);
  }
  json["links_total"] = links;
  return json;
}

Json granularity_json(const GranularityRow &row) {
  if (row.setting.empty())
    return nullptr;
  return {{"setting", row.setting},
          {"frames_per_train_mean", row.frames_per_train_mean},
          {"payload_in_trains", row.payload_in_trains},
          {"predicted_error", row.predicted_error},
          {"stated_error", row.stated_error},
          {"frames_where", row.frames_where}};
}

/// One entry per pipeline stage; null when not known.
Json memory_json(const std::vector<MemoryRow> &stages) {
  if (stages.empty())
    return nullptr;
  Json json = Json::array();
  for (const MemoryRow &row : stages)
    json.push_back({{"weights_bytes", row.weights_bytes},
                    {"gradients_bytes", row.gradients_bytes},
                    {"optimizer_bytes", row.optimizer_bytes},
                    {"activations_bytes", row.activations_bytes},
                    {"capacity_bytes", row.capacity_bytes}});
  return json;
}

Json cluster_json(const ClusterSummary &cluster) {
  Json json{{"power_W", cluster.power_W}, {"cost_usd", cluster.cost_usd}, {"by_category", Json::object()}};
  for (const CategorySummary &sum : cluster.by_category)
    json["by_category"][sum.category] = {{"count", sum.count}, {"power_W", sum.power_W}, {"cost_usd", sum.cost_usd}};
  return json;
}

Json run_json(const RunSummary &run) {
  Json json{{"name", run.name},
            {"step_time_s", run.step_time_s},
            {"compute_s", run.compute_s},
            {"exposed_comm_s", run.exposed_comm_s},
            {"tokens_per_s", run.tokens_per_s},
            {"time_to_train_s", run.time_to_train_s},
            {"mfu", run.mfu},
            {"gpu_idle_share", run.gpu_idle_share},
            {"waits", {{"scale_up", run.waits.scale_up}, {"network", run.waits.network}, {"other", run.waits.other}}},
            {"idle_by_cause", by_cause(run.idle_by_cause)},
            {"critical_path_s", by_cause(run.critical_path_s)},
            {"waiting", waiting_json(run)},
            {"gpus", run.gpus},
            {"steps", run.steps},
            {"steps_reused", run.steps_reused},
            {"seed", run.seed},
            {"granularity", granularity_json(run.granularity)},
            {"predicted_error", run.granularity.predicted_error},
            {"memory", memory_json(run.memory)},
            {"energy_per_step_J", run.energy_per_step_J},
            {"energy_per_token_J", run.energy_per_token_J},
            {"cost_per_token_rate_usd_s", run.cost_per_token_rate},
            {"cluster", cluster_json(run.cluster)}};
  json["collectives"] = Json::array();
  for (const CollectiveSummary &collective : run.collectives)
    json["collectives"].push_back(collective_json(collective));
  json["flows"] = flows_json(run);
  json["network"] = network_json(run.network);
  json["optics"] = {{"modules", run.optics.modules},
                    {"power_W", run.optics.power_W},
                    {"pj_per_bit", run.optics.pj_per_bit},
                    {"cost_usd", run.optics.cost_usd},
                    {"usd_per_gbps", run.optics.usd_per_gbps}};
  json["links"] = {{"directed", run.links.directed},
                   {"by_light", run.links.by_light},
                   {"below_margin", run.links.below_margin},
                   {"worst_margin_dB", run.links.worst_margin_dB},
                   {"worst_pre_fec_ber", run.links.worst_pre_fec_ber}};
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
  json["missing"] = run.missing;
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
          {"optics_cost", ratios.optics_cost},
          {"cluster_power", ratios.cluster_power},
          {"cluster_cost", ratios.cluster_cost},
          {"energy_per_step", ratios.energy_per_step},
          {"energy_per_token", ratios.energy_per_token},
          {"cost_per_token_rate", ratios.cost_per_token_rate}};
}

/// Half-widths over seeds: null with a single one.
Json interval_json(const RunIntervals &run) {
  const auto both = [](const MeanInterval &interval) { return Json{{"mean", interval.mean}, {"ci95", interval.ci95}}; };
  return {{"name", run.name},
          {"seeds", run.seeds},
          {"step_time_s", both(run.step_time_s)},
          {"exposed_comm_s", both(run.exposed_comm_s)},
          {"gpu_idle_share", both(run.gpu_idle_share)},
          {"tokens_per_s", both(run.tokens_per_s)},
          {"ratios",
           {{"step_time", both(run.step_time_ratio)},
            {"exposed_comm", both(run.exposed_comm_ratio)},
            {"gpu_idle_share", both(run.gpu_idle_ratio)},
            {"tokens_per_s", both(run.tokens_ratio)}}}};
}

/// "equal", or one value per run; null when no run states it.
Json basis_fact_json(const BasisFact &fact) {
  if (fact.equal)
    return "equal";
  const bool stated =
      std::any_of(fact.values.begin(), fact.values.end(), [](const std::string &value) { return !value.empty(); });
  return stated ? Json(fact.values) : Json(nullptr);
}

Json basis_json(const Basis &basis) {
  Json json{{"radix", basis_fact_json(basis.radix)},
            {"silicon", basis_fact_json(basis.silicon)},
            {"gpu_bandwidth", basis_fact_json(basis.gpu_bandwidth)},
            {"sentence", basis.sentence},
            {"equal", Json::object()},
            {"different", Json::object()}};
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
  json["intervals"] = Json::array();
  for (const RunIntervals &run : comparison.intervals)
    json["intervals"].push_back(interval_json(run));
  json["basis"] = basis_json(comparison.basis);
  json["verdict"] = comparison.verdict;
  return text(json);
}

} // namespace lightloom
