// Laws of plain traffic: who sends to whom, how often, how much and when. Plans are run without time (interpreter.hpp);
// random ones are held to their distributions within bounds that a right program breaks once in 10^6 seeds or less.

#include "collectives/traffic/traffic.hpp"
#include "collectives/traffic/traffic_open.hpp"
#include "sim/core/error.hpp"
#include "tests/property/collectives/interpreter.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>
#include <map>
#include <vector>

using namespace lightloom;
using test::interpret;
using test::problems_of;

namespace {

TrafficSpec closed(const std::string &pattern) {
  TrafficSpec spec;
  spec.pattern = pattern;
  spec.bytes = Bytes(1000);
  spec.fan_in = 1;
  return spec;
}

/// Flows of `size` at 100 Gb/s: one every size × 8 ÷ (load × 100 Gb/s) per sender.
TrafficSpec open(const std::string &pattern, double load, Duration duration, const FlowSizes &sizes) {
  TrafficSpec spec = closed(pattern);
  spec.open = OpenLoop{load, duration, 100_Gbps, sizes};
  return spec;
}

/// Destinations of a rank, in the order sent.
std::vector<std::uint32_t> destinations(const JobPlan &plan, std::uint32_t rank) {
  std::vector<std::uint32_t> to;
  const auto program = plan.program(rank);
  for (Operation op = program->next(0); op.kind != Operation::Kind::finish; op = program->next(0))
    if (op.kind == Operation::Kind::send)
      to.push_back(op.peer);
  return to;
}

std::vector<FlowArrival> arrivals(const std::shared_ptr<const PoissonTraffic> &traffic, std::uint32_t rank) {
  std::vector<FlowArrival> all;
  PoissonArrivals process(traffic, rank);
  while (const auto arrival = process.next())
    all.push_back(*arrival);
  return all;
}

} // namespace

TEST_CASE("every pattern delivers every flow, in every number of rounds") {
  for (const std::uint32_t ranks : {2u, 3u, 8u, 33u})
    for (const char *pattern : {"permutation", "incast", "uniform", "all-to-all", "shift"})
      for (const std::uint32_t rounds : {1u, 2u, 5u}) {
        CAPTURE(pattern);
        TrafficSpec spec = closed(pattern);
        spec.repeat = rounds;
        spec.start = rounds == 2 ? 1us : 0us;
        const auto result = interpret(plan_traffic(spec, ranks));
        CHECK_MESSAGE(result.problems.empty(), problems_of(result));
        const std::int64_t flows = spec.pattern == "incast"       ? 1
                                   : spec.pattern == "all-to-all" ? std::int64_t{ranks} * (ranks - 1)
                                                                  : ranks;
        CHECK(result.sent.value == 1000 * flows * rounds);
      }
}

TEST_CASE("an all-to-all has each ordered pair once, and no two ranks send to the same one at the same place") {
  for (const std::uint32_t ranks : {2u, 7u, 16u}) {
    const JobPlan plan = plan_traffic(closed("all-to-all"), ranks);
    std::vector<std::vector<std::uint32_t>> to;
    for (std::uint32_t r = 0; r < ranks; ++r) {
      to.push_back(destinations(plan, r));
      auto sorted = to.back();
      std::sort(sorted.begin(), sorted.end());
      REQUIRE(sorted.size() == ranks - 1);
      for (std::uint32_t i = 0; i + 1 < ranks; ++i)
        CHECK(sorted[i] == (i < r ? i : i + 1));
    }
    for (std::uint32_t i = 0; i + 1 < ranks; ++i) {
      std::vector<std::uint32_t> column;
      for (std::uint32_t r = 0; r < ranks; ++r)
        column.push_back(to[r][i]);
      std::sort(column.begin(), column.end());
      CHECK(std::adjacent_find(column.begin(), column.end()) == column.end());
    }
  }
}

TEST_CASE("a shift by k sends from r to r + k modulo the ranks") {
  for (const std::uint32_t by : {1u, 3u, 8u, 15u, 17u, 65535u}) {
    TrafficSpec spec = closed("shift");
    spec.by = by;
    const JobPlan plan = plan_traffic(spec, 16);
    for (std::uint32_t r = 0; r < 16; ++r)
      CHECK(destinations(plan, r) == std::vector<std::uint32_t>{(r + by) % 16});
  }
  TrafficSpec whole = closed("shift");
  whole.by = 32;
  CHECK_THROWS_AS(plan_traffic(whole, 16), Error);
}

