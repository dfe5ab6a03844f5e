// Jobs with pipeline, data and expert parallelism: what their keys become, and every kind of bad job refused at its
// key, word for word.

#include "scenarios/build/job_spec.hpp"
#include "scenarios/build.hpp"
#include "scenarios/run.hpp"
#include "scenarios/schema/loader.hpp"

#include <doctest/doctest.h>

#include <utility>

using namespace lightloom;

namespace {
/// Lines 1 to 15; further [job] keys go to the end.
const std::string dense = R"([cluster]
gpus = 32
gpus_per_node = 4
[fabric]
radix = 16
[model]
layers = 8
hidden = 256
heads = 8
sequence = 128
vocabulary = 1024
[job]
tensor = 4
pipeline = 2
data = 4
)";
const std::string experts = R"([cluster]
gpus = 32
gpus_per_node = 4
[model]
layers = 4
hidden = 256
heads = 8
sequence = 128
vocabulary = 1024
experts = 12
[job]
tensor = 1
data = 32
)";

std::string refusal(const std::string &text, const std::vector<std::string> &settings = {}) {
  try {
    build_run(load_scenario_text(text, "s.toml", settings));
    return "";
  } catch (const Error &e) {
    CHECK(e.code() == ExitCode::bad_input);
    return e.what();
  }
}
} // namespace

TEST_CASE("Keys of a job become its specification, and what is left out has the contract's defaults") {
  const auto s =
      load_scenario_text(dense + "interleave = 2\nzero = 1\nplacement = \"tp-pp-dp\"\nrecompute = \"full\"\n" +
                             "overlap = false\ngradient_bytes = 4\nglobal_batch = 16\n",
                         "s.toml");
  const TrainingSpec t = training_spec(s);
  CHECK(t.schedule == Schedule::interleaved); // follows from interleave
  CHECK(t.interleave == 2);
  CHECK(t.zero == 1);
  CHECK(t.order == RankOrder::tp_pp_dp);
  CHECK(t.recompute == Recompute::full);
  CHECK(!t.overlap_gradients);
  CHECK(t.gradient_bytes == 4);
  CHECK(t.model.kv_heads == 8);
  CHECK(t.model.ffn_hidden == 4 * 256);
  const auto plain = load_scenario_text(dense, "s.toml");
  CHECK(plain.job->global_batch == 1 * 4 * 2); // micro_batch × data × pipeline
  CHECK(training_spec(plain).schedule == Schedule::one_f_one_b);
}

TEST_CASE("Pipelines and jobs of 512 GPUs move trains by default, others frames") {
  using Kind = GranularityPart::Kind;
  CHECK(load_scenario_text(dense, "s.toml").granularity.kind == Kind::automatic);
  const std::string one = "[cluster]\ngpus = 128\n[job]\n", many = "[cluster]\ngpus = 512\n[job]\n";
  CHECK(load_scenario_text(one, "s.toml").granularity.kind == Kind::frame);
  CHECK(load_scenario_text(many, "s.toml").granularity.kind == Kind::automatic);
  CHECK(load_scenario_text(many, "s.toml", {"scenario.granularity=frame"}).granularity.kind == Kind::frame);
  CHECK(load_scenario_text("[cluster]\ngpus = 512\n[[traffic]]\n", "s.toml").granularity.kind == Kind::frame);
  // A size is so many whole frames.
  const auto run = build_run(load_scenario_text(dense, "s.toml", {"scenario.granularity=256KiB"}));
  CHECK(run.network.trains.most_frames == 64);
  CHECK(run.network.trains.error == 0);
  CHECK(build_run(load_scenario_text(dense, "s.toml")).network.trains.error == doctest::Approx(0.01));
}

TEST_CASE("Factors that do not give the GPUs name the factor to change") {
  CHECK(refusal(dense, {"job.data=3"}) ==
        "--set job.data=3: job.tensor × pipeline × data × context = 4 × 2 × 3 × 1 = 24 (must be the 32 GPUs of the "
        "cluster). Try data = 4.");
  CHECK(refusal(dense, {"job.pipeline=3"})
            .ends_with("s.toml:15:1: job.tensor × pipeline × data × context = 4 × 3 × 4 × 1 = 48 (must be the 32 GPUs "
                       "of the cluster). Try pipeline = 2."));
}

TEST_CASE("More stages than layers, and layers that do not divide, are refused") {
  CHECK(refusal("[cluster]\ngpus = 16\n[model]\nlayers = 8\nhidden = 256\nheads = 8\nsequence = 128\nvocabulary = "
                "1024\n[job]\ntensor = 1\npipeline = 16\n") ==
        "s.toml:11:1: job.pipeline = 16 (more stages than the 8 layers of [model]). Try 8.");
  CHECK(
      refusal(dense + "interleave = 8\n") ==
      "s.toml:16:1: job.pipeline × interleave = 2 × 8 = 16 (more stages than the 8 layers of [model]). Try interleave "
      "= 4.");
  CHECK(refusal(dense + "interleave = 3\n") ==
        "s.toml:16:1: job.pipeline × interleave = 2 × 3 = 6 (must divide the 8 layers of [model]).");
}

