// Training jobs against what was published: parameters and FLOPs of mixtures of experts, the FLOPs behind printed
// iteration times, memory by Korthikanti et al. 2022 and by machines that did run the job.

#include "collectives/training/training.hpp"
#include "collectives/training/memory.hpp"
#include "collectives/training/pipeline_schedule.hpp"
#include "sim/core/error.hpp"

#include <doctest/doctest.h>

#include <string>

using namespace lightloom;

namespace {

TrainingSpec on(const char *gpu, const ModelShape &model, std::uint32_t tensor, std::uint32_t pipeline,
                std::uint32_t data) {
  TrainingSpec spec;
  spec.model = model;
  spec.gpu = find_gpu(gpu);
  spec.gpus = tensor * pipeline * data;
  spec.tensor = tensor;
  spec.pipeline = pipeline;
  spec.data = data;
  spec.global_batch = data * pipeline;
  spec.flash_attention = false;
  return spec;
}

/// A GPT of Narayanan et al., SC 2021, Table 1 (vocabulary 51,200, sequence 2,048).
ModelShape gpt(std::uint32_t layers, std::uint32_t hidden, std::uint32_t heads) {
  ModelShape m = find_model("gpt3-175b");
  m.layers = layers;
  m.hidden = hidden;
  m.heads = m.kv_heads = heads;
  m.ffn_hidden = 4 * hidden;
  return m;
}

bool fits(const TrainingSpec &spec) { return job_memory(check_training(spec)).fits(); }

} // namespace

