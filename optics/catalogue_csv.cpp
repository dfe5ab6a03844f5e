// Rows of optics/modules.csv → modules, and what must hold between the columns of one. RFC 4180 without line breaks in
// fields. Every word that decides what a module is (kind, medium, FEC, tags and marks) is one of a list: an unknown one
// is refused, never taken for the commonest.

#include "optics/catalogue.hpp"

#include "optics/bit_errors.hpp"
#include "sim/core/contract.hpp"

#include <array>
#include <charconv>
#include <cmath>
#include <map>

#include <fmt/format.h>

namespace lightloom {

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
  SourceMark mark(const std::string &column) const {
    using enum SourceMark;
    for (const SourceMark mark : std::array{standard, datasheet, paper, report, estimate})
      if (to_string(mark) == text(column))
        return mark;
    broken_row(fields_.front(), fmt::format("{} = \"{}\" is no mark", column, text(column)));
  }

private:
  std::vector<std::string> fields_;
  std::map<std::string, std::size_t> index_;
};

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

void read_sources(const Row &row, Module &m) {
  m.tag_optics = row.tag("tag_optics");
  m.tag_interface = row.tag("tag_interface");
  m.tag_power = row.tag("tag_power");
  m.tag_latency = row.tag("tag_latency");
  m.tag_price = row.tag("tag_price");
  m.tag_fit = row.tag("tag_fit");
  m.mark_optics = row.mark("mark_optics");
  m.mark_interface = row.mark("mark_interface");
  m.mark_power = row.mark("mark_power");
  m.mark_latency = row.mark("mark_latency");
  m.mark_price = row.mark("mark_price");
  m.mark_fit = row.mark("mark_fit");
  m.source_optics = row.text("source_optics");
  m.source_power = row.text("source_power");
  m.source_latency = row.text("source_latency");
  m.source_price = row.text("source_price");
  m.source_fit = row.text("source_fit");
}

Module read_module(const Row &row) {
  Module m;
  m.name = row.text("module");
  const auto kind = parse_module_kind(row.text("kind"));
  if (!kind)
    broken_row(m.name, fmt::format("kind \"{}\" is none", row.text("kind")));
  m.kind = *kind;
  m.modulation = row.text("modulation");
  m.rate = gbps(row.number("rate_gbps"));
  m.lanes = static_cast<int>(row.number("lanes"));
  m.lane_rate = gbps(row.number("lane_gbps"));
  m.medium_name = row.text("medium");
  const auto medium = parse_medium(m.medium_name);
  if (!medium)
    broken_row(m.name, fmt::format("medium \"{}\" is none", m.medium_name));
  m.medium = *medium;
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
  read_sources(row, m);
  m.note = row.text("note");
  return m;
}

std::string range_fault(const char *what, const Range &r) {
  if (0 <= r.low && r.low <= r.typical && r.typical <= r.high)
    return "";
  return fmt::format("{}: {} ≤ {} ≤ {} does not hold", what, r.low, r.typical, r.high);
}

/// What the optics of a module contradict.
std::string optics_fault(const Module &m) {
  if (m.stressed_sensitivity && m.secq && m.effective_sensitivity) {
    const double s0 = m.stressed_sensitivity->value - m.secq->value;
    if (std::abs(s0 - m.effective_sensitivity->value) > 1e-9)
      return fmt::format("SRS − SECQ is {} dBm, not S0 = {}", s0, m.effective_sensitivity->value);
  }
  if (m.launch_oma && m.launch_oma_minus_tdecq && *m.launch_oma < *m.launch_oma_minus_tdecq)
    return "OMA − TDECQ is above OMA";
  const bool copper = m.medium == Medium::copper;
  if (copper && m.effective_sensitivity)
    return "copper with a sensitivity to light";
  if (copper != (m.kind == ModuleKind::dac || m.kind == ModuleKind::acc || m.kind == ModuleKind::aec))
    return fmt::format("a {} in {}", to_string(m.kind), m.medium_name);
  if (m.fibres_per_direction * m.wavelengths != (copper ? 0 : m.lanes))
    return fmt::format("{} fibres × {} wavelengths is not the {} lanes", m.fibres_per_direction, m.wavelengths,
                       m.lanes);
  if (copper != m.copper_loss_budget.has_value() || copper != m.copper_loss_dB_per_metre.has_value())
    return "a cable of copper has insertion loss and a budget of it, and nothing else has";
  if (m.is_cable() != (m.connector == "none"))
    return "a part with fixed ends has no connector, and others have one";
  return "";
}

