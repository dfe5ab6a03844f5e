#pragma once
// SimAI / AICB and ASTRA-sim 1.0 text workloads: read, check, summarise, and run as programs.
//
// Format: line 1 the parallelism word and, for SimAI, `key: value` pairs; line 2 the number of layers; then one line
// per layer of 12 columns. The count on line 2 is checked against the lines and never trusted: on a difference the
// lines win and a warning says so.
//
// Groups, as SimAI's system layer lays them out with pp = 1 (TP fastest, then EP, then the rest of DP):
//   TP     tp consecutive ranks
//   DP     equal position in the TP group: stride tp, size dp = N ÷ (tp × pp)
//   EP     ep neighbours in a DP group: stride tp, size ep
//   DP_EP  holders of the same experts: stride tp × ep, size dp ÷ ep
// Which group a communication uses: forward and input gradient → TP; weight gradient → DP; suffix _EP → EP;
// suffix _DP_EP → DP_EP; MICRO → all ranks.

#include "collectives/job_plan.hpp"
#include "collectives/op.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace lightloom {

/// The group a communication runs in.
enum class SimaiGroup : std::uint8_t { none, tensor, data, expert, data_expert, all };
const char *to_string(SimaiGroup group);

/// One communication column pair; nothing when the word is NONE.
struct SimaiComm {
  std::optional<CollectiveOp> op;
  SimaiGroup group = SimaiGroup::none;
  Bytes bytes{};
};

/// One layer line.
struct SimaiLayer {
  std::string name;
  Duration forward{}; ///< compute, from whole ns
  SimaiComm forward_comm;
  Duration input_gradient{};
  SimaiComm input_gradient_comm;
  Duration weight_gradient{};
  SimaiComm weight_gradient_comm;
  Duration update{};      ///< update delay
  std::uint32_t line = 0; ///< in the file, from 1
};

/// A workload file.
struct SimaiWorkload {
  std::string file;
  std::string parallelism;            ///< "HYBRID_TRANSFORMER_FWD_IN_BCKWD", "MICRO", "DATA", …
  std::uint32_t tensor = 1;           ///< model_parallel_NPU_group
  std::uint32_t expert = 1;           ///< ep
  std::uint32_t pipeline = 1;         ///< pp
  std::uint32_t virtual_pipeline = 1; ///< vpp
  std::uint32_t accumulation = 1;     ///< ga
  std::optional<std::uint32_t> all_gpus;
  std::uint32_t checkpoints = 0; ///< activation recomputation, not fault tolerance
  std::uint32_t checkpoint_initiates = 0;
  Bytes pipeline_bytes{};          ///< pp_comm
  std::uint32_t stated_layers = 0; ///< line 2
  std::vector<SimaiLayer> layers;
  std::vector<std::string> warnings; ///< located sentences: counts that do not match, unknown header keys
};

/// Reads a workload. Throws Error with file:line:column for every problem found (up to 20).
SimaiWorkload parse_simai(std::string_view text, const std::string &file);
/// Reads a file; Error (system) when it cannot be read.
SimaiWorkload load_simai(const std::string &path);

/// What `lightloom import simai FILE` prints.
struct SimaiSummary {
  std::string parallelism;
  std::uint32_t layers = 0;
  std::uint32_t tensor = 1, expert = 1, pipeline = 1;
  std::optional<std::uint32_t> all_gpus;
  Duration forward_compute{}, input_gradient_compute{}, weight_gradient_compute{}, update{};
  struct Row {
    std::string op;    ///< "all-reduce"
    std::string group; ///< "tensor", "data", "expert", "data-expert", "all"
    std::uint64_t count = 0;
    Bytes bytes{}; ///< sum over layers, per rank
  };
  std::vector<Row> communications; ///< by op, then group
  std::vector<std::string> warnings;
};
SimaiSummary summarize(const SimaiWorkload &workload);

/// How to run it.
struct SimaiRun {
  std::optional<std::uint32_t> gpus; ///< default: all_gpus of the file; Error when neither says
  ScaleUpDomain scale_up;
  std::uint32_t steps = 1;
};

/// Forward over the layers in order: compute, then its communication, blocking. Backward in reverse: input-gradient
/// compute, its communication, blocking; weight-gradient compute, its communication on stream 1. Then wait for all of
/// stream 1, and the update delays. Tensor groups run in the scale-up domain when they fit, else over the network;
/// other groups over the network (ring; pairwise for all-to-all; chain for broadcast). Throws Error: GPUs unknown or
/// not divisible, pipeline > 1, custom per-layer parallelism.
JobPlan plan_simai(const SimaiWorkload &workload, const SimaiRun &run);

} // namespace lightloom
