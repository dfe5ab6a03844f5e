#include "collectives/training/gpu.hpp"

#include "sim/core/contract.hpp"
#include "sim/core/error.hpp"

namespace lightloom {
namespace {

/// Picoseconds of amount ÷ rate; only IEEE basic operations, so the same bits everywhere.
Duration span(double amount, double per_second) {
  EXPECTS(amount >= 0 && per_second > 0);
  const double ps = amount / per_second * 1e12 + 0.5;
  if (!(ps < 9.0e18))
    throw Error("a computation of more than 104 days", "simulated time is 64 bits of picoseconds",
                "Check the model's shape and the GPU's peak_flops.");
  return Duration(static_cast<std::int64_t>(ps));
}

} // namespace

const std::vector<GpuSpec> &gpus() {
  static const char *const a100_share = "Megatron-LM and MegaScale publish 44-65 % of peak on A100 with communication "
                                        "included (SC 2021 Table 1; NSDI 2024 Table 2); computing alone is near "
                                        "the upper end";
  static const char *const hopper_share =
      "Llama 3 405B reached 400-430 TFLOP/s per H100, 40-43 % of peak, with communication and bubbles included (Llama "
      "3 paper, Table 4); computing alone is "
      "above that: estimate";
  static const char *const blackwell_share = "estimate: as Hopper; no published training run to check it against";
  static const char *const nvlink3 = "NVIDIA A100 data sheet, recalled: NVLink 3, 600 GB/s both ways";
  static const char *const nvlink4 = "NVIDIA H100 and H200 data sheets, recalled: NVLink 4, 900 GB/s both ways";
  static const char *const nvlink4_halved = "NVIDIA in nccl issue 1374: 200 GB/s per direction on the line";
  static const char *const nvlink5 = "NVIDIA DGX B200 data sheet, recalled: NVLink 5, 1.8 TB/s both ways per GPU";
  static const std::vector<GpuSpec> catalogue = {
      {"A100-SXM", 312e12, Bytes(80'000'000'000), 2.039e12, BitRate(2'400'000'000'000), 0.60,
       "NVIDIA A100 80GB datasheet (dense BF16, SXM)", nvlink3, a100_share},
      {"H100-SXM", 989.4e12, Bytes(80'000'000'000), 3.35e12, BitRate(3'600'000'000'000), 0.50,
       "NVIDIA H100 datasheet (1,979 TFLOPS with sparsity, halved)", nvlink4, hopper_share},
      {"H800-SXM", 989.4e12, Bytes(80'000'000'000), 3.35e12, BitRate(1'600'000'000'000), 0.50,
       "as H100-SXM, of which it is the export version", nvlink4_halved, hopper_share},
      {"H200-SXM", 989.4e12, Bytes(141'000'000'000), 4.8e12, BitRate(3'600'000'000'000), 0.50,
       "NVIDIA H200 datasheet (1,979 TFLOPS with sparsity, halved)", nvlink4, hopper_share},
      {"B200-SXM", 2250e12, Bytes(180'000'000'000), 8.0e12, BitRate(7'200'000'000'000), 0.50,
       "NVIDIA DGX B200 datasheet (8 GPUs: 36 PFLOPS BF16 with sparsity; 1,440 GB, 64 TB/s)", nvlink5, blackwell_share},
  };
  return catalogue;
}

const GpuSpec &find_gpu(std::string_view name) {
  std::vector<std::string> known;
  std::string all;
  for (const GpuSpec &g : gpus()) {
    if (g.name == name)
      return g;
    known.push_back(g.name);
    all += (all.empty() ? "" : ", ") + g.name;
  }
  const std::string near = nearest_word(std::string(name), known);
  throw Error("unknown GPU \"" + std::string(name) + "\"", "the catalogue has " + all,
              near.empty() ? "Give peak_flops and the rest in a [gpu] table." : "Did you mean \"" + near + "\"?");
}

Duration compute_time(double flops, const GpuSpec &gpu) { return span(flops, gpu.peak_flops * gpu.efficiency); }
Duration memory_time(double bytes, const GpuSpec &gpu) { return span(bytes, gpu.memory_bandwidth); }

} // namespace lightloom
