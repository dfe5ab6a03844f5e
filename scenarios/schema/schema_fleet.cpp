// The rows of the table of keys for fleets over time: [optics.telemetry] and [optics.maintenance]. Sources:
// docs/validation/fleet.md.

#include "scenarios/scenario.hpp"
#include "scenarios/schema/default_text.hpp"
#include "scenarios/schema/schema.hpp"

#include <utility>

#include <fmt/format.h>

namespace lightloom {

namespace {
using enum KeyType;
using Keys = std::vector<Key>;

constexpr double hour_s = 3600, day_s = 24 * hour_s;
constexpr const char *repair_source = "estimate: cleaning 1-4 h with its ticket, module 4-24 h with parts on site, "
                                      "co-packaged engine 24-72 h";

Key row(const std::string &path, KeyType type, std::string fallback, double low, double high, const char *source,
        std::string description) {
  return {.path = "optics." + path,
          .type = type,
          .fallback = std::move(fallback),
          .low = low,
          .high = high,
          .source = source,
          .description = std::move(description)};
}

/// A pair of keys: warning and alarm.
template <class Text>
void add_levels(Keys &keys, const std::string &name, KeyType type, Text &&text, double low, double high,
                const char *source, const std::string &description) {
  keys.push_back(row("telemetry." + name + "_warning", type, text(0), low, high, source, description));
  keys.push_back(row("telemetry." + name + "_alarm", type, text(1), low, high, source, "… the alarm"));
}

Keys telemetry_keys() {
  const TelemetryThresholds d;
  Keys keys;
  add_levels(
      keys, "rx_power_below", decibel, [&](std::size_t i) { return default_text(d.rx_power_below[i]); }, 0, 20,
      "vendors' flags stand 0-3 dB below the data sheet (recalled)",
      "received power so far below the data sheet's least (launch less channel loss) raises the warning");
  add_levels(
      keys, "tx_power_below", decibel, [&](std::size_t i) { return default_text(d.tx_power_below[i]); }, 0, 20,
      "vendors' flags stand 0-3 dB below the data sheet (recalled)",
      "launch power so far below the data sheet's least raises the warning");
  add_levels(
      keys, "bias_high", ratio, [&](std::size_t i) { return fmt::format("{:g}", d.bias_share[i]); }, 1, 10,
      "GR-468 practice: end of life at half more bias (recalled); warning: estimate",
      "laser bias over its bias when new that raises the warning");
  add_levels(
      keys, "temperature_high", celsius, [&](std::size_t i) { return fmt::format("{:g}C", d.case_celsius[i]); }, 0, 120,
      "data sheets: case 0-70 C; warning: estimate", "case of the hotter module that raises the warning");
  add_levels(
      keys, "ber_high", ratio, [&](std::size_t i) { return fmt::format("{:g}", d.ber_share[i]); }, 1e-9, 100,
      "alarm: IEEE 802.3, 2.4e-4 for KP4; warning: estimate",
      "pre-FEC BER that raises the warning, as a share of the module's operating limit");
  keys.push_back(row("telemetry.every", long_time, default_text(d.every), 1, 30 * day_s, "Design",
                     "between two looks at the readings"));
  return keys;
}

Keys repair_keys() {
  const MaintenanceSpec d;
  const auto time = [](const std::string &name, CampaignDuration fallback, const char *source, std::string what) {
    return row("maintenance." + name, long_time, default_text(fallback), 0, 3650 * day_s, source, std::move(what));
  };
  return {
      row("maintenance.drain_above", ratio, fmt::format("{:g}", d.drain_above), 1e-9, 100, "estimate",
          "drain-and-replace: pre-FEC BER, as a share of the module's operating limit, above which a link is drained"),
      row("maintenance.lost_above", ratio, fmt::format("{:g}", d.lost_above), 1e-15, 1,
          "IEEE 802.3: three uncorrectable codewords in a row end alignment; 1e-4: once in two hours at 800 Gb/s",
          "share of uncorrectable codewords above which a link is out of use"),
      time("clean_least", d.clean.low, repair_source, "to clean or reseat: at least"),
      time("clean_most", d.clean.high, repair_source, "… at most; uniform between"),
      time("swap_least", d.swap.low, repair_source, "to replace a module or cable: at least"),
      time("swap_most", d.swap.high, repair_source, "… at most; uniform between"),
      time("engine_least", d.engine.low, repair_source, "to replace a co-packaged engine: at least"),
      time("engine_most", d.engine.high, repair_source, "… at most; uniform between"),
  };
}

Keys job_keys() {
  const MaintenancePart d;
  const auto time = [](const std::string &name, CampaignDuration fallback, double low, const char *source,
                       std::string what) {
    return row("maintenance." + name, long_time, default_text(fallback), low, 30 * day_s, source, std::move(what));
  };
  return {
      time("patience", d.patience, 0, "HPN, SIGCOMM 2024 §9.3: recovers if repaired within a minute",
           "a job outlasts the loss of a host's only link for so long"),
      time("restart", d.restart, 0, "HPCA 2025: 5-20 min", "of the job, on a spare host"),
      time("checkpoint_interval", d.checkpoint, 1, "estimate", "of the job's running"),
      row("maintenance.communication_share", ratio, fmt::format("{:g}", d.communication_share), 0, 1,
          "estimate; claims: 30-50 % of the time is waiting", "of the step time that is exposed communication"),
  };
}
} // namespace

std::vector<Key> fleet_schema() {
  Keys keys = telemetry_keys();
  keys.push_back({.path = "optics.maintenance.policy",
                  .type = choice,
                  .fallback = "all",
                  .choices = {"all", "wait", "clean-on-alarm", "drain-and-replace"},
                  .source = "Design",
                  .description = "optics --fleet: when something is done about a link; all: each in turn, compared"});
  for (const Keys &part : {repair_keys(), job_keys()})
    keys.insert(keys.end(), part.begin(), part.end());
  keys.push_back({.path = "optics.maintenance.window",
                  .type = long_time,
                  .fallback = "checkpoint_interval",
                  .low = 1,
                  .high = 365 * day_s,
                  .source = "Design",
                  .description = "planned work begins at multiples of this"});
  return keys;
}

} // namespace lightloom
