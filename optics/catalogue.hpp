#pragma once
// The module catalogue: what a data sheet says of each transceiver or cable, one row per module, each figure with its
// source. The rows are optics/modules.csv, compiled into the program (no file is read at run time) and checked when
// first used. A scenario may change rows and add its own (module_figures.hpp).
//
// Leaves out: lot spread, ageing and drift of a module; those belong to the models that move a module away from its
// row.

#include "sim/core/error.hpp"
#include "sim/core/quantity.hpp"

#include <cstdint>
#include <memory>
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

/// Where the reader of a figure got it: read in a source, recalled from a standard or paper, estimated, or given by the
/// user.
enum class SourceTag : char { none = '-', read_in_source = 'S', known = 'K', estimate = 'E', given = 'G' };

/// What kind of source a figure has. A report is what the press, market notes or a talk say of a figure.
enum class SourceMark : std::uint8_t { none, standard, datasheet, paper, report, estimate, given };

/// Source of a group of figures.
struct Provenance {
  SourceTag tag = SourceTag::none;
  SourceMark mark = SourceMark::none;
  std::string source; ///< name of the data sheet, standard or note
};

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
  SourceTag tag_interface = SourceTag::none; ///< what it is to fibre, cable and faceplate
  std::string source_fit;
  SourceMark mark_optics = SourceMark::none, mark_interface = SourceMark::none, mark_power = SourceMark::none,
             mark_latency = SourceMark::none, mark_price = SourceMark::none, mark_fit = SourceMark::none;
  std::string note;
  std::vector<std::string> given; ///< keys of the figures that a scenario gave instead of the row's
  std::string given_source;       ///< where the scenario says it has them from

  /// Both ends come as one part: DAC, ACC, AEC, AOC.
  bool is_cable() const;
  /// The row has what a wavelength budget needs: launch, TDECQ, S0, channel loss.
  bool has_optical_budget() const;
};

/// Every module of the program, in the order of the file. Checked on first use: lanes × lane rate = rate, pJ/bit =
/// power ÷ rate within rounding, low ≤ typical ≤ high, S0 = SRS − SECQ, names unique. A broken row is a BrokenContract:
/// the file is ours.
const std::vector<Module> &module_catalogue();

/// Modules by name: those of the program, or with a scenario's own. A value; copies share the rows, and a Module stays
/// where it is as long as one of them lives.
class ModuleCatalogue {
public:
  /// The rows of the program.
  ModuleCatalogue();
  /// These rows, which have passed `module_fault`.
  explicit ModuleCatalogue(std::vector<Module> modules);

  const std::vector<Module> &modules() const { return *modules_; }
  /// The module of this exact name, or null.
  const Module *find(std::string_view name) const;
  /// The module of this exact name; Error with the nearest name when there is none.
  const Module &named(const std::string &name) const;
  /// All names, in order.
  std::vector<std::string> names() const;
  /// Whether `module` can carry `rate` over `length`; the problem in the message grammar when it cannot, with the name
  /// of a module that can. Its place is left empty and `what` names module, rate and length: the loader puts its own
  /// place and key.
  std::optional<Problem> check_fits(const Module &module, BitRate rate, Metres length) const;
  /// The module that comes nearest to need: fast enough, long enough; least rate, then least reach, then first.
  const Module *suggest(BitRate rate, Metres length) const;

private:
  std::shared_ptr<const std::vector<Module>> modules_;
};

/// `ModuleCatalogue::find` of the program's own rows.
const Module *find_module(std::string_view name);
/// `ModuleCatalogue::named` of the program's own rows.
const Module &module_named(const std::string &name);
/// `ModuleCatalogue::names` of the program's own rows.
std::vector<std::string> module_names();
/// `ModuleCatalogue::check_fits` of the program's own rows.
std::optional<Problem> check_fits(const Module &module, BitRate rate, Metres length);
/// `ModuleCatalogue::suggest` of the program's own rows.
const Module *suggest_module(BitRate rate, Metres length);

/// Reads rows in the form of optics/modules.csv; module_catalogue() is this of the built-in text. Exposed for the
/// tests.
std::vector<Module> parse_module_catalogue(std::string_view csv);
/// What contradicts itself in a module, or "" when it is sound.
std::string module_fault(const Module &module);
/// "500 m", "2 km".
std::string format_length(Metres length);

/// What stands behind a tag: "read in the source named", "recalled from the standard or paper named", "engineering
/// estimate", "given by the scenario".
std::string to_string(SourceTag tag);
/// "standard", "datasheet", "paper", "report", "estimate", "given"; "–" for none.
std::string to_string(SourceMark mark);
/// "dac", "dsp", …
std::string to_string(ModuleKind kind);
/// The kind of that name; nothing when there is none.
std::optional<ModuleKind> parse_module_kind(std::string_view name);
/// The names of all kinds.
std::vector<std::string> module_kind_names();
/// "copper", "SMF", "MMF-OM3" …; nothing for what is none of them.
std::optional<Medium> parse_medium(std::string_view name);

} // namespace lightloom
