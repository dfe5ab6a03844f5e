// Trains of frames (decision 0008): what they may not change, and what they may change only as far as predicted.

#include "sim/network/train_rule.hpp"
#include "tests/determinism/network/result_text.hpp"
#include "tests/unit/sim/network/fabrics.hpp"

#include <algorithm>
#include <cmath>
#include <doctest/doctest.h>

using namespace lightloom;
using namespace lightloom::test;

namespace {

void check_conserved(const NetworkResult &r) {
  CHECK(r.violations.empty()); // among them: every frame accounted for, all credits back
  CHECK(r.blocked.empty());
  CHECK_FALSE(r.failed);
  CHECK(r.bytes_delivered == r.bytes_sent);
}

/// One message over a chain of links, `frames` to a train.
NetworkResult alone(const std::vector<BitRate> &rates, Forwarding forwarding, Bytes size, std::uint32_t frames) {
  NetworkSpec spec = chain(rates, 300ns);
  spec.switches.forwarding = forwarding;
  spec.transport = infiniband();
  spec.transport.credits = Bytes{};
  spec.trains.most_frames = frames;
  spec.record_flows = true;
  stream_of_messages(spec, size);
  NetworkResult r = simulate(std::move(spec), {});
  check_conserved(r);
  CHECK(r.frames_injected == static_cast<std::uint64_t>((size.value + 4095) / 4096));
  return r;
}

/// Sprayed or hashed over a small fat-tree, with lost codewords, a dark link and changing rates, as drawn.
NetworkSpec hurt_tree(std::uint32_t number) {
  RandomStream random(2027, Purpose::test, number);
  const bool spray = random.below(3) != 0;
  NetworkSpec spec = fat_tree(4, 400_Gbps, 300ns);
  spec.seed = random.bits();
  spec.transport = infiniband();
  spec.transport.retransmit_timeout = 60us;
  spec.transport.retry_count = 100;
  if (!spray && random.below(2) == 0)
    spec.transport.recovery = TransportSpec::Recovery::go_back_n;
  spec.paths = spray ? PathChoice::spray : PathChoice::ecmp;
  spec.switches.forwarding = random.below(2) == 0 ? Forwarding::cut_through : Forwarding::store_and_forward;
  spec.trains.most_frames = 2u << random.below(6);
  for (auto &link : spec.links) {
    link.segments.front().uncorrectable_ratio = random.below(4) == 0 ? 1e-4 : 0;
    if (random.below(6) == 0) { // half the rate for a while
      const LinkHealthSegment well = link.segments.front();
      const SimTime from = SimTime{} + Duration(static_cast<std::int64_t>(1 + random.below(40'000'000)));
      link.segments.push_back({from, BitRate(well.rate.bits_per_second / 2), well.latency, well.uncorrectable_ratio});
      link.segments.push_back({from + 10us, well.rate, well.latency, well.uncorrectable_ratio});
    }
  }
  const auto cable = static_cast<std::uint32_t>(random.below(spec.fabric.cables.size()));
  if (spec.links[2 * cable].segments.size() == 1 && spec.links[2 * cable + 1].segments.size() == 1) {
    const SimTime from = SimTime{} + Duration(static_cast<std::int64_t>(1 + random.below(30'000'000)));
    take_down(spec, cable, from, from + 5us);
  }
  permutation(spec, Bytes(static_cast<std::int64_t>(1 + random.below(1'500'000))), number);
  return spec;
}

/// The last message of a pattern over leaves and spines, and what was predicted.
struct Measured {
  double time_ps;
  double predicted;
};
template <class Load> Measured measure(Load load, const TrainSpec &trains) {
  NetworkSpec spec = fat_tree(4, 400_Gbps, 300ns);
  spec.transport = infiniband();
  spec.paths = PathChoice::spray;
  spec.trains = trains;
  spec.record_flows = true;
  load(spec);
  const NetworkResult r = simulate(std::move(spec), {});
  check_conserved(r);
  return {static_cast<double>(picoseconds(r.end)), r.train_error};
}

} // namespace

