// optics: one link (--module), one FEC code (--fec with --pre-fec-ber), or the catalogue.

#include "analysis/table.hpp"
#include "optics/link.hpp"
#include "scenarios/commands/commands.hpp"
#include "sim/core/parse_quantity.hpp"

#include <fmt/format.h>
#include <nlohmann/json.hpp>

namespace lightloom {

namespace {
using Json = nlohmann::ordered_json;
using Align = Table::Align;

void print_fec(const CommandLine &line) {
  if (!line.pre_fec_ber)
    throw Error("optics --fec " + line.fec, "needs --pre-fec-ber", "Add --pre-fec-ber 1e-4, or --module for a link.");
  const FecReport r = fec_report(line.fec, *line.pre_fec_ber, line.frame_bytes, line.interleave);
  if (line.json) {
    const Json j = {{"fec", r.fec},
                    {"pre_fec_ber", r.pre_fec_ber},
                    {"frame_bytes", r.frame_bytes},
                    {"interleave", r.interleave},
                    {"symbol_error_ratio", r.symbol_error_ratio},
                    {"codeword_error_ratio", r.codeword_error_ratio},
                    {"post_fec_ber", r.post_fec_ber},
                    {"frame_loss_ratio", r.frame_loss_ratio}};
    return print_result(j.dump(2) + "\n");
  }
  Table t({{r.fec + " " + fec_named(r.fec).title, "", Align::left}, {"", "", Align::right}});
  t.add({"pre-FEC bit error ratio", fmt::format("{:.6g}", r.pre_fec_ber)});
  t.add({"symbol error ratio", fmt::format("{:.6g}", r.symbol_error_ratio)});
  t.add({"codeword error ratio", fmt::format("{:.6g}", r.codeword_error_ratio)});
  t.add({"post-FEC bit error ratio", fmt::format("{:.6g}", r.post_fec_ber)});
  t.add({fmt::format("frame loss ratio, {} B, interleave {}", r.frame_bytes, r.interleave),
         fmt::format("{:.6g}", r.frame_loss_ratio)});
  print_result(t.str());
}

LinkOptics link_of(const CommandLine &line) {
  const auto length = parse_metres(line.length);
  const auto temperature = parse_celsius(line.temperature);
  if (!length)
    throw Error("--length " + line.length, std::string("not a number with one of the units ") + metres_units,
                "Try --length 50m.");
  if (!temperature)
    throw Error("--temperature " + line.temperature, "not a number with the unit C", "Try --temperature 45C.");
  LinkOptics link;
  link.module = line.module;
  link.length = *length;
  link.connectors = module_named(line.module).is_cable() ? 0 : line.connectors;
  link.case_temperature = *temperature;
  link.pre_fec_ber = line.pre_fec_ber;
  link.frame = Bytes(line.frame_bytes);
  if (!line.fec.empty())
    link.fec = line.fec;
  return link;
}

Json to_json(const LinkReport &r) {
  Json j;
  j["module"] = r.module->name;
  j["fec"] = r.fec->name;
  const auto optical = [&](const char *name, double value) { j[name] = r.has_budget ? Json(value) : Json(nullptr); };
  optical("received_power_dBm", r.received_power.value);
  optical("loss_dB", r.loss.value);
  optical("margin_dB", r.margin.value);
  j["pre_fec_ber"] = r.pre_fec_ber;
  j["symbol_error_ratio"] = r.symbol_error_ratio;
  j["codeword_error_ratio"] = r.codeword_error_ratio;
  j["post_fec_ber"] = r.post_fec_ber;
  j["frame_bytes"] = r.frame.value;
  j["frame_loss_ratio"] = r.frame_loss_ratio;
  j["latency_s"] = seconds(r.latency);
  j["power_W"] = r.power_W;
  j["pj_per_bit"] = r.pj_per_bit;
  j["cost_usd"] = r.cost_usd;
  j["budget"] = Json::array();
  for (const auto &item : r.budget)
    j["budget"].push_back({{"item", item.item}, {"value_dB", item.value_dB}, {"source", item.source}});
  return j;
}

std::string to_text(const LinkReport &r) {
  std::string text;
  if (r.has_budget) {
    Table budget({{"budget of " + r.module->name, "", Align::left},
                  {"value", "dB, dBm", Align::right},
                  {"source", "", Align::left}});
    for (const auto &item : r.budget)
      budget.add({item.item, fmt::format("{:.2f}", item.value_dB), item.source});
    budget.add_rule();
    budget.add({"margin", fmt::format("{:.2f}", r.margin.value), ""});
    text = budget.str() + "\n";
  }
  Table t({{fmt::format("{}, {:g} m", r.module->name, r.length.value), "", Align::left}, {"", "", Align::left}});
  if (r.has_budget)
    t.add({"received power", fmt::format("{:.2f} dBm per lane (OMA)", r.received_power.value)});
  t.add({"pre-FEC bit error ratio", fmt::format("{:.3g} ({})", r.pre_fec_ber, r.ber_source)});
  t.add({"FEC", r.fec->name + " " + r.fec->title});
  t.add({"codeword error ratio", fmt::format("{:.3g}", r.codeword_error_ratio)});
  t.add({fmt::format("frame loss ratio of {} B", r.frame.value), fmt::format("{:.3g}", r.frame_loss_ratio)});
  t.add({"latency per direction", fmt::format("{} = modules {} + FEC {} + propagation {}", format_duration(r.latency),
                                              format_duration(r.module_latency), format_duration(r.fec_latency),
                                              format_duration(r.propagation))});
  t.add({"power of both ends", fmt::format("{:.1f} W, {:.2f} pJ/bit", r.power_W, r.pj_per_bit)});
  t.add({"price of both ends", fmt::format("{:.0f} USD", r.cost_usd)});
  return text + t.str();
}

void print_catalogue(const CommandLine &line) {
  if (line.json) {
    Json j = Json::array();
    for (const auto &m : module_catalogue())
      j.push_back({{"name", m.name},
                   {"rate_bps", m.rate.bits_per_second},
                   {"lanes", m.lanes},
                   {"modulation", m.modulation},
                   {"medium", m.medium_name},
                   {"reach_m", m.reach.value},
                   {"fec", m.fec_name},
                   {"power_W", m.power_watts.typical},
                   {"latency_ns", m.latency_ns.typical},
                   {"price_usd_per_gbps", m.price_usd_per_gbps.typical},
                   {"pre_fec_ber_limit", m.pre_fec_ber_limit},
                   {"source_optics", m.source_optics},
                   {"source_power", m.source_power},
                   {"source_latency", m.source_latency},
                   {"source_price", m.source_price}});
    return print_result(Json({{"modules", j}}).dump(2) + "\n");
  }
  Table t({{"module", "", Align::left},
           {"rate", "Gb/s"},
           {"medium", "", Align::left},
           {"reach", "m"},
           {"power", "W/end"},
           {"latency", "ns/end"},
           {"price", "USD/Gbps"},
           {"sources of optics, power, latency, price", "", Align::left}});
  for (const auto &m : module_catalogue())
    t.add({m.name, fmt::format("{}", m.rate.bits_per_second / 1'000'000'000), m.medium_name,
           fmt::format("{:g}", m.reach.value), fmt::format("{:g}", m.power_watts.typical),
           fmt::format("{:g}", m.latency_ns.typical), fmt::format("{:g}", m.price_usd_per_gbps.typical),
           fmt::format("{}; {}; {}; {}", m.source_optics, m.source_power, m.source_latency, m.source_price)});
  print_result(t.str());
}
} // namespace

ExitCode command_optics(const CommandLine &line) {
  if (!line.settings.empty())
    throw Error("--set and --seed", "optics reads no scenario", "Leave them out.");
  if (line.catalogue)
    print_catalogue(line);
  else if (!line.module.empty()) {
    const LinkReport report = link_report(link_of(line));
    print_result(line.json ? to_json(report).dump(2) + "\n" : to_text(report));
  } else if (!line.fec.empty())
    print_fec(line);
  else
    throw Error("optics", "nothing asked", "Use --module, --fec or --catalogue.");
  return ExitCode::done;
}

} // namespace lightloom
