#pragma once
// Runs a scenario given as text; what several of them say.

#include "scenarios/build.hpp"
#include "scenarios/run.hpp"
#include "scenarios/schema/loader.hpp"

#include <cstdint>
#include <string>

#include <fmt/format.h>

namespace lightloom::flows {

inline RunOutcome run_text(const std::string &text) {
  const Scenario scenario = load_scenario_text(text, "flows.toml");
  return run_built(scenario, build_run(scenario), {});
}

/// Links of 1 us without bit errors, and flows of `size` bytes from `senders` hosts to one: the end of a scenario.
inline std::string incast_text(int senders, std::int64_t size, const std::string &transport) {
  return fmt::format(R"([optics]
host = {{ latency = "1us", pre_fec_ber = 0 }}
leaf = {{ latency = "1us", pre_fec_ber = 0 }}
[[traffic]]
pattern = "incast"
fan_in = {}
size = "{}B"
[transport]
kind = {}
)",
                     senders, size, transport);
}

} // namespace lightloom::flows
