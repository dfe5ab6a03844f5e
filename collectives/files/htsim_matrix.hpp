#pragma once
// htsim's connection matrices (.cm): flows with start times, and triggers that start flows when others are done.
//
//   Nodes 16
//   Connections 2
//   Triggers 1
//   0->13 id 1 start 0 size 2000000 recv_done_trigger 1
//   13->2 id 2 trigger 1 size 2000000
//   trigger id 1 oneshot
//
// Source of the format: htsim's own reader and generators (csg-htsim, connection_matrix.cpp).
// Leaves out: `failure` lines (refused: a scenario's [[inject]] names its links), priorities (read and not used), `msg`
// (several messages of one connection).

#include "sim/core/quantity.hpp"

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

namespace lightloom {

/// One line `source->destination …`.
struct HtsimConnection {
  std::uint32_t source = 0;
  std::uint32_t destination = 0;
  std::uint32_t id = 0;                ///< 0: none stated
  Duration start{};                    ///< when there is no trigger
  Bytes size{};                        ///< ≥ 1 B
  std::uint32_t trigger = 0;           ///< that starts it; 0: none
  std::uint32_t send_done_trigger = 0; ///< activated when the last byte is acknowledged; 0: none
  std::uint32_t recv_done_trigger = 0; ///< activated when the last byte is in memory; 0: none
  std::uint32_t line = 0;              ///< in the file
};

/// One line `trigger …`.
struct HtsimTrigger {
  enum class Kind : std::uint8_t {
    oneshot,   ///< the first activation starts all its flows; there is exactly one
    multishot, ///< each activation starts one flow, in the order of the file
    barrier    ///< the last of `count` activations starts all its flows
  };
  Kind kind = Kind::oneshot;
  std::uint32_t count = 0; ///< barrier
  std::uint32_t line = 0;
};

/// A whole file.
struct HtsimMatrix {
  std::string file;
  std::uint32_t nodes = 0;
  std::vector<HtsimConnection> connections; ///< in the order of the file
  std::map<std::uint32_t, HtsimTrigger> triggers;
  std::vector<std::string> notes; ///< what was read and is not used, one sentence each
};

/// How to read a matrix.
struct HtsimReading {
  /// Of `start`: µs in htsim's published generators and older versions, ps in its newer readers; a file does not say.
  enum class Unit : std::uint8_t { microseconds, picoseconds };
  Unit start_unit = Unit::microseconds;
  std::optional<Bytes> size; ///< of connections of size 0, which htsim takes for endless; none: they are refused
};

/// Reads a matrix. Every problem at once, each at its line: counts that do not match, unknown words, hosts out of
/// range, flows to oneself, sizes of 0, triggers that nobody activates or that nobody waits for. Throws Error.
HtsimMatrix parse_htsim_matrix(const std::string &text, const std::string &file, const HtsimReading &reading = {});
HtsimMatrix load_htsim_matrix(const std::string &path, const HtsimReading &reading = {});

} // namespace lightloom
