#pragma once
// One optical link: module – connectors and fibre – module. From its parts to a power budget, a bit error ratio, lost
// frames, latency, power and cost.
//
// The budget is the standards' worst case: least launch power, greatest TDECQ, greatest fibre and connector loss. A
// link whose parts meet their data sheets is not worse. Thermal noise limits the receiver: M dB of margin raise Q's
// argument by 10^(M/10).
// Leaves out: lot spread, ageing, dirt, dispersion beyond what TDECQ holds, reflections beyond the standard's
// allowance.
// Sources: IEEE 802.3 clauses 124, 140, 167; module rows of the catalogue; docs/validation/link-budget.md.

#include "optics/catalogue.hpp"
#include "optics/fec.hpp"
#include "sim/core/quantity.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace lightloom {

/// How module and FEC latency are counted.
enum class LatencyBasis : std::uint8_t {
  split, ///< the module's end and the FEC as separate terms (default)
  vendor ///< sales sheets: 100–300 ns per pair of modules, FEC inside
};

/// One link as a scenario describes it.
struct LinkOptics {
  std::string module = "800G-DR8";
  std::optional<BitRate> rate; ///< of the port; default the module's
  Metres length{50};
  int connectors = 2;       ///< mated pairs in the fibre; not for cables
  std::string fec = "auto"; ///< auto = what the module's row says; or a name of fec_codes()
  LatencyBasis latency_basis = LatencyBasis::split;
  double case_temperature = 40;          ///< [°C], 0 … 70
  std::optional<double> pre_fec_ber;     ///< replaces the budget's BER: an operator's reading, a study's knob
  std::optional<Decibel> connector_loss; ///< per mated pair; default by connector type
  Bytes frame{64};                       ///< for frame_loss_ratio: IEEE 802.3 states it for 64 octets
};

/// One line of the budget; the lines add up to the margin.
struct BudgetLine {
  std::string item;
  double value_dB = 0; ///< gains and levels above 1 mW positive, losses negative
  std::string source;
};

/// What a link is. `lightloom optics --module` prints it (docs/CONTRACT.md).
struct LinkReport {
  const Module *module = nullptr;
  const FecCode *fec = nullptr;
  Metres length;
  int connectors = 0;
  BitRate rate; ///< of the port

  bool has_budget = false;         ///< false: copper, AOC, coherent; reach decides, and the four below are 0
  std::vector<BudgetLine> budget;  ///< empty when has_budget is false
  DecibelMilliwatt received_power; ///< outer OMA per lane at the receiver
  Decibel loss;                    ///< fibre and connectors
  Decibel connector_loss;          ///< the connectors' part of it
  Decibel margin;                  ///< above the effective sensitivity S0; 0 = at the standard's limit

  double case_celsius = 0;         ///< of both modules
  double q_at_zero_margin = 0;     ///< pam4_q_argument at 0 dB for these modules; 0 without a budget
  bool ber_follows_margin = false; ///< pre_fec_ber is bit_error_ratio_at(margin); false without a budget or as given

  double pre_fec_ber = 0;
  std::string ber_source; ///< the law or the limit it came from
  double symbol_error_ratio = 0;
  double codeword_error_ratio = 0;
  double post_fec_ber = 0;
  double frame_loss_ratio = 0; ///< of LinkOptics::frame at the port's interleave
  Bytes frame;
  int interleave = 0;

  // Per direction.
  Duration latency{};        ///< module ends + FEC + propagation, at least 1 ps
  Duration module_latency{}; ///< both ends
  Duration fec_latency{};
  Duration propagation{};
  std::string latency_source;

  double power_W = 0;    ///< both ends, typical
  double pj_per_bit = 0; ///< power of both ends ÷ bits of both directions = a module's own figure
  double cost_usd = 0;   ///< both ends, typical price
};

/// Error: unknown module or code (nearest name suggested), a length the module cannot reach or a rate it cannot carry,
/// connectors outside 0 … 100, a connector loss outside 0 … 20 dB, temperature outside 0 … 70 °C, a BER outside 0 …
/// 0.5.
LinkReport link_report(const LinkOptics &link);

/// The pre-FEC BER that the modules of `report` would have with this margin; its own where the margin does not decide.
double bit_error_ratio_at(const LinkReport &report, Decibel margin);

/// What a transmitter's heat takes off its launch power, and what it adds to TDECQ, against a case of 40 °C.
Decibel launch_derating(double case_celsius);
Decibel tdecq_heating(double case_celsius);

/// BER of Gray-coded PAM4 with `margin` dB of optical power above the effective sensitivity, which is the power at
/// which the BER is `ber_at_zero`: 0.75 Q(x), x = Q⁻¹(ber_at_zero / 0.75) · 10^(M/10). For 2.4e-4, x = 3.414 ·
/// 10^(M/10). No error floor.
double pam4_bit_error_ratio(Decibel margin, double ber_at_zero = 2.4e-4);
/// The argument x of that formula.
double pam4_q_argument(Decibel margin, double ber_at_zero = 2.4e-4);
/// Upper tail of the normal distribution, portable bits.
double q_function(double x);

/// Errors that no optical power removes: multipath interference, mode partition noise, jitter (engineering estimate).
inline constexpr double bit_error_floor = 1e-9;

} // namespace lightloom
