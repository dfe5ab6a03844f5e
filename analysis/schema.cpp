// The columns of a results file. Renaming one here breaks the contract with users: raise schema_version and say so in
// the CHANGELOG.

#include "analysis/schema.hpp"

namespace lightloom {

const std::vector<Column<StepRow>> &step_columns() {
  static const std::vector<Column<StepRow>> columns{
      {"start_ps", "ps", "earliest begin of the step over ranks", &StepRow::start_ps},
      {"duration_ps", "ps", "from the earliest begin to the latest end over ranks", &StepRow::duration_ps},
      {"compute_ps", "ps", "mean over GPUs of the time busy, rounded down", &StepRow::compute_ps},
      {"exposed_comm_ps", "ps",
       "mean over GPUs of the time that computing waited for communication, rounded down; with causes all idle time "
       "but "
       "pipeline_bubble, imbalance and checkpoint",
       &StepRow::exposed_comm_ps},
      {"reused", "1", "1 when taken over from an equal step instead of simulated", &StepRow::reused},
  };
  return columns;
}

const std::vector<GpuColumn> &gpu_columns() {
  static const std::vector<GpuColumn> columns{
      {"busy_ps", "time the GPU computed in the step", &GpuTimes::busy_ps},
      {"idle_ps", "duration of the step less the time busy", &GpuTimes::idle_ps},
      {"wait_scale_up_ps", "part of idle_ps: computing waited in a scale-up collective", &GpuTimes::wait_scale_up_ps},
      {"wait_network_ps", "part of idle_ps: computing waited for the scale-out network", &GpuTimes::wait_network_ps},
  };
  return columns;
}

const std::vector<Column<CollectiveRow>> &collective_columns() {
  static const std::vector<Column<CollectiveRow>> columns{
      {"step", "1", "training step; 0 for plain collectives", &CollectiveRow::step},
      {"op", "text", "operation", &CollectiveRow::op},
      {"algorithm", "text", "algorithm", &CollectiveRow::algorithm},
      {"bytes", "B", "buffer per rank, by the convention of nccl-tests", &CollectiveRow::bytes},
      {"ranks", "1", "members of the group", &CollectiveRow::ranks},
      {"scale_up", "1", "1 when it ran inside the scale-up domain", &CollectiveRow::scale_up},
      {"start_ps", "ps", "the first rank begins", &CollectiveRow::start_ps},
      {"end_ps", "ps", "the last rank ends", &CollectiveRow::end_ps},
      {"algbw_Bps", "B/s", "algorithm bandwidth: bytes over time", &CollectiveRow::algbw_Bps},
      {"busbw_Bps", "B/s", "bus bandwidth: algorithm bandwidth times the factor of nccl-tests",
       &CollectiveRow::busbw_Bps},
      {"lower_bound_s", "s", "bytes through the busiest port over its rate, plus path latency",
       &CollectiveRow::lower_bound_s},
      {"bottleneck", "text", "what sets the lower bound", &CollectiveRow::bottleneck},
  };
  return columns;
}

const std::vector<Column<LinkRow>> &link_columns() {
  static const std::vector<Column<LinkRow>> columns{
      {"name", "text", "name of the directed link", &LinkRow::name},
      {"source", "text", "node that sends", &LinkRow::source},
      {"target", "text", "node that receives", &LinkRow::target},
      {"tier", "text", "host, leaf, spine or global", &LinkRow::tier},
      {"module", "text", "optical module or cable at both ends", &LinkRow::module},
      {"rate_bps", "bit/s", "MAC rate at the start of the run", &LinkRow::rate_bps},
      {"latency_ps", "ps", "modules, FEC and fibre, one way, at the start of the run", &LinkRow::latency_ps},
      {"pre_fec_ber", "1", "bit error ratio before forward error correction, at the start of the run",
       &LinkRow::pre_fec_ber},
      {"frame_loss_ratio", "1", "probability that a full frame is lost to errors, at the start of the run",
       &LinkRow::frame_loss_ratio},
      {"tx_bytes", "B", "sent on the wire, preamble and gap included", &LinkRow::tx_bytes},
      {"tx_frames", "frames", "sent", &LinkRow::tx_frames},
      {"corrupted_frames", "frames", "hit by an uncorrectable codeword", &LinkRow::corrupted_frames},
      {"retried_frames", "frames", "sent again by link-level retry", &LinkRow::retried_frames},
      {"dropped_frames", "frames", "lost on the link: it was down, or link-level retry gave up",
       &LinkRow::dropped_frames},
      {"ecn_marked", "frames", "marked for congestion by the sending switch", &LinkRow::ecn_marked},
      {"busy_ps", "ps", "time spent sending", &LinkRow::busy_ps},
      {"max_queue_bytes", "B", "greatest backlog of the egress queue", &LinkRow::max_queue_bytes},
      {"buffer_drops", "frames", "data frames for this link that found no room in the sending switch",
       &LinkRow::buffer_drops},
      {"trimmed_frames", "frames", "data frames that found no room and left as a header", &LinkRow::trimmed_frames},
      {"pauses", "1", "pauses that the sender obeyed", &LinkRow::pauses},
      {"paused_ps", "ps", "time the sender was paused, any priority", &LinkRow::paused_ps},
      {"mean_queue_bytes", "B", "mean backlog of the egress queue over the run", &LinkRow::mean_queue_bytes},
      {"rx_power_dBm", "dBm", "received OMA per lane at the start of the run; NaN in copper", &LinkRow::rx_power_dBm},
      {"margin_dB", "dB", "received light above the effective sensitivity, penalties taken off; NaN in copper",
       &LinkRow::margin_dB},
      {"temperature_C", "C", "case of the module that sends, at the start of the run", &LinkRow::temperature_C},
      {"bias_share", "1", "laser bias over its bias when new; NaN in copper", &LinkRow::bias_share},
      {"corrected_codewords", "1",
       "expected over the run, idle time included, at the bit error ratio of its start; NaN without codewords",
       &LinkRow::corrected_codewords},
      {"uncorrected_codewords", "1", "counted over the run, idle time included; without FEC octets in error",
       &LinkRow::uncorrected_codewords},
  };
  return columns;
}

const std::vector<Column<FlowRow>> &flow_columns() {
  static const std::vector<Column<FlowRow>> columns{
      {"source", "1", "rank that sends", &FlowRow::source},
      {"destination", "1", "rank that receives", &FlowRow::destination},
      {"size_bytes", "B", "payload", &FlowRow::size_bytes},
      {"start_ps", "ps", "posted by the sender", &FlowRow::start_ps},
      {"end_ps", "ps", "delivered to the receiver's memory; -1 when it was not", &FlowRow::end_ps},
      {"ideal_ps", "ps", "what the flow would take alone in the network; NaN when not known", &FlowRow::ideal_ps},
  };
  return columns;
}

const std::vector<Column<BillRow>> &bill_columns() {
  static const std::vector<Column<BillRow>> columns{
      {"component", "text", "line of the bill of materials", &BillRow::component},
      {"count", "1", "how many; module ends for optics", &BillRow::count},
      {"power_W", "W", "typical power of all of them; NaN when not known", &BillRow::power_W},
      {"cost_usd", "USD", "typical price of all of them; NaN when not known", &BillRow::cost_usd},
      {"optics", "1", "1 when the component is an optical module or cable", &BillRow::optics},
      {"category", "text", "GPU, server, NIC, switch or optics", &BillRow::category},
  };
  return columns;
}

const std::vector<Column<FailureRow>> &failure_columns() {
  static const std::vector<Column<FailureRow>> columns{
      {"time_s", "s", "simulated time of the failure", &FailureRow::time_s},
      {"component", "text", "what failed", &FailureRow::component},
      {"kind", "text", "how it failed", &FailureRow::kind},
      {"repair_s", "s", "simulated time of the repair; NaN when not in this run", &FailureRow::repair_s},
      {"effect", "text", "what it did to the network or the job", &FailureRow::effect},
      {"lost_s", "s", "time the job lost by it; NaN when not known", &FailureRow::lost_s},
  };
  return columns;
}

const std::vector<Column<FactRow>> &fact_columns() {
  static const std::vector<Column<FactRow>> columns{
      {"key", "text", "scenario key or derived fact that comparisons state", &FactRow::key},
      {"value", "text", "its value", &FactRow::value},
  };
  return columns;
}

const std::vector<Column<WaitRow>> &wait_columns() {
  static const std::vector<Column<WaitRow>> columns{
      {"kind", "text", "activity, link, module or critical path; kinds are views of the same time", &WaitRow::kind},
      {"name", "text", "what was waited for", &WaitRow::name},
      {"idle_s", "s", "idle time per GPU and step; of the critical path, time per step", &WaitRow::idle_s},
      {"idle_share", "1", "share of all GPU time; of the critical path, share of the step time", &WaitRow::idle_share},
      {"mostly", "text", "the cause with the greatest part in it", &WaitRow::mostly},
  };
  return columns;
}

const std::vector<Column<MemoryRow>> &memory_columns() {
  static const std::vector<Column<MemoryRow>> columns{
      {"weights_bytes", "B", "per GPU of each pipeline stage", &MemoryRow::weights_bytes},
      {"gradients_bytes", "B", "per GPU of each pipeline stage", &MemoryRow::gradients_bytes},
      {"optimizer_bytes", "B", "optimizer state per GPU of each pipeline stage", &MemoryRow::optimizer_bytes},
      {"activations_bytes", "B", "greatest at once, per GPU of each pipeline stage", &MemoryRow::activations_bytes},
      {"capacity_bytes", "B", "memory of the GPU", &MemoryRow::capacity_bytes},
  };
  return columns;
}

const std::vector<Column<GranularityRow>> &granularity_columns() {
  static const std::vector<Column<GranularityRow>> columns{
      {"setting", "text", "frame, frames per train, or auto", &GranularityRow::setting},
      {"frames_per_train_mean", "1", "over the trains sent", &GranularityRow::frames_per_train_mean},
      {"payload_in_trains", "1", "share of payload in trains of several frames", &GranularityRow::payload_in_trains},
      {"predicted_error", "1", "of the step time, relative", &GranularityRow::predicted_error},
      {"stated_error", "1", "bound that auto keeps, relative", &GranularityRow::stated_error},
      {"frames_where", "text", "where frames were used, and why", &GranularityRow::frames_where},
  };
  return columns;
}

const std::vector<Column<RunIdentity>> &identity_columns() {
  static const std::vector<Column<RunIdentity>> columns{
      {"lightloom_version", "text", "version that wrote the file", &RunIdentity::lightloom_version},
      {"command", "text", "as typed", &RunIdentity::command},
      {"scenario_toml", "text", "the scenario after --set", &RunIdentity::scenario_toml},
      {"name", "text", "scenario.name", &RunIdentity::name},
      {"seed", "1", "seed", &RunIdentity::seed},
      {"fidelity", "text", "packet or flow", &RunIdentity::fidelity},
      {"complete", "1", "1 when simulated to the end with every check passed", &RunIdentity::complete},
      {"outcome", "text", "why not complete", &RunIdentity::outcome},
      {"digest", "text", "order-sensitive digest of what was simulated", &RunIdentity::digest},
      {"warmup_steps", "1", "leading steps that means leave out", &RunIdentity::warmup_steps},
      {"tokens_per_step", "1", "tokens per step of the job", &RunIdentity::tokens_per_step},
      {"flops_per_step", "1", "model FLOPs per step of all GPUs", &RunIdentity::flops_per_step},
      {"peak_flops_per_gpu", "1/s", "peak FLOP/s of a GPU", &RunIdentity::peak_flops_per_gpu},
      {"campaign_tokens", "1", "tokens of the whole training; NaN when not asked for", &RunIdentity::campaign_tokens},
  };
  return columns;
}

const std::vector<Column<RunFacts>> &run_columns() {
  static const std::vector<Column<RunFacts>> columns{
      {"threads", "1", "threads", &RunFacts::threads},
      {"wall_s", "s", "wall-clock time", &RunFacts::wall_s},
      {"cpu_s", "s", "user CPU time", &RunFacts::cpu_s},
      {"events_per_s", "1/s", "events over wall-clock time", &RunFacts::events_per_s},
      {"events", "1", "events handled", &RunFacts::events},
      {"frames", "1", "frames", &RunFacts::frames},
      {"frame_hops", "1", "frames times links crossed", &RunFacts::frame_hops},
      {"peak_rss_bytes", "B", "greatest resident memory", &RunFacts::peak_rss_bytes},
      {"windows", "1", "lookahead windows", &RunFacts::windows},
      {"lookahead_ps", "ps", "lookahead", &RunFacts::lookahead_ps},
      {"lookahead_link", "text", "a link that sets it", &RunFacts::lookahead_link},
      {"host", "text", "name of the machine", &RunFacts::host},
      {"started", "text", "when, UTC", &RunFacts::started},
  };
  return columns;
}

const std::vector<Column<FlowFigures>> &flow_figure_columns() {
  static const std::vector<Column<FlowFigures>> columns{
      {"flows", "1", "number of flows", &FlowFigures::count},
      {"completed", "1", "flows delivered", &FlowFigures::completed},
      {"fct_p50_s", "s", "median flow completion time", &FlowFigures::fct_p50_s},
      {"fct_p99_s", "s", "99th percentile of flow completion times", &FlowFigures::fct_p99_s},
      {"fct_max_s", "s", "longest flow completion time", &FlowFigures::fct_max_s},
      {"goodput_bps", "bit/s", "payload bits of completed flows over first start to last end",
       &FlowFigures::goodput_bps},
      {"receivers", "1", "ranks that flows are for", &FlowFigures::receivers},
      {"fct_mean_s", "s", "mean flow completion time", &FlowFigures::fct_mean_s},
      {"slowdown_mean", "1", "mean of completion time over ideal", &FlowFigures::slowdown_mean},
      {"slowdown_p50", "1", "median of completion time over ideal", &FlowFigures::slowdown_p50},
      {"slowdown_p99", "1", "99th percentile of completion time over ideal", &FlowFigures::slowdown_p99},
      {"slowdown_max", "1", "greatest completion time over ideal", &FlowFigures::slowdown_max},
      {"slowdown_min", "1", "least completion time over ideal", &FlowFigures::slowdown_min},
      {"bytes", "B", "payload of completed flows", &FlowFigures::bytes},
      {"jain", "1", "Jain's index of the flows' goodputs", &FlowFigures::jain},
      {"left_out", "1", "flows of the warm-up, left out of the figures", &FlowFigures::left_out},
      {"percentile_error", "1", "greatest error of a percentile, relative", &FlowFigures::percentile_error},
  };
  return columns;
}

const std::vector<Column<FlowDecade>> &flow_decade_columns() {
  static const std::vector<Column<FlowDecade>> columns{
      {"from_bytes", "B", "sizes from here to ten times as many; 0: flows of no bytes", &FlowDecade::from_bytes},
      {"count", "1", "flows of these sizes", &FlowDecade::count},
      {"completed", "1", "flows delivered", &FlowDecade::completed},
      {"fct_p50_s", "s", "median flow completion time", &FlowDecade::fct_p50_s},
      {"fct_p99_s", "s", "99th percentile of flow completion times", &FlowDecade::fct_p99_s},
      {"slowdown_p50", "1", "median of completion time over ideal", &FlowDecade::slowdown_p50},
      {"slowdown_p99", "1", "99th percentile of completion time over ideal", &FlowDecade::slowdown_p99},
  };
  return columns;
}

const std::vector<Column<FlowBound>> &flow_bound_columns() {
  static const std::vector<Column<FlowBound>> columns{
      {"lower_bound_s", "s", "of all flows: bytes through the busiest port over its rate, plus path latency",
       &FlowBound::lower_bound_s},
      {"bottleneck", "text", "the port that sets the lower bound", &FlowBound::bottleneck},
  };
  return columns;
}

} // namespace lightloom
