// Frames, wire bytes, message times and bounds, with the arithmetic shown.

#include "collectives/closed_form.hpp"

#include "collectives/symbolic.hpp"
#include "sim/core/error.hpp"

#include <doctest/doctest.h>

using namespace lightloom;

namespace {

Duration homogeneous_time(CollectiveOp op, std::uint32_t ranks, Bytes bytes, const HomogeneousPath &path) {
  return find_algorithm(op, "auto").homogeneous_time({op, ranks, 0, bytes}, path);
}

} // namespace

TEST_CASE("4,096 B on the wire over 400 Gb/s and 500 ns arrive at 581,920 ps") {
  HomogeneousPath path;
  path.latency = 500ns;
  path.rate = 400_Gbps;
  // payload 4,076 + 20 B of preamble and gap = 4,096 B: 32,768 bit / 400 Gb/s = 81,920 ps
  CHECK(message_time(Bytes(4076), path) == Duration(581'920));
}

TEST_CASE("a message is cut into full frames and one short one, an empty one still takes a frame") {
  const Framing framing{Bytes(4096), Bytes(30)};
  CHECK(frame_count(Bytes(0), framing) == 1);
  CHECK(frame_count(Bytes(1), framing) == 1);
  CHECK(frame_count(Bytes(4096), framing) == 1);
  CHECK(frame_count(Bytes(4097), framing) == 2);
  CHECK(wire_bytes(Bytes(0), framing).value == 50);
  CHECK(wire_bytes(Bytes(4097), framing).value == 4097 + 2 * 50);
}

TEST_CASE("a stored and forwarded message pays one first-frame time per later hop") {
  HomogeneousPath path;
  path.rate = 800_Gbps; // 100 B per ns
  path.links = 4;
  path.latency = 2us;
  const Duration cut_through = message_time(Bytes(8192), path);
  // 8,192 + 2 x 20 = 8,232 B: 82.32 ns
  CHECK(cut_through == 2us + Duration(82'320));
  path.store_and_forward = true;
  CHECK(message_time(Bytes(8192), path) == cut_through + 3 * Duration(41'160)); // 4,116 B: 41.16 ns
  CHECK(message_time(Bytes(80), path) == 2us + 4 * Duration(1'000));            // 100 B: 1 ns on each of 4 links
}

TEST_CASE("a ring all-reduce takes 2(n-1) message times, and its halves n-1 each") {
  HomogeneousPath path;
  path.message_overhead = 1us;
  path.latency = 3us;
  path.rate = 400_Gbps;
  path.framing.header = Bytes(30);
  const Duration step = message_time(1_MiB, path);
  CHECK(homogeneous_time(CollectiveOp::all_reduce, 16, 16_MiB, path) == 30 * step);
  CHECK(homogeneous_time(CollectiveOp::all_gather, 16, 16_MiB, path) == 15 * step);
  CHECK(homogeneous_time(CollectiveOp::reduce_scatter, 16, 16_MiB, path) == 15 * step);
  CHECK(homogeneous_time(CollectiveOp::all_to_all, 16, 16_MiB, path) == 15 * step);
  CHECK(homogeneous_time(CollectiveOp::all_reduce, 1, 16_MiB, path) == 0ns);
}

TEST_CASE("no closed form is below its lower bound, whatever the algorithm, size and number of ranks") {
  HomogeneousPath path;
  path.latency = 2us;
  path.rate = 800_Gbps;
  path.framing.header = Bytes(30);
  for (const CollectiveAlgorithm &a : collective_algorithms())
    for (const std::uint32_t n : {1u, 2u, 3u, 8u, 100u})
      for (const std::int64_t bytes : {0, 1, 4096, 1'000'003, 1'000'000'007}) {
        const CollectiveShape shape{a.op, n, 0, Bytes(bytes)};
        if (a.homogeneous_time == nullptr || (a.why_not != nullptr && !a.why_not(shape).empty()))
          continue;
        CAPTURE(a.name);
        CAPTURE(to_string(a.op));
        CAPTURE(n);
        CAPTURE(bytes);
        CHECK(a.homogeneous_time(shape, path) >=
              port_lower_bound(a.op, n, Bytes(bytes), path.rate, path.latency, path.framing));
      }
}

TEST_CASE("bus bandwidth of a ring approaches the wire's goodput for long vectors") {
  HomogeneousPath path;
  path.latency = 2us;
  path.rate = 800_Gbps;
  for (const CollectiveOp op : {CollectiveOp::all_reduce, CollectiveOp::all_gather, CollectiveOp::all_to_all}) {
    const double time = seconds(homogeneous_time(op, 16, 16_GiB, path));
    const double busbw = static_cast<double>((16_GiB).value) / time * busbw_factor(op, 16);
    CHECK(busbw == doctest::Approx(100e9 * 4096 / 4116).epsilon(1e-3));
  }
}

TEST_CASE("in the scale-up switch: 8 GPUs, 3.6 Tb/s, 300 ns, 20 MiB all-reduce") {
  // chunk 20,971,520 / 8 = 2,621,440 B at 450 B/ns = 5,825.422 ns (rounded up to a picosecond); 14 x (300 + 5,825.423)
  // ns
  CHECK(scale_up_time(CollectiveOp::all_reduce, 8, 20_MiB, 3'600_Gbps, 300ns) == 14 * (300ns + Duration(5'825'423)));
  CHECK(scale_up_time(CollectiveOp::all_gather, 8, 20_MiB, 3'600_Gbps, 300ns) == 7 * (300ns + Duration(5'825'423)));
  CHECK(scale_up_time(CollectiveOp::send, 2, 450_B, 3'600_Gbps, 300ns) == 301ns);
  CHECK(scale_up_time(CollectiveOp::broadcast, 1, 20_MiB, 3'600_Gbps, 300ns) == 0ns);
  // broadcast of one piece over 3 GPUs: two hops of latency and transmission
  CHECK(scale_up_time(CollectiveOp::broadcast, 3, 450_B, 3'600_Gbps, 300ns) == 2 * 301ns);
}

TEST_CASE("the busiest port carries at least its share of what the algorithms send") {
  for (const CollectiveAlgorithm &a : collective_algorithms())
    for (const std::uint32_t n : {2u, 3u, 8u, 31u})
      if (a.why_not == nullptr)
        CHECK(busiest_port_traffic(a.op, n, Bytes(1'000'003)).value <= prove(a, n, Bytes(1'000'003)).sent.value);
}

TEST_CASE("a closed form that does not exist is an error") {
  CHECK_THROWS_AS(reference_seconds(CollectiveOp::broadcast, "ring", 4, Bytes(1), {1e-6, 1e-11}), Error);
}

TEST_CASE("operations have names, and a misspelt one is an error with the nearest") {
  for (const CollectiveOp op : collective_ops())
    CHECK(parse_collective_op(to_string(op)) == op);
  CHECK_THROWS_WITH_AS(parse_collective_op("all-reduc"), doctest::Contains("Did you mean \"all-reduce\"?"), Error);
}
