// scenario.telemetry: which links are sampled.

#include "scenarios/build/parts.hpp"
#include "scenarios/located.hpp"
#include "sim/core/error.hpp"

#include <algorithm>
#include <string>
#include <string_view>

#include <fmt/format.h>

namespace lightloom {

namespace {
/// Names between commas, without blanks around them.
std::vector<std::string> names_in(std::string_view list) {
  std::vector<std::string> names;
  while (!list.empty()) {
    const std::size_t comma = std::min(list.find(','), list.size());
    const std::string_view item = list.substr(0, comma);
    const std::size_t first = item.find_first_not_of(' '), last = item.find_last_not_of(' ');
    if (first != std::string_view::npos)
      names.emplace_back(item.substr(first, last - first + 1));
    list.remove_prefix(std::min(comma + 1, list.size()));
  }
  return names;
}
} // namespace

TelemetrySpec telemetry_spec(const Scenario &s, const BuiltFabric &b) {
  TelemetrySpec spec;
  if (s.telemetry == Duration{})
    return spec;
  spec.interval = s.telemetry;
  std::vector<bool> sampled(b.fabric.plan().cables.size(), s.telemetry_links == "all");
  const std::string key = "scenario.telemetry_links";
  if (s.telemetry_links != "all")
    for (const std::string &name : names_in(s.telemetry_links))
      sampled[located(s, key, [&] { return b.fabric.find_cable(name); }).index()] = true;
  for (std::size_t cable = 0; cable < sampled.size(); ++cable)
    if (sampled[cable]) {
      spec.links.push_back(link_forward(CableId(cable)));
      spec.links.push_back(link_backward(CableId(cable)));
    }
  if (spec.links.empty())
    throw Error(Problem{s.place(key), key + " names no link", "", "Name some, or use \"all\"."});
  located(s, s.given(key) ? key : "scenario.telemetry", [&] { return telemetry_intervals(spec); });
  return spec;
}

} // namespace lightloom
