#pragma once
// What a job is to the rest of the program: a program for each rank, and what reports need to know about it.
// Filled by plain.hpp, training/training.hpp, files/simai.hpp and traffic/traffic.hpp; placed on hosts and run by the
// caller.

#include "sim/network/plain/rank_program.hpp"

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <vector>

namespace lightloom {

/// The scale-up domain (NVSwitch) as the closed forms see it. Ranks r with equal r ÷ domain share one: the caller
/// places rank r on a host so that this holds (rank r on host r does).
struct ScaleUpDomain {
  std::uint32_t gpus = 1; ///< GPUs per domain; 1 = no scale-up network
  BitRate bandwidth{};    ///< per GPU and direction; > 0 when gpus > 1
  Duration latency{};     ///< one way, GPU to GPU
};

/// A planned job.
struct JobPlan {
  std::uint32_t ranks = 0;
  std::function<std::unique_ptr<RankProgram>(std::uint32_t rank)>
      program;                             ///< a fresh program of this rank; callable again
  std::vector<CollectiveInfo> collectives; ///< index = id of begin/end_collective
  std::uint32_t steps = 0;                 ///< ids of begin/end_step are below this; 0 when the job has no steps
  double tokens_per_step = 0;              ///< 0 when unknown
  double flops_per_step = 0;               ///< model FLOPs, without recomputation, for MFU; 0 when unknown
  Bytes network_bytes{};                   ///< payload all ranks send over the network in the whole job, exactly
  /// What operations are for, by Operation::label, as users would say it: "gradient all-reduce", "pipeline
  /// activations", "expert dispatch" … Few: classes, not instances. At least one, "" or "other", with index 0.
  std::vector<std::string> labels{"other"};
  std::vector<std::uint32_t> host_of_rank; ///< placement; empty: rank r on host r
  bool record_flows = false;               ///< plain traffic: ask the network for one FlowResult per message
  bool signals = false;                    ///< messages of 0 B are signals between ranks, not flows
  std::vector<std::string> notes;          ///< what was assumed or chosen, one sentence each
};

} // namespace lightloom
