#pragma once
// The choice among equal-cost ports, made once per frame and switch.
//
// ecmp and spray are pure functions of the frame and the switch. The others add what a switch knows: the time, a salt
// drawn from the seed, queue lengths, flows lately seen; a policy that a program brings along is told the same
// (routing_policy.hpp). None depends on the order of execution.
// The hash of ecmp covers what a switch's 5-tuple hash covers: destination, destination's queue pair (which stands for
// the source too) and entropy (the UDP source port of RoCEv2 and UEC), seeded by the switch, so that tiers do not
// polarise. Flows collide as hashes do. docs/validation/path-choice.md has the measurements.
//
// Leaves out: resilient hashing (a group that loses a port hashes all its flows anew); weights; queues beyond this
// switch.

#include "sim/network/frame.hpp"
#include "sim/network/plain/route_table.hpp"
#include "sim/network/switch/routing_policy.hpp"
#include "sim/network/switch/switch_spec.hpp"

#include <array>
#include <cstdint>
#include <memory>

namespace lightloom {

/// Hash of a flow at a switch: multiply–xorshift of destination, queue pair, entropy and switch.
inline std::uint32_t flow_hash(const Frame &frame, std::uint32_t switch_id) {
  std::uint64_t h = (static_cast<std::uint64_t>(frame.destination) << 32 | frame.queue_pair) * 0x9E3779B97F4A7C15ull;
  h ^= (static_cast<std::uint64_t>(frame.entropy) << 32 | switch_id) * 0xC2B2AE3D27D4EB4Full;
  h ^= h >> 29;
  h *= 0xBF58476D1CE4E5B9ull;
  return static_cast<std::uint32_t>(h >> 32);
}

/// floor((2^64 − 1) / d): n / d = (n + 1) × reciprocal ÷ 2^64, exactly, for all 32-bit n. (With r = (2^64 − 1) mod d
/// the product falls short of (n + 1) / d by (n + 1) (1 + r) / (d 2^64) ≤ 1 / d.)
inline constexpr std::array<std::uint64_t, 513> reciprocals = [] {
  std::array<std::uint64_t, 513> table{};
  for (std::uint64_t d = 1; d < table.size(); ++d)
    table[d] = UINT64_MAX / d;
  return table;
}();

/// n / d for d > 0, without a division where d is a usual number of ports.
inline std::uint32_t divided(std::uint32_t n, std::uint32_t d) {
  if (d >= reciprocals.size()) [[unlikely]]
    return n / d;
  return static_cast<std::uint32_t>(static_cast<unsigned __int128>(std::uint64_t{n} + 1) * reciprocals[d] >> 64);
}

/// 0 … n − 1 from a uniform word: its high bits, without a division.
inline std::uint32_t scaled(std::uint32_t word, std::uint32_t n) {
  return static_cast<std::uint32_t>(static_cast<std::uint64_t>(word) * n >> 32);
}

/// ecmp: index of the port inside a group of `group.count` equal ports.
inline std::uint32_t choose_by_hash(const PortGroup &group, const Frame &frame, std::uint32_t switch_id) {
  return scaled(flow_hash(frame, switch_id), group.count);
}

/// spray: the flow's frames, or turns of frames, go round the group.
inline std::uint32_t choose_by_turn(const PortGroup &group, const Frame &frame) {
  const std::uint32_t turn = divided(frame.sequence >> frame.turn_shift, group.stride) + frame.entropy;
  return turn - divided(turn, group.count) * group.count;
}

/// The choice where it is a pure function: ecmp and spray.
inline std::uint32_t choose(const PortGroup &group, const Frame &frame, PathChoice paths, std::uint32_t switch_id) {
  if (group.count == 1)
    return 0;
  return paths == PathChoice::ecmp ? choose_by_hash(group, frame, switch_id) : choose_by_turn(group, frame);
}

/// The choices of one switch.
class PathChooser {
public:
  struct Settings {
    PathChoice paths = PathChoice::ecmp;
    std::uint64_t seed = 1;
    std::uint32_t switch_id = 0;
    Duration flowlet_gap{50us}; ///< flowlet: a longer pause of the flow draws its port anew
    RoutingPolicyFactory own_policy;  ///< own
  };
  /// Flowlets are told apart by this many table entries; flows that share one share its port (as in CONGA, Alizadeh et
  /// al., SIGCOMM 2014, section 3.4, whose table has 64 Ki). 16 B each, only under flowlet.
  static constexpr std::uint32_t flowlet_entries = 4096;

  PathChooser() = default;
  /// Throws Error when the policy's factory makes nothing.
  explicit PathChooser(const Settings &settings);