TEST_CASE("Micro-batches that do not divide are refused") {
  CHECK(refusal(dense + "global_batch = 18\n") ==
        "s.toml:16:1: job.global_batch = 18 (must be a multiple of micro_batch × data = 4). Try 16.");
  CHECK(refusal(dense + "interleave = 2\nglobal_batch = 12\n") ==
        "s.toml:17:1: job.global_batch = 12: 3 micro-batches per replica (the interleaved schedule needs a multiple of "
        "pipeline = 2). Try 8.");
  CHECK(refusal(dense + "global_batch = 12\n").empty()); // 1F1B takes any number
}

TEST_CASE("More passes or rows than memory holds are refused before any is made") {
  CHECK(refusal(dense + "global_batch = 1000000000\n") ==
        "s.toml:16:1: job.global_batch = 1000000000: 250000000 micro-batches per replica (with interleave = 1 a stage "
        "has 250000000 passes per step, at most 1000000 fit in memory). Use a smaller global_batch or a larger "
        "micro_batch.");
  CHECK(refusal(dense + "interleave = 2\nglobal_batch = 2000008\n").find("has 1000004 passes") != std::string::npos);
  CHECK(refusal(dense, {"cluster.gpus=2048", "job.0.tensor=1", "job.0.pipeline=1024", "job.0.data=2",
                        "model.layers=1024", "job.0.global_batch=20000"})
            .find("has 10000 passes per step, at most 9765 fit in memory") != std::string::npos); // 10^7 ÷ 1,024
  CHECK(
      refusal(dense, {"scenario.steps=1000000", "scenario.reuse_steps=true", "cluster.gpus=64", "job.0.data=8"})
          .find("scenario.steps × cluster.gpus = 64000000 (at most 50000000 rows of results fit in memory). Try steps "
                "= 781250.") != std::string::npos);
}

TEST_CASE("Experts that do not divide are refused, and what is proposed is right") {
  CHECK(refusal(experts + "expert = 8\n") ==
        "s.toml:14:1: job.expert = 8 (must divide the 12 experts of [model]). Try 4.");
  CHECK(refusal(experts + "expert = 12\n") ==
        "s.toml:14:1: job.expert = 12 (must divide tensor × data ÷ expert_tensor = 32). Try 4.");
  CHECK(refusal(experts + "expert = 4\n").empty());
  CHECK(refusal(dense + "expert = 2\n") == "s.toml:16:1: job.expert = 2 ([model] has no experts). Use 1.");
  CHECK(refusal(experts + "expert_tensor = 3\n") ==
        "s.toml:14:1: job.expert_tensor = 3 (must be tensor = 1, or 1). Use 1.");
}

TEST_CASE("A job that does not fit the memory is refused with its figures") {
  const std::string text = "[cluster]\ngpus = 16\n[job]\nmodel = \"gpt3-175b\"\ntensor = 8\npipeline = 2\n";
  const std::string why = refusal(text);
  // 175e9 parameters ÷ 16 GPUs × 16 B (weight 2, gradient 2, Adam 12) = 175 GB before any activation; a B200 has 180.
  CHECK(why.starts_with("s.toml:4:1: job.model = \"gpt3-175b\" needs "));
  CHECK(why.find("B200-SXM has 180 GB") != std::string::npos);
  CHECK(why.find("optimizer state 13") != std::string::npos); // 12 B × 10.97e9
  CHECK(refusal(text, {"gpu.memory=288GB"}).empty());         // [gpu] says otherwise
  // Some 4 layers of 12 × 256² parameters, split over 4 GPUs, at 16 B each: megabytes.
  const std::string small = refusal(dense, {"gpu.memory=1MB"});
  CHECK(small.find("B200-SXM has 1.0 MB; ") != std::string::npos);
  CHECK(small.find(" 0.0 ") == std::string::npos);
}

TEST_CASE("Problems of the job and of the fabric come together") {
  const std::string text = refusal(dense, {"gpu.memory=1MB", "fabric.rails=3"});
  CHECK(text.find("fabric.rails = 3 (must divide the 4 NICs of a node") != std::string::npos);
  const std::string both = refusal(dense, {"gpu.memory=1MB", "fabric.levels=2", "fabric.radix=4"});
  CHECK(both.find("needs") != std::string::npos);
  CHECK(both.find("\n") != std::string::npos);
}

