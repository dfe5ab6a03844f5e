#include "optics/module_figures.hpp"

#include "optics/fec.hpp"

#include <algorithm>
#include <cmath>

#include <fmt/format.h>

namespace lightloom {

namespace {

using enum FigureGroup;
using Figures = std::vector<ModuleFigure>;

template <auto Member> std::optional<double> quantity(const Module &m) {
  const auto &value = m.*Member;
  return value ? std::optional<double>(value->value) : std::nullopt;
}
template <auto Member> void set_quantity(Module &m, double v) {
  using Quantity = typename std::remove_reference_t<decltype(m.*Member)>::value_type;
  m.*Member = Quantity(v);
}
template <auto Member> std::optional<double> plain(const Module &m) { return static_cast<double>(m.*Member); }
template <auto Member> void set_plain(Module &m, double v) {
  m.*Member = static_cast<std::remove_reference_t<decltype(m.*Member)>>(v);
}
/// A count or wavelength that copper does not have.
template <auto Member> std::optional<double> of_light(const Module &m) {
  return m.*Member > 0 ? std::optional<double>(static_cast<double>(m.*Member)) : std::nullopt;
}
template <auto Member> std::optional<double> typical(const Module &m) { return (m.*Member).typical; }
template <auto Member> const Range *range(const Module &m) { return &(m.*Member); }
template <auto Member> std::string word(const Module &m) { return m.*Member; }
template <auto Member> void set_word(Module &m, const std::string &text) { m.*Member = text; }

/// Everything that follows from lanes, lane rate and power.
void settle(Module &m) {
  m.rate = BitRate(m.lanes * m.lane_rate.bits_per_second);
  if (m.rate.bits_per_second > 0)
    m.picojoules_per_bit = m.power_watts.typical / static_cast<double>(m.rate.bits_per_second) * 1e12;
  if (m.stressed_sensitivity && m.secq)
    m.effective_sensitivity = *m.stressed_sensitivity - *m.secq;
}

/// The typical figure; the range widens to hold it.
void set_typical(Range &r, double v, bool fresh) {
  r = fresh ? Range{v, v, v} : Range{v, std::min(r.low, v), std::max(r.high, v)};
}
template <auto Member> void set_range(Module &m, double v) {
  set_typical(m.*Member, v, (m.*Member).high == 0);
  settle(m);
}

/// A stronger transmitter of the same eye closure: OMA − TDECQ moves with it.
void set_launch(Module &m, double v) {
  if (m.launch_oma && m.launch_oma_minus_tdecq)
    m.launch_oma_minus_tdecq = DecibelMilliwatt(m.launch_oma_minus_tdecq->value + v - m.launch_oma->value);
  m.launch_oma = DecibelMilliwatt(v);
}

/// A better receiver is better under stress too.
void set_sensitivity(Module &m, double v) {
  if (m.sensitivity_oma && m.stressed_sensitivity)
    m.stressed_sensitivity = DecibelMilliwatt(m.stressed_sensitivity->value + v - m.sensitivity_oma->value);
  m.sensitivity_oma = DecibelMilliwatt(v);
  settle(m);
}

// One figure per row, as dense as a table.
// clang-format off
Figures part_figures() {
  return {
      {.key = "kind", .title = "kind", .unit = "", .need = FigureNeed::always, .choices = module_kind_names(),
       .word = [](const Module &m) { return to_string(m.kind); },
       .set_word = [](Module &m, const std::string &text) { m.kind = *parse_module_kind(text); }},
      {.key = "lanes", .title = "lanes", .unit = "1", .need = FigureNeed::always, .low = 1, .high = 64,
       .number = plain<&Module::lanes>,
       .set_number = [](Module &m, double v) { m.lanes = static_cast<int>(v), settle(m); }},
      {.key = "lane_rate", .title = "rate of a lane, without coding", .unit = "Gb/s", .need = FigureNeed::always,
       .low = 1, .high = 4000,
       .number = [](const Module &m) { return std::optional(static_cast<double>(m.lane_rate.bits_per_second) * 1e-9); },
       .set_number = [](Module &m, double v) { m.lane_rate = BitRate(std::llround(v * 1e9)), settle(m); }},
      {.key = "modulation", .title = "modulation", .unit = "", .need = FigureNeed::always,
       .choices = {"NRZ", "PAM4", "PAM4/6", "PAM6", "DP-16QAM"}, .word = word<&Module::modulation>,
       .set_word = set_word<&Module::modulation>},
      {.key = "fec", .title = "FEC", .unit = "", .need = FigureNeed::always, .choices = fec_names(),
       .word = word<&Module::fec_name>,
       .set_word = [](Module &m, const std::string &text) { m.fec = m.fec_name = text; }},
  };
}

Figures interface_figures() {
  return {
      {.key = "medium", .title = "medium", .unit = "", .group = interface, .need = FigureNeed::always,
       .choices = {"copper", "SMF", "MMF-OM3", "MMF-OM4", "MMF-OM5"}, .word = word<&Module::medium_name>,
       .set_word = [](Module &m, const std::string &text) { m.medium_name = text, m.medium = *parse_medium(text); }},
      {.key = "form_factor", .title = "form factor", .unit = "", .group = interface, .need = FigureNeed::always,
       .choices = {"OSFP", "OSFP-XD", "QSFP-DD", "QSFP112", "CPO"}, .word = word<&Module::form_factor>,
       .set_word = set_word<&Module::form_factor>},
      {.key = "connector", .title = "connector", .unit = "", .group = interface, .need = FigureNeed::always,
       .choices = {"none", "LC", "2xLC", "4xLC", "MPO-12", "2xMPO-12", "MPO-16", "2xMPO-16"},
       .word = word<&Module::connector>, .set_word = set_word<&Module::connector>},
      {.key = "wavelengths", .title = "wavelengths per fibre", .unit = "1", .group = interface,
       .need = FigureNeed::fibre, .low = 0, .high = 64, .number = of_light<&Module::wavelengths>,
       .set_number = set_plain<&Module::wavelengths>},
      {.key = "fibres_per_direction", .title = "fibres per direction", .unit = "1", .group = interface,
       .need = FigureNeed::fibre, .low = 0, .high = 64, .number = of_light<&Module::fibres_per_direction>,
       .set_number = set_plain<&Module::fibres_per_direction>},
      {.key = "wavelength_nm", .title = "wavelength, or the band's middle", .unit = "nm", .group = interface,
       .need = FigureNeed::fibre, .low = 800, .high = 1700, .number = of_light<&Module::wavelength_nm>,
       .set_number = set_plain<&Module::wavelength_nm>},
      {.key = "extinction_ratio", .title = "extinction ratio, least", .unit = "dB", .group = interface, .low = 0,
       .high = 30, .number = quantity<&Module::extinction_ratio>,
       .set_number = set_quantity<&Module::extinction_ratio>},
      {.key = "tdecq_max", .title = "TDECQ, greatest", .unit = "dB", .group = interface, .low = 0, .high = 10,
       .number = quantity<&Module::tdecq_max>, .set_number = set_quantity<&Module::tdecq_max>},
      {.key = "required_osnr", .title = "OSNR needed at the receiver, 0.1 nm", .unit = "dB", .group = interface,
       .low = 0, .high = 60, .number = quantity<&Module::required_osnr>,
       .set_number = set_quantity<&Module::required_osnr>},
      {.key = "launch_osnr", .title = "OSNR out of the transmitter, 0.1 nm", .unit = "dB", .group = interface,
       .low = 0, .high = 80, .number = quantity<&Module::launch_osnr>,
       .set_number = set_quantity<&Module::launch_osnr>},
      {.key = "copper_loss_per_metre", .title = "insertion loss of a metre at the Nyquist frequency", .unit = "dB",
       .group = interface, .need = FigureNeed::copper, .low = 0.1, .high = 100,
       .number = [](const Module &m) { return m.copper_loss_dB_per_metre; },
       .set_number = [](Module &m, double v) { m.copper_loss_dB_per_metre = v; }},
      {.key = "copper_loss_budget", .title = "insertion loss of the assembly, greatest", .unit = "dB",
       .group = interface, .need = FigureNeed::copper, .low = 0.1, .high = 200,
       .number = quantity<&Module::copper_loss_budget>, .set_number = set_quantity<&Module::copper_loss_budget>},
      {.key = "max_case", .title = "case temperature, greatest", .unit = "C", .group = interface, .low = 40,
       .high = 105, .number = plain<&Module::max_case_celsius>, .set_number = set_plain<&Module::max_case_celsius>},
  };
}

Figures optics_figures() {
  return {
      {.key = "reach", .title = "reach", .unit = "m", .group = optics, .need = FigureNeed::always, .low = 0.1,
       .high = 1e7, .number = [](const Module &m) { return std::optional(m.reach.value); },
       .set_number = [](Module &m, double v) { m.reach = Metres(v); }},
      {.key = "launch_oma", .title = "launch power, least outer OMA per lane (coherent: average)", .unit = "dBm",
       .group = optics, .low = -40, .high = 30, .number = quantity<&Module::launch_oma>, .set_number = set_launch},
      {.key = "launch_oma_minus_tdecq", .title = "launch power less TDECQ, least", .unit = "dBm", .group = optics,
       .low = -40, .high = 30, .number = quantity<&Module::launch_oma_minus_tdecq>,
       .set_number = set_quantity<&Module::launch_oma_minus_tdecq>},
      {.key = "sensitivity_oma", .title = "receiver sensitivity, unstressed (coherent: average)", .unit = "dBm",
       .group = optics, .low = -60, .high = 20, .number = quantity<&Module::sensitivity_oma>,
       .set_number = set_sensitivity},
      {.key = "stressed_sensitivity", .title = "receiver sensitivity, stressed (SRS)", .unit = "dBm", .group = optics,
       .low = -60, .high = 20, .number = quantity<&Module::stressed_sensitivity>,
       .set_number = [](Module &m, double v) { m.stressed_sensitivity = DecibelMilliwatt(v), settle(m); }},
      {.key = "secq", .title = "stressed eye closure at which SRS holds (SECQ)", .unit = "dB", .group = optics,
       .low = 0, .high = 10, .number = quantity<&Module::secq>,
       .set_number = [](Module &m, double v) { m.secq = Decibel(v), settle(m); }},
      {.key = "effective_sensitivity", .title = "effective sensitivity S0 = SRS − SECQ", .unit = "dBm",
       .group = optics, .number = quantity<&Module::effective_sensitivity>},
      {.key = "channel_loss_budget", .title = "channel insertion loss, greatest", .unit = "dB", .group = optics,
       .low = 0, .high = 60, .number = quantity<&Module::channel_loss_budget>,
       .set_number = set_quantity<&Module::channel_loss_budget>},
      {.key = "mpi_allowance", .title = "allowance for multipath interference", .unit = "dB", .group = optics,
       .low = 0, .high = 10, .number = quantity<&Module::mpi_allowance>,
       .set_number = set_quantity<&Module::mpi_allowance>},
      {.key = "pre_fec_ber_limit", .title = "pre-FEC bit error ratio, limit of operation", .unit = "1",
       .group = optics, .need = FigureNeed::always, .low = 1e-15, .high = 0.1,
       .number = plain<&Module::pre_fec_ber_limit>, .set_number = set_plain<&Module::pre_fec_ber_limit>},
  };
}

Figures life_figures() {
  return {
      {.key = "power", .title = "power per end", .unit = "W", .group = power, .need = FigureNeed::always, .low = 0,
       .high = 200, .number = typical<&Module::power_watts>, .set_number = set_range<&Module::power_watts>,
       .range = range<&Module::power_watts>},
      {.key = "energy", .title = "energy per bit", .unit = "pJ/bit", .group = power,
       .number = plain<&Module::picojoules_per_bit>},
      {.key = "latency", .title = "latency per end and direction, FEC of the host not included", .unit = "ns",
       .group = latency, .need = FigureNeed::always, .low = 0, .high = 1e6, .number = typical<&Module::latency_ns>,
       .set_number = set_range<&Module::latency_ns>, .range = range<&Module::latency_ns>},
      {.key = "price_usd_per_gbps", .title = "price per end", .unit = "USD/Gbps", .group = price,
       .need = FigureNeed::always, .low = 0, .high = 1000, .number = typical<&Module::price_usd_per_gbps>,
       .set_number = set_range<&Module::price_usd_per_gbps>, .range = range<&Module::price_usd_per_gbps>},
      {.key = "price_class", .title = "price class", .unit = "", .group = price, .word = price_class},
      {.key = "fit_seed", .title = "failures, as vendors state them", .unit = "FIT", .group = failures, .low = 0,
       .high = 1e6, .number = plain<&Module::fit_seed>, .set_number = set_plain<&Module::fit_seed>},
      {.key = "fit_field", .title = "failures in the field", .unit = "FIT", .group = failures,
       .need = FigureNeed::always, .low = 0, .high = 1e6, .number = plain<&Module::fit_field>,
       .set_number = set_plain<&Module::fit_field>},
      {.key = "flaps_per_link_year", .title = "flaps of a link", .unit = "1/year", .group = failures,
       .need = FigureNeed::always, .low = 0, .high = 1000, .number = plain<&Module::flaps_per_link_year>,
       .set_number = set_plain<&Module::flaps_per_link_year>},
  };
}
// clang-format on

} // namespace

std::span<const ModuleFigure> module_figures() {
  static const Figures all = [] {
    Figures figures;
    for (const auto &part : {part_figures(), interface_figures(), optics_figures(), life_figures()})
      figures.insert(figures.end(), part.begin(), part.end());
    return figures;
  }();
  return all;
}

Provenance provenance(const Module &m, const ModuleFigure &figure) {
  if (std::ranges::find(m.given, figure.key) != m.given.end())
    return {SourceTag::given, SourceMark::given, m.given_source.empty() ? "the scenario" : m.given_source};
  switch (figure.group) {
  case part:
  case optics:
    return {m.tag_optics, m.mark_optics, m.source_optics};
  case interface:
    return {m.tag_interface, m.mark_interface, m.source_interface};
  case power:
    return {m.tag_power, m.mark_power, m.source_power};
  case latency:
    return {m.tag_latency, m.mark_latency, m.source_latency};
  case price:
    return {m.tag_price, m.mark_price, m.source_price};
  case failures:
    return {m.tag_fit, m.mark_fit, m.source_fit};
  }
  return {};
}

std::string to_string(const Provenance &p) {
  const std::string how = p.tag == SourceTag::read_in_source ? ", read" : p.tag == SourceTag::known ? ", recalled" : "";
  return to_string(p.mark) + how + (p.source.empty() || p.source == "estimate" ? "" : ": " + p.source);
}

std::string price_class(const Module &m) {
  const double price = m.price_usd_per_gbps.typical;
  return price <= 0.3 ? "low" : price <= 1 ? "medium" : price <= 2.5 ? "high" : "very high";
}

} // namespace lightloom
