#include "scenarios/build/plan_traffic.hpp"

#include "scenarios/build.hpp"
#include "scenarios/build/parts.hpp"
#include "scenarios/located.hpp"
#include "sim/core/parse_quantity.hpp"

#include <filesystem>
#include <optional>

#include <fmt/format.h>

namespace lightloom {

namespace {

/// Hosts from host 0 to the first one of the same rail that is elsewhere; nothing when there is none.
template <class Where>
std::optional<std::uint32_t> first_elsewhere(const Fabric &fabric, std::uint32_t rails, Where &&where) {
  for (std::uint32_t host = rails; host < fabric.hosts(); host += rails)
    if (where(HostId(host)) != where(HostId(0)))
      return host;
  return std::nullopt;
}

std::uint32_t shift_length(const Scenario &s, const TrafficPart &t, const std::string &key) {
  if (t.by_unit.empty() || t.by_unit == "host")
    return t.by;
  const Fabric fabric = build_fabric_of(s).fabric;
  const bool rack = t.by_unit == "rack";
  const auto length = first_elsewhere(fabric, s.fabric.rails, [&](HostId host) {
    const SwitchId leaf = fabric.leaf_of(host);
    return rack ? leaf.value : fabric.node(leaf).group;
  });
  if (!length)
    throw Error(fmt::format("{} = \"1 {}\"", key, t.by_unit),
                rack ? "all hosts are under one leaf" : "this fabric has one group", "Try a number of hosts.");
  return *length;
}

FlowSizes flow_sizes(const TrafficPart &t) {
  if (!t.sizes_file.empty())
    return FlowSizes::from_file(t.sizes_file);
  if (t.sizes == "fixed")
    return FlowSizes::fixed(t.size);
  if (t.sizes == "exponential")
    return FlowSizes::exponential(t.size);
  return t.sizes == "pareto" ? FlowSizes::pareto(t.size) : FlowSizes::published(t.sizes);
}

TrafficSpec traffic_spec(const Scenario &s, const TrafficPart &t, const std::string &at) {
  TrafficSpec spec;
  spec.pattern = t.pattern;
  spec.bytes = t.size;
  spec.fan_in = t.fan_in;
  spec.seed = s.seed;
  spec.by = shift_length(s, t, at + ".by");
  spec.repeat = t.repeat;
  spec.start = t.start;
  spec.record = t.record;
  if (t.poisson) {
    OpenLoop open;
    open.load = t.load;
    open.duration = t.duration;
    open.line_rate = BitRate(s.fabric.host_rate.bits_per_second * s.fabric.planes * s.fabric.nics_per_gpu);
    open.sizes = located(s, at + ".sizes_file", [&] { return flow_sizes(t); });
    spec.open = open;
  }
  if (t.pattern == "file") {
    HtsimReading reading;
    reading.start_unit = t.start_in_ps ? HtsimReading::Unit::picoseconds : HtsimReading::Unit::microseconds;
    if (t.replace_zeros)
      reading.size = t.size;
    spec.matrix = located(s, at + ".path",
                          [&] { return std::make_shared<const HtsimMatrix>(load_htsim_matrix(t.path, reading)); });
  }
  return spec;
}

} // namespace

std::vector<TrafficSpec> traffic_specs(const Scenario &s) {
  std::vector<TrafficSpec> specs;
  for (std::size_t i = 0; i < s.traffic.size(); ++i) {
    const std::string at = fmt::format("traffic.{}", i);
    specs.push_back(located(s, at, [&] { return traffic_spec(s, s.traffic[i], at); }));
  }
  return specs;
}

std::string describe_traffic(const TrafficPart &t) {
  std::string text = t.pattern;
  if (t.pattern == "file")
    return "matrix " + std::filesystem::path(t.path).filename().string();
  if (!t.poisson)
    return text + fmt::format(" of {}", format_bytes(t.size)) +
           (t.repeat > 1 ? fmt::format(", {} rounds", t.repeat) : "");
  text += fmt::format(" at load {:g} for {}, ", t.load, format_duration(t.duration));
  if (!t.sizes_file.empty())
    return text + "sizes of " + std::filesystem::path(t.sizes_file).filename().string();
  if (t.sizes == "fixed")
    return text + "flows of " + format_bytes(t.size);
  const bool has_mean = t.sizes == "exponential" || t.sizes == "pareto";
  return text + t.sizes + " sizes" + (has_mean ? " around " + format_bytes(t.size) : "");
}

} // namespace lightloom
