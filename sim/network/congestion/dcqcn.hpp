#pragma once
// DCQCN: rate control of RoCEv2 senders by ECN (Zhu et al., "Congestion Control for Large-Scale RDMA Deployments",
// SIGCOMM 2015, §5). One object per send queue. Timers are evaluated lazily, when a frame leaves or a notification
// comes, so an idle flow costs nothing; a flow at line rate without a notification has no timers at all.
// Leaves out: slow start from a set rate, vendors' limits on one cut and their clamping of the target.

#include "sim/core/quantity.hpp"
#include "sim/network/congestion/congestion_control.hpp"

#include <cstdint>

namespace lightloom {

/// Parameters, names as in the paper; sources in docs/validation/congestion-control.md.
struct DcqcnSpec {
  double g = 1.0 / 256;                       ///< gain of alpha
  Duration alpha_interval{55'000'000};        ///< without a notification for so long, alpha decays (K in the paper)
  Duration increase_interval{55'000'000};     ///< timer of rate increases (T)
  Bytes increase_bytes{10'000'000};           ///< byte counter of rate increases (B); < 4 GB
  std::uint32_t fast_recovery = 5;            ///< increases by halving before additive ones (F)
  BitRate reference{40'000'000'000};          ///< the line rate that `additive` and `hyper` are given for
  BitRate additive{40'000'000};               ///< R_AI at `reference`; scaled with the line rate
  BitRate hyper{200'000'000};                 ///< R_HAI, likewise
  BitRate least{100'000'000};                 ///< no rate below
  Duration notification_interval{50'000'000}; ///< a receiver sends at most one notification per flow in so long (N)
};

/// Ranges and meanings (sim/core/parameters.hpp).
template <class Visit> void visit_parameters(DcqcnSpec &d, Visit &&visit) {
  visit("g", d.g, 1e-6, 1.0, "gain of alpha");
  visit("alpha_interval", d.alpha_interval, 1e-9, 1.0, "without a notification for so long, alpha decays");
  visit("increase_interval", d.increase_interval, 1e-9, 1.0, "timer of rate increases");
  visit("increase_bytes", d.increase_bytes, 1.0, 4e9, "byte counter of rate increases");
  visit("fast_recovery", d.fast_recovery, 1.0, 1000.0, "increases by halving before additive ones");
  visit("reference", d.reference, 1e9, 1e13, "line rate that additive and hyper are given for; scaled to others");
  visit("additive", d.additive, 1.0, 1e13, "additive increase at the line rate `reference`");
  visit("hyper", d.hyper, 1.0, 1e13, "hyper increase at the line rate `reference`");
  visit("least", d.least, 1e6, 1e13, "no rate below");
  visit("notification_interval", d.notification_interval, 1e-9, 1.0,
        "a receiver sends at most one notification per flow in so long");
}

/// As a transport takes it.
CongestionLaw dcqcn_law(const DcqcnSpec &spec = {});

/// The rate of one send queue.
class Dcqcn {
public:
  Dcqcn() = default;
  /// `spec` outlives the object; flows start at line rate.
  Dcqcn(const DcqcnSpec &spec, BitRate line);
  /// A congestion notification came.
  void notified(SimTime now);
  /// A frame of `wire_bytes` left at `departure`; returns the earliest departure of the next one.
  SimTime sent(SimTime departure, std::int64_t wire_bytes);
  /// Current rate R_C, as of the last call. [bit/s]
  double rate() const { return current_; }
  /// Target rate R_T. [bit/s]
  double target() const { return target_; }
  /// Estimate of congestion, 0 … 1, as of the last call.
  double alpha() const { return alpha_; }
  /// Lets all timers that expire up to `now` expire; the other functions do so by themselves.
  void catch_up(SimTime now);

private:
  void increase();
  void count_bytes(std::int64_t bytes);

  const DcqcnSpec *spec_ = nullptr;
  double line_ = 0;
  double current_ = 0;
  double target_ = 0;
  double alpha_ = 1;
  SimTime alpha_due_ = never;    ///< alpha decays then; `never` before the first notification, and at 0
  SimTime increase_due_ = never; ///< the timer of increases expires then; `never` at line rate
  std::uint32_t bytes_ = 0;      ///< since the byte counter expired
  std::uint16_t timer_steps_ = 0;
  std::uint16_t byte_steps_ = 0;
};

} // namespace lightloom
