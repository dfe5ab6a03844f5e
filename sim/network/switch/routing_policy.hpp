#pragma once
// A routing policy that a program brings along (docs/EXTENDING.md): asked for a port, frame by frame, wherever the
// routes leave a choice. Each switch has one object of it.
//
// It must be deterministic: a function of what it was asked so far, its switch and the seed. Queries of a switch come
// in the order of their time, whatever the number of threads; objects of different switches may be asked at the same
// time, so they share nothing that changes.

#include "sim/core/id.hpp"
#include "sim/core/quantity.hpp"

#include <cstdint>
#include <functional>
#include <memory>

namespace lightloom {

/// A frame that several ports of a switch could take, all on shortest paths.
class PathQuery {
public:
  SimTime now{};                 ///< its head (cut-through) or tail reaches the switch
  std::uint32_t destination = 0; ///< NIC port: host × ports of a host + port
  std::uint64_t flow = 0;        ///< equal for all frames from one sender to one receiver; answers have another
  std::uint32_t sequence = 0;    ///< number of the frame in its flow; it may come again
  std::uint16_t entropy = 0;     ///< what a sender that sprays varies
  std::uint32_t ports = 0;       ///< how many to choose from, at least 2

  /// What waits at choice `port` (below `ports`) now: its transmission time. Looking costs time.
  Duration backlog(std::uint32_t port) const { return Duration(look_(switch_, port)); }

  /// As a switch asks: `look(of, port)` finds the backlog [ps].
  using Look = std::int64_t (*)(const void *of, std::uint32_t port);
  PathQuery(Look look, const void *of) : look_(look), switch_(of) {}

private:
  Look look_;
  const void *switch_;
};

/// The choices of one switch.
class RoutingPolicy {
public:
  RoutingPolicy() = default;
  RoutingPolicy(const RoutingPolicy &) = delete;
  RoutingPolicy &operator=(const RoutingPolicy &) = delete;
  virtual ~RoutingPolicy() = default;
  /// A number below query.ports; another one ends the run with an Error.
  virtual std::uint32_t choose(const PathQuery &query) = 0;
};

/// Makes the object of one switch. `seed`: scenario.seed.
using RoutingPolicyFactory = std::function<std::unique_ptr<RoutingPolicy>(SwitchId self, std::uint64_t seed)>;

} // namespace lightloom
