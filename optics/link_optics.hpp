#pragma once
// One link as a scenario or a command line describes it, and the lines of the budget that is made of it.

#include "optics/catalogue.hpp"
#include "optics/fec.hpp"
#include "sim/core/quantity.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace lightloom {

/// How module and FEC latency are counted.
enum class LatencyBasis : std::uint8_t {
  split, ///< the module's end and the FEC as separate terms (default)
  vendor ///< sales sheets: 100–300 ns per pair of modules, FEC inside
};

/// What decides how many bits are wrong, and what a link's margin is measured in.
enum class LinkLaw : std::uint8_t {
  reach,          ///< no budget: within its reach the link works at its operating limit (AOC)
  light,          ///< direct detection: outer OMA per lane; optical dB, Q's argument goes as 10^(M/10)
  coherent_power, ///< unamplified coherent: average power at the receiver; dB of SNR, 10^(M/20)
  coherent_osnr,  ///< coherent over amplified spans: optical signal-to-noise ratio; dB of SNR
  copper          ///< insertion loss at the Nyquist frequency; electrical dB
};

/// One link as a scenario describes it.
struct LinkOptics {
  std::string module = "800G-DR8";
  ModuleCatalogue modules;     ///< where that name is looked up: the program's rows, or with a scenario's own
  std::optional<BitRate> rate; ///< of the port; default the module's
  Metres length{50};
  bool beyond_reach = false; ///< true: a length above the module's reach is computed and marked, not refused
  int connectors = 2;        ///< mated pairs in the fibre; not for cables
  int splices = 0;           ///< in the fibre
  std::string fec = "auto";  ///< auto = what the module's row says; or a name of fec_codes()
  LatencyBasis latency_basis = LatencyBasis::split;
  double case_temperature = 40;          ///< [°C], 0 … 70
  std::optional<double> pre_fec_ber;     ///< replaces the budget's BER: an operator's reading, a study's knob
  std::optional<Decibel> connector_loss; ///< per mated pair; default by connector type
  std::optional<Decibel> reflectance;    ///< mean of the worst pair in the path; its penalty replaces the MPI allowance
  bool dispersion_apart = false;         ///< the row's TDECQ was taken without fibre: dispersion has a line of its own
  double years = 0;                      ///< of service: the transmitter's mean ageing
  bool end_of_life = false;              ///< the whole ageing allowance instead
  ErrorBursts bursts;                    ///< default: errors are independent
  Bytes frame{64};                       ///< for frame_loss_ratio: IEEE 802.3 states it for 64 octets
};

/// One line of the budget; the lines add up to the margin.
struct BudgetLine {
  std::string item;
  double value_dB = 0; ///< gains and levels above 1 mW positive, losses negative
  std::string source;
};

/// What adds up to a margin.
struct Budget {
  LinkLaw law = LinkLaw::reach;
  std::vector<BudgetLine> lines;            ///< empty for LinkLaw::reach
  std::optional<DecibelMilliwatt> received; ///< light: outer OMA per lane; coherent: average, at the end of the fibre
  Decibel connector_loss;                   ///< the connectors' part of the loss
  Decibel loss;                             ///< fibre, connectors, splices; copper: the cable assembly
  std::optional<Decibel> osnr;              ///< coherent_osnr: at the receiver, in 0.1 nm
  Decibel margin;                           ///< the sum of the lines; 0 = at the limit of standard or class

  void add(std::string item, double value_dB, std::string source) {
    lines.push_back({std::move(item), value_dB, std::move(source)});
  }
};

} // namespace lightloom
