// Laws of `rocev2` and `uec` on whole networks: whatever is lost, trimmed, marked or paused, every byte arrives once.

#include "tests/unit/sim/network/nic_bench.hpp"

#include <doctest/doctest.h>

using namespace lightloom;
using namespace lightloom::test;

namespace {
using Recovery = TransportSpec::Recovery;
/// uec without control, under NSCC, under RCCC, under both.
std::vector<TransportSpec> controlled_uec() {
  return {uec({}, false), uec(nscc_law(), false), uec({}, true), uec(nscc_law(), true)};
}

void check_delivered(const NetworkResult &r) {
  for (const auto &violation : r.violations)
    MESSAGE(violation);
  CHECK(r.violations.empty());
  CHECK(r.blocked.empty());
  CHECK_FALSE(r.failed);
  CHECK(r.bytes_delivered == r.bytes_sent);
}

NetworkSpec tree(const TransportSpec &transport) {
  NetworkSpec spec = fat_tree(4, 400_Gbps, 300ns);
  spec.transport = transport;
  spec.transport.retransmit_timeout = 60us;
  spec.hosts.reaction = 300ns;
  return spec;
}
/// Switches whose buffers are small enough to trim or pause, and that mark.
void small_buffers(NetworkSpec &spec, Bytes buffer) {
  spec.switches.buffer = buffer;
  spec.switches.ecn = {true, 20_KiB, 80_KiB, 1};
}
} // namespace

TEST_CASE("Whatever is corrupted arrives in the end, under both transports, recoveries and controls") {
  std::vector<TransportSpec> all;
  for (const auto recovery : {Recovery::go_back_n, Recovery::selective}) {
    all.push_back(rocev2());
    all.back().recovery = recovery;
  }
  for (const TransportSpec &transport : controlled_uec())
    all.push_back(transport);
  for (const TransportSpec &transport : all)
    for (const double ratio : {1e-4, 5e-3}) {
      NetworkSpec spec = tree(transport);
      spec.transport.retry_count = 100;
      for (auto &link : spec.links)
        link.segments.front().uncorrectable_ratio = ratio;
      permutation(spec, 256_KiB, 3);
      const NetworkResult r = simulate(std::move(spec), {});
      CAPTURE(transport.kind->name);
      CAPTURE(transport.law.name);
      CAPTURE(transport.receiver_credits.has_value());
      CAPTURE(ratio);
      check_delivered(r);
      CHECK(r.frames_corrupted > 0);
      CHECK(r.frames_resent > 0);
    }
}

TEST_CASE("An incast that trims delivers every byte, and each trimmed frame is sent again") {
  for (const TransportSpec &transport : controlled_uec())
    for (const std::uint32_t train : {1u, 8u}) {
      NetworkSpec spec = tree(transport);
      spec.trains.most_frames = train;
      small_buffers(spec, 150_KiB);
      spec.switches.trim = true;
      incast(spec, 15, 200_KiB);
      const NetworkResult r = simulate(std::move(spec), {});
      CAPTURE(transport.law.name);
      CAPTURE(train);
      check_delivered(r);
      CHECK(r.frames_trimmed > 0);
      CHECK(r.frames_resent >= r.frames_trimmed);
    }
}

TEST_CASE("Without loss no frame is sent twice, however the paths reorder") {
  for (const TransportSpec &transport : controlled_uec()) {
    NetworkSpec spec = tree(transport);
    permutation(spec, 1_MiB, 3);
    const NetworkResult r = simulate(std::move(spec), {});
    CAPTURE(transport.law.name);
    check_delivered(r);
    CHECK(r.frames_resent == 0);
    CHECK(r.frames_discarded == 0);
  }
}

TEST_CASE("Priority flow control drops nothing in an incast, and everybody goes on in the end") {
  NetworkSpec spec = tree(rocev2());
  small_buffers(spec, 2_MiB);
  spec.switches.pfc = {true, 40_KiB, 20_KiB, {}};
  incast(spec, 15, 200_KiB);
  const NetworkResult r = simulate(std::move(spec), {});
  check_delivered(r);
  CHECK(r.frames_resent == 0);
  std::uint64_t pauses = 0;
  for (const LinkResult &link : r.links)
    pauses += link.pauses;
  CHECK(pauses > 0);
}

TEST_CASE("A peer that does not answer is named, after retry_count time-outs without a word") {
  for (const TransportSpec &transport : {rocev2(), uec()}) {
    NetworkSpec spec = star(2, 400_Gbps, 500ns);
    spec.transport = transport;
    spec.transport.retransmit_timeout = 30us;
    spec.transport.retry_count = 3;
    spec.links[3].segments.front().uncorrectable_ratio = 1; // switch → host 1
    stream_of_messages(spec, 4096_B);
    const NetworkResult r = simulate(std::move(spec), {});
    REQUIRE(r.failed);
    CHECK(r.failure.rank == 0);
    CHECK(r.failure.peer == 1);
    CHECK(r.failure.retries == 3);
    CHECK(r.failure.at == SimTime{} + 700ns + 4 * 30us); // a frame at 700 ns, four time-outs
    CHECK(r.violations.empty());
  }
}

TEST_CASE("What waits for a window, a pace or a pause is explained to the picosecond") {
  std::vector<TransportSpec> all = {rocev2(), uec(), uec(nscc_law(), true)};
  for (const TransportSpec &transport : all)
    for (const std::uint32_t train : {1u, 8u}) {
      NetworkSpec spec = tree(transport);
      spec.trains.most_frames = train;
      spec.explain_waiting = true;
      spec.steps = 2;
      small_buffers(spec, transport.kind == &uec_transport ? 300_KiB : 2_MiB);
      if (transport.kind == &uec_transport)
        spec.switches.trim = true;
      else
        spec.switches.pfc = {true, 40_KiB, 20_KiB, {}};
      using Kind = Operation::Kind;
      std::vector<std::vector<std::vector<Operation>>> scripts(16, std::vector<std::vector<Operation>>(1));
      for (std::uint32_t rank = 0; rank < 16; ++rank)
        for (std::uint32_t step = 0; step < 2; ++step) {
          auto &script = scripts[rank][0];
          script.push_back(plain(Kind::begin_step, step));
          script.push_back(compute(1us + rank * 50ns));
          for (const std::uint32_t by : {5u, 6u}) // two messages at once
            script.push_back(send((rank + by) % 16, 200_KiB));
          if (rank != 0)
            script.push_back(send(0, 50_KiB)); // and an incast
          for (const std::uint32_t by : {5u, 6u})
            script.push_back(receive((rank + 16 - by) % 16, 200_KiB));
          for (std::uint32_t from = 1; rank == 0 && from < 16; ++from)
            script.push_back(receive(from, 50_KiB));
          script.push_back(plain(Kind::end_step, step));
        }
      give(spec, std::move(scripts));
      const NetworkResult r = simulate(std::move(spec), {});
      CAPTURE(transport.kind->name);
      CAPTURE(transport.law.name);
      CAPTURE(transport.receiver_credits.has_value());
      CAPTURE(train);
      check_delivered(r); // a sum that is not exact is a violation
    }
}
