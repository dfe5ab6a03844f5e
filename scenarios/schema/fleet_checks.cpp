// [optics.telemetry] and [optics.maintenance]: what must hold between their keys.

#include "scenarios/schema/checks.hpp"

#include <array>
#include <chrono>

#include <fmt/format.h>

namespace lightloom {

namespace {
/// `first` must not exceed `second`; both are keys below `table`.
void check_order(Checks &c, const std::string &table, const std::string &first, double a, const std::string &second,
                 double b) {
  if (a <= b)
    return;
  const std::string key = table + "." + (c.s().given(table + "." + first) ? first : second);
  c.add(key, fmt::format("{}.{} exceeds {}", table, first, second),
        "a warning comes before its alarm, least before most", "Set both.");
}
} // namespace

void check_fleet(Checks &c) {
  const TelemetryThresholds &t = c.s().optics.telemetry;
  const auto levels = [&](const std::string &name, double warning, double alarm) {
    check_order(c, "optics.telemetry", name + "_warning", warning, name + "_alarm", alarm);
  };
  levels("rx_power_below", t.rx_power_below[0].value, t.rx_power_below[1].value);
  levels("tx_power_below", t.tx_power_below[0].value, t.tx_power_below[1].value);
  levels("bias_high", t.bias_share[0], t.bias_share[1]);
  levels("temperature_high", t.case_celsius[0], t.case_celsius[1]);
  levels("ber_high", t.ber_share[0], t.ber_share[1]);
  const MaintenanceSpec &m = c.s().optics.maintenance.repairs;
  const auto times = [&](const std::string &name, const TimeRange &range) {
    const auto seconds_of = [](CampaignDuration d) { return std::chrono::duration<double>(d).count(); };
    check_order(c, "optics.maintenance", name + "_least", seconds_of(range.low), name + "_most",
                seconds_of(range.high));
  };
  times("clean", m.clean);
  times("swap", m.swap);
  times("engine", m.engine);
}

} // namespace lightloom
