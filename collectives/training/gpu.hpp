#pragma once
// GPUs by catalogue: peak dense bf16 rate, memory, memory bandwidth, NVLink bandwidth; and the share of the peak that a
// training step reaches while it computes. Leaves out: clocks, power limits, kernels one by one.

#include "sim/core/quantity.hpp"

#include <string>
#include <string_view>
#include <vector>

namespace lightloom {

/// A GPU. Efficiency is the share of peak_flops reached while computing (waiting for the network is not in it).
struct GpuSpec {
  std::string name;
  double peak_flops = 0; ///< [FLOP/s] dense bf16
  Bytes memory{};
  double memory_bandwidth = 0; ///< [B/s]
  BitRate scale_up{};          ///< NVLink, per direction
  double efficiency = 0;       ///< 0 … 1
  std::string source;
  std::string scale_up_source;
  std::string efficiency_source;
};

/// The catalogue: A100-SXM, H100-SXM, H800-SXM, H200-SXM, B200-SXM.
const std::vector<GpuSpec> &gpus();
/// A GPU by catalogue name. Throws Error with the nearest name.
const GpuSpec &find_gpu(std::string_view name);
/// Time for `flops` at peak × efficiency, rounded to picoseconds. Only + − × ÷ (decision 0006).
Duration compute_time(double flops, const GpuSpec &gpu);
/// Time to move `bytes` through GPU memory at its full bandwidth.
Duration memory_time(double bytes, const GpuSpec &gpu);

} // namespace lightloom