TEST_CASE("A schedule that contradicts itself is refused") {
  CHECK(refusal(dense + "schedule = \"interleaved-1f1b\"\n") ==
        "s.toml:16:1: job.schedule = \"interleaved-1f1b\" (needs at least two virtual stages per rank). Try interleave "
        "= 2.");
  CHECK(refusal(dense + "schedule = \"1f1b\"\ninterleave = 2\nglobal_batch = 8\n") ==
        "s.toml:17:1: job.interleave = 2 (the schedule has no virtual stages). Use schedule = \"interleaved-1f1b\".");
  CHECK(refusal(dense + "schedule = \"none\"\n") ==
        "s.toml:16:1: job.schedule = \"none\" (there are 2 pipeline stages). Use \"1f1b\".");
}

TEST_CASE("Keys of a job that would have no effect are refused, and their defaults are not") {
  CHECK(refusal("[cluster]\ngpus = 4\ngpus_per_node = 4\n[job]\ntensor = 1\nsequence_parallel = true\n") ==
        "s.toml:6:1: job.0.sequence_parallel has no effect (there is one tensor rank, tensor = 1). Leave it out.");
  CHECK(refusal(dense, {"job.0.pipeline=1", "job.0.data=8", "job.0.placement=tp-pp-dp"}) ==
        "--set job.0.placement=tp-pp-dp: job.0.placement has no effect (there is one pipeline stage). Leave it out.");
  CHECK(refusal(dense, {"job.0.pipeline=1", "job.0.data=8", "job.0.placement=tp-dp-pp"}).empty());
  CHECK(refusal(dense + "recompute = \"selective\"\n") ==
        "s.toml:16:1: job.recompute = \"selective\" has no effect (flash attention already recomputes the attention "
        "scores). Leave it out, or set flash_attention = false.");
  CHECK(refusal(dense + "recompute = \"selective\"\nflash_attention = false\n").empty());
  for (const char *key : {"active_experts", "shared_experts", "dense_layers", "expert_feed_forward"}) {
    CAPTURE(key);
    const std::string setting = std::string("model.") + key + "=1";
    CHECK(refusal(dense, {setting})
              .find(std::string("model.") + key +
                    " has no effect (without model.experts there are none). Leave it out.") != std::string::npos);
    CHECK(refusal(experts, {setting}).empty());
  }
}

TEST_CASE("A shape is refused by the key it was given with, beyond the range that the schema shows") {
  for (const auto &[key, most] :
       {std::pair("layers", 10'000), std::pair("hidden", 1'000'000), std::pair("heads", 100'000),
        std::pair("kv_heads", 100'000), std::pair("shared_experts", 1'000), std::pair("experts", 100'000),
        std::pair("dense_layers", 10'000)}) {
    CAPTURE(key);
    const std::string path = std::string("model.") + key;
    CHECK(refusal(experts, {path + "=" + std::to_string(most + 1)}).find("out of range") != std::string::npos);
    CHECK(refusal(experts, {path + "=" + std::to_string(most)}).find("out of range") == std::string::npos);
  }
  CHECK(
      refusal(experts, {"model.experts=8", "model.active_experts=9"}).find("model.active_experts = 9 (must be 1 to") !=
      std::string::npos);
}

TEST_CASE("An algorithm that the ranks cannot run is refused where it was chosen") {
  CHECK(refusal(dense + "data_algorithm = \"hierarchical\"\n")
            .starts_with("s.toml:16:1: hierarchical all-reduce over 4 "));
  CHECK(
      refusal("[cluster]\ngpus = 8\ngpus_per_node = 1\n[[collective]]\n[[collective]]\nalgorithm = \"hierarchical\"\n")
          .starts_with("s.toml:6:1: hierarchical all-reduce over 8 ranks"));
}

TEST_CASE("A hierarchical all-reduce whose ranks the GPUs of a node do not divide has a bound below its time") {
  // 6 data ranks, two GPUs apart: 2 of them share a node of 4.
  const auto s = load_scenario_text("[cluster]\ngpus = 12\ngpus_per_node = 4\n[fabric]\nradix = 16\n[model]\n"
                                    "layers = 2\nhidden = 64\nheads = 8\nsequence = 64\nvocabulary = 256\n"
                                    "[job]\ntensor = 2\ndata = 6\ndata_algorithm = \"hierarchical\"\n",
                                    "s.toml");
  const auto outcome = run_built(s, build_run(s), {});
  CHECK(outcome.code == ExitCode::done);
  int found = 0;
  for (const auto &c : outcome.results.collectives)
    if (c.algorithm == "hierarchical") {
      ++found;
      CHECK(c.lower_bound_s > 0);
      CHECK(c.lower_bound_s * 1e12 <= static_cast<double>(c.end_ps - c.start_ps));
    }
  CHECK(found == 2);
}
