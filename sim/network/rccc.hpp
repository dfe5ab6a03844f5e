#pragma once
// RCCC: credits that an Ultra Ethernet receiver grants to its senders, so that together they fill its port and no more
// (UEC Specification 1.0, §3.6.14, "Receiver Credit Congestion Control"). One object per receiving port.

#include "sim/core/quantity.hpp"

#include <cstdint>
#include <vector>

namespace lightloom {

struct RcccSpec {
  Bytes grant{8192}; ///< payload per grant
  double rate = 1.0; ///< share of the port's rate that is granted
};

/// Grants in turn to the senders that want more, paced at the port's rate.
class CreditSource {
public:
  CreditSource() = default;
  CreditSource(const RcccSpec &spec, BitRate line);
  /// A sender (index of its receive queue) wants `bytes` more than it was granted.
  void want(std::uint32_t sender, std::int64_t bytes, SimTime now);
  struct Grant {
    std::uint32_t sender = 0;
    std::int64_t bytes = 0; ///< 0: nobody wants any
  };
  /// When the next grant is due; `never` when nobody wants any.
  SimTime next() const { return next_; }
  /// Takes the grant due at next().
  Grant take();

private:
  SimTime next_ = SimTime::max();
};

} // namespace lightloom
