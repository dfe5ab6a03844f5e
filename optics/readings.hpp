#pragma once
// What the digital diagnostics of a module (CMIS, before it SFF-8636 DDM) and the FEC of its port read of a directed
// link, and which readings are worth a warning or an alarm.
//
// Thresholds stand relative to the module's data sheet, so that one set fits a fleet of several kinds: powers below the
// least power the data sheet allows, bias over its value when new, bit error ratios as a share of the module's
// operating limit. The corrected and uncorrected codewords are expectations: codewords per second × the ratio at this
// bit error ratio. Leaves out: the readings' own errors (CMIS allows ±3 dB of power and ±3 °C), averaging power (all
// powers are outer OMA per lane of the worst lane, as in the budget), hysteresis.
// Source: CMIS 5.2 §8 names the monitors and flags (recalled); docs/validation/fleet.md.

#include "optics/population.hpp"

#include <array>
#include <cstdint>
#include <optional>

namespace lightloom {

/// What an alarm is about.
enum class AlarmKind : std::uint8_t { rx_power_low, tx_power_low, bias_high, temperature_high, pre_fec_ber_high };
inline constexpr std::size_t alarm_kinds = 5;
/// How bad it is; an alarm's threshold lies beyond its warning's.
enum class AlarmLevel : std::uint8_t { warning, alarm };
/// "rx_power_low" …, "warning", "alarm".
const char *to_string(AlarmKind kind);
const char *to_string(AlarmLevel level);

/// [optics.telemetry]. In each pair: warning, alarm.
struct TelemetryThresholds {
  std::array<Decibel, 2> rx_power_below{Decibel(0),
                                        Decibel(2)}; ///< below least launch − channel loss of the data sheet
  std::array<Decibel, 2> tx_power_below{Decibel(0), Decibel(1)}; ///< below the least launch of the data sheet
  std::array<double, 2> bias_share{1.3, 1.5};                    ///< over the bias when new
  std::array<double, 2> case_celsius{65, 70};                    ///< of the hotter of the link's two modules
  std::array<double, 2> ber_share{0.01, 1};                      ///< × the module's operating limit
  CampaignDuration every = std::chrono::hours(1);                ///< between two looks
};

/// A link's readings at an instant. What a module does not have is NaN.
struct LinkReading {
  double tx_power_dBm = 0, rx_power_dBm = 0;
  double bias_share = 1;
  double case_celsius = 0; ///< of the hotter module
  double pre_fec_ber = 0;
  double uncorrectable_ratio = 0;      ///< of codewords
  double corrected_per_second = 0;     ///< codewords, errors taken as independent; NaN for a code without codewords
  double uncorrectable_per_second = 0; ///< codewords
  double frame_loss_ratio = 0;
};

/// A kind of link with its thresholds in absolute figures; made once per LinkReport.
class LinkWatch {
public:
  /// `frame`: for frame_loss_ratio; without preamble and gap. `rate`: of the port, where the modules could do more.
  /// `limits` outlives it.
  LinkWatch(const LinkReport &limits, const TelemetryThresholds &thresholds, Bytes frame,
            std::optional<BitRate> rate = {});

  const LinkReport &limits() const { return *limits_; }
  const TelemetryThresholds &thresholds() const { return thresholds_; }
  /// Whether a population draws its margin and the BER follows: light, unless the scenario gives the BER.
  bool reads_margin() const { return limits_->has_budget && limits_->ber_follows_margin; }
  LinkReading read(const LinkState &state) const;
  /// Codewords per second on the link's clock, idle or not; of a code without codewords, units of payload_octets.
  double codewords_per_second() const { return codewords_per_second_; }
  double uncorrectable_ratio(double pre_fec_ber) const;
  double frame_loss_ratio(double uncorrectable_ratio) const;
  /// Whether `state` is past a threshold. A link whose BER does not follow from a margin (copper, AOC, one given by the
  /// scenario) has no reading of it, hence no alarm.
  bool past(const LinkState &state, AlarmKind kind, AlarmLevel level) const;
  /// The operating limit × `share`. [BER]
  double ber_limit(double share = 1) const { return share * limits_->module->pre_fec_ber_limit; }
  /// The margin at which this BER is met: the least that has no more. Bisection; 100 dB when none has.
  Decibel margin_of(double pre_fec_ber) const;
  /// The bit error ratio at which the uncorrectable ratio is `ratio`. Bisection.
  double ber_of_uncorrectable_ratio(double ratio) const;

private:
  const LinkReport *limits_;
  TelemetryThresholds thresholds_;
  Bytes frame_;
  CodewordShape shape_;
  double codewords_per_second_ = 0;
};

} // namespace lightloom
