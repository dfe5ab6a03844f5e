// The catalogues: shapes that count right, GPUs that compute right.

#include "collectives/training/gpu.hpp"
#include "collectives/training/model.hpp"
#include "sim/core/error.hpp"

#include <doctest/doctest.h>

using namespace lightloom;

TEST_CASE("every model of the catalogue makes sense, names its source and is found by name") {
  for (const ModelShape &m : models()) {
    CAPTURE(m.name);
    CHECK_NOTHROW(check_model(m));
    CHECK(!m.source.empty());
    CHECK(&find_model(m.name) == &m);
  }
  CHECK_THROWS_WITH_AS(find_model("gpt-13"), doctest::Contains("Did you mean \"gpt-13b\"?"), Error);
}

TEST_CASE("a tensor group holds its model once, plus what is not split") {
  for (const ModelShape &m : models())
    for (const std::uint32_t t : {1u, 2u, 8u}) {
      std::int64_t per_rank = embedding_parameters_per_rank(m, t) + head_parameters_per_rank(m, t);
      std::int64_t narrow = 0; // latent attention: the sides that each rank holds whole
      for (std::uint32_t l = 0; l < m.layers; ++l) {
        per_rank += attention_parameters_per_rank(m, t) +
                    (is_expert_layer(m, l)
                         ? router_and_shared_parameters_per_rank(m, t) + m.experts * expert_parameters_per_rank(m, t)
                         : mlp_parameters_per_rank(m, t));
        narrow += static_cast<std::int64_t>(m.hidden) * (m.query_rank + m.key_value_rank + m.rotary_width);
      }
      CHECK(per_rank * t >= parameters(m));
      CHECK(static_cast<double>(per_rank * t - narrow * (t - 1)) < 1.02 * static_cast<double>(parameters(m)));
    }
}

TEST_CASE("shapes that make no sense are errors") {
  const auto refused = [](auto change) {
    ModelShape m = find_model("llama3-8b");
    change(m);
    CHECK_THROWS_AS(check_model(m), Error);
  };
  refused([](ModelShape &m) { m.layers = 0; });
  refused([](ModelShape &m) { m.heads = 7; });
  refused([](ModelShape &m) { m.kv_heads = 5; });
  refused([](ModelShape &m) { m.vocabulary = 0; });
  refused([](ModelShape &m) { m.hidden = 2'000'000; });
  refused([](ModelShape &m) { m.experts = 8; });
  refused([](ModelShape &m) { m.experts = 8, m.active_experts = 9, m.expert_ffn_hidden = 1024; });
  refused([](ModelShape &m) { m.experts = 8, m.active_experts = 2; });
  refused([](ModelShape &m) { m.key_value_rank = 512; });
}

TEST_CASE("every GPU names its sources, an H100 at half its peak does 494.7 TFLOP in a second") {
  for (const GpuSpec &g : gpus()) {
    CHECK(!g.source.empty());
    CHECK(!g.efficiency_source.empty());
    CHECK(g.efficiency > 0);
    CHECK(g.efficiency < 1);
    CHECK(&find_gpu(g.name) == &g);
  }
  CHECK(compute_time(494.7e12, find_gpu("H100-SXM")) == 1s);
  CHECK(memory_time(3.35e12, find_gpu("H100-SXM")) == 1s);
  CHECK_THROWS_AS(compute_time(1e30, find_gpu("H100-SXM")), Error);
  CHECK_THROWS_AS(find_gpu("B20"), Error);
}
