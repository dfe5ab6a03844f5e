#pragma once
// The search behind routes.cpp: the living switches laid out by height, and the ways from everywhere to one destination
// leaf.
//
// `height` orders the switches; a cable leads up, down or across. For a destination leaf L:
//   D(s) = hops to L going down only;  G(s) = 1 + min D over cables across;  U(s) = 1 + min R over cables up;
//   R(s) = D if finite, else G, else U.
// Each hop lowers R, so there are no loops; the phases are up*, at most one across, down*, so the dependencies between
// links follow up < across < down and cannot close a cycle.
//
// Where failures leave a switch without such a way, extend() adds detours to the nearest switch that has one. `spread`
// detours turn from down to up only at one transit leaf per group, and pass a third group only if nothing nearer helps,
// any that serves: failures inside one group then cannot close a cycle, since every way on from the transit leaf ends
// in another group or at another leaf. `hub` detours pass one third group as long as that is possible, which has the
// same effect between groups. `anywhere` detours are the shortest. Each kind is checked by deadlock.hpp before use.

#include "topology/fabric.hpp"

#include <cstdint>
#include <span>
#include <vector>

namespace lightloom {

/// "No way."
inline constexpr std::uint32_t unreachable = 0xffffffffu;

/// A switch-to-switch cable seen from one end.
struct Hop {
  std::uint32_t peer = 0;
  std::uint16_t port = 0;
  std::uint16_t parallel = 0; ///< number among the cables to this peer: orders the ports of a group
};

/// Hops of every switch in one direction, flat.
struct Hops {
  std::vector<std::uint32_t> first{0};
  std::vector<Hop> hop;
  std::span<const Hop> of(std::uint32_t s) const { return std::span(hop).subspan(first[s], first[s + 1] - first[s]); }
};

/// The living hops of every switch, by direction.
struct Layout {
  std::vector<std::uint32_t> descending;   ///< switches, highest first
  std::vector<std::uint32_t> group;        ///< [switch] pod or group
  std::vector<std::uint32_t> transit_leaf; ///< [group] the leaf with the most living uplinks
  std::vector<bool> is_hub;                ///< [group] the group of its plane with the most living cables across
  Hops up, across, down;
};

/// Lays out the cables that are not dead. `height` has one entry per switch, larger is nearer the root.
Layout make_layout(const Fabric &fabric, const std::vector<bool> &dead_cable, const std::vector<std::uint64_t> &height);

/// Heights of the builder's tiers: leaf 0, spine 1, core 2.
std::vector<std::uint64_t> tier_heights(const Fabric &fabric);

/// Heights for up*/down*: all different, and falling with the distance from a root, the highest switch of each
/// connected part.
std::vector<std::uint64_t> rooted_heights(const Layout &tiers);

/// A number per switch, equal where living cables join them.
std::vector<std::uint32_t> components(const Layout &layout);

/// How a way may leave the tiers; see above.
enum class Detours : std::uint8_t { spread, hub, anywhere };

/// Ways from all switches to one leaf.
class Destination {
public:
  Destination(const Layout &layout, std::uint32_t leaf);
  std::uint32_t leaf() const { return leaf_; }
  /// Falls with every hop on the way to the leaf; `unreachable` where there is no way. For undetoured ways: hops left.
  std::uint32_t rest(std::uint32_t s) const { return rest_[s]; }
  /// Gives switches without a way the nearest detour.
  void extend(Detours detours);
  /// The equal-cost hops of switch s, which has a way and is not the leaf.
  void hops_of(std::uint32_t s, std::vector<Hop> &out) const;

private:
  enum class Direction : std::uint8_t { up, across, down };
  std::uint32_t detour_cost(std::uint32_t from, std::uint32_t to, Direction direction) const;

  const Layout &layout_;
  std::uint32_t leaf_;
  Detours detours_ = Detours::spread;
  std::vector<std::uint32_t> down_; ///< D
  std::vector<std::uint32_t> rest_; ///< R
  std::vector<bool> detoured_;      ///< [switch]; empty before extend()
};

} // namespace lightloom
