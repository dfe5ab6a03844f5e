#include "optics/catalogue.hpp"

#include "sim/core/contract.hpp"
#include "sim/core/parse_quantity.hpp"

#include <algorithm>
#include <charconv>
#include <cmath>
#include <map>
#include <tuple>

#include <fmt/format.h>

namespace lightloom {

extern const std::string_view builtin_modules_csv; // made by CMake from modules.csv

namespace {

[[noreturn]] void broken_row(const std::string &module, const std::string &why) {
  broken_contract("module catalogue", "row is sound", __FILE__, __LINE__, module + ": " + why);
}

/// Fields of one CSV line (RFC 4180 without line breaks inside quotes).
std::vector<std::string> csv_fields(std::string_view line) {
  std::vector<std::string> fields(1);
  bool quoted = false;
  for (std::size_t i = 0; i < line.size(); ++i) {
    const char c = line[i];
    if (quoted && c == '"' && i + 1 < line.size() && line[i + 1] == '"') {
      fields.back() += '"';
      ++i;
    } else if (c == '"')
      quoted = !quoted;
    else if (c == ',' && !quoted)
      fields.emplace_back();
    else if (c != '\r')
      fields.back() += c;
  }
  return fields;
}

/// One row, by column name.
class Row {
public:
  Row(const std::vector<std::string> &columns, std::vector<std::string> fields) : fields_(std::move(fields)) {
    if (fields_.size() != columns.size())
      broken_row(fields_.front(), fmt::format("{} fields for {} columns", fields_.size(), columns.size()));
    for (std::size_t i = 0; i < columns.size(); ++i)
      index_[columns[i]] = i;
  }
  const std::string &text(const std::string &column) const {
    const auto found = index_.find(column);
    if (found == index_.end())
      broken_row(fields_.front(), "no column " + column);
    return fields_[found->second];
  }
  std::optional<double> maybe(const std::string &column) const {
    const auto &field = text(column);
    if (field.empty())
      return std::nullopt;
    double value = 0;
    const auto [end, code] = std::from_chars(field.data(), field.data() + field.size(), value);
    if (code != std::errc{} || end != field.data() + field.size())
      broken_row(fields_.front(), fmt::format("{} = \"{}\" is no number", column, field));
    return value;
  }
  double number(const std::string &column) const {
    const auto value = maybe(column);
    if (!value)
      broken_row(fields_.front(), column + " is empty");
    return *value;
  }
  template <class Quantity> std::optional<Quantity> maybe_as(const std::string &column) const {
    const auto value = maybe(column);
    return value ? std::optional<Quantity>(Quantity(*value)) : std::nullopt;
  }
  Range range(const std::string &typical, const std::string &low, const std::string &high) const {
    return {number(typical), number(low), number(high)};
  }
  SourceTag tag(const std::string &column) const {
    const auto &field = text(column);
    if (field.empty())
      return SourceTag::none;
    if (field != "S" && field != "K" && field != "E")
      broken_row(fields_.front(), fmt::format("{} = \"{}\" (must be S, K or E)", column, field));
    return static_cast<SourceTag>(field.front());
  }

private:
  std::vector<std::string> fields_;
  std::map<std::string, std::size_t> index_;
};

Medium medium_of(const std::string &name) {
  if (name == "copper")
    return Medium::copper;
  return name.starts_with("MMF") ? Medium::multimode : Medium::single_mode;
}

ModuleKind kind_of(const std::string &name, const std::string &modulation) {
  using enum ModuleKind;
  const auto has = [&name](const char *word) { return name.find(word) != std::string::npos; };
  if (modulation == "DP-16QAM")
    return coherent;
  for (const auto &[word, kind] : {std::pair{"-DAC", dac},
                                   {"-ACC", acc},
                                   {"-AEC", aec},
                                   {"-AOC", aoc},
                                   {"-LPO", lpo},
                                   {"-LRO", lro},
                                   {"-CPO", cpo}})
    if (has(word))
      return kind;
  return dsp;
}

/// The code a row means. "KP4+inner (tbd)" of the 400G-per-lane rows is taken as the inner code of 802.3dj, until
/// there is another.
std::string code_of(const std::string &fec_name) {
  if (fec_name.starts_with("KP4-host"))
    return "kp4";
  if (fec_name.starts_with("KP4+"))
    return "kp4+hamming";
  return fec_name == "C-FEC" ? "c-fec" : fec_name == "oFEC" ? "o-fec" : "";
}

BitRate gbps(double value) { return BitRate(std::llround(value * 1e9)); }

/// What a module is to fibre, cable and faceplate.
void read_interface(const Row &row, Module &m) {
  m.form_factor = row.text("form_factor");
  m.connector = row.text("connector");
  m.wavelengths = static_cast<int>(row.number("wavelengths"));
  m.fibres_per_direction = static_cast<int>(row.number("fibres_per_direction"));
  m.wavelength_nm = row.maybe("wavelength_nm").value_or(0);
  m.extinction_ratio = row.maybe_as<Decibel>("extinction_ratio_db");
  m.tdecq_max = row.maybe_as<Decibel>("tdecq_max_db");
  m.required_osnr = row.maybe_as<Decibel>("osnr_required_db");
  m.launch_osnr = row.maybe_as<Decibel>("osnr_launch_db");
  m.copper_loss_dB_per_metre = row.maybe("copper_loss_db_per_m");
  m.copper_loss_budget = row.maybe_as<Decibel>("copper_loss_budget_db");
  m.max_case_celsius = row.number("max_case_c");
  m.source_interface = row.text("source_interface");
}

Module read_module(const Row &row) {
  Module m;
  m.name = row.text("module");
  m.modulation = row.text("modulation");
  m.kind = kind_of(m.name, m.modulation);
  m.rate = gbps(row.number("rate_gbps"));
  m.lanes = static_cast<int>(row.number("lanes"));
  m.lane_rate = gbps(row.number("lane_gbps"));
  m.medium_name = row.text("medium");
  m.medium = medium_of(m.medium_name);
  m.reach = Metres(row.number("reach_m"));
  m.launch_oma = row.maybe_as<DecibelMilliwatt>("tx_oma_min_dbm");
  m.launch_oma_minus_tdecq = row.maybe_as<DecibelMilliwatt>("tx_oma_minus_tdecq_min_dbm");
  m.sensitivity_oma = row.maybe_as<DecibelMilliwatt>("rx_sens_oma_dbm");
  m.stressed_sensitivity = row.maybe_as<DecibelMilliwatt>("srs_oma_dbm");
  m.secq = row.maybe_as<Decibel>("secq_db");
  m.effective_sensitivity = row.maybe_as<DecibelMilliwatt>("eff_sens_s0_dbm");
  m.channel_loss_budget = row.maybe_as<Decibel>("channel_loss_budget_db");
  m.mpi_allowance = row.maybe_as<Decibel>("mpi_alloc_db");
  read_interface(row, m);
  m.pre_fec_ber_limit = row.number("pre_fec_ber_limit");
  m.fec_name = row.text("fec");
  m.fec = code_of(m.fec_name);
  m.power_watts = row.range("power_w_typ", "power_w_lo", "power_w_hi");
  m.picojoules_per_bit = row.number("pj_per_bit_typ");
  m.latency_ns = row.range("latency_ns_end_typ", "latency_ns_end_lo", "latency_ns_end_hi");
  m.price_usd_per_gbps = row.range("price_usd_per_gbps_typ", "price_lo", "price_hi");
  m.fit_seed = row.number("fit_seed_basis");
  m.fit_field = row.number("fit_field_basis");
  m.flaps_per_link_year = row.number("flap_per_link_year");
  m.tag_optics = row.tag("tag_optics");
  m.tag_power = row.tag("tag_power");
  m.tag_latency = row.tag("tag_latency");
  m.tag_price = row.tag("tag_price");
  m.tag_fit = row.tag("tag_fit");
  m.source_optics = row.text("source_optics");
  m.source_power = row.text("source_power");
  m.source_latency = row.text("source_latency");
  m.source_price = row.text("source_price");
  m.note = row.text("note");
  return m;
}

void check_range(const Module &m, const char *what, const Range &r) {
  if (!(0 <= r.low && r.low <= r.typical && r.typical <= r.high))
    broken_row(m.name, fmt::format("{}: {} ≤ {} ≤ {} does not hold", what, r.low, r.typical, r.high));
}

/// What must hold between the columns of a row.
void check_module(const Module &m) {
  if (m.lanes < 1 || m.lanes * m.lane_rate.bits_per_second != m.rate.bits_per_second)
    broken_row(m.name, "lanes × lane rate is not the rate");
  if (!(m.reach.value > 0))
    broken_row(m.name, "reach is not positive");
  if (!(m.pre_fec_ber_limit > 0 && m.pre_fec_ber_limit < 0.5))
    broken_row(m.name, "pre-FEC BER limit outside 0 … 0.5");
  if (m.fec.empty())
    broken_row(m.name, fmt::format("FEC \"{}\" is none we know", m.fec_name));
  check_range(m, "power", m.power_watts);
  check_range(m, "latency", m.latency_ns);
  check_range(m, "price", m.price_usd_per_gbps);
  const double picojoules = m.power_watts.typical / static_cast<double>(m.rate.bits_per_second) * 1e12;
  if (std::abs(picojoules - m.picojoules_per_bit) > 0.0051) // the column is rounded to 0.01
    broken_row(m.name, fmt::format("power ÷ rate is {} pJ/bit, not {}", picojoules, m.picojoules_per_bit));
  if (m.stressed_sensitivity && m.secq && m.effective_sensitivity) {
    const double s0 = m.stressed_sensitivity->value - m.secq->value;
    if (std::abs(s0 - m.effective_sensitivity->value) > 1e-9)
      broken_row(m.name, fmt::format("SRS − SECQ is {} dBm, not S0 = {}", s0, m.effective_sensitivity->value));
  }
  if (m.launch_oma && m.launch_oma_minus_tdecq && *m.launch_oma < *m.launch_oma_minus_tdecq)
    broken_row(m.name, "OMA − TDECQ is above OMA");
  if (m.medium == Medium::copper && m.effective_sensitivity)
    broken_row(m.name, "copper with a sensitivity to light");
  if (m.fibres_per_direction * m.wavelengths != (m.medium == Medium::copper ? 0 : m.lanes))
    broken_row(m.name, "fibres × wavelengths is not the lanes");
  if ((m.medium == Medium::copper) != m.copper_loss_budget.has_value())
    broken_row(m.name, "a cable of copper has a budget of insertion loss, and nothing else has");
}

std::string format_length(Metres length) {
  return length.value >= 1000 ? fmt::format("{:.4g} km", length.value / 1000) : fmt::format("{:.4g} m", length.value);
}

/// "Try 800G-DR8 (800 Gb/s, 500 m)." or what the catalogue's best can do.
std::string suggestion_for(BitRate rate, Metres length) {
  if (const Module *other = suggest_module(rate, length))
    return fmt::format("Try {} ({}, {}).", other->name, format_bit_rate(other->rate), format_length(other->reach));
  const Module *fastest = nullptr;
  const Module *longest = nullptr; // that is fast enough
  for (const auto &m : module_catalogue()) {
    if (!fastest || m.rate > fastest->rate)
      fastest = &m;
    if (m.rate >= rate && (!longest || m.reach > longest->reach))
      longest = &m;
  }
  if (longest)
    return fmt::format("The longest reach at this rate is {} ({}).", longest->name, format_length(longest->reach));
  return fmt::format("The fastest module is {} ({}).", fastest->name, format_bit_rate(fastest->rate));
}

} // namespace

bool Module::is_cable() const {
  return kind == ModuleKind::dac || kind == ModuleKind::acc || kind == ModuleKind::aec || kind == ModuleKind::aoc;
}

bool Module::has_optical_budget() const {
  return launch_oma && launch_oma_minus_tdecq && effective_sensitivity && channel_loss_budget && mpi_allowance;
}

std::vector<Module> parse_module_catalogue(std::string_view csv) {
  std::vector<Module> modules;
  std::vector<std::string> columns;
  while (!csv.empty()) {
    const auto end = csv.find('\n');
    const auto line = csv.substr(0, end);
    csv.remove_prefix(end == std::string_view::npos ? csv.size() : end + 1);
    if (line.empty())
      continue;
    if (columns.empty()) {
      columns = csv_fields(line);
      continue;
    }
    modules.push_back(read_module(Row(columns, csv_fields(line))));
    check_module(modules.back());
    for (std::size_t i = 0; i + 1 < modules.size(); ++i)
      if (modules[i].name == modules.back().name)
        broken_row(modules.back().name, "appears twice");
  }
  return modules;
}

const std::vector<Module> &module_catalogue() {
  static const std::vector<Module> catalogue = parse_module_catalogue(builtin_modules_csv);
  return catalogue;
}

const Module *find_module(std::string_view name) {
  for (const auto &m : module_catalogue())
    if (m.name == name)
      return &m;
  return nullptr;
}

const Module &module_named(const std::string &name) {
  if (const Module *m = find_module(name))
    return *m;
  const auto nearest = nearest_word(name, module_names());
  throw Error(fmt::format("module \"{}\"", name), "not in the catalogue",
              nearest.empty() ? "`lightloom optics --catalogue` lists the modules." : fmt::format("Try {}.", nearest));
}

std::vector<std::string> module_names() {
  std::vector<std::string> names;
  for (const auto &m : module_catalogue())
    names.push_back(m.name);
  return names;
}

const Module *suggest_module(BitRate rate, Metres length) {
  const Module *best = nullptr;
  const auto need = [](const Module &m) { return std::pair(m.rate, m.reach); };
  for (const auto &m : module_catalogue())
    if (m.rate >= rate && m.reach >= length && (!best || need(m) < need(*best)))
      best = &m;
  return best;
}

std::optional<Problem> check_fits(const Module &module, BitRate rate, Metres length) {
  if (!(length.value > 0))
    return Problem{{}, fmt::format("length = {:.4g} m", length.value), "must be above 0", "Try \"50m\"."};
  std::string why;
  if (module.rate < rate)
    why = fmt::format("it carries {}", format_bit_rate(module.rate));
  if (module.reach < length)
    why += fmt::format("{} {}", why.empty() ? "it reaches" : " and reaches", format_length(module.reach));
  if (why.empty())
    return std::nullopt;
  auto what =
      fmt::format("module {} on a link of {} and {}", module.name, format_bit_rate(rate), format_length(length));
  return Problem{{}, std::move(what), std::move(why), suggestion_for(rate, length)};
}

std::string to_string(SourceTag tag) {
  switch (tag) {
  case SourceTag::read_in_source:
    return "read in the source named";
  case SourceTag::known:
    return "recalled from the standard or paper named";
  case SourceTag::estimate:
    return "engineering estimate";
  case SourceTag::none:
    break;
  }
  return "not applicable";
}

std::string to_string(ModuleKind kind) {
  switch (kind) {
  case ModuleKind::dac:
    return "dac";
  case ModuleKind::acc:
    return "acc";
  case ModuleKind::aec:
    return "aec";
  case ModuleKind::aoc:
    return "aoc";
  case ModuleKind::dsp:
    return "dsp";
  case ModuleKind::lpo:
    return "lpo";
  case ModuleKind::lro:
    return "lro";
  case ModuleKind::cpo:
    return "cpo";
  case ModuleKind::coherent:
    return "coherent";
  }
  return "";
}

} // namespace lightloom
