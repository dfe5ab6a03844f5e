// optics --module with several lengths: what a link does as it grows, and where its margin is used up.
//
// Lengths beyond the class's reach are computed with the same budget and said to be so: the standard promises nothing
// there.

#include "analysis/table.hpp"
#include "optics/link.hpp"
#include "scenarios/commands/optics.hpp"
#include "scenarios/print_result.hpp"
#include "scenarios/schema/value_list.hpp"
#include "sim/core/parse_quantity.hpp"

#include <fmt/format.h>
#include <nlohmann/json.hpp>

namespace lightloom {

namespace {
using Json = nlohmann::ordered_json;
using Align = Table::Align;

struct Row {
  LinkReport split, vendor;
};

Row row_of(const OpticsRequest &ask, const std::string &length) {
  LinkOptics link = asked_link(ask, length);
  link.beyond_reach = true;
  Row row;
  row.split = link_report(link);
  link.latency_basis = LatencyBasis::vendor;
  row.vendor = link_report(link);
  return row;
}

/// The length at which the margin is 0, by bisection: it falls with the length. Nothing where there is no budget, or no
/// margin even over 1 cm, or still some over 10,000 km.
std::optional<Metres> margin_used_up(const OpticsRequest &ask) {
  LinkOptics link = asked_link(ask, "1cm");
  const Module &module = module_named(ask.module);
  const auto margin_at = [&](double metres) {
    link.length = Metres(metres);
    return link_budget(module, link).margin.value;
  };
  double low = 0.01;
  double high = 1e7;
  if (link_law(module) == LinkLaw::reach || margin_at(low) < 0 || margin_at(high) >= 0)
    return std::nullopt;
  for (int i = 0; i < 100 && high - low > 1e-4; ++i) {
    const double middle = 0.5 * (low + high);
    (margin_at(middle) >= 0 ? low : high) = middle;
  }
  return Metres(low);
}

std::string as_length(Metres m) {
  return m.value >= 1000 ? fmt::format("{:.4g} km", m.value / 1000) : fmt::format("{:.4g} m", m.value);
}

std::string remark(const LinkReport &r) {
  std::string text;
  if (r.law != LinkLaw::reach && r.margin.value < 0)
    text = "no margin left";
  if (!r.within_reach)
    text += fmt::format("{}beyond the class's reach of {}", text.empty() ? "" : "; ", as_length(r.module->reach));
  return text;
}

Json to_json(const std::vector<Row> &rows, const std::optional<Metres> &used_up, const std::string &basis) {
  Json list = Json::array();
  for (const auto &[r, vendor] : rows) {
    const bool budget = r.law != LinkLaw::reach;
    const auto under = [](bool has_it, double value) { return has_it ? Json(value) : Json(nullptr); };
    list.push_back({{"length_m", r.length.value},
                    {"within_reach", r.within_reach},
                    {"received_power_dBm", under(budget && r.law != LinkLaw::copper, r.received_power.value)},
                    {"loss_dB", under(budget, r.loss.value)},
                    {"margin_dB", under(budget, r.margin.value)},
                    {"osnr_dB", r.osnr ? Json(r.osnr->value) : Json(nullptr)},
                    {"q_factor", under(budget, r.q_argument)},
                    {"snr_dB", under(budget, r.snr.value)},
                    {"pre_fec_ber", r.pre_fec_ber},
                    {"codeword_error_ratio", r.codeword_error_ratio},
                    {"post_fec_ber", r.post_fec_ber},
                    {"frame_loss_ratio", r.frame_loss_ratio},
                    {"latency_s", seconds(basis == "vendor" ? vendor.latency : r.latency)},
                    {"latency_split_s", seconds(r.latency)},
                    {"latency_vendor_s", seconds(vendor.latency)}});
  }
  const LinkReport &any = rows.front().split;
  return {{"module", any.module->name},
          {"fec", any.fec->name},
          {"reach_m", any.module->reach.value},
          {"frame_bytes", any.frame.value},
          {"margin_used_up_at_m", used_up ? Json(used_up->value) : Json(nullptr)},
          {"rows", list}};
}

std::string to_text(const std::vector<Row> &rows, const std::optional<Metres> &used_up, const std::string &basis) {
  const LinkReport &any = rows.front().split;
  std::vector<Table::Column> columns = {{any.module->name, "", Align::left},
                                        {"received", "dBm"},
                                        {"margin", "dB"},
                                        {"pre-FEC BER", ""},
                                        {"frame loss", fmt::format("of {} B", any.frame.value)}};
  if (basis != "vendor")
    columns.push_back({"latency", "split"});
  if (basis != "split")
    columns.push_back({"latency", "vendor"});
  columns.push_back({"", "", Align::left});
  Table t(columns);
  for (const auto &[r, vendor] : rows) {
    const bool budget = r.law != LinkLaw::reach;
    std::vector<std::string> cells = {
        as_length(r.length), budget && r.law != LinkLaw::copper ? fmt::format("{:.2f}", r.received_power.value) : "-",
        budget ? fmt::format("{:.2f}", r.margin.value) : "-", fmt::format("{:.3g}", r.pre_fec_ber),
        fmt::format("{:.3g}", r.frame_loss_ratio)};
    if (basis != "vendor")
      cells.push_back(format_duration(r.latency));
    if (basis != "split")
      cells.push_back(format_duration(vendor.latency));
    cells.push_back(remark(r));
    t.add(cells);
  }
  std::string text = t.str();
  if (used_up)
    text += fmt::format("The margin is used up at {}{}.\n", as_length(*used_up),
                        *used_up > any.module->reach
                            ? fmt::format(", beyond the class's reach of {}", as_length(any.module->reach))
                            : "");
  else
    text += any.law == LinkLaw::reach ? "No budget of its own: reach decides.\n" : "No margin at any length.\n";
  return text;
}
} // namespace

bool several_lengths(const OpticsRequest &ask) { return ask.length.find_first_of(",:") != std::string::npos; }

ExitCode optics_lengths(const CommandLine &line) {
  const OpticsRequest &ask = line.optics;
  std::vector<Row> rows;
  for (const auto &length : expand_values(ask.length, SourceLocation{"--length", 0, 0}))
    rows.push_back(row_of(ask, length));
  const auto used_up = margin_used_up(ask);
  print_result(line.json ? to_json(rows, used_up, ask.latency_basis).dump(2) + "\n"
                         : to_text(rows, used_up, ask.latency_basis));
  return ExitCode::done;
}

} // namespace lightloom
