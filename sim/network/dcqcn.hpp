#pragma once
// DCQCN: rate control of RoCEv2 senders by ECN (Zhu et al., "Congestion Control for Large-Scale RDMA Deployments",
// SIGCOMM 2015, §5). One object per send queue; timers are evaluated lazily, when a frame leaves or a notification
// comes, so an idle flow costs nothing.

#include "sim/core/quantity.hpp"

#include <cstdint>

namespace lightloom {

/// Parameters, names as in the paper.
struct DcqcnSpec {
  double g = 1.0 / 256;                       ///< gain of alpha
  Duration alpha_interval{55'000'000};        ///< without a notification for so long, alpha decays (K in the paper)
  Duration increase_interval{55'000'000};     ///< timer of rate increases (T)
  Bytes increase_bytes{10'000'000};           ///< byte counter of rate increases (B)
  std::uint32_t fast_recovery = 5;            ///< increases by halving before additive ones (F)
  BitRate additive{40'000'000};               ///< R_AI at 40 Gb/s; scaled with the line rate
  BitRate hyper{400'000'000};                 ///< R_HAI
  BitRate least{10'000'000};                  ///< no rate below
  Duration notification_interval{50'000'000}; ///< a receiver sends at most one notification per flow in so long (N)
};

class Dcqcn {
public:
  Dcqcn() = default;
  /// `spec` outlives the object; flows start at line rate.
  Dcqcn(const DcqcnSpec &spec, BitRate line);
  /// A congestion notification came.
  void notified(SimTime now);
  /// A frame of `wire_bytes` left at `departure`; returns the earliest departure of the next one.
  SimTime sent(SimTime departure, std::int64_t wire_bytes);
  /// Current rate R_C. [bit/s]
  double rate() const { return current_; }
  double alpha() const { return alpha_; }

private:
  const DcqcnSpec *spec_ = nullptr;
  double line_ = 0;
  double current_ = 0;
  double target_ = 0;
  double alpha_ = 1;
};

} // namespace lightloom
