#pragma once
// RCCC: credits that an Ultra Ethernet receiver grants to its senders, so that together they fill its port and no more
// (UEC Specification 1.0, §3.6.14, "Receiver Credit Congestion Control"). One object per receiving port.
// Leaves out: priorities among senders, less credit when the fabric marks, and room for other traffic beside `rate`.

#include "sim/core/parameters.hpp"
#include "sim/core/quantity.hpp"

#include <cstdint>
#include <vector>

namespace lightloom {

/// How much payload a receiver grants at a time, and at what share of its port's rate.
struct RcccSpec {
  Bytes grant{16'384}; ///< payload per grant: four frames of 4,096 B
  double rate = 1.0;   ///< share of the port's rate that is granted
};

/// Ranges and meanings (sim/core/parameters.hpp).
template <class Visit> void visit_parameters(RcccSpec &r, Visit &&visit) {
  visit("grant", r.grant, 64.0, 1e9, "payload per grant");
  visit("rate", r.rate, 0.01, 1.0, "share of the port's rate that is granted");
}

/// Grants in turn to the senders that want more, paced so that what is granted fills the port's rate × `rate`, headers
/// and gaps included. The turn of a sender that begins to want comes after all others'.
class CreditSource {
public:
  CreditSource() = default;
  /// `spec` outlives the object. A full frame carries `payload` bytes and takes `wire` on the link.
  CreditSource(const RcccSpec &spec, BitRate line, std::int64_t payload, std::int64_t wire);
  /// A sender (index of its receive queue) wants `bytes` more than it was granted and wanted before.
  void want(std::uint32_t sender, std::int64_t bytes, SimTime now);
  struct Grant {
    std::uint32_t sender = 0;
    std::int64_t bytes = 0; ///< payload; 0: nobody wants any
  };
  /// When the next grant is due; `never` when nobody wants any.
  SimTime next() const { return next_; }
  /// Takes the grant due at next().
  Grant take();
  /// What `sender` wants and was not granted. [B]
  std::int64_t wanted(std::uint32_t sender) const { return sender < senders_.size() ? senders_[sender].wanted : 0; }

private:
  struct Sender {
    std::int64_t wanted = 0;
    std::uint32_t next = 0; ///< behind it in the ring, while it wants
  };
  void pace(std::int64_t bytes);

  const RcccSpec *spec_ = nullptr;
  std::int64_t rate_ = 0; ///< [bit/s]
  std::int64_t payload_ = 0;
  std::int64_t overhead_ = 0; ///< of a frame [B]
  std::vector<Sender> senders_;
  std::uint32_t last_ = 0;   ///< of the ring; the first is behind it
  std::uint32_t active_ = 0; ///< senders in the ring
  SimTime next_ = never;
  SimTime free_{};             ///< the port's rate allows no grant before
  std::int64_t remainder_ = 0; ///< part of a picosecond that the pace is behind, ÷ rate_
};

} // namespace lightloom
