#pragma once
// The scenes of the determinism table: small runs that between them use every mechanism that could make a result depend
// on how it was executed. A scene is a name and a function that builds its specification for a seed.

#include "tests/unit/sim/network/nic_bench.hpp"

#include <functional>
#include <string>
#include <vector>

namespace lightloom::test {

struct Scene {
  std::string name;
  std::function<NetworkSpec(std::uint64_t seed)> build;
  bool random = true; ///< whether a seed can show: in ties, hashes, spray phases or lost codewords
};

inline NetworkSpec small_tree(std::uint64_t seed, PathChoice paths) {
  NetworkSpec spec = fat_tree(4, 400_Gbps, 300ns);
  spec.transport = infiniband();
  spec.paths = paths;
  spec.seed = seed;
  return spec;
}

inline NetworkSpec lossy_tree(std::uint64_t seed, PathChoice paths, TransportSpec::Recovery recovery) {
  NetworkSpec spec = small_tree(seed, paths);
  spec.transport.recovery = recovery;
  spec.transport.retransmit_timeout = 50us;
  spec.transport.window_frames = 256;
  for (auto &link : spec.links)
    link.segments.front().uncorrectable_ratio = 1e-3;
  permutation(spec, 256_KiB, 7);
  return spec;
}

/// Leaf-spine whose spine 0 loses two cables, is routed around, and comes back.
inline NetworkSpec failing_clos(std::uint64_t seed, bool drain_first) {
  NetworkSpec spec = leaf_spine(4, 4, 4, 400_Gbps, 250ns);
  spec.transport = infiniband();
  spec.transport.retransmit_timeout = 40us;
  spec.seed = seed;
  spec.paths = PathChoice::spray;
  const auto around = leaf_spine_table(4, 4, 4, 0);
  const auto all = spec.routes.front().table;
  take_down(spec, 16, SimTime{} + 5us, SimTime{} + 60us);     // leaf 0 – spine 0
  take_down(spec, 16 + 4, SimTime{} + 8us, SimTime{} + 50us); // leaf 1 – spine 0
  spec.routes.push_back({SimTime{} + (drain_first ? 4us : 12us), around});
  spec.routes.push_back({SimTime{} + 70us, all});
  permutation(spec, 2_MiB, 3);
  return spec;
}

/// Two groups of four ranks: compute, meet in the group, send to the other group, on two streams that wait for each
/// other.
inline NetworkSpec grouped_job(std::uint64_t seed) {
  NetworkSpec spec = star(8, 400_Gbps, 200ns);
  spec.transport = infiniband();
  spec.seed = seed;
  spec.steps = 2;
  spec.collectives = 2;
  using Kind = Operation::Kind;
  for (std::uint32_t r = 0; r < 8; ++r) {
    std::vector<Operation> main, background;
    for (std::uint32_t step = 0; step < 2; ++step) {
      main.push_back(plain(Kind::begin_step, step));
      main.push_back(compute(3us + r * 100ns));
      Operation meet = plain(Kind::scale_up, r / 4);
      meet.duration = 2us;
      main.push_back(meet);
      main.push_back(plain(Kind::signal, 0));
      main.push_back(compute(1us));
      main.push_back(plain(Kind::wait, 1, step + 1));
      main.push_back(plain(Kind::end_step, step));
      background.push_back(plain(Kind::wait, 0, step + 1));
      background.push_back(plain(Kind::begin_collective, step));
      background.push_back(send((r + 4) % 8, 100_KiB));
      background.push_back(plain(Kind::drain));
      background.push_back(receive((r + 4) % 8, 100_KiB));
      background.push_back(plain(Kind::end_collective, step));
      background.push_back(plain(Kind::signal, 1));
    }
    auto script = std::make_unique<Script>(std::vector<std::vector<Operation>>{main, background});
    script->groups = {{r / 4, 4}};
    spec.placement.push_back(HostId(7 - r));
    spec.programs.push_back(std::move(script));
  }
  return spec;
}

inline NetworkSpec mixed_rates(std::uint64_t seed, Forwarding forwarding) {
  NetworkSpec spec = small_tree(seed, PathChoice::spray);
  spec.switches.forwarding = forwarding;
  for (std::uint32_t c = 0; c < spec.fabric.cables.size(); ++c) {
    const BitRate rate = c % 3 == 0 ? 400_Gbps : c % 3 == 1 ? 720_Gbps : 800_Gbps; // 720G: 100/9 ps per byte
    spec.fabric.cables[c].rate = rate;
    for (const auto link : {2 * c, 2 * c + 1})
      spec.links[link].segments.front().rate = rate;
  }
  all_to_all(spec, 20_KiB);
  return spec;
}

inline NetworkSpec drained_sends(std::uint64_t seed) {
  NetworkSpec spec = fat_tree(4, 400_Gbps, 300ns);
  spec.seed = seed;
  std::vector<std::vector<std::vector<Operation>>> scripts(16);
  for (std::uint32_t r = 0; r < 16; ++r)
    for (std::uint32_t i = 0; i < 4; ++i) {
      scripts[r].resize(2);
      scripts[r][0].push_back(send((r + 5) % 16, Bytes(30'000 + 1000 * r)));
      scripts[r][0].push_back(plain(Operation::Kind::drain));
      scripts[r][0].push_back(compute(500ns));
      scripts[r][1].push_back(receive((r + 9) % 16, Bytes(40'000)));
      scripts[r][1].push_back(send((r + 7) % 16, Bytes(40'000)));
    }
  for (std::uint32_t r = 0; r < 16; ++r) {
    for (std::uint32_t i = 0; i < 4; ++i)
      scripts[r][0].push_back(receive((r + 11) % 16, Bytes(30'000 + 1000 * ((r + 11) % 16))));
    scripts[r][1].insert(scripts[r][1].begin(), send((r + 7) % 16, Bytes(40'000)));
    scripts[r][1].pop_back(); // four sends and four receives each, one send ahead
  }
  give(spec, std::move(scripts));
  return spec;
}

inline NetworkSpec unreachable_peer(std::uint64_t seed) {
  NetworkSpec spec = leaf_spine(2, 4, 2, 400_Gbps, 250ns);
  spec.transport = infiniband();
  spec.transport.retransmit_timeout = 20us;
  spec.transport.retry_count = 2;
  spec.seed = seed;
  take_down(spec, 5, SimTime{} + 10us); // host 5 goes dark for good
  auto without = leaf_spine_table(2, 4, 2);
  auto row = std::make_shared<SwitchRoutes>(*without->switches[0]);
  row->group_of_leaf[1] = no_group;
  without->switches[0] = row;
  spec.routes.push_back({SimTime{} + 30us, without});
  permutation(spec, 4_MiB, 11);
  return spec;
}

/// A transport as its row has it: one more row is one more scene.
inline TransportSpec by_row(const TransportKind &kind) {
  const TransportDefaults &usual = kind.defaults;
  TransportSpec t;
  t.kind = &kind;
  t.header = usual.header;
  t.control_header = usual.control_header;
  t.virtual_lanes = usual.virtual_lanes;
  t.ack_every = usual.ack_every;
  t.recovery = usual.go_back_n ? TransportSpec::Recovery::go_back_n : TransportSpec::Recovery::selective;
  t.entropies = kind.entropies ? 64 : 0;
  t.base_rtt = 5us;
  if (kind.buffers == TransportKind::Buffers::credits)
    t.credits = 64_KiB;
  for (const CongestionControlKind &control : congestion_controls())
    if (std::string(control.name) == usual.congestion_control)
      t.law = control.law({});
  return t;
}

/// Buffers and marks as the transport knows them; a few frames are lost as well.
inline NetworkSpec controlled_tree(std::uint64_t seed, const TransportSpec &transport) {
  NetworkSpec spec = fat_tree(4, 400_Gbps, 300ns);
  spec.transport = transport;
  spec.transport.retransmit_timeout = 60us;
  spec.hosts.reaction = 300ns;
  spec.seed = seed;
  spec.switches.buffer = 1_MiB;
  spec.switches.ecn = {true, 20_KiB, 80_KiB, 0.5};
  if (transport.kind->defaults.pfc)
    spec.switches.pfc = {true, 40_KiB, 20_KiB, {}};
  spec.switches.trim = transport.kind->trimming;
  if (transport.kind->buffers != TransportKind::Buffers::shared)
    spec.switches.buffer = {};
  for (auto &link : spec.links)
    link.segments.front().uncorrectable_ratio = 1e-4;
  return spec;
}

inline std::vector<Scene> scenes() {
  using Recovery = TransportSpec::Recovery;
  const auto with = [](NetworkSpec spec, const auto &traffic) {
    traffic(spec);
    return spec;
  };
  const auto permute = [](NetworkSpec &s) { permutation(s, 200'000_B, 5); };
  std::vector<Scene> all = {
      {"permutation, ecmp", [=](auto seed) { return with(small_tree(seed, PathChoice::ecmp), permute); }},
      {"permutation, spray", [=](auto seed) { return with(small_tree(seed, PathChoice::spray), permute); }},
      {"incast",
       [=](auto seed) {
         return with(small_tree(seed, PathChoice::spray), [](NetworkSpec &s) { incast(s, 15, 64_KiB); });
       }},
      {"ring",
       [=](auto seed) { return with(small_tree(seed, PathChoice::ecmp), [](NetworkSpec &s) { ring(s, 256_KiB); }); }},
      {"all-to-all",
       [=](auto seed) {
         return with(small_tree(seed, PathChoice::spray), [](NetworkSpec &s) { all_to_all(s, 9'999_B); });
       }},
      {"two virtual lanes, few credits",
       [=](auto seed) {
         NetworkSpec spec = small_tree(seed, PathChoice::spray);
         spec.transport.virtual_lanes = 2;
         spec.transport.credits = Bytes(3 * 4146);
         return with(std::move(spec), [](NetworkSpec &s) { all_to_all(s, 10_KiB); });
       }},
      {"store-and-forward",
       [=](auto seed) {
         NetworkSpec spec = small_tree(seed, PathChoice::spray);
         spec.switches.forwarding = Forwarding::store_and_forward;
         return with(std::move(spec), permute);
       }},
      {"losses, go-back-n on ecmp", [](auto seed) { return lossy_tree(seed, PathChoice::ecmp, Recovery::go_back_n); }},
      {"losses, selective on spray",
       [](auto seed) { return lossy_tree(seed, PathChoice::spray, Recovery::selective); }},
      {"link down, re-routed, repaired", [](auto seed) { return failing_clos(seed, false); }},
      {"link drained before it goes down", [](auto seed) { return failing_clos(seed, true); }},
      {"scale-up groups, compute, two streams", grouped_job, false},
      {"mixed rates, cut-through", [](auto seed) { return mixed_rates(seed, Forwarding::cut_through); }},
      {"mixed rates, store-and-forward", [](auto seed) { return mixed_rates(seed, Forwarding::store_and_forward); }},
      {"ideal, drained sends", drained_sends},
      {"rocev2, incast",
       [=](auto seed) {
         return with(controlled_tree(seed, rocev2()), [](NetworkSpec &s) { incast(s, 15, 100_KiB); });
       }},
      {"rocev2, all-to-all",
       [=](auto seed) {
         return with(controlled_tree(seed, rocev2()), [](NetworkSpec &s) { all_to_all(s, 30'000_B); });
       }},
      {"uec, permutation", [=](auto seed) { return with(controlled_tree(seed, uec()), permute); }},
      {"uec, trimmed incast under credits",
       [=](auto seed) {
         NetworkSpec spec = controlled_tree(seed, uec(nscc_law(), true));
         spec.switches.buffer = 150_KiB;
         return with(std::move(spec), [](NetworkSpec &s) { incast(s, 15, 64_KiB); });
       }},
      {"uec, all-to-all in trains",
       [=](auto seed) {
         NetworkSpec spec = controlled_tree(seed, uec());
         spec.trains.most_frames = 4;
         return with(std::move(spec), [](NetworkSpec &s) { all_to_all(s, 60'000_B); });
       }},
      {"unreachable peer", unreachable_peer},
  };
  for (const TransportKind *kind : transport_kinds)
    all.push_back({std::string(kind->name) + ", as its row has it",
                   [=](auto seed) { return with(controlled_tree(seed, by_row(*kind)), permute); }});
  return all;
}

} // namespace lightloom::test
