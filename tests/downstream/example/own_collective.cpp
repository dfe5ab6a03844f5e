// A collective algorithm of one's own: the broadcast in which the root sends to everyone itself. A chain hands the data
// on from member to member, which uses every link once but waits for each one's latency; with little data this is
// faster.
//
// Four GPUs on one switch as in hello_world.cpp, data of one frame:
//
//     three frames in a row leave the root   3 × 81,920 ps = 245,760 ps
//     the last one's way                                     500,000 ps
//     broadcast                                              745,760 ps     (a chain: 3 × 581,920 = 1,745,760 ps)

#include <lightloom/collectives/symbolic.hpp>
#include <lightloom/lightloom.hpp>

#include <cstdio>
#include <memory>
#include <vector>

using namespace lightloom;

// What one member does, step by step. A send does not wait, a receive does.
class FlatBroadcast final : public CollectiveCursor {
public:
  explicit FlatBroadcast(const CollectiveShape &shape) : shape_(shape), is_root_(shape.index == shape.root) {}
  CollectiveStep next() override {
    CollectiveStep step;
    const std::uint32_t steps = is_root_ ? shape_.ranks - 1 : 1;
    if (done_ == steps)
      return step; // which says "done"
    ++done_;
    step.kind = is_root_ ? CollectiveStep::Kind::send : CollectiveStep::Kind::receive;
    step.peer = is_root_ ? (shape_.root + done_) % shape_.ranks : shape_.root;
    step.bytes = shape_.bytes;
    return step;
  }

private:
  CollectiveShape shape_;
  bool is_root_;
  std::uint32_t done_ = 0;
};

// To whom a member ever sends: the network makes its queues before the run.
std::vector<std::uint32_t> peers_of(const CollectiveShape &shape) {
  std::vector<std::uint32_t> peers;
  for (std::uint32_t k = 1; shape.index == shape.root && k < shape.ranks; ++k)
    peers.push_back((shape.root + k) % shape.ranks);
  return peers;
}

int main() {
  CollectiveAlgorithm flat;
  flat.op = CollectiveOp::broadcast;
  flat.name = "flat";
  flat.make = [](const CollectiveShape &shape) { return std::make_unique<FlatBroadcast>(shape); };
  flat.sends_to = peers_of;
  flat.blocks = [](const CollectiveShape &) { return 1; }; // the data travels whole

  // Is it right? All members are run on sets of contributions instead of numbers.
  for (std::uint32_t members = 2; members <= 64; ++members)
    if (const auto proof = prove(flat, members, Bytes(1000)); !proof.proven) {
      std::printf("wrong for %u members: %s\n", members, proof.problem.c_str());
      return 1;
    }
  std::puts("proven for 2 to 64 members");

  // How fast is it?
  constexpr Bytes data = 4'076_B;
  constexpr Duration expected = 3 * transmission_time(data + 20_B, 400_Gbps) + 500ns;
  Extensions ours;
  ours.collective_algorithms.push_back(flat);
  Experiment few("few");
  few.use(ours);
  few.set("cluster.gpus", 4).set("cluster.gpus_per_node", 1).set("cluster.scale_up.kind", "none");
  few.set("fabric.radix", 4).set("fabric.link_rate", 400_Gbps);
  few.set("fabric.switch.latency", 0ns).set("fabric.nic.latency", 0ns);
  few.set("optics.host.module", "400G-DAC").set("optics.host.length", 2_m).set("optics.host.latency", 250ns);
  few.set("transport.kind", "ideal").set("transport.mtu", data);
  few.add("collective", {{"op", "broadcast"}, {"algorithm", "flat"}, {"size", data}});
  const Results results = run(few);
  const Duration took = duration_of(results.tables.collectives.front());
  std::printf("broadcast over 4 GPUs: %lld ps%s\n", static_cast<long long>(took.count()),
              took == expected ? ", as by hand" : ", which is not what we computed");
  return results.complete && took == expected ? 0 : 1;
}
