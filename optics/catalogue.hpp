#pragma once
// The module catalogue: what a data sheet says of each transceiver or cable, one row per module, each figure with its
// source. The rows are optics/modules.csv, compiled into the program (no file is read at run time) and checked when
// first used.
//
// Leaves out: lot spread, ageing and drift of a module; those belong to the models that move a module away from its
// row.

#include "sim/core/error.hpp"
#include "sim/core/quantity.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace lightloom {

/// What carries the light, or the current.
enum class Medium : std::uint8_t { copper, multimode, single_mode };

/// How the module makes its signal; decides the latency of `LatencyBasis::vendor` and which BER law holds.
enum class ModuleKind : std::uint8_t {
  dac,     ///< passive copper cable
  acc,     ///< copper with a linear redriver at each end
  aec,     ///< copper with a retimer at each end
  aoc,     ///< fibre with fixed ends: sold as one cable, no optical interface of its own
  dsp,     ///< pluggable with a DSP in both directions
  lpo,     ///< linear pluggable: no DSP
  lro,     ///< linear receive: DSP in the transmit direction only
  cpo,     ///< co-packaged with the switch chip
  coherent ///< DP-16QAM with its own FEC
};

/// Where the reader of a figure got it: read in a source, recalled from a standard or paper, or estimated.
enum class SourceTag : char { none = '-', read_in_source = 'S', known = 'K', estimate = 'E' };

/// A figure with its range.
struct Range {
  double typical = 0;
  double low = 0;
  double high = 0;
};

/// One row of the catalogue. Powers of light are outer OMA per lane unless said otherwise; absent = the row does not
/// define it.
struct Module {
  std::string name; ///< "800G-DR8"
  ModuleKind kind = ModuleKind::dsp;
  BitRate rate; ///< MAC rate, each direction; lanes × lane_rate
  int lanes = 0;
  BitRate lane_rate;      ///< nominal, without FEC and line coding
  std::string modulation; ///< "PAM4", "DP-16QAM"
  Medium medium = Medium::single_mode;
  std::string medium_name; ///< "SMF", "MMF-OM4", "copper"
  Metres reach;

  std::optional<DecibelMilliwatt> launch_oma;             ///< least transmitter OMA (coherent: least average power)
  std::optional<DecibelMilliwatt> launch_oma_minus_tdecq; ///< least OMA − TDECQ
  std::optional<DecibelMilliwatt> sensitivity_oma;        ///< unstressed (coherent: average power)
  std::optional<DecibelMilliwatt> stressed_sensitivity;   ///< SRS at `secq`
  std::optional<Decibel> secq;
  std::optional<DecibelMilliwatt> effective_sensitivity; ///< S0 = SRS − SECQ
  std::optional<Decibel> channel_loss_budget;            ///< greatest insertion loss of the channel
  std::optional<Decibel> mpi_allowance;                  ///< multipath interference

  std::string form_factor;                 ///< "OSFP", "QSFP-DD", "CPO"
  std::string connector;                   ///< "MPO-16", "LC", "2xLC"; "none" for parts with fixed ends
  int wavelengths = 0;                     ///< per fibre; 0 in copper
  int fibres_per_direction = 0;            ///< 0 in copper
  double wavelength_nm = 0;                ///< 850, 1310 (the band), 1550; 0 in copper
  std::optional<Decibel> extinction_ratio; ///< least
  std::optional<Decibel> tdecq_max;        ///< greatest; the stressed receiver is tested with it
  std::optional<Decibel> required_osnr; ///< coherent over amplified spans: at the receiver, 0.1 nm, for its BER limit
  std::optional<Decibel> launch_osnr;   ///< coherent: out of the transmitter, 0.1 nm
  std::optional<double> copper_loss_dB_per_metre; ///< insertion loss of the cable at the Nyquist frequency
  std::optional<Decibel> copper_loss_budget; ///< greatest insertion loss of the cable assembly, connectors included
  double max_case_celsius = 70;
  std::string source_interface; ///< of the lines above

  double pre_fec_ber_limit = 0; ///< the standard's operating limit at the FEC's input
  std::string fec_name;         ///< as the row says: "KP4-host", "KP4+Hamming(128,120)", "C-FEC"
  std::string fec;              ///< the code of optics/fec.hpp it means: "kp4", "kp4+hamming", "c-fec", "o-fec"

  Range power_watts;             ///< per end
  double picojoules_per_bit = 0; ///< power ÷ rate, as printed in the source (rounded)
  Range latency_ns;              ///< per end and direction, FEC of the host not included
  Range price_usd_per_gbps;      ///< per end
  double fit_seed = 0;           ///< failures per 10⁹ h and end, vendors' basis
  double fit_field = 0;          ///< the same, fleets' basis
  double flaps_per_link_year = 0;

  SourceTag tag_optics = SourceTag::none; ///< reach, powers of light, losses
  SourceTag tag_power = SourceTag::none;
  SourceTag tag_latency = SourceTag::none;
  SourceTag tag_price = SourceTag::none;
  SourceTag tag_fit = SourceTag::none;
  std::string source_optics; ///< name of the data sheet, standard or note
  std::string source_power;
  std::string source_latency;
  std::string source_price;
  std::string note;

  /// Both ends come as one part: DAC, ACC, AEC, AOC.
  bool is_cable() const;
  /// The row has what a wavelength budget needs: launch, TDECQ, S0, channel loss.
  bool has_optical_budget() const;
};

/// Every module, in the order of the file. Checked on first use: lanes × lane rate = rate, pJ/bit = power ÷ rate within
/// rounding, low ≤ typical ≤ high, S0 = SRS − SECQ, names unique. A broken row is a BrokenContract: the file is ours.
const std::vector<Module> &module_catalogue();

/// The module of this exact name, or null.
const Module *find_module(std::string_view name);
/// The module of this exact name; Error with the nearest name when there is none.
const Module &module_named(const std::string &name);
/// All names, in the order of the file.
std::vector<std::string> module_names();

/// Whether `module` can carry `rate` over `length`; the problem in the message grammar when it cannot, with the name
/// of a module that can. `where` is left empty and `what` names module, rate and length: the loader puts its own
/// place and key.
std::optional<Problem> check_fits(const Module &module, BitRate rate, Metres length);
/// The module that comes nearest to need: fast enough, long enough; least rate, then least reach, then first in the
/// catalogue.
const Module *suggest_module(BitRate rate, Metres length);

/// Reads rows in the form of optics/modules.csv; module_catalogue() is this of the built-in text. Exposed for the
/// tests.
std::vector<Module> parse_module_catalogue(std::string_view csv);
/// What stands behind a tag: "read in the source named", "recalled from the standard", "engineering estimate".
std::string to_string(SourceTag tag);
std::string to_string(ModuleKind kind);

} // namespace lightloom
