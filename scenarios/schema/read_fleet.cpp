// [optics.telemetry] and [optics.maintenance].

#include "scenarios/schema/reader.hpp"

namespace lightloom {

namespace {
TelemetryThresholds read_telemetry(const Reader &r) {
  TelemetryThresholds t;
  const auto level = [&](const char *name, std::size_t i) {
    return r.real(std::string("optics.telemetry.") + name + (i == 0 ? "_warning" : "_alarm"));
  };
  for (std::size_t i = 0; i < 2; ++i) {
    t.rx_power_below[i] = Decibel(level("rx_power_below", i));
    t.tx_power_below[i] = Decibel(level("tx_power_below", i));
    t.bias_share[i] = level("bias_high", i);
    t.case_celsius[i] = level("temperature_high", i);
    t.ber_share[i] = level("ber_high", i);
  }
  t.every = CampaignDuration(r.value("optics.telemetry.every").whole);
  return t;
}

MaintenancePart read_maintenance(const Reader &r) {
  const auto path = [](const char *name) { return std::string("optics.maintenance.") + name; };
  const auto time = [&](const char *name) { return CampaignDuration(r.value(path(name)).whole); };
  MaintenancePart m;
  m.policy = r.text(path("policy"));
  m.repairs.drain_above = r.real(path("drain_above"));
  m.repairs.lost_above = r.real(path("lost_above"));
  m.repairs.clean = {time("clean_least"), time("clean_most")};
  m.repairs.swap = {time("swap_least"), time("swap_most")};
  m.repairs.engine = {time("engine_least"), time("engine_most")};
  m.patience = time("patience");
  m.restart = time("restart");
  m.checkpoint = time("checkpoint_interval");
  m.repairs.window = r.given(path("window")) != nullptr ? time("window") : m.checkpoint;
  m.communication_share = r.real(path("communication_share"));
  return m;
}
} // namespace

void read_fleet(const Reader &r, Scenario &s) {
  s.optics.telemetry = read_telemetry(r);
  s.optics.maintenance = read_maintenance(r);
}

} // namespace lightloom
