// Closed forms against the reference table of docs/validation/collectives.md (alpha = 5 us, 50 GB/s), and parameter
// counts and step FLOPs against what the models' authors published.

#include "collectives/algorithm.hpp"
#include "collectives/training/model.hpp"

#include <doctest/doctest.h>

#include <cmath>

using namespace lightloom;

namespace {

constexpr AlphaBeta message{5e-6, 1 / 50e9};

double seconds_of(CollectiveOp op, const char *algorithm, std::uint32_t n, Bytes bytes, const AlphaBeta &m = message) {
  return find_algorithm(op, algorithm).alpha_beta({op, n, 0, bytes}, m, m);
}

} // namespace

TEST_CASE("alpha-beta forms reproduce the reference table to its last digit (0.5 ns)") {
  struct Row {
    std::uint32_t n;
    Bytes size;
    double ring, halving, doubling, pairwise, bruck; // us
  };
  const Row rows[] = {
      {8, 64_KiB, 72.294, 32.294, 18.932, 36.147, 16.966},
      {8, 1_MiB, 106.700, 66.700, 77.915, 53.350, 46.457},
      {8, 1_GiB, 37650.964, 37610.964, 64439.509, 18825.482, 32227.255},
      {64, 64_KiB, 632.580, 62.580, 37.864, 316.290, 33.932},
      {64, 1_MiB, 671.288, 101.288, 155.829, 335.644, 92.915},
      {64, 1_GiB, 42908.584, 42338.584, 128879.019, 21454.292, 64454.509},
      {1024, 64_KiB, 10232.619, 102.619, 63.107, 5116.309, 56.554},
      {1024, 1_MiB, 10271.902, 141.902, 259.715, 5135.951, 154.858},
      {1024, 1_GiB, 53137.730, 43007.730, 214798.365, 26568.865, 107424.182},
  };
  const auto us = [](CollectiveOp op, const char *algorithm, const Row &r) {
    return 1e6 * seconds_of(op, algorithm, r.n, r.size);
  };
  const auto reference = [](CollectiveOp op, const char *algorithm, const Row &r) {
    return 1e6 * reference_seconds(op, algorithm, r.n, r.size, message);
  };
  for (const Row &r : rows) {
    CAPTURE(r.n);
    CAPTURE(r.size.value);
    CHECK(std::abs(us(CollectiveOp::all_reduce, "ring", r) - r.ring) < 5.1e-4);
    CHECK(std::abs(us(CollectiveOp::all_reduce, "halving-doubling", r) - r.halving) < 5.1e-4);
    CHECK(std::abs(reference(CollectiveOp::all_reduce, "recursive-doubling", r) - r.doubling) < 5.1e-4);
    CHECK(std::abs(us(CollectiveOp::all_to_all, "pairwise", r) - r.pairwise) < 5.1e-4);
    CHECK(std::abs(reference(CollectiveOp::all_to_all, "bruck", r) - r.bruck) < 5.1e-4);
    CHECK(2 * us(CollectiveOp::all_gather, "ring", r) == doctest::Approx(us(CollectiveOp::all_reduce, "ring", r)));
  }
}

TEST_CASE("the frame-exact form tends to the alpha-beta form when frames cost nothing extra") {
  // alpha = 5 us of latency, 400 Gb/s = 50 GB/s; one frame per message, whose 20 B cost 0.4 ns
  HomogeneousPath path;
  path.latency = 5us;
  path.rate = 400_Gbps;
  path.framing.mtu = Bytes(1'000'000'000'000);
  const double model = seconds_of(CollectiveOp::all_reduce, "ring", 64, 1_GiB);
  const CollectiveAlgorithm &ring = find_algorithm(CollectiveOp::all_reduce, "ring");
  const double exact = seconds(ring.homogeneous_time({ring.op, 64, 0, 1_GiB}, path));
  CHECK(exact - model == doctest::Approx(126 * 0.4e-9).epsilon(1e-3));
}

TEST_CASE(
    "halving and doubling take half of their all-reduce each, and the frame-exact form tends to k alpha + (n-1)/n S "
    "beta") {
  HomogeneousPath path;
  path.latency = 5us;
  path.rate = 400_Gbps;
  path.framing.mtu = Bytes(1'000'000'000'000);
  for (const std::uint32_t n : {2u, 8u, 64u, 1024u})
    for (const CollectiveOp op : {CollectiveOp::all_reduce, CollectiveOp::reduce_scatter, CollectiveOp::all_gather}) {
      const double model = seconds_of(op, "halving-doubling", n, 1_GiB);
      const double exact = seconds(find_algorithm(op, "halving-doubling").homogeneous_time({op, n, 0, 1_GiB}, path));
      const double messages = std::log2(n) * (op == CollectiveOp::all_reduce ? 2 : 1);
      CHECK(exact - model == doctest::Approx(messages * 0.4e-9).epsilon(0.02)); // 20 B of preamble and gap each
    }
}

