#pragma once
// Congestion control as a transport sees it. A *law* is a class that knows no network: it is told of departures and
// answers of one send queue, and says when the next frame may leave (a pace) or how much may be in flight (a window).
// per_queue() makes what a transport takes out of such a class; a program that uses Lightloom as a library brings its
// own the same way (docs/EXTENDING.md).
//
//     struct Law {                                              // of one send queue; those of these that it needs:
//       SimTime sent(SimTime departure, std::int64_t bytes);    // frames left; earliest departure of the next
//       std::int64_t window() const;                            // wire bytes that may be in flight
//       void notified(SimTime now);                             // a congestion notification came
//       void acknowledged(SimTime now, std::int64_t bytes, bool marked, Duration round_trip);
//       void lost(SimTime now, std::int64_t bytes);             // came trimmed, or were found lost
//       void timed_out(SimTime now);                            // nothing was heard for a time-out
//     };

#include "sim/core/parameters.hpp"
#include "sim/core/quantity.hpp"

#include <cstdint>
#include <functional>
#include <limits>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <utility>
#include <vector>

namespace lightloom {

/// How senders hear of congestion; a property of the transport.
enum class CongestionSignal : std::uint8_t {
  none,
  notification, ///< rocev2: the receiver of a marked frame sends a notification
  echo,         ///< infiniband: acknowledgements of marked frames are marked
  answers       ///< uec: each answer tells round trip, mark and what is missing
};

/// The control of one NIC's send queues.
class CongestionControl {
public:
  /// What a law starts from.
  struct Setting {
    std::size_t queues = 0;
    BitRate line;                ///< of the sender's port
    Duration base_rtt{};         ///< of the longest path, unloaded
    std::int64_t full_frame = 0; ///< on the wire [B]
  };
  /// What an answer tells.
  struct Answer {
    SimTime now{};
    std::int64_t bytes = 0; ///< wire bytes that are news
    bool marked = false;
    Duration round_trip{}; ///< of the frame that caused it, as if it had come alone
  };
  static constexpr std::int64_t no_window = std::numeric_limits<std::int64_t>::max() / 2;

  CongestionControl() = default;
  CongestionControl(const CongestionControl &) = delete;
  CongestionControl &operator=(const CongestionControl &) = delete;
  virtual ~CongestionControl() = default;
  /// Frames of `bytes` on the wire left at `departure`; returns the earliest departure of the next.
  virtual SimTime sent(std::uint32_t queue, SimTime departure, std::int64_t bytes) = 0;
  virtual void notified(std::uint32_t queue, SimTime now) = 0;
  virtual void acknowledged(std::uint32_t queue, const Answer &answer) = 0;
  /// `bytes` on the wire came trimmed, or were found lost.
  virtual void lost(std::uint32_t queue, SimTime now, std::int64_t bytes) = 0;
  /// Nothing was heard for a retransmission time-out.
  virtual void timed_out(std::uint32_t queue, SimTime now) = 0;
  /// Wire bytes that may be in flight, as of the last call.
  virtual std::int64_t window(std::uint32_t queue) const = 0;
  virtual void prefetch(std::uint32_t queue) const = 0;
};

/// How long queues should be when switches begin to mark, and when they mark all; in proportion to a port's rate.
struct MarkingRule {
  Bytes least, most;
  BitRate rate; ///< … of a port of this rate
};

/// A law with its parameters, as a transport takes it. Without `make`: none.
struct CongestionLaw {
  std::string name;
  CongestionSignal signal = CongestionSignal::none; ///< what it listens to
  bool paces = false;
  bool windows = false;
  GivenParameters parameters; ///< all of its parameters, by name
  Duration quiet{};                  ///< signal notification: a receiver sends at most one per flow in so long
  std::optional<MarkingRule> marking; ///< nothing: by shares of the base round trip × rate
  std::function<std::unique_ptr<CongestionControl>(const CongestionControl::Setting &)> make;
  explicit operator bool() const { return make != nullptr; }
};

/// One law object per send queue. `Spec` are its parameters, which it may refer to.
template <class Law, class Spec> class LawPerQueue final : public CongestionControl {
public:
  template <class Make> LawPerQueue(const Spec &spec, const Setting &setting, const Make &make) : spec_(spec) {
    laws_.assign(setting.queues, make(spec_, setting));
  }
  SimTime sent(std::uint32_t queue, SimTime departure, std::int64_t bytes) override {
    if constexpr (requires(Law & law) { law.sent(departure, bytes); })
      return laws_[queue].sent(departure, bytes);
    return departure;
  }
  void notified(std::uint32_t queue, SimTime now) override {
    if constexpr (requires(Law & law) { law.notified(now); })
      laws_[queue].notified(now);
  }
  void acknowledged(std::uint32_t queue, const Answer &answer) override {
    if constexpr (requires(Law & law) { law.acknowledged(answer.now, answer.bytes, answer.marked, answer.round_trip); })
      laws_[queue].acknowledged(answer.now, answer.bytes, answer.marked, answer.round_trip);
  }
  void lost(std::uint32_t queue, SimTime now, std::int64_t bytes) override {
    if constexpr (requires(Law & law) { law.lost(now, bytes); })
      laws_[queue].lost(now, bytes);
  }
  void timed_out(std::uint32_t queue, SimTime now) override {
    if constexpr (requires(Law & law) { law.timed_out(now); })
      laws_[queue].timed_out(now);
  }
  std::int64_t window(std::uint32_t queue) const override {
    if constexpr (requires(const Law &law) { law.window(); })
      return laws_[queue].window();
    return no_window;
  }
  void prefetch(std::uint32_t queue) const override { __builtin_prefetch(&laws_[queue]); }

private:
  Spec spec_;
  std::vector<Law> laws_; ///< [send queue]
};

/// The law `Law` for every send queue; `make(spec, setting)` makes the object of one.
template <class Law, class Spec, class Make>
CongestionLaw per_queue(std::string name, CongestionSignal signal, const Spec &spec, Make make) {
  CongestionLaw law;
  law.name = std::move(name);
  law.signal = signal;
  law.paces = requires(Law & one, SimTime t) { one.sent(t, std::int64_t{}); };
  law.windows = requires(const Law &one) { one.window(); };
  if constexpr (requires(Spec &s) { visit_parameters(s, [](auto &&...) {}); })
    law.parameters = given_parameters(spec);
  law.make = [spec, make](const CongestionControl::Setting &setting) {
    return std::make_unique<LawPerQueue<Law, Spec>>(spec, setting, make);
  };
  return law;
}

/// One row of the table of what can be asked for as transport.congestion_control, alone or joined by "+".
struct CongestionControlKind {
  const char *name;   ///< "fecn-becn"
  const char *table;  ///< of its parameters, under [transport]: "fecn_becn"
  const char *source; ///< of its defaults
  std::vector<ParameterRow> (*parameters)();
  CongestionLaw (*law)(const GivenParameters &); ///< null: credits of the receiver (rccc.hpp)
};
/// All of them, in the order shown to users.
std::span<const CongestionControlKind> congestion_controls();

} // namespace lightloom