TEST_CASE("Alone on a path of equal or falling rates a message of trains arrives at the same picosecond as of frames") {
  for (const auto &rates :
       {std::vector<BitRate>{400_Gbps}, {400_Gbps, 400_Gbps, 400_Gbps}, {800_Gbps, 400_Gbps, 200_Gbps}})
    for (const auto forwarding : {Forwarding::cut_through, Forwarding::store_and_forward})
      for (const std::int64_t size : {4096, 100'000, 262'144, 3'000'001}) {
        const SimTime right = alone(rates, forwarding, Bytes(size), 1).flows[0].end;
        for (const std::uint32_t frames : {2u, 16u, 512u}) {
          CAPTURE(size);
          CAPTURE(frames);
          CHECK(alone(rates, forwarding, Bytes(size), frames).flows[0].end == right);
        }
      }
}

TEST_CASE("From slow links to fast ones a train never runs dry: cut-through on the same picosecond, stored within a "
          "frame's time") {
  for (const auto &rates : {std::vector<BitRate>{400_Gbps, 800_Gbps}, {100_Gbps, 400_Gbps, 800_Gbps}})
    for (const auto forwarding : {Forwarding::cut_through, Forwarding::store_and_forward})
      for (const std::int64_t size : {4096, 100'000, 262'144, 3'000'001}) {
        const std::int64_t right = picoseconds(alone(rates, forwarding, Bytes(size), 1).flows[0].end);
        for (const std::uint32_t frames : {2u, 16u, 512u}) {
          const std::int64_t late = picoseconds(alone(rates, forwarding, Bytes(size), frames).flows[0].end) - right;
          CAPTURE(size);
          CAPTURE(frames);
          CHECK(late >= 0);
          CHECK(late <= (forwarding == Forwarding::cut_through ? 0 : 4146 * 10)); // at 800 Gb/s
        }
      }
}

