// optics --module: one link, its budget line by line. optics --fec with --pre-fec-ber: one code alone.

#include "analysis/table.hpp"
#include "optics/fec_report.hpp"
#include "optics/link.hpp"
#include "scenarios/commands/optics.hpp"
#include "scenarios/print_result.hpp"
#include "sim/core/parse_quantity.hpp"

#include <charconv>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

namespace lightloom {

namespace {
using Json = nlohmann::ordered_json;
using Align = Table::Align;

/// "0.5dB"; nothing for an empty text.
std::optional<Decibel> asked_decibel(const char *option, const std::string &text, const char *suggestion) {
  if (text.empty())
    return std::nullopt;
  double value = 0;
  const char *end = text.data() + text.size();
  const auto [rest, code] = std::from_chars(text.data(), end, value);
  std::string_view unit(rest, static_cast<std::size_t>(end - rest));
  while (unit.starts_with(' '))
    unit.remove_prefix(1);
  if (code != std::errc{} || unit != "dB")
    throw Error(std::string(option) + " " + text, "not a number with the unit dB", suggestion);
  return Decibel(value);
}

/// The unit of a law's margin, as one says it.
const char *margin_unit(LinkLaw law) {
  switch (law) {
  case LinkLaw::light:
    return "optical dB above S0";
  case LinkLaw::coherent_power:
    return "dB of power above the sensitivity";
  case LinkLaw::coherent_osnr:
    return "dB of OSNR above what is required";
  case LinkLaw::copper:
    return "electrical dB below the loss the class allows";
  case LinkLaw::reach:
    break;
  }
  return "";
}

Json to_json(const LinkReport &r, const std::string &basis, Duration split, Duration vendor) {
  const auto under = [&r](bool law_has_it, double value) { return law_has_it ? Json(value) : Json(nullptr); };
  const bool budget = r.law != LinkLaw::reach;
  Json j;
  j["module"] = r.module->name;
  j["fec"] = r.fec->name;
  j["length_m"] = r.length.value;
  j["received_power_dBm"] = under(budget && r.law != LinkLaw::copper, r.received_power.value);
  j["loss_dB"] = under(budget, r.loss.value);
  j["margin_dB"] = under(budget, r.margin.value);
  j["osnr_dB"] = r.osnr ? Json(r.osnr->value) : Json(nullptr);
  j["q_factor"] = under(budget, r.q_argument);
  j["snr_dB"] = under(budget, r.snr.value);
  j["pre_fec_ber"] = r.pre_fec_ber;
  j["pre_fec_ber_source"] = r.ber_source;
  j["burst"] = r.bursts.after_error;
  j["precoding"] = r.bursts.precoding;
  j["interleave"] = r.interleave;
  j["symbol_error_ratio"] = r.symbol_error_ratio;
  j["codeword_error_ratio"] = r.codeword_error_ratio;
  j["post_fec_ber"] = r.post_fec_ber;
  j["frame_bytes"] = r.frame.value;
  j["frame_loss_ratio"] = r.frame_loss_ratio;
  j["latency_s"] = seconds(basis == "vendor" ? vendor : split);
  j["latency_split_s"] = seconds(split);
  j["latency_vendor_s"] = seconds(vendor);
  j["power_W"] = r.power_W;
  j["pj_per_bit"] = r.pj_per_bit;
  j["cost_usd"] = r.cost_usd;
  j["budget"] = Json::array();
  for (const auto &item : r.budget)
    j["budget"].push_back({{"item", item.item}, {"value_dB", item.value_dB}, {"source", item.source}});
  return j;
}

std::string budget_table(const LinkReport &r) {
  Table budget({{"budget of " + r.module->name, "", Align::left},
                {"value", "dB, dBm", Align::right},
                {"source", "", Align::left}});
  for (const auto &item : r.budget)
    budget.add({item.item, fmt::format("{:.2f}", item.value_dB), item.source});
  budget.add_rule();
  budget.add({"margin", fmt::format("{:.2f}", r.margin.value), margin_unit(r.law)});
  return budget.str() + "\n";
}

void add_latency(Table &t, const LinkReport &r, const char *basis) {
  t.add(
      {fmt::format("latency per direction, {}", basis),
       fmt::format("{} = modules {} + FEC {} + propagation {}", format_duration(r.latency),
                   format_duration(r.module_latency), format_duration(r.fec_latency), format_duration(r.propagation))});
}

/// What follows from the margin.
void add_reception(Table &t, const LinkReport &r) {
  if (r.law == LinkLaw::light)
    t.add({"received power", fmt::format("{:.2f} dBm per lane (OMA), loss {:.2f} dB of {:.1f} dB that the class allows",
                                         r.received_power.value, r.loss.value, r.module->channel_loss_budget->value)});
  else if (r.law == LinkLaw::coherent_power || r.law == LinkLaw::coherent_osnr)
    t.add({"received power", fmt::format("{:.2f} dBm (average, at the end of the fibre)", r.received_power.value)});
  if (r.osnr)
    t.add({"OSNR at the receiver", fmt::format("{:.2f} dB in 0.1 nm", r.osnr->value)});
  if (r.law != LinkLaw::reach)
    t.add({"Q's argument, SNR", fmt::format("{:.3f}, {:.2f} dB", r.q_argument, r.snr.value)});
  t.add({"pre-FEC bit error ratio", fmt::format("{:.3g} ({})", r.pre_fec_ber, r.ber_source)});
  t.add({"FEC", fmt::format("{} {}{}", r.fec->name, r.fec->title,
                            r.interleave > 0 ? fmt::format(", {} codewords interleaved", r.interleave) : "")});
  if (r.bursts.any())
    t.add({"errors", fmt::format("P(wrong symbol after a wrong one) = {:g}{}", r.bursts.after_error,
                                 r.bursts.precoding ? ", precoded" : "")});
  t.add({"codeword error ratio", fmt::format("{:.3g}", r.codeword_error_ratio)});
  t.add({"post-FEC bit error ratio", fmt::format("{:.3g}", r.post_fec_ber)});
  t.add({fmt::format("frame loss ratio of {} B", r.frame.value), fmt::format("{:.3g}", r.frame_loss_ratio)});
}

std::string to_text(const LinkReport &split, const LinkReport &vendor, const std::string &basis) {
  const LinkReport &r = split;
  Table t({{fmt::format("{}, {:g} m", r.module->name, r.length.value), "", Align::left}, {"", "", Align::left}});
  add_reception(t, r);
  if (basis != "vendor")
    add_latency(t, split, "split");
  if (basis != "split")
    add_latency(t, vendor, "vendor");
  t.add({"power of both ends", fmt::format("{:.1f} W, {:.2f} pJ/bit", r.power_W, r.pj_per_bit)});
  t.add({"price of both ends", fmt::format("{:.0f} USD", r.cost_usd)});
  return (r.law == LinkLaw::reach ? "" : budget_table(r)) + t.str();
}

/// What encoding and decoding add, at the rates where that differs.
std::vector<std::pair<std::string, Duration>> latencies_of(const FecCode &code) {
  std::vector<std::pair<std::string, Duration>> all;
  for (const BitRate rate : {100_Gbps, 200_Gbps, 400_Gbps, 800_Gbps, 1600_Gbps})
    all.emplace_back(fmt::format("{}G", rate.bits_per_second / 1'000'000'000), fec_latency(code, rate).total);
  return all;
}

Json to_json(const FecReport &r) {
  Json latency;
  for (const auto &[rate, added] : latencies_of(fec_named(r.fec)))
    latency[rate] = seconds(added);
  return {{"fec", r.fec},
          {"pre_fec_ber", r.pre_fec_ber},
          {"frame_bytes", r.frame_bytes},
          {"interleave", r.interleave},
          {"burst", r.bursts.after_error},
          {"precoding", r.bursts.precoding},
          {"symbol_error_ratio", r.symbol_error_ratio},
          {"codeword_error_ratio", r.codeword_error_ratio},
          {"post_fec_ber", r.post_fec_ber},
          {"frame_loss_ratio", r.frame_loss_ratio},
          {"latency_by_rate_s", latency}};
}

std::string to_text(const FecReport &r) {
  const FecCode &code = fec_named(r.fec);
  Table t({{r.fec + " " + code.title, "", Align::left}, {"", "", Align::right}});
  t.add({"pre-FEC bit error ratio", fmt::format("{:.6g}", r.pre_fec_ber)});
  if (r.bursts.any())
    t.add({fmt::format("P(wrong symbol after a wrong one){}", r.bursts.precoding ? ", precoded" : ""),
           fmt::format("{:g}", r.bursts.after_error)});
  t.add({"symbol error ratio", fmt::format("{:.6g}", r.symbol_error_ratio)});
  t.add({"codeword error ratio", fmt::format("{:.6g}", r.codeword_error_ratio)});
  t.add({"post-FEC bit error ratio", fmt::format("{:.6g}", r.post_fec_ber)});
  t.add({fmt::format("frame loss ratio, {} B, interleave {}", r.frame_bytes, r.interleave),
         fmt::format("{:.6g}", r.frame_loss_ratio)});
  for (const auto &[rate, added] : latencies_of(code))
    t.add({fmt::format("latency added to a port of {}", rate), format_duration(added)});
  return t.str();
}
} // namespace

LinkOptics asked_link(const OpticsRequest &ask, const std::string &length_text) {
  const auto length = parse_metres(length_text);
  const auto temperature = parse_celsius(ask.temperature);
  if (!length)
    throw Error("--length " + length_text, std::string("not a number with one of the units ") + metres_units,
                "Try --length 50m.");
  if (!temperature)
    throw Error("--temperature " + ask.temperature, "not a number with the unit C", "Try --temperature 45C.");
  LinkOptics link;
  link.module = ask.module;
  link.length = *length;
  const bool cable = module_named(ask.module).is_cable();
  if (cable && ask.connectors.value_or(0) != 0)
    throw Error(fmt::format("--connectors {}", *ask.connectors), ask.module + " is a cable with fixed ends",
                "Leave it out.");
  if (ask.interleave)
    throw Error("--interleave with --module", "a link's interleave follows the rate of its port",
                "Leave it out, or ask for a code alone: --fec kp4 --pre-fec-ber 1e-4.");
  link.connectors = ask.connectors.value_or(cable ? 0 : 2);
  link.splices = ask.splices;
  link.connector_loss = asked_decibel("--connector-loss", ask.connector_loss, "Try --connector-loss 0.2dB.");
  link.reflectance = asked_decibel("--reflectance", ask.reflectance, "Try --reflectance=-26dB.");
  link.dispersion_apart = ask.dispersion_apart;
  link.years = ask.years;
  link.end_of_life = ask.end_of_life;
  link.bursts = {ask.burst, ask.precoding};
  link.case_temperature = *temperature;
  link.pre_fec_ber = ask.pre_fec_ber;
  link.frame = Bytes(ask.frame_bytes);
  if (!ask.fec.empty())
    link.fec = ask.fec;
  return link;
}

ExitCode optics_link(const CommandLine &line) {
  const OpticsRequest &ask = line.optics;
  LinkOptics link = asked_link(ask, ask.length);
  const LinkReport split = link_report(link);
  link.latency_basis = LatencyBasis::vendor;
  const LinkReport vendor = link_report(link);
  print_result(line.json ? to_json(split, ask.latency_basis, split.latency, vendor.latency).dump(2) + "\n"
                         : to_text(split, vendor, ask.latency_basis));
  return ExitCode::done;
}

ExitCode optics_code(const CommandLine &line) {
  const OpticsRequest &ask = line.optics;
  if (!ask.pre_fec_ber)
    throw Error("optics --fec " + ask.fec, "needs --pre-fec-ber", "Add --pre-fec-ber 1e-4, or --module for a link.");
  const FecReport r =
      fec_report(ask.fec, *ask.pre_fec_ber, ask.frame_bytes, ask.interleave.value_or(1), {ask.burst, ask.precoding});
  print_result(line.json ? to_json(r).dump(2) + "\n" : to_text(r));
  return ExitCode::done;
}

} // namespace lightloom
