#pragma once
// One link: module – connectors and fibre, or cable – module. From its parts to a power budget, a bit error ratio, lost
// frames, latency, power and cost. The parts have a file each: budget.hpp, bit_errors.hpp, fec.hpp.
//
// Leaves out: how real links differ from their data sheets and change (population.hpp); sources of latency and power
// are the module's row.
// Sources: docs/validation/link-budget.md.

#include "optics/bit_errors.hpp"
#include "optics/budget.hpp"
#include "optics/catalogue.hpp"
#include "optics/fec.hpp"
#include "optics/link_optics.hpp"
#include "sim/core/quantity.hpp"

#include <optional>
#include <string>
#include <vector>

namespace lightloom {

/// What a link is. `lightloom optics --module` prints it (docs/CONTRACT.md).
struct LinkReport {
  const Module *module = nullptr;
  ModuleCatalogue modules; ///< keeps `module` where it is
  const FecCode *fec = nullptr;
  Metres length;
  int connectors = 0;
  BitRate rate; ///< of the port

  bool within_reach = true; ///< of the module's class

  LinkLaw law = LinkLaw::reach;
  bool has_budget = false;         ///< law is `light`: the margin is in optical dB above the effective sensitivity S0
  std::vector<BudgetLine> budget;  ///< adds up to the margin; empty for LinkLaw::reach
  DecibelMilliwatt received_power; ///< light: outer OMA per lane; coherent: average; else 0
  Decibel loss;                    ///< fibre, connectors and splices; copper: of the cable assembly
  Decibel connector_loss;          ///< the connectors' part of it
  Decibel margin;                  ///< in the law's dB; 0 = at the limit of standard or class
  std::optional<Decibel> osnr;     ///< LinkLaw::coherent_osnr: at the receiver, in 0.1 nm

  double case_celsius = 0;         ///< of both modules
  double q_at_zero_margin = 0;     ///< Q's argument at 0 dB for these modules; 0 for LinkLaw::reach
  double q_argument = 0;           ///< at this margin
  Decibel snr;                     ///< per symbol, at this margin
  bool ber_follows_margin = false; ///< pre_fec_ber is bit_error_ratio_at(margin); false for LinkLaw::reach or as given

  double pre_fec_ber = 0;
  std::string ber_source; ///< the law or the limit it came from
  ErrorBursts bursts;
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
/// 0.5, reflectance outside −60 … −10 dB, years outside 0 … 30, bursts of a code that has no symbols,
/// what the module's law has no line for.
LinkReport link_report(const LinkOptics &link);

/// Probability that a codeword of this link cannot be corrected at another bit error ratio before the code: with its
/// bursts and its port's interleave.
double uncorrectable_ratio(const LinkReport &report, double pre_fec_ber);

/// The pre-FEC BER that the modules of `report` would have with this margin; its own where the margin does not decide.
double bit_error_ratio_at(const LinkReport &report, Decibel margin);

} // namespace lightloom