TEST_CASE("the senders of an incast are distinct and spread over the other ranks") {
  for (const std::uint32_t ranks : {2u, 9u, 64u})
    for (std::uint32_t fan_in = 1; fan_in < ranks; ++fan_in) {
      TrafficSpec spec = closed("incast");
      spec.fan_in = fan_in;
      const JobPlan plan = plan_traffic(spec, ranks);
      std::uint32_t last = 0;
      std::uint32_t senders = 0;
      for (std::uint32_t r = 0; r < ranks; ++r) {
        if (destinations(plan, r).empty())
          continue;
        ++senders;
        CHECK(r - last <= (ranks - 1 + fan_in - 1) / fan_in); // gaps differ by less than one
        last = r;
      }
      CHECK(senders == fan_in);
    }
}

TEST_CASE("uniform destinations are uniform over the other ranks") {
  // Chi-square with 6 degrees of freedom exceeds 38.3 with probability 10^-6. (C)
  TrafficSpec spec = closed("uniform");
  spec.repeat = 7000;
  const JobPlan plan = plan_traffic(spec, 8);
  for (std::uint32_t r = 0; r < 8; ++r) {
    std::vector<double> seen(8);
    for (const std::uint32_t to : destinations(plan, r))
      seen[to] += 1;
    CHECK(seen[r] == 0);
    double chi_square = 0;
    for (std::uint32_t to = 0; to < 8; ++to)
      if (to != r)
        chi_square += (seen[to] - 1000) * (seen[to] - 1000) / 1000;
    CHECK(chi_square < 38.3);
    CHECK(chi_square > 0.1); // nor are they dealt out in turn: below 0.1 with probability 2e-5
  }
}

