// Laws of planned jobs, found by running all ranks without time: every send is taken, nothing stalls, marks pair up,
// bytes are as planned.

#include "collectives/closed_form.hpp"
#include "collectives/plain.hpp"
#include "collectives/traffic/traffic.hpp"
#include "collectives/training/training.hpp"
#include "sim/core/error.hpp"
#include "tests/property/collectives/interpreter.hpp"

#include <doctest/doctest.h>

#include <algorithm>

using namespace lightloom;
using test::interpret;
using test::problems_of;

namespace {

/// A model small enough to run in a blink: 6 layers.
TrainingSpec small(std::uint32_t tensor, std::uint32_t data) {
  TrainingSpec spec;
  spec.model = find_model("llama-7b");
  spec.model.layers = 6;
  spec.gpu = find_gpu("H100-SXM");
  spec.gpus = tensor * data;
  spec.tensor = tensor;
  spec.data = data;
  spec.global_batch = data * 3;
  spec.steps = 2;
  spec.scale_up = {8, 3'600_Gbps, 300ns};
  return spec;
}

std::size_t count(const std::vector<std::string> &order, const std::string &what) {
  return static_cast<std::size_t>(std::count(order.begin(), order.end(), what));
}

} // namespace

TEST_CASE("a training step neither stalls nor loses a message, for many tensor and data sizes") {
  for (const std::uint32_t tensor : {1u, 2u, 4u, 8u, 16u})
    for (const std::uint32_t data : {1u, 2u, 3u, 5u, 8u})
      for (const std::uint32_t bucket_layers : {1u, 4u, 100u}) {
        TrainingSpec spec = small(tensor, data);
        spec.bucket_layers = bucket_layers;
        CAPTURE(tensor);
        CAPTURE(data);
        CAPTURE(bucket_layers);
        const JobPlan plan = plan_training(spec);
        const auto result = interpret(plan);
        CHECK_MESSAGE(result.problems.empty(), problems_of(result));
      }
}

TEST_CASE("every rank of a data-parallel job computes the same time and sends nearly the same bytes") {
  const auto result = interpret(plan_training(small(8, 3)));
  for (std::size_t r = 1; r < result.computed.size(); ++r) {
    CHECK(result.computed[r] == result.computed[0]);
    CHECK(std::abs(result.sent_by[r].value - result.sent_by[0].value) <= 2 * 2 * 2 * 6 * 3);
  }
}

TEST_CASE("gradient buckets hold each parameter of a rank exactly once, however they are cut") {
  for (const std::uint32_t bucket_layers : {1u, 2u, 4u, 6u, 50u}) {
    TrainingSpec spec = small(2, 2);
    spec.steps = 1;
    spec.bucket_layers = bucket_layers;
    std::int64_t reduced = 0;
    std::uint32_t buckets = 0;
    const JobPlan plan = plan_training(spec);
    for (const CollectiveInfo &c : plan.collectives)
      if (plan.labels[c.label] == "gradients") {
        reduced += c.bytes.value;
        ++buckets;
      }
    const ModelShape &m = spec.model;
    const std::int64_t held = m.layers * (attention_parameters_per_rank(m, 2) + mlp_parameters_per_rank(m, 2)) +
                              embedding_parameters_per_rank(m, 2) + head_parameters_per_rank(m, 2);
    CHECK(reduced == 2 * held);
    CHECK(buckets == std::max(1u, (6 + bucket_layers - 1) / bucket_layers));
  }
}

TEST_CASE("a bucket size closes buckets once they hold that much") {
  TrainingSpec spec = small(1, 2);
  spec.steps = 1;
  spec.bucket_size = Bytes(1'000'000'000'000);
  CHECK(plan_training(spec).collectives.size() == 1);
  spec.bucket_size = Bytes(1);
  CHECK(plan_training(spec).collectives.size() == 6);
}

TEST_CASE("tensor parallelism costs two all-reduces per layer and direction, and one each for embedding and head") {
  TrainingSpec spec = small(4, 1);
  spec.steps = 1;
  const auto result = interpret(plan_training(spec));
  // 3 micro-batches x (6 layers x 4 + 2)
  CHECK(count(result.order, "scale_up") == 3 * (6 * 4 + 2));
}

TEST_CASE(
    "reduction overlaps: each bucket is signalled before the work that follows it, and waited for once at the end") {
  TrainingSpec spec = small(1, 2);
  spec.steps = 1;
  const auto order = interpret(plan_training(spec)).order;
  const auto first = std::find(order.begin(), order.end(), "signal 0");
  const auto last = std::find(order.rbegin(), order.rend(), "signal 0").base();
  CHECK(count(order, "signal 0") == 6);
  // after the first bucket: 5 layers of two computations each, and the embedding
  CHECK(std::count(first, order.end(), "compute") == 5 * 2 + 1 + 1);
  CHECK(count(order, "wait 1") == 1);
  CHECK(std::find(last, order.end(), "wait 1") != order.end());
  CHECK(order.back() == "compute"); // the optimizer
}

TEST_CASE("compute per step is the model's FLOPs at peak times efficiency, plus what memory bandwidth bounds") {
  TrainingSpec spec = small(1, 1);
  spec.steps = 1;
  const JobPlan plan = plan_training(spec);
  const double flops_time = plan.flops_per_step / (spec.gpu.peak_flops * spec.gpu.efficiency);
  const double parameters_held = static_cast<double>(parameters(spec.model));
  const double optimizer = parameters_held * 28 / spec.gpu.memory_bandwidth;
  const double look_up =
      3 * 2 * (4.0 * spec.model.sequence * spec.model.hidden) / spec.gpu.memory_bandwidth; // 3 micro-batches, both ways
  CHECK(seconds(interpret(plan).computed[0]) == doctest::Approx(flops_time + optimizer + look_up).epsilon(1e-9));
}

TEST_CASE("tensor groups that do not fit the scale-up domain go over the network, and the plan says so") {
  TrainingSpec spec = small(16, 2);
  const JobPlan plan = plan_training(spec);
  CHECK(std::none_of(plan.collectives.begin(), plan.collectives.end(),
                     [](const CollectiveInfo &c) { return c.scale_up; }));
  CHECK(std::any_of(plan.notes.begin(), plan.notes.end(),
                    [](const std::string &n) { return n.find("do not fit") != std::string::npos; }));
}

TEST_CASE("GPUs that do not factor, batches that do not divide, and what is not there yet are errors") {
  const auto refused = [](auto change) {
    TrainingSpec spec = small(8, 2);
    change(spec);
    CHECK_THROWS_AS(plan_training(spec), Error);
  };
  refused([](TrainingSpec &s) { s.gpus = 17; });
  refused([](TrainingSpec &s) { s.global_batch = 7; });
  refused([](TrainingSpec &s) { s.global_batch = 0; });
  refused([](TrainingSpec &s) { s.micro_batch = 0; });
  refused([](TrainingSpec &s) { s.expert = 2; });
  refused([](TrainingSpec &s) { s.tensor = 0; });
  refused([](TrainingSpec &s) { s.steps = 0; });
  refused([](TrainingSpec &s) { s.model.layers = 0; });
  refused([](TrainingSpec &s) { s.data_algorithm = "bruck"; });
  refused([](TrainingSpec &s) { s.tensor = 3, s.data = 16, s.gpus = 48; });
  refused([](TrainingSpec &s) {
    s.micro_batch = 2'000'000'000, s.data = 1, s.gpus = 8, s.global_batch = 2'000'000'000, s.model.hidden = 1'000'000;
  });
}

TEST_CASE("plain collectives of every kind run through, one after another, for odd sizes and numbers of ranks") {
  std::vector<PlainCollective> all;
  for (const CollectiveOp op : collective_ops())
    for (const std::int64_t bytes : {0, 3, 1'000'003})
      all.push_back({op, "auto", Bytes(bytes), 2});
  for (const std::uint32_t ranks : {2u, 3u, 8u, 17u}) {
    const JobPlan plan = plan_collectives(all, ranks);
    CHECK(plan.collectives.size() == all.size() * 2);
    const auto result = interpret(plan);
    CHECK_MESSAGE(result.problems.empty(), problems_of(result));
  }
  CHECK_THROWS_AS(plan_collectives(all, 1), Error);
  CHECK_THROWS_AS(plan_collectives({}, 4), Error);
  CHECK_THROWS_AS(plan_collectives({{CollectiveOp::broadcast, "ring", Bytes(1), 1}}, 4), Error);
}

TEST_CASE(
    "halving-doubling and hierarchical collectives run through, and the latter leave the network the rings between") {
  const ScaleUpDomain domain{8, 3'600_Gbps, 300ns};
  for (const std::int64_t bytes : {0, 3, 1'000'003, 64'000'000}) {
    const JobPlan halving = plan_collectives({{CollectiveOp::all_reduce, "halving-doubling", Bytes(bytes), 2},
                                              {CollectiveOp::reduce_scatter, "halving-doubling", Bytes(bytes), 1},
                                              {CollectiveOp::all_gather, "halving-doubling", Bytes(bytes), 1}},
                                             32);
    const auto run = interpret(halving);
    CHECK_MESSAGE(run.problems.empty(), problems_of(run));
    CHECK(halving.network_bytes.value == (2 * 2 + 1 + 1) * 31 * bytes);
    for (const std::uint32_t ranks : {8u, 16u, 40u}) {
      const JobPlan plan =
          plan_collectives({{CollectiveOp::all_reduce, "hierarchical", Bytes(bytes), 3}}, ranks, domain);
      const auto result = interpret(plan);
      CHECK_MESSAGE(result.problems.empty(), problems_of(result));
      CHECK(plan.network_bytes.value == 3 * 2 * (ranks / 8 - 1) * bytes);
      for (const Bytes sent : result.sent_by) // 2 (M - 1) / n S each, as the port's bound says
        CHECK(std::abs(sent.value - 3 * busiest_port_traffic(CollectiveOp::all_reduce, ranks, Bytes(bytes), 8).value) <=
              6 * (ranks / 8 + 1));
    }
  }
  CHECK_THROWS_WITH_AS(plan_collectives({{CollectiveOp::all_reduce, "halving-doubling", Bytes(1), 1}}, 12),
                       doctest::Contains("power of two"), Error);
  CHECK_THROWS_WITH_AS(plan_collectives({{CollectiveOp::all_reduce, "hierarchical", Bytes(1), 1}}, 16),
                       doctest::Contains("scale-up domain"), Error);
  CHECK_THROWS_AS(plan_collectives({{CollectiveOp::all_reduce, "hierarchical", Bytes(1), 1}}, 12, domain), Error);
}

TEST_CASE("a permutation has no fixed point, hits everyone once, and depends on the seed alone") {
  for (const std::uint32_t n : {2u, 3u, 4u, 16u, 1000u})
    for (std::uint64_t seed = 1; seed <= 20; ++seed) {
      const auto to = derangement(n, seed);
      std::vector<std::uint32_t> hits(n);
      for (std::uint32_t i = 0; i < n; ++i) {
        CHECK(to[i] != i);
        ++hits[to[i]];
      }
      CHECK(std::all_of(hits.begin(), hits.end(), [](std::uint32_t h) { return h == 1; }));
      CHECK(to == derangement(n, seed));
    }
  CHECK(derangement(1000, 1) != derangement(1000, 2));
}

TEST_CASE("all nine derangements of four points are drawn evenly") {
  // D(4) = 9 derangements; 9,000 draws: each 1,000 on average, standard deviation 30
  std::map<std::vector<std::uint32_t>, int> drawn;
  for (std::uint64_t seed = 0; seed < 9000; ++seed)
    ++drawn[derangement(4, seed)];
  CHECK(drawn.size() == 9);
  for (const auto &[permutation, times] : drawn)
    CHECK(std::abs(times - 1000) < 150);
}

TEST_CASE("permutation and incast traffic deliver every flow") {
  for (const std::uint32_t ranks : {2u, 5u, 64u}) {
    const auto result = interpret(plan_traffic({"permutation", Bytes(1000), 0, 7}, ranks));
    CHECK_MESSAGE(result.problems.empty(), problems_of(result));
    CHECK(result.sent.value == 1000 * static_cast<std::int64_t>(ranks));
    for (std::uint32_t fan_in = 1; fan_in < ranks; ++fan_in) {
      const auto incast = interpret(plan_traffic({"incast", Bytes(1000), fan_in, 7}, ranks));
      CHECK_MESSAGE(incast.problems.empty(), problems_of(incast));
      CHECK(incast.sent_by[0].value == 0);
      CHECK(incast.sent.value == 1000 * static_cast<std::int64_t>(fan_in));
      CHECK(std::all_of(incast.sent_by.begin(), incast.sent_by.end(), [](Bytes b) { return b.value <= 1000; }));
    }
  }
  CHECK_THROWS_AS(plan_traffic({"incast", Bytes(1), 0, 1}, 4), Error);
  CHECK_THROWS_AS(plan_traffic({"incast", Bytes(1), 4, 1}, 4), Error);
  CHECK_THROWS_AS(plan_traffic({"permutation", Bytes(1), 0, 1}, 1), Error);
}

TEST_CASE("a rank's program is a function of the plan alone: asked again, it does the same") {
  TrainingSpec spec = small(4, 3);
  const JobPlan plan = plan_training(spec);
  const JobPlan again = plan_training(spec);
  const auto first = plan.program(5);
  const auto second = again.program(5);
  CHECK(first->streams() == 2);
  for (std::uint32_t stream = 0; stream < 2; ++stream)
    for (bool more = true; more;) {
      const Operation a = first->next(stream);
      const Operation b = second->next(stream);
      CHECK(a.kind == b.kind);
      CHECK(a.peer == b.peer);
      CHECK(a.id == b.id);
      CHECK(a.count == b.count);
      CHECK(a.bytes == b.bytes);
      CHECK(a.duration == b.duration);
      more = a.kind != Operation::Kind::finish;
    }
}

TEST_CASE("streams may be asked in any order: one stream's operations do not depend on the other's") {
  const JobPlan plan = plan_training(small(4, 3));
  const auto together = plan.program(1);
  const auto alone = plan.program(1);
  for (int i = 0; i < 200; ++i) {
    together->next(0);
    CHECK(together->next(1).kind == alone->next(1).kind);
  }
}
