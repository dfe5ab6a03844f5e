#pragma once
// The way of one train through the fabric, found again after the run: the same choice among equal ports as the switch
// made (switch/path_choice.hpp: ecmp and spray are pure), the same transmission times, and what of its latency is
// fibre, modules and switches.

#include "sim/network/network_spec.hpp"

#include <array>
#include <cstddef>
#include <cstdint>
#include <vector>

namespace lightloom {

/// What decides the way of a train, and when it passes.
struct TrainOnItsWay {
  std::uint32_t source = 0;        ///< endpoint
  std::uint32_t destination = 0;   ///< endpoint
  std::uint32_t receive_queue = 0; ///< at the destination's port
  std::uint32_t sequence = 0;      ///< of its first frame
  std::uint16_t entropy = 0;
  std::uint8_t turn_shift = 0;
  SimTime left{}; ///< when it began to leave, or the best guess; matters only where routes or links change
};

/// Directed links from endpoint to endpoint.
struct TrainPath {
  static constexpr std::size_t most_links = 16;
  std::array<LinkId, most_links> links;
  std::array<std::int64_t, most_links> propagation{}; ///< [ps]
  std::array<std::int64_t, most_links> optics{};      ///< [ps]
  std::array<BitRate, most_links> rate;               ///< while the train passed
  std::array<BitRate, most_links> fastest;            ///< the link will ever have: what switches reckon with
  std::uint32_t count = 0;
  std::int64_t latency = 0;   ///< propagation + optics of all links [ps]
  std::int64_t switching = 0; ///< of each switch crossed [ps]
  LinkId carrier;             ///< the slowest, of those the busiest: what queueing and serialization are charged to
  bool one_rate = true;
  bool arrived = false; ///< false: no route, as far as the tables tell
};

/// Finds paths again, by the routes that held when the train passed.
class PathFinder {
public:
  /// Both must outlive it. `link_busy` [directed link].
  PathFinder(const NetworkSpec &spec, const std::vector<Duration> &link_busy);

  /// Valid until the next call.
  const TrainPath &find(const TrainOnItsWay &train);
  /// Transmission of a train of `wire_bytes` along the path, as far as it delays its tail: once at the last link; what
  /// a switch waits so that a faster link does not run dry; the first frame at each hop of store-and-forward. [ps]
  std::int64_t serialization(const TrainPath &path, std::int64_t wire_bytes) const;
  /// How long a train waits in switches for what its own queue sent before it, when nobody else is there: where a link
  /// is slower than the one before, or the train's first frame is shorter than the others and switches store and
  /// forward. `sending`: transmission of the bytes before it at the first link. Trains before it are taken as single
  /// frames. [ps]
  std::int64_t behind_own_bytes(const TrainPath &path, std::int64_t wire_bytes, std::int64_t sending) const;
  /// How far serialization() may be off because a port carries remainders below 1 ps; 0 where every rate gives whole
  /// picoseconds per byte. [ps]
  std::int64_t tolerance(const TrainPath &path) const;
  /// How long the other frames of a train can take before the last one leaves, where a bad codeword can break it up.
  /// [ps]
  std::int64_t broken_train(const TrainPath &path) const;
  /// Routes and all links stay as they are for the whole run.
  bool constant() const { return constant_; }

private:
  struct Entry {
    TrainOnItsWay key;
    bool used = false;
    TrainPath path;
  };
  static constexpr std::size_t cache_entries = 512;
  void number_ports();
  std::uint32_t turn(const TrainOnItsWay &train) const;
  void walk(const TrainOnItsWay &train, TrainPath &path) const;
  void cross(LinkId link, SimTime &now, TrainPath &path) const;
  void choose_carrier(TrainPath &path) const;
  std::int64_t catch_up(std::int64_t bytes, BitRate in, BitRate out) const;
  const RouteTable &table_at(SimTime t) const;

  const NetworkSpec &spec_;
  const std::vector<Duration> &busy_;
  std::vector<std::uint32_t> first_port_; ///< [node], into links_of_ports_
  std::vector<LinkId> links_of_ports_;    ///< outgoing, port by port
  std::uint64_t period_ = 1;              ///< sprayed paths repeat after so many frames; 0: far too many to remember
  bool constant_ = true;
  bool codewords_go_bad_ = false;
  std::vector<Entry> cache_;
  TrainPath scratch_;
};

} // namespace lightloom
