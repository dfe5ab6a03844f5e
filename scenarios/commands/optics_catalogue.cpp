// optics --catalogue: every module with its sources.

#include "analysis/table.hpp"
#include "optics/catalogue.hpp"
#include "scenarios/commands/optics.hpp"
#include "scenarios/print_result.hpp"

#include <fmt/format.h>
#include <nlohmann/json.hpp>

namespace lightloom {

namespace {
using Json = nlohmann::ordered_json;
using Align = Table::Align;
} // namespace

ExitCode optics_catalogue(const CommandLine &line) {
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
    print_result(Json({{"modules", j}}).dump(2) + "\n");
    return ExitCode::done;
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
  return ExitCode::done;
}

} // namespace lightloom