TEST_CASE("hierarchical all-reduce: one domain is a ring inside, domains of one are a ring between, 1/g in general") {
  constexpr auto op = CollectiveOp::all_reduce;
  const AlphaBeta inside{1e-6, 1 / 450e9};
  const auto hierarchical = [&](std::uint32_t domain) {
    return find_algorithm(op, "hierarchical").alpha_beta({op, 64, 0, 1_GiB, 0, domain}, message, inside);
  };
  CHECK(hierarchical(64) == doctest::Approx(seconds_of(op, "ring", 64, 1_GiB, inside)));
  CHECK(hierarchical(1) == doctest::Approx(seconds_of(op, "ring", 64, 1_GiB)));
  // 8 nodes of 8: 14 x 1 us + 2 x 7/8 x 1 GiB / 450 GB/s + 14 x 5 us + 2 x 7/8 x 128 MiB / 50 GB/s
  CHECK(hierarchical(8) ==
        doctest::Approx(14e-6 + 1.75 * 1'073'741'824 / 450e9 + 70e-6 + 1.75 * 134'217'728 / 50e9).epsilon(1e-12));
}

TEST_CASE("busbw factors are those of nccl-tests: 275 GB/s algbw over 8 GPUs is 481 GB/s busbw") {
  CHECK(275 * busbw_factor(CollectiveOp::all_reduce, 8) == doctest::Approx(481.25));
  CHECK(busbw_factor(CollectiveOp::all_gather, 8) == doctest::Approx(0.875));
  CHECK(busbw_factor(CollectiveOp::broadcast, 8) == 1);
}

TEST_CASE("parameter counts agree with the published ones within 1.5 %") {
  for (const ModelShape &m : models()) {
    CAPTURE(m.name);
    CHECK(static_cast<double>(parameters(m)) == doctest::Approx(m.published_parameters).epsilon(0.015));
  }
}

TEST_CASE("Llama parameter counts are those of the released checkpoints, exactly") {
  CHECK(parameters(find_model("llama-7b")) == 6'738'415'616);
  CHECK(parameters(find_model("llama3-8b")) == 8'030'261'248);
  CHECK(parameters(find_model("llama3-70b")) == 70'553'706'496);
  CHECK(parameters(find_model("llama3-405b")) == 405'853'388'800);
}

TEST_CASE("GPT parameter counts follow formula (2) of Narayanan et al. 2021: 12 L h^2 (1 + 13/12h + (V + s)/12Lh)") {
  for (const char *name : {"gpt-13b", "gpt3-175b"}) {
    const ModelShape &m = find_model(name);
    const double l = m.layers, h = m.hidden, v = m.vocabulary, s = m.sequence;
    const double formula = 12 * l * h * h * (1 + 13 / (12 * h) + (v + s) / (12 * l * h));
    // the formula leaves out the final norm: 2 h
    CHECK(static_cast<double>(parameters(m)) - formula == doctest::Approx(2 * h).epsilon(1e-3));
  }
}

TEST_CASE("training FLOPs follow formula (3) of Narayanan et al. 2021 without recomputation: 72 L h^2 (1 + s/6h + "
          "V/12Lh) per token") {
  for (const char *name : {"gpt-13b", "gpt3-175b"}) {
    const ModelShape &m = find_model(name);
    const double l = m.layers, h = m.hidden, v = m.vocabulary, s = m.sequence;
    CHECK(training_flops_per_token(m) ==
          doctest::Approx(72 * l * h * h * (1 + s / (6 * h) + v / (12 * l * h))).epsilon(1e-12));
  }
}

TEST_CASE("GPT-3 175B on 1,024 A100 at 140 TFLOP/s takes 34 days for 300 billion tokens, as published, recomputation "
          "included") {
  // Narayanan et al. 2021, section 5.1. Recomputation adds one forward to forward and backward: x 4/3 without the head,
  // which is not recomputed.
  const ModelShape &m = find_model("gpt3-175b");
  const double with_recomputation = training_flops_per_token(m) * 4 / 3 - head_flops_per_token(m);
  const double days = 300e9 * with_recomputation / (1024 * 140e12) / 86400;
  CHECK(days == doctest::Approx(34).epsilon(0.03));
}