/// What must hold between a module's kind, its signal and its code.
std::string kind_fault(const Module &m) {
  const bool coherent = m.kind == ModuleKind::coherent;
  const bool coherent_code = m.fec == "c-fec" || m.fec == "o-fec";
  if (coherent != m.modulation.starts_with("DP-"))
    return fmt::format("a module of kind {} does not send {}", to_string(m.kind), m.modulation);
  if (coherent != coherent_code)
    return fmt::format("fec \"{}\" does not belong to a module of kind {}", m.fec, to_string(m.kind));
  if (m.fec == "none" && m.pre_fec_ber_limit > 1e-10)
    return fmt::format("without a FEC every bit error loses a frame, and pre_fec_ber_limit is {:g}: give 1e-12, say",
                       m.pre_fec_ber_limit);
  if ((m.kind == ModuleKind::cpo) != (m.form_factor == "CPO"))
    return fmt::format("a module of kind {} has no form factor {}", to_string(m.kind), m.form_factor);
  if (!coherent && m.required_osnr)
    return "an OSNR is required of coherent modules alone";
  if (m.medium == Medium::multimode && m.wavelength_nm > 1000)
    return fmt::format("multimode fibre at {:g} nm: its modules send around 850 nm", m.wavelength_nm);
  if (m.medium == Medium::single_mode && m.wavelength_nm < 1200)
    return fmt::format("single-mode fibre at {:g} nm: it guides one mode from 1260 nm on", m.wavelength_nm);
  if (m.sensitivity_oma && m.stressed_sensitivity && *m.stressed_sensitivity < *m.sensitivity_oma)
    return "the receiver is more sensitive under stress than without";
  if (m.extinction_ratio && !(m.extinction_ratio->value > 0))
    return "an extinction ratio of 0 dB is no signal";
  return "";
}
} // namespace

std::string module_fault(const Module &m) {
  if (m.lanes < 1 || m.lanes * m.lane_rate.bits_per_second != m.rate.bits_per_second || m.rate.bits_per_second <= 0)
    return "lanes × lane rate is not the rate";
  if (!m.modulation.starts_with(line_code_of(m.modulation).name))
    return fmt::format("modulation \"{}\" is none we know", m.modulation);
  if (!(m.reach.value > 0))
    return "reach is not positive";
  if (!(m.pre_fec_ber_limit > 0 && m.pre_fec_ber_limit < 0.5))
    return "pre-FEC BER limit outside 0 … 0.5";
  if (m.fec.empty())
    return fmt::format("FEC \"{}\" is none we know", m.fec_name);
  const double picojoules = m.power_watts.typical / static_cast<double>(m.rate.bits_per_second) * 1e12;
  if (std::abs(picojoules - m.picojoules_per_bit) > 0.0051) // the column is rounded to 0.01
    return fmt::format("power ÷ rate is {} pJ/bit, not {}", picojoules, m.picojoules_per_bit);
  for (const auto &[what, range] : {std::pair("power", m.power_watts), std::pair("latency", m.latency_ns),
                                    std::pair("price", m.price_usd_per_gbps)})
    if (auto fault = range_fault(what, range); !fault.empty())
      return fault;
  if (!(m.fit_seed >= 0 && m.fit_field >= 0 && m.flaps_per_link_year >= 0))
    return "a rate of failures is negative";
  if (auto fault = kind_fault(m); !fault.empty())
    return fault;
  return optics_fault(m);
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
    if (const auto fault = module_fault(modules.back()); !fault.empty())
      broken_row(modules.back().name, fault);
    for (std::size_t i = 0; i + 1 < modules.size(); ++i)
      if (modules[i].name == modules.back().name)
        broken_row(modules.back().name, "appears twice");
  }
  return modules;
}

} // namespace lightloom