TEST_CASE("Mixtral 8x7B: 46.7 billion parameters, 12.9 billion active, the released checkpoint to the last one") {
  const ModelShape &m = find_model("mixtral-8x7b");
  CHECK(parameters(m) == 46'702'792'704); // recalled: size of the released checkpoint
  CHECK(static_cast<double>(parameters(m)) == doctest::Approx(46.7e9).epsilon(0.002));
  CHECK(static_cast<double>(active_parameters(m)) == doctest::Approx(12.9e9).epsilon(0.002));
}

TEST_CASE("DeepSeek-V3: 671 billion parameters, 37 billion active") {
  const ModelShape &m = find_model("deepseek-v3");
  CHECK(static_cast<double>(parameters(m)) == doctest::Approx(671e9).epsilon(0.001));
  CHECK(static_cast<double>(active_parameters(m)) == doctest::Approx(37e9).epsilon(0.02));
  // By hand: latent attention of one layer, 7168 x (1536 + 576) + 1536 x 128 x 192 + 512 x 128 x 256 + 16384 x 7168,
  // and norms of 1536, 512 and 7168.
  CHECK(attention_parameters(m) == 7168LL * 2112 + 1536LL * 24576 + 512LL * 32768 + 16384LL * 7168 + 9216);
  CHECK(expert_parameters(m) == 3LL * 7168 * 2048);
}

TEST_CASE("DeepSeek-V3 at 432 TFLOP/s on 2,048 GPUs takes 19.9 s per 62.9 million tokens, as printed") {
  // ISCA 2025, Table 4: non-causal 432 TFLOP/s, time per step 19.926 s; batch 15,360 x 4,096 tokens.
  const double tokens = 15'360.0 * 4096;
  const double seconds = training_flops_per_token(find_model("deepseek-v3")) * tokens / (2048 * 432e12);
  CHECK(seconds == doctest::Approx(19.926).epsilon(0.01));
}

TEST_CASE("the FLOPs of the MegaScale shape give the printed share of peak from the printed iteration times") {
  // NSDI 2024, Table 2: GPUs, batch, seconds per iteration, MFU in percent.
  struct Row {
    double gpus, batch, seconds, mfu;
  };
  const Row rows[] = {
      {256, 768, 40.0, 53.0},    {512, 768, 21.2, 49.9},    {1024, 768, 11.9, 44.7},   {256, 768, 32.0, 65.3},
      {512, 768, 16.5, 63.5},    {1024, 768, 8.9, 59.0},    {3072, 6144, 29.02, 48.7}, {6144, 6144, 14.78, 47.8},
      {3072, 6144, 23.66, 59.1}, {6144, 6144, 12.21, 57.3},
  };
  const double per_sequence = training_flops_per_token(find_model("megascale-175b")) * 2048;
  for (const Row &r : rows) {
    CAPTURE(r.gpus);
    CAPTURE(r.seconds);
    // Printed times have three digits, printed shares too.
    CHECK(100 * per_sequence * r.batch / (r.gpus * 312e12 * r.seconds) == doctest::Approx(r.mfu).epsilon(0.02));
  }
}

TEST_CASE("FLOPs with recomputation reproduce the iteration times of SC 2021, Table 1, to rounding") {
  // Formula (3): F = 96 B s l h^2 (1 + s/6h + V/16lh); layers four times forward, the head three times.
  struct Row {
    std::uint32_t layers, hidden, heads, gpus, batch;
    double tflops, seconds;
  };
  const Row rows[] = {{24, 2304, 24, 32, 512, 137, 3.528},       {30, 3072, 32, 64, 512, 138, 3.697},
                      {36, 4096, 32, 128, 512, 142, 3.696},      {48, 8192, 64, 512, 1536, 138, 14.453},
                      {60, 10240, 80, 1024, 1792, 140, 16.058},  {96, 16384, 128, 1920, 2160, 155, 37.614},
                      {105, 20480, 128, 2520, 2520, 163, 54.085}};
  for (const Row &r : rows) {
    const ModelShape m = gpt(r.layers, r.hidden, r.heads);
    const double flops = (training_flops_per_token(m) * 4 / 3 - head_flops_per_token(m)) * 2048 * r.batch;
    CHECK(flops / (r.gpus * r.tflops * 1e12) == doctest::Approx(r.seconds).epsilon(0.002));
  }
}

TEST_CASE("activations of a GPT layer are those of Korthikanti et al. 2022, in every mode") {
  for (const std::uint32_t t : {1u, 8u})
    for (const std::uint32_t micro_batch : {1u, 4u}) {
      TrainingSpec spec = on("A100-SXM", find_model("gpt3-175b"), t, 1, 1);
      spec.micro_batch = spec.global_batch = micro_batch;
      const double h = 12288, a = 96, s = 2048, b = micro_batch;
      const double sbh = s * b * h;
      const auto activations = [&](bool sequence_parallel, Recompute recompute) {
        spec.sequence_parallel = sequence_parallel;
        spec.recompute = recompute;
        return layer_activations(check_training(spec), 0);
      };
      // Table 2 of the paper; 5 a s / h = 80 for GPT-3.
      CHECK(5 * a * s / h == 80);
      CHECK(activations(false, Recompute::none) == doctest::Approx(sbh * (10 + 24.0 / t + 80.0 / t)).epsilon(1e-12));
      CHECK(activations(true, Recompute::none) == doctest::Approx(sbh * (34 + 80) / t).epsilon(1e-12));
      CHECK(activations(false, Recompute::selective) == doctest::Approx(sbh * (10 + 24.0 / t)).epsilon(1e-12));
      CHECK(activations(true, Recompute::selective) == doctest::Approx(sbh * 34 / t).epsilon(1e-12));
      CHECK(activations(false, Recompute::full) == doctest::Approx(2 * sbh).epsilon(1e-12));
    }
}

TEST_CASE("selective recomputation saves 70 % of GPT-3's and 65 % of MT-NLG's activations, as published") {
  // Korthikanti et al. 2022, section 5 (recalled): 5 a s / h = 80 and 64.
  const auto saved = [](const ModelShape &m) {
    TrainingSpec spec = on("A100-SXM", m, 8, 1, 1);
    spec.sequence_parallel = true;
    const double all = layer_activations(check_training(spec), 0);
    spec.recompute = Recompute::selective;
    return 1 - layer_activations(check_training(spec), 0) / all;
  };
  CHECK(saved(find_model("gpt3-175b")) == doctest::Approx(0.70).epsilon(0.01));
  CHECK(saved(gpt(105, 20480, 128)) == doctest::Approx(0.65).epsilon(0.01));
}

TEST_CASE("the first stage holds p micro-batches of activations, interleaved 1 + (p - 1) / (p v) times as many") {
  TrainingSpec spec = on("A100-SXM", gpt(96, 12288, 96), 8, 8, 1);
  spec.global_batch = 64;
  spec.sequence_parallel = true;
  spec.recompute = Recompute::selective;
  const double layer = layer_activations(check_training(spec), 0);
  const double mask = 2048.0 * 12288 / 8; // of the embedding's dropout, beside the layers, per micro-batch
  const auto first = [&] { return static_cast<double>(stage_memory(check_training(spec), 0).activations.value); };
  CHECK(first() == doctest::Approx(8 * (12 * layer + mask)).epsilon(1e-9));
  spec.schedule = Schedule::interleaved;
  for (const std::uint32_t v : {2u, 3u, 6u}) {
    spec.interleave = v;
    CHECK(first() == doctest::Approx(8 * (12 * layer + mask) * (1 + 7.0 / (8 * v))).epsilon(1e-9));
  }
}

TEST_CASE("GPT-3 175B fits 80 GB with tensor 8 and pipeline 8, as it ran, and not without") {
  // SC 2021, section 5.1: tensor 8, pipeline 8 or 12 on A100 80GB, every layer recomputed; NSDI 2024, Table 2.
  TrainingSpec spec = on("A100-SXM", find_model("gpt3-175b"), 8, 8, 16);
  spec.recompute = Recompute::full;
  CHECK(fits(spec));
  spec.gradient_bytes = 4;
  CHECK(fits(spec));
  spec.recompute = Recompute::none;
  CHECK(!fits(spec)); // scores of 8 micro-batches: why Korthikanti et al. wrote their paper
  spec.sequence_parallel = true;
  spec.recompute = Recompute::selective;
  CHECK(fits(spec));
  TrainingSpec whole = on("A100-SXM", find_model("gpt3-175b"), 1, 1, 1024);
  whole.recompute = Recompute::full;
  whole.zero = 1;
  CHECK(!fits(whole));
  CHECK_THROWS_WITH_AS(plan_training(whole), doctest::Contains("weights 349.2 GB + gradients 349.2 GB"), Error);
}

TEST_CASE("every job of SC 2021, Table 1, fits the 80 GB it ran on") {
  struct Row {
    std::uint32_t layers, hidden, heads, tensor, pipeline, data;
  };
  const Row rows[] = {{24, 2304, 24, 1, 1, 32},   {30, 3072, 32, 2, 1, 32},  {36, 4096, 32, 4, 1, 32},
                      {48, 8192, 64, 8, 2, 32},   {60, 10240, 80, 8, 4, 32}, {96, 16384, 128, 8, 16, 15},
                      {105, 20480, 128, 8, 35, 9}};
  for (const Row &r : rows) {
    TrainingSpec spec = on("A100-SXM", gpt(r.layers, r.hidden, r.heads), r.tensor, r.pipeline, r.data);
    spec.recompute = Recompute::full;
    spec.gradient_bytes = 4;
    CAPTURE(r.hidden);
    CAPTURE(describe(job_memory(check_training(spec))));
    CHECK(fits(spec));
  }
}

TEST_CASE("Llama 3 405B and DeepSeek-V3 fit the machines they were trained on, with their optimizer state shared") {
  // Llama 3 paper, Table 4: tensor 8, pipeline 16, data 64 on H100 80 GB. 126 layers: the first and last stage have one
  // less (section 3.3.2), so 7 and 8 of them.
  TrainingSpec llama = on("H100-SXM", find_model("llama3-405b"), 8, 16, 64);
  llama.first_stage_layers = llama.last_stage_layers = 7;
  llama.sequence_parallel = llama.flash_attention = true;
  llama.zero = 1;
  CHECK(fits(llama));
  llama.zero = 0;
  CHECK(!fits(llama));
  // DeepSeek-V3 report, section 3.1: pipeline 16, experts over 64, ZeRO-1 on 2,048 H800.
  TrainingSpec deep = on("H800-SXM", find_model("deepseek-v3"), 1, 16, 128);
  deep.last_stage_layers = 1;
  deep.expert = 64;
  deep.flash_attention = true;
  deep.recompute = Recompute::full;
  deep.zero = 1;
  CHECK(fits(deep));
  deep.expert = 1;
  CHECK(!fits(deep));
}