TEST_CASE("gaps of a Poisson process have the mean and the variance of an exponential, and no memory") {
  // 10,000 B at 0.8 of 100 Gb/s: one per microsecond. n = 100,000: standard error of the mean 0.32 %, of the variance
  // √8 ÷ √n = 0.89 %, of the correlation of neighbours 0.32 %. Five of each are allowed.
  const auto traffic = poisson_traffic(open("shift", 0.8, 100ms, FlowSizes::fixed(Bytes(10'000))), {}, 2);
  CHECK(traffic->mean_gap_ps == doctest::Approx(1e6));
  for (const std::uint32_t rank : {0u, 1u}) {
    const auto flows = arrivals(traffic, rank);
    const auto n = static_cast<double>(flows.size());
    CHECK(std::abs(n - 1e5) < 5 * std::sqrt(1e5));
    double sum = 0, squares = 0, products = 0, before = 1;
    Duration last{};
    for (const FlowArrival &flow : flows) {
      CHECK(flow.destination == 1 - rank);
      const double gap = static_cast<double>((flow.at - last).count()) * 1e-6;
      last = flow.at;
      sum += gap;
      squares += (gap - 1) * (gap - 1);
      products += (gap - 1) * (before - 1);
      before = gap;
    }
    CHECK(sum / n == doctest::Approx(1).epsilon(0.016));
    CHECK(squares / n == doctest::Approx(1).epsilon(0.045));
    CHECK(std::abs(products / n) < 0.016);
  }
}

TEST_CASE(
    "the load that is offered is the load that was asked for, of the sender's ports or of the incast's receiver") {
  // Web-search flows: mean 1.71 MB, standard deviation 1.9 times that. 4 s at 100 Gb/s and load 0.5 are about 15,000
  // flows: standard error √(1 + 1.9²) ÷ √15,000 = 1.8 %.
  const auto sizes = FlowSizes::published("websearch");
  CHECK(sizes.mean() == doctest::Approx(1.7114e6).epsilon(1e-3));
  const auto uniform = poisson_traffic(open("uniform", 0.5, 1s, sizes), {}, 4);
  CHECK(static_cast<double>(uniform->bytes.value) * 8 / (4 * 100e9) == doctest::Approx(0.5).epsilon(0.09));
  TrafficSpec incast = open("incast", 0.5, 4s, sizes);
  incast.fan_in = 20;
  const auto traffic = poisson_traffic(incast, {}, 32);
  CHECK(static_cast<double>(traffic->bytes.value) * 8 / (4 * 100e9) == doctest::Approx(0.5).epsilon(0.09));
  CHECK(traffic->awaited[0] == traffic->flows);
}

TEST_CASE("an open loop tells each rank how many flows to expect, and all are sent in their time") {
  for (const char *pattern : {"uniform", "permutation", "shift", "incast"}) {
    CAPTURE(pattern);
    TrafficSpec spec = open(pattern, 0.7, 300us, FlowSizes::exponential(Bytes(20'000)));
    spec.fan_in = 5;
    spec.start = 50us;
    const JobPlan plan = plan_traffic(spec, 12);
    const auto result = interpret(plan);
    CHECK_MESSAGE(result.problems.empty(), problems_of(result));
    const auto traffic = poisson_traffic(spec, {}, 12);
    for (std::uint32_t rank = 0; rank < 12; ++rank)
      for (const FlowArrival &flow : arrivals(traffic, rank)) {
        CHECK(flow.at >= 50us);
        CHECK(flow.at < 350us);
        CHECK(flow.destination != rank);
      }
  }
}

TEST_CASE("sizes have the mean and the range they promise") {
  for (const FlowSizes &sizes :
       {FlowSizes::fixed(Bytes(777)), FlowSizes::exponential(Bytes(50'000)), FlowSizes::pareto(Bytes(100'000)),
        FlowSizes::published("websearch"), FlowSizes::published("hadoop"), FlowSizes::published("alibaba-storage")}) {
    RandomStream random(3, Purpose::test, 0);
    double sum = 0, squares = 0;
    constexpr int n = 200'000;
    for (int i = 0; i < n; ++i) {
      const Bytes size = sizes.draw(random);
      CHECK((size.value >= 1 && size <= sizes.largest()));
      sum += static_cast<double>(size.value);
      squares += static_cast<double>(size.value) * static_cast<double>(size.value);
    }
    const double error = std::sqrt(std::max(0.0, squares / n - sum / n * sum / n) / n);
    CHECK(std::abs(sum / n - 0.5 - sizes.mean()) < 5 * error + 0.51); // 0.5: sizes are rounded up
  }
}

TEST_CASE("sizes of a file follow its line: uniform between two points") {
  // Kolmogorov: the distance of 10^5 draws from the truth exceeds 2.7 ÷ √n = 0.0085 with probability 10^-6. (C)
  const auto sizes = FlowSizes::from_text("# bytes share\n100 0\n1100 0.5\n\n1100 0.75\n2100 1\n", "sizes.txt");
  RandomStream random(4, Purpose::test, 0);
  constexpr int n = 100'000;
  int below_600 = 0, at_1100 = 0, above_1600 = 0;
  for (int i = 0; i < n; ++i) {
    const auto size = sizes.draw(random).value;
    below_600 += size <= 600 ? 1 : 0;
    at_1100 += size == 1100 ? 1 : 0;
    above_1600 += size > 1600 ? 1 : 0;
  }
  CHECK(std::abs(below_600 / double(n) - 0.25) < 0.0085);
  CHECK(std::abs(at_1100 / double(n) - 0.25) < 0.0085);
  CHECK(std::abs(above_1600 / double(n) - 0.125) < 0.0085);
  CHECK(sizes.mean() == doctest::Approx(0.5 * 600 + 0.25 * 1100 + 0.25 * 1600));
}

TEST_CASE("tables side by side keep their flows apart, and each draws its own numbers") {
  TrafficSpec first = closed("permutation");
  TrafficSpec second = closed("permutation");
  second.bytes = Bytes(77);
  TrafficSpec third = open("uniform", 0.5, 20us, FlowSizes::fixed(Bytes(5000)));
  const JobPlan plan = plan_traffic({first, second, third, third}, 9);
  const auto result = interpret(plan);
  CHECK_MESSAGE(result.problems.empty(), problems_of(result));
  CHECK(derangement(64, 1, 0) != derangement(64, 1, 1));
  const auto a = poisson_traffic(third, {2}, 9);
  const auto b = poisson_traffic(third, {3}, 9);
  CHECK(a->bytes + b->bytes + Bytes(9 * 1077) == plan.network_bytes);
  CHECK(arrivals(a, 0).front().at != arrivals(b, 0).front().at);
}

TEST_CASE("what cannot be is refused at its key") {
  const auto refused = [](const TrafficSpec &spec) {
    try {
      plan_traffic({closed("shift"), spec}, 8);
    } catch (const Error &e) { return e.problems().front().what; }
    return std::string("accepted");
  };
  CHECK(refused(closed("stencil")) == "traffic.1.pattern = \"stencil\"");
  CHECK(refused(open("all-to-all", 0.5, 1us, FlowSizes::fixed(Bytes(1)))) == "traffic.1.pattern = \"all-to-all\"");
  CHECK(refused(open("uniform", 0, 1us, FlowSizes::fixed(Bytes(1)))) == "traffic.1.load = 0");
  CHECK(refused(open("uniform", 1e-6, 1ns, FlowSizes::fixed(Bytes(1'000'000)))).starts_with("traffic.1.duration"));
  CHECK(refused(open("uniform", 1, 10s, FlowSizes::fixed(Bytes(1000)))).starts_with("traffic.1.duration"));
}
