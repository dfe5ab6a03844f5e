#pragma once
// The results of one run as plain data: what a results file holds (docs/CONTRACT.md), before and after it is one.
// Filled by scenarios after a run, or by read_results (hdf5_reader.hpp) from a file; summarised by summary.hpp.
// What a run does not measure (idle time by cause of plain traffic, say) is empty here, empty in the file and null in
// JSON, rather than a guess. Leaves out: campaigns; sweeps have data of their own (sweep.hpp). Units stand in the
// names.

#include "sim/core/cause.hpp"

#include <cstdint>
#include <limits>
#include <optional>
#include <string>
#include <vector>

namespace lightloom {

/// Raised when a dataset changes its name or meaning.
inline constexpr std::int64_t schema_version = 1;
/// What a double holds when it is not known or does not apply: null in JSON, NaN in HDF5.
inline constexpr double not_known = std::numeric_limits<double>::quiet_NaN();
/// The end of something that never ended (a flow that was not delivered).
inline constexpr std::int64_t not_ended = -1;

/// Root attributes of the file.
struct RunIdentity {
  std::string lightloom_version;
  std::string command;       ///< as typed
  std::string scenario_toml; ///< full text after --set
  std::string name;          ///< scenario.name
  std::uint64_t seed = 1;
  std::string fidelity = "packet";
  bool complete = false; ///< simulated to the end and every check passed
  std::string outcome;   ///< "" when complete; else why not, one sentence ("rank 3 could not reach rank 7 …")
  std::string digest;    ///< sixteen hexadecimal digits
  std::uint32_t warmup_steps = 0;     ///< leading steps that means leave out
  double tokens_per_step = not_known; ///< of the job; not_known without one
  double flops_per_step = not_known;  ///< model FLOPs of all GPUs, without recomputation
  double peak_flops_per_gpu = not_known;
  double campaign_tokens = not_known; ///< of the whole training; not_known when not asked for
};

/// One row of /steps. `derive_steps` (summary.hpp) fills compute_ps and exposed_comm_ps from GpuTimes.
struct StepRow {
  std::int64_t start_ps = 0;    ///< earliest begin over ranks
  std::int64_t duration_ps = 0; ///< to the latest end over ranks
  std::int64_t compute_ps = 0;  ///< mean over GPUs of the time busy, rounded down
  std::int64_t exposed_comm_ps =
      0; ///< mean over GPUs of the time that computing waited for communication, rounded down; where causes are
         ///< known, of all idle time but pipeline_bubble, imbalance and checkpoint
  CauseTimes critical_path = {}; ///< sums to duration_ps (checked); all 0 when causes are not known (has_causes)
  bool reused = false;           ///< taken over from an equal step instead of simulated
};

/// /gpus: each vector is [step, gpu], row by row. For each entry busy + idle = duration of the step (checked), and
/// wait_scale_up + wait_network ≤ idle; what is left is the wait for slower ranks at the step's end. Idle time by cause
/// sums to idle exactly (checked); it is empty when it was not measured.
struct GpuTimes {
  std::uint32_t gpus = 0;
  std::vector<std::int64_t> busy_ps;
  std::vector<std::int64_t> idle_ps;
  std::vector<std::int64_t> wait_scale_up_ps;
  std::vector<std::int64_t> wait_network_ps;
  std::vector<CauseTimes> idle_by_cause_ps = {}; ///< [step, gpu]; in the file [step, gpu, cause]
};

/// What GPUs waited for, beside the causes: one line of a ranking, after the warm-up steps (waiting.hpp fills them).
/// The links, the modules and the activities are three views of the same time: they do not add up across kinds.
struct WaitRow {
  std::string kind;              ///< "activity", "link", "module", "critical path"
  std::string name;              ///< "gradient all-reduce"; a link's name; a module's
  double idle_share = not_known; ///< of all GPU time; for "critical path" of the step time
  double idle_s = not_known;     ///< per GPU and step; for "critical path" per step
  std::string mostly = {};       ///< the cause with the greatest part in it: "queueing"
};

/// How the payload was cut, and what that may cost in accuracy.
struct GranularityRow {
  std::string setting;                      ///< "frame", "64 frames", "auto"; "" when not stated
  double frames_per_train_mean = not_known; ///< over the trains sent
  double payload_in_trains = not_known;     ///< share of payload bytes sent in trains of more than one frame
  double predicted_error = not_known;       ///< relative, of the step time (without steps: of the run's time)
  double stated_error = not_known;          ///< relative; the bound that "auto" keeps
  std::string frames_where; ///< what frames are used for, to follow these words: "messages below 256 KiB"
};

/// Memory of a GPU of one pipeline stage, in bytes.
struct MemoryRow {
  std::int64_t weights_bytes = 0;
  std::int64_t gradients_bytes = 0;
  std::int64_t optimizer_bytes = 0;
  std::int64_t activations_bytes = 0;
  std::int64_t capacity_bytes = 0; ///< of the GPU
};

/// One collective of one group.
struct CollectiveRow {
  std::uint32_t step = 0;
  std::string op;         ///< "all-reduce"
  std::string algorithm;  ///< "ring"
  std::int64_t bytes = 0; ///< nccl-tests convention
  std::uint32_t ranks = 0;
  bool scale_up = false;        ///< inside the scale-up domain
  std::int64_t start_ps = 0;    ///< first rank begins
  std::int64_t end_ps = 0;      ///< last rank ends
  double algbw_Bps = not_known; ///< bytes ÷ (end − start)
  double busbw_Bps = not_known; ///< algbw × the factor of nccl-tests
  double lower_bound_s = not_known;
  std::string bottleneck; ///< what sets the bound: "leaf:0/spine:3"; "" when not known
};

/// One directed link. Counters are 0 where the transport or the switch has no such thing.
struct LinkRow {
  std::string name, source, target, tier, module;
  std::int64_t rate_bps = 0;
  std::int64_t latency_ps = 0;
  double pre_fec_ber = not_known;
  double frame_loss_ratio = not_known; ///< of a full frame
  std::uint64_t tx_bytes = 0;          ///< on the wire, gaps included
  std::uint64_t tx_frames = 0;
  std::uint64_t corrupted_frames = 0;
  std::uint64_t retried_frames = 0; ///< by link-level retry
  std::uint64_t dropped_frames = 0; ///< on the link
  std::uint64_t ecn_marked = 0;
  std::int64_t busy_ps = 0;
  std::uint64_t max_queue_bytes = 0;
  std::uint64_t buffer_drops = 0;          ///< frames for this link that found no room in the switch
  std::uint64_t trimmed_frames = 0;        ///< … and left as a header
  std::uint64_t pauses = 0;                ///< that its sender obeyed
  std::int64_t paused_ps = 0;              ///< any priority
  double mean_queue_bytes = not_known;     ///< over the run
  double rx_power_dBm = not_known;         ///< OMA per lane, at the start of the run; not_known in copper
  double margin_dB = not_known;            ///< above the receiver's effective sensitivity
  double temperature_C = not_known;        ///< case of the module that sends
  double bias_share = not_known;           ///< its laser bias over what it was when new
  double corrected_codewords = not_known;  ///< expected over the run, at the bit error ratio of its start
  std::uint64_t uncorrected_codewords = 0; ///< counted over the run, idle time included
};

/// One message of plain traffic.
struct FlowRow {
  std::uint32_t source = 0;      ///< rank
  std::uint32_t destination = 0; ///< rank
  std::int64_t size_bytes = 0;
  std::int64_t start_ps = 0;
  std::int64_t end_ps = not_ended;
  double ideal_ps = not_known; ///< alone in the network
};

/// Figures of all flows that count (Flows::warmup_ps). Times are of completed flows. Percentiles: nearest rank; exact,
/// or within percentile_error where flows are a histogram.
struct FlowFigures {
  std::uint64_t count = 0;
  std::uint64_t completed = 0;
  double fct_p50_s = not_known;
  double fct_p99_s = not_known;
  double fct_max_s = not_known;
  double goodput_bps = not_known; ///< payload bits of completed flows ÷ (last end − first start)
  std::uint64_t receivers = 0;    ///< ranks that flows are for
  double fct_mean_s = not_known;
  double slowdown_mean = not_known; ///< completion time ÷ ideal, where ideal is known and above 0
  double slowdown_p50 = not_known;
  double slowdown_p99 = not_known;
  double slowdown_max = not_known;
  double slowdown_min = not_known; ///< below 1 is a bug
  double bytes = not_known;        ///< payload of completed flows
  double jain = not_known;     ///< Jain's index of the flows' own goodputs: (Σx)² ÷ (n Σx²), 1 when all are equal
  std::uint64_t left_out = 0;  ///< flows of the warm-up
  double percentile_error = 0; ///< relative, greatest
};

/// Flows of one decade of sizes: from_bytes ≤ size < 10 × from_bytes; 0 for flows of no bytes.
struct FlowDecade {
  std::int64_t from_bytes = 0;
  std::uint64_t count = 0;
  std::uint64_t completed = 0;
  double fct_p50_s = not_known;
  double fct_p99_s = not_known;
  double slowdown_p50 = not_known;
  double slowdown_p99 = not_known;
};

/// Counts of flows in bins of equal width in log10.
struct FlowBins {
  std::vector<double> lower; ///< lower edge of each bin, ascending; the last bin ends at upper
  double upper = 0;
  std::vector<std::uint64_t> count; ///< one entry per bin
};

/// What is kept where flows are too many to keep each.
struct FlowHistogram {
  FlowFigures figures;
  FlowBins fct;      ///< [s]
  FlowBins slowdown; ///< empty in files of before 0.4
  std::vector<FlowDecade> by_size;
};

/// What all flows together cannot beat: bytes through the busiest port ÷ its rate + path latency.
struct FlowBound {
  double lower_bound_s = not_known;
  std::string bottleneck; ///< the port: "leaf:0 to host:0, 800 Gb/s"
};

/// Rows, or, above a limit (flow_tally.hpp), a histogram.
struct Flows {
  std::int64_t warmup_ps = 0; ///< flows that start earlier are left out of all figures
  std::vector<FlowRow> rows;
  std::optional<FlowHistogram> histogram;
  FlowBound bound;
};

/// One line of the bill of materials: "800G-DR8", "switch:leaf", …
struct BillRow {
  std::string component;
  std::int64_t count = 0;      ///< optics: module ends
  double power_W = not_known;  ///< of all of them
  double cost_usd = not_known; ///< of all of them
  bool optics = false;         ///< counts towards the summary's `optics`
  std::string category = {};   ///< "GPU", "server", "NIC", "switch", "optics"; "" counts as optics or other
};

/// /fabric.
struct FabricRow {
  std::vector<std::string> nodes; ///< names, hosts first: [node]
  std::vector<BillRow> bill;
  double pj_per_bit = not_known; ///< of all optics
};

/// A scripted failure (and, later, drawn ones).
struct FailureRow {
  double time_s = 0;
  std::string component;       ///< "leaf:0/spine:3"
  std::string kind;            ///< "down", "ber"
  double repair_s = not_known; ///< instant of repair; not_known = not in this run
  std::string effect;
  double lost_s = not_known; ///< time the job lost by it
};

/// /telemetry: [time, link] row by row. Empty unless asked for.
struct Telemetry {
  std::vector<std::string> links;         ///< names
  std::vector<std::int64_t> time_ps;      ///< end of each interval
  std::vector<double> utilization;        ///< share of the interval spent sending
  std::vector<std::uint64_t> queue_bytes; ///< waiting at the interval's end
  std::vector<double> rx_power_dBm;       ///< at the interval's end, as the three; not_known in the dark and in copper
  std::vector<double> pre_fec_ber;        ///< not_known in the dark
  std::vector<double> temperature_C;      ///< case of the module that sends
};

/// A counter of the whole run, e.g. what the conservation checks add up: /counters/<name>.
struct CounterRow {
  std::string name; ///< snake_case
  std::uint64_t value = 0;
  std::string unit; ///< "frames", "B"
  std::string description;
};

/// What a comparison states as equal or different: a scenario key and its value as text ("fabric.radix", "64").
struct FactRow {
  std::string key, value;
};

/// /run: facts of the machine and the execution, different from run to run, outside the digest.
struct RunFacts {
  std::uint32_t threads = 1;
  double wall_s = not_known;
  double cpu_s = not_known;
  double events_per_s = not_known;
  std::uint64_t events = 0; ///< entity visits or events handled; the engine's own count
  std::uint64_t frames = 0;
  std::uint64_t frame_hops = 0;
  std::uint64_t peak_rss_bytes = 0;
  std::uint64_t windows = 0;
  std::int64_t lookahead_ps = 0;
  std::string lookahead_link; ///< a link that sets it
  std::string host;           ///< name of the machine
  std::string started;        ///< ISO 8601, UTC
};

/// Everything of one run.
struct RunResults {
  RunIdentity identity;
  std::vector<StepRow> steps;
  GpuTimes gpus;
  std::vector<CollectiveRow> collectives;
  std::vector<LinkRow> links;
  Flows flows;
  Telemetry telemetry;
  FabricRow fabric;
  std::vector<FailureRow> failures;
  std::vector<CounterRow> counters;
  std::vector<FactRow> facts;
  RunFacts run;
  std::vector<WaitRow> waiting;  ///< by kind, then falling
  std::vector<MemoryRow> memory; ///< one per pipeline stage of the job
  GranularityRow granularity;
  std::vector<std::string> missing; ///< by the reader: datasets of this version that the file does not have
};

/// Whether idle time by cause and the critical path were measured.
inline bool has_causes(const RunResults &results) { return !results.gpus.idle_by_cause_ps.empty(); }

} // namespace lightloom
