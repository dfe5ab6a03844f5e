#pragma once
// The table of transports. A transport is one file, which defines its TransportKind, and one line here: names, defaults
// and what it can be combined with come from the row (docs/EXTENDING.md).

#include "sim/network/nic/transport_spec.hpp"

#include <array>
#include <cstdint>
#include <memory>
#include <optional>

namespace lightloom {

class Nic;
class Transport;

/// What a scenario gets where it says nothing, and where that is from: `check --schema` shows it (K = recalled from the
/// paper or specification, E = estimate, "Design" = chosen here).
struct TransportDefaults {
  Bytes header{};
  const char *header_source = "";
  Bytes control_header{-1}; ///< < 0: as header
  const char *control_header_source = "";
  std::uint32_t virtual_lanes = 2;
  std::uint32_t ack_every = 16;
  const char *ack_every_source = "Design";
  const char *congestion_control = "none";
  bool go_back_n = false;
  std::optional<Duration> retransmit_timeout = std::nullopt; ///< nothing: from the base round trip
  const char *timeout_source = "";
  bool spray = false;  ///< switches spray
  Duration reaction{}; ///< of a NIC, HostSpec::reaction
  bool pfc = false;
  bool short_queues = false; ///< a queue holds one base round trip × rate; else what the buffer lets it
};

/// One transport.
struct TransportKind {
  /// What its switches do about full buffers, as a scenario is built. What a run does, TransportSpec::with_credits()
  /// and SwitchSpec say.
  enum class Buffers : std::uint8_t {
    unlimited, ///< they have none
    credits,   ///< per hop and lane
    shared     ///< by all ports of a switch: pauses, trims, drops
  };
  const char *name;
  const char *meaning; ///< a few words for those who choose
  std::unique_ptr<Transport> (*make)(Nic &, const TransportSpec &);
  Buffers buffers = Buffers::shared;
  bool ethernet = false;                            ///< its frames are Ethernet's: control frames have at least 64 B
  CongestionSignal signal = CongestionSignal::none; ///< which laws fit
  bool receiver_credits = false;                    ///< RCCC fits
  bool entropies = false;                           ///< senders spray
  bool trimming = false;                            ///< knows trimmed frames
  bool go_back_n = true;                            ///< can recover so
  std::uint32_t most_window = 65'536;               ///< frames that an acknowledgement can reach back
  TransportDefaults defaults;
};

/// InfiniBand's local ACK timeouts: 4.096 us × 2^exponent (vendors' default: 14).
constexpr Duration local_ack_timeout(int exponent) { return (1 << exponent) * 4'096ns; }

/// For TransportKind::make.
template <class T> std::unique_ptr<Transport> make_transport(Nic &nic, const TransportSpec &spec) {
  return std::make_unique<T>(nic, spec);
}

/// Every transport, in the order shown to users: NAME is applied to each.
#define LIGHTLOOM_TRANSPORTS(NAME) NAME(ideal) NAME(infiniband) NAME(rocev2) NAME(uec)

#define LIGHTLOOM_DECLARE(name) extern const TransportKind name##_transport;
/// Their rows, each defined in its transport's file.
LIGHTLOOM_TRANSPORTS(LIGHTLOOM_DECLARE)
#undef LIGHTLOOM_DECLARE
#define LIGHTLOOM_ROW(name) &name##_transport,
inline constexpr std::array transport_kinds{LIGHTLOOM_TRANSPORTS(LIGHTLOOM_ROW)};
#undef LIGHTLOOM_ROW

} // namespace lightloom
