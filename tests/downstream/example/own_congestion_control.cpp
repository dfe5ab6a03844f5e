// A congestion control of one's own: stop and wait. The oldest one there is has one frame in flight, and sends the next
// when the answer is there. It cannot congest anything, and leaves most of the link unused.
//
// Two GPUs on one switch, 400 Gb/s and two links of 250 ns each way, Ultra Ethernet with frames of 4,096 B of payload:
//
//     a frame      4,096 B + 102 B of header + 20 B of gap = 4,218 B, 84,360 ps
//     its answer      90 B of header + 20 B of gap         =   110 B,  2,200 ps
//     there        84,360 + 500,000                        =   584,360 ps
//     and back      2,200 + 500,000                        =   502,200 ps
//     16 frames    15 × (584,360 + 502,200) + 584,360      = 16,882,760 ps

#include <lightloom/lightloom.hpp>

#include <cstdio>

using namespace lightloom;

// A law has those functions that it needs: this one needs no clock and no news. One object per send queue.
class StopAndWait {
public:
  explicit StopAndWait(std::int64_t frame) : frame_(frame) {}
  std::int64_t window() const { return frame_; } // wire bytes that may be in flight

private:
  std::int64_t frame_;
};

int main() {
  struct NoParameters {};
  Extensions ours;
  ours.congestion_controls.push_back(per_queue<StopAndWait>(
      "stop-and-wait", CongestionSignal::answers, NoParameters{},
      [](const NoParameters &, const CongestionControl::Setting &at) { return StopAndWait(at.full_frame); }));

  Experiment pair("pair");
  pair.use(ours);
  pair.set("cluster.gpus", 2).set("cluster.gpus_per_node", 1).set("cluster.scale_up.kind", "none");
  pair.set("fabric.radix", 2).set("fabric.link_rate", 400_Gbps);
  pair.set("fabric.switch.latency", 0ns).set("fabric.nic.latency", 0ns).set("fabric.nic.reaction", 0ns);
  pair.set("optics.host.module", "400G-DAC").set("optics.host.length", 2_m).set("optics.host.latency", 250ns);
  pair.set("transport.kind", "uec").set("transport.mtu", 4_KiB);
  pair.set("transport.congestion_control", "stop-and-wait");
  pair.add("traffic", {{"pattern", "incast"}, {"fan_in", 1}, {"size", 16 * 4_KiB}});

  constexpr Duration there = transmission_time(4'218_B, 400_Gbps) + 500ns;
  constexpr Duration back = transmission_time(110_B, 400_Gbps) + 500ns;
  constexpr Duration expected = 15 * (there + back) + there;

  const Results results = run(pair);
  const Duration took = duration_of(results.tables.flows.rows.front());
  std::printf("16 frames: %lld ps%s\n", static_cast<long long>(took.count()),
              took == expected ? ", as by hand" : ", which is not what we computed");
  return results.complete && took == expected ? 0 : 1;
}