TEST_CASE("Over a fast link between slow ones a message is late by what its first train waits, and no more") {
  constexpr std::int64_t saved_ps = 4146 * 10; // a frame's time at 400 Gb/s less that at 800 Gb/s
  for (const auto forwarding : {Forwarding::cut_through, Forwarding::store_and_forward})
    for (const std::int64_t size : {100'000, 3'000'001}) {
      const std::vector<BitRate> rates{400_Gbps, 800_Gbps, 400_Gbps};
      const std::int64_t right = picoseconds(alone(rates, forwarding, Bytes(size), 1).flows[0].end);
      for (const std::int64_t frames : {2, 16, 64}) {
        const auto end = alone(rates, forwarding, Bytes(size), static_cast<std::uint32_t>(frames)).flows[0].end;
        CAPTURE(size);
        CAPTURE(frames);
        CHECK(picoseconds(end) >= right);
        CHECK(picoseconds(end) - right <= std::min(frames, (size + 4095) / 4096) * saved_ps + 2);
      }
    }
}

TEST_CASE("Losses, dark links and changes of rate inside trains: every frame is accounted for, all bytes arrive, all "
          "credits return") {
  std::uint64_t lost = 0, corrupted = 0, trains = 0, frames = 0;
  for (std::uint32_t number = 0; number < 40; ++number) {
    CAPTURE(number);
    const NetworkResult r = simulate(hurt_tree(number), {});
    check_conserved(r);
    CHECK(r.frames_injected ==
          r.frames_delivered + r.frames_discarded + r.frames_corrupted + r.frames_lost + r.frames_unroutable);
    lost += r.frames_lost;
    corrupted += r.frames_corrupted;
    trains += r.trains_injected;
    frames += r.frames_injected;
  }
  CHECK(lost > 0);
  CHECK(corrupted > 0);
  CHECK(trains * 2 < frames); // and they were trains
}

TEST_CASE("A bad codeword costs its frames, not their train: as many corrupt frames as the law says, within 4 errors") {
  NetworkSpec spec = chain({400_Gbps}, 500ns);
  spec.transport = infiniband();
  spec.transport.retransmit_timeout = 20us;
  spec.transport.retry_count = 1000;
  spec.trains.most_frames = 64;
  spec.links[0].segments.front().uncorrectable_ratio = 1e-4;
  stream_of_messages(spec, Bytes(4096 * 2000), 20);
  const NetworkResult r = simulate(std::move(spec), {});
  check_conserved(r);
  const auto frames = static_cast<double>(r.links[0].tx_frames);
  const double p = 1 - std::pow(1 - 1e-4, 4 + 4146.0 / 640); // as for single frames (losses.cpp)
  // A block of 2,560 B meets one frame of 4,146 B or, with probability b, two, that die together: E[K²] ÷ E[K].
  const double b = 2560.0 / 4146, clumping = (1 + 3 * b) / (1 + b);
  CHECK(std::abs(static_cast<double>(r.links[0].corrupted_frames) - frames * p) <=
        4 * std::sqrt(frames * p * (1 - p) * clumping));
  CHECK(r.links[0].tx_trains < r.links[0].tx_frames / 8);
}

TEST_CASE("Trains with losses, dark links and spraying: one result for every execution") {
  for (const std::uint32_t number : {0u, 3u, 7u, 11u}) {
    CAPTURE(number);
    ExecutionOptions options;
    options.sequential = true;
    const NetworkResult right = simulate(hurt_tree(number), options);
    options.sequential = false;
    using Grouping = ExecutionOptions::Grouping;
    for (const auto grouping : {Grouping::one_entity, Grouping::by_leaf, Grouping::all_in_one})
      for (const std::uint32_t threads : {1u, 3u}) {
        options.grouping = grouping;
        options.threads = threads;
        const NetworkResult result = simulate(hurt_tree(number), options);
        CHECK(result.digest == right.digest);
        CHECK(first_difference(as_text(right), as_text(result)) == "");
      }
  }
}

TEST_CASE("Under spray a permutation and a ring are delayed by no more than predicted") {
  const auto permuted = [](NetworkSpec &spec) { permutation(spec, 4_MiB, 5); };
  const auto ringed = [](NetworkSpec &spec) { ring(spec, 16_MiB); };
  const auto check = [](auto load) {
    const double frames = measure(load, {1, 0}).time_ps;
    for (const TrainSpec &trains : {TrainSpec{4, 0}, TrainSpec{16, 0}, TrainSpec{1024, 0.01}, TrainSpec{1024, 0.05}}) {
      const auto [time, predicted] = measure(load, trains);
      MESSAGE(trains.most_frames << " frames, error " << trains.error << ": " << 100 * (time / frames - 1)
                                 << " %, predicted " << 100 * predicted << " %");
      CHECK(time / frames - 1 <= predicted);
      CHECK(predicted > 0);
      if (trains.error > 0)
        CHECK(predicted <= trains.error);
    }
  };
  check(permuted);
  check(ringed);
}

TEST_CASE("Beside single frames at a port a message goes frame by frame: shares of the port stay equal") {
  const auto shared = [](std::uint32_t frames) {
    NetworkSpec spec = star(3, 400_Gbps, 300ns);
    spec.transport = infiniband();
    spec.trains = {frames, 0};
    spec.record_flows = true;
    std::vector<Operation> small, receives; // messages of one frame each, on a channel of their own
    for (int i = 0; i < 500; ++i) {
      small.push_back(send(2, 4096_B));
      receives.push_back(receive(0, 4096_B));
    }
    give(spec, {{{send(1, 4_MiB)}, small}, {{receive(0, 4_MiB)}}, {{}, receives}});
    NetworkResult r = simulate(std::move(spec), {});
    check_conserved(r);
    SimTime last{};
    for (const auto &flow : r.flows)
      if (flow.destination == 2)
        last = std::max(last, flow.end);
    return static_cast<double>(picoseconds(last));
  };
  const double frames = shared(1);
  CHECK(shared(64) == doctest::Approx(frames).epsilon(0.01));
  CHECK(shared(512) == doctest::Approx(frames).epsilon(0.01));
}
