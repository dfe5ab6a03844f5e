// Hello, world: four GPUs add up a vector, and we know beforehand how long it takes.
//
// The four hang on one switch. Each link carries 400 Gb/s and takes 250 ns; NICs and switch take no time, and there is
// nobody else. A ring cuts the vector into four chunks and hands them around: after three steps each GPU has the sum of
// one chunk, after three more it has all four. In every step every GPU sends one chunk to its neighbour.
//
//     a chunk       4,076 B, with 20 B of preamble and gap 4,096 B on the wire: one frame
//     sending it    4,096 B × 8 ÷ 400 Gb/s  =    81,920 ps
//     on its way    two links of 250 ns     =   500,000 ps
//     a step                                =   581,920 ps
//     six steps                             = 3,491,520 ps

#include <lightloom/lightloom.hpp>

#include <cstdio>

using namespace lightloom;

int main() {
  constexpr Bytes chunk = 4'076_B;
  constexpr Duration step = transmission_time(chunk + 20_B, 400_Gbps) + 250ns + 250ns;

  // What there is: keys of the scenario file, with values that know their unit.
  Experiment hello("hello");
  hello.set("cluster.gpus", 4).set("cluster.gpus_per_node", 1).set("cluster.scale_up.kind", "none");
  hello.set("fabric.radix", 4).set("fabric.link_rate", 400_Gbps);
  hello.set("fabric.switch.latency", 0ns).set("fabric.nic.latency", 0ns);
  hello.set("optics.host.module", "400G-DAC").set("optics.host.length", 2_m).set("optics.host.latency", 250ns);
  hello.set("transport.kind", "ideal").set("transport.mtu", chunk);

  // What it does.
  hello.add("collective", {{"op", "all-reduce"}, {"algorithm", "ring"}, {"size", 4 * chunk}});

  // How long that took.
  const Results results = run(hello);
  const Duration took = duration_of(results.tables.collectives.front());
  std::printf("all-reduce over 4 GPUs: %lld ps", static_cast<long long>(took.count()));
  std::puts(took == 6 * step ? ", as by hand" : ", which is not what we computed");
  return results.complete && took == 6 * step ? 0 : 1;
}