  /// Index of the port inside the group. `ports`: the group's port numbers. Frames come in the order of `now`, when
  /// they reach the switch. `backlog_of_port(port)`: any measure of what waits there at `now`; asked only by policies
  /// that look.
  template <class Backlog>
  std::uint32_t choose(const PortGroup &group, const std::uint16_t *ports, const Frame &frame, SimTime now,
                       const Backlog &backlog_of_port) {
    if (group.count == 1)
      return 0;
    if (paths_ == PathChoice::ecmp)
      return choose_by_hash(group, frame, switch_id_);
    if (paths_ == PathChoice::spray)
      return choose_by_turn(group, frame);
    return choose_by_state(group, ports, frame, now, backlog_of_port);
  }

private:
  struct Flowlet {
    SimTime last{}; ///< of its latest frame; 0: none yet
    std::uint32_t draw = 0;
  };

  template <class Backlog>
  [[gnu::noinline]] std::uint32_t choose_by_state(const PortGroup &group, const std::uint16_t *ports,
                                                  const Frame &frame, SimTime now, const Backlog &backlog_of_port);
  /// 64 uniform bits for a frame here and now. A frame that is sent again draws anew.
  std::uint64_t draw(const Frame &frame, SimTime now) const {
    std::uint64_t h = (static_cast<std::uint64_t>(frame.destination) << 32 | frame.queue_pair) * 0x9E3779B97F4A7C15ull;
    h ^= (static_cast<std::uint64_t>(frame.sequence) << 32 | static_cast<std::uint32_t>(frame.entropy) << 8 |
          static_cast<std::uint32_t>(frame.kind)) *
         0xC2B2AE3D27D4EB4Full;
    h ^= (static_cast<std::uint64_t>(picoseconds(now)) + salt_) * 0xD6E8FEB86659FD93ull;
    h = (h ^ h >> 32) * 0xBF58476D1CE4E5B9ull;
    h = (h ^ h >> 29) * 0x94D049BB133111EBull;
    return h ^ h >> 32;
  }
  std::uint32_t choose_by_flowlet(const PortGroup &group, const Frame &frame, SimTime now);
  std::uint32_t ask_own_policy(const PortGroup &group, const Frame &frame, SimTime now, PathQuery query);

  PathChoice paths_ = PathChoice::ecmp;
  std::uint32_t switch_id_ = 0;
  std::uint64_t salt_ = 0;
  Duration flowlet_gap_{};
  std::unique_ptr<Flowlet[]> flowlets_;
  std::unique_ptr<RoutingPolicy> own_policy_;
};

template <class Backlog>
std::uint32_t PathChooser::choose_by_state(const PortGroup &group, const std::uint16_t *ports, const Frame &frame,
                                           SimTime now, const Backlog &backlog_of_port) {
  if (paths_ == PathChoice::flowlet)
    return choose_by_flowlet(group, frame, now);
  if (paths_ == PathChoice::own) {
    struct Sight {
      const std::uint16_t *ports;
      const Backlog &backlog_of_port;
    } sight{ports, backlog_of_port};
    const auto look = [](const void *of, std::uint32_t port) -> std::int64_t {
      const Sight &here = *static_cast<const Sight *>(of);
      return here.backlog_of_port(here.ports[port]);
    };
    return ask_own_policy(group, frame, now, PathQuery(look, &sight));
  }
  std::uint64_t bits = draw(frame, now);
  const std::uint32_t first = scaled(static_cast<std::uint32_t>(bits >> 32), group.count);
  if (paths_ == PathChoice::spray_random)
    return first;
  if (paths_ == PathChoice::spray_least_of_two) {
    std::uint32_t second = scaled(static_cast<std::uint32_t>(bits), group.count - 1u);
    second += second >= first ? 1 : 0;
    return backlog_of_port(ports[second]) < backlog_of_port(ports[first]) ? second : first;
  }
  // adaptive: the shortest of all; among k equal ones each with 1/k (reservoir sampling, Vitter 1985).
  std::uint32_t shortest = 0;
  auto least = backlog_of_port(ports[0]);
  std::uint32_t equal = 1;
  for (std::uint32_t i = 1; i < group.count; ++i) {
    const auto backlog = backlog_of_port(ports[i]);
    if (backlog > least)
      continue;
    if (backlog < least)
      equal = 0;
    ++equal;
    bits = bits * 6364136223846793005ull + 1442695040888963407ull; // the next draw: an LCG step (Knuth's MMIX)
    if (equal == 1 || scaled(static_cast<std::uint32_t>(bits >> 32), equal) == 0)
      shortest = i;
    least = backlog;
  }
  return shortest;
}

} // namespace lightloom
