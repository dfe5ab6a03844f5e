// optics --module: one link. optics --fec with --pre-fec-ber: one code alone.

#include "analysis/table.hpp"
#include "optics/link.hpp"
#include "scenarios/commands/optics.hpp"
#include "scenarios/print_result.hpp"
#include "sim/core/parse_quantity.hpp"

#include <fmt/format.h>
#include <nlohmann/json.hpp>

namespace lightloom {

namespace {
using Json = nlohmann::ordered_json;
using Align = Table::Align;

LinkOptics link_of(const OpticsRequest &ask) {
  const auto length = parse_metres(ask.length);
  const auto temperature = parse_celsius(ask.temperature);
  if (!length)
    throw Error("--length " + ask.length, std::string("not a number with one of the units ") + metres_units,
                "Try --length 50m.");
  if (!temperature)
    throw Error("--temperature " + ask.temperature, "not a number with the unit C", "Try --temperature 45C.");
  LinkOptics link;
  link.module = ask.module;
  link.length = *length;
  link.connectors = module_named(ask.module).is_cable() ? 0 : ask.connectors;
  link.case_temperature = *temperature;
  link.pre_fec_ber = ask.pre_fec_ber;
  link.frame = Bytes(ask.frame_bytes);
  if (!ask.fec.empty())
    link.fec = ask.fec;
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
} // namespace

ExitCode optics_link(const CommandLine &line) {
  const LinkReport report = link_report(link_of(line.optics));
  print_result(line.json ? to_json(report).dump(2) + "\n" : to_text(report));
  return ExitCode::done;
}

ExitCode optics_code(const CommandLine &line) {
  const OpticsRequest &ask = line.optics;
  if (!ask.pre_fec_ber)
    throw Error("optics --fec " + ask.fec, "needs --pre-fec-ber", "Add --pre-fec-ber 1e-4, or --module for a link.");
  const FecReport r = fec_report(ask.fec, *ask.pre_fec_ber, ask.frame_bytes, ask.interleave);
  if (line.json) {
    const Json j = {{"fec", r.fec},
                    {"pre_fec_ber", r.pre_fec_ber},
                    {"frame_bytes", r.frame_bytes},
                    {"interleave", r.interleave},
                    {"symbol_error_ratio", r.symbol_error_ratio},
                    {"codeword_error_ratio", r.codeword_error_ratio},
                    {"post_fec_ber", r.post_fec_ber},
                    {"frame_loss_ratio", r.frame_loss_ratio}};
    print_result(j.dump(2) + "\n");
    return ExitCode::done;
  }
  Table t({{r.fec + " " + fec_named(r.fec).title, "", Align::left}, {"", "", Align::right}});
  t.add({"pre-FEC bit error ratio", fmt::format("{:.6g}", r.pre_fec_ber)});
  t.add({"symbol error ratio", fmt::format("{:.6g}", r.symbol_error_ratio)});
  t.add({"codeword error ratio", fmt::format("{:.6g}", r.codeword_error_ratio)});
  t.add({"post-FEC bit error ratio", fmt::format("{:.6g}", r.post_fec_ber)});
  t.add({fmt::format("frame loss ratio, {} B, interleave {}", r.frame_bytes, r.interleave),
         fmt::format("{:.6g}", r.frame_loss_ratio)});
  print_result(t.str());
  return ExitCode::done;
}

} // namespace lightloom
