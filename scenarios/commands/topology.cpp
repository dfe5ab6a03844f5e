// topology: build the fabric, measure it, print or export it.

#include "analysis/table.hpp"
#include "optics/density.hpp"
#include "scenarios/build.hpp"
#include "scenarios/commands/commands.hpp"
#include "scenarios/schema/loader.hpp"
#include "sim/core/parse_quantity.hpp"
#include "topology/export.hpp"
#include "topology/metrics.hpp"

#include <cerrno>
#include <cstring>
#include <filesystem>
#include <fstream>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

namespace lightloom {

namespace {
using Json = nlohmann::ordered_json;

/// Writes a whole file through a neighbour and a rename, so that no half file is ever left.
/// The scenario it was made of is never replaced.
template <class Write> void write_file(const std::string &path, const CommandLine &line, Write &&write) {
  std::error_code absent;
  if (std::filesystem::equivalent(path, line.files.front(), absent))
    throw Error(Problem{{path, 0, 0}, "is not replaced", "it is the scenario itself", "Use another name."});
  const bool force = line.force;
  if (!force && std::filesystem::exists(path))
    throw Error(Problem{{path, 0, 0}, "exists", "it would be overwritten", "Use --force, or another name."});
  const std::string part = path + ".part";
  {
    std::ofstream out(part, std::ios::binary);
    if (!out)
      throw Error(Problem{{path, 0, 0}, "cannot be written", std::strerror(errno), ""}, ExitCode::system);
    write(out);
    out.flush();
    if (!out) {
      const std::string why = std::strerror(errno);
      out.close();
      std::filesystem::remove(part);
      throw Error(Problem{{path, 0, 0}, "cannot be written", why, ""}, ExitCode::system);
    }
  }
  std::error_code failed;
  std::filesystem::rename(part, path, failed);
  if (failed) {
    std::filesystem::remove(part);
    throw Error(Problem{{path, 0, 0}, "cannot be written", failed.message(), ""}, ExitCode::system);
  }
}

Json cluster_json(const ClusterBill &bill) {
  Json j = {{"power_W", bill.power_W}, {"cost_usd", bill.cost_usd}, {"lines", Json::array()}};
  for (const auto &line : bill.lines)
    j["lines"].push_back({{"kind", to_string(line.kind)},
                          {"name", line.name},
                          {"count", line.count},
                          {"power_W", line.power_W},
                          {"cost_usd", line.cost_usd},
                          {"source", line.source}});
  j["missing"] = bill.missing;
  return j;
}

/// The whole cluster, a line per part, and what it sums to.
std::string bill_text(const ClusterBill &bill) {
  using Align = Table::Align;
  Table t({{"part", "", Align::left},
           {"", "", Align::left},
           {"count", "", Align::right},
           {"power", "kW", Align::right},
           {"cost", "kUSD", Align::right}});
  for (const auto &line : bill.lines)
    t.add({to_string(line.kind), line.name, std::to_string(line.count), fmt::format("{:.2f}", line.power_W * 1e-3),
           fmt::format("{:.1f}", line.cost_usd * 1e-3)});
  t.add({"whole cluster", "", "", fmt::format("{:.2f}", bill.power_W * 1e-3),
         fmt::format("{:.1f}", bill.cost_usd * 1e-3)});
  std::string text = t.str() + "Power is typical; most prices are estimates: see the sources with --json.\n";
  for (const auto &missing : bill.missing)
    text += "Not in the sums: " + missing + ".\n";
  return text;
}

/// The cables of the fabric as fibre.
FibrePlant plant_of(const Scenario &s, const BuiltFabric &b) {
  std::vector<PlantTier> tiers;
  for (const Tier t : all_tiers)
    if (b.optics[t])
      tiers.push_back({to_string(t), b.fabric.count(t), static_cast<int>(s.optics.tiers[t].connectors),
                       Metres(s.optics.tiers[t].length_m), b.optics[t]->module});
  return fibre_plant(tiers);
}

Json plant_json(const FibrePlant &plant) {
  Json j = {{"fibres", plant.fibres},
            {"fibre_m", plant.fibre_metres},
            {"copper_m", plant.copper_metres},
            {"mpo_mated_pairs", plant.mpo_pairs},
            {"lc_mated_pairs", plant.lc_pairs},
            {"mpo_module_plugs", plant.mpo_plugs},
            {"lc_module_plugs", plant.lc_plugs},
            {"tiers", Json::array()}};
  for (const auto &line : plant.lines)
    j["tiers"].push_back({{"tier", line.tier},
                          {"module", line.module},
                          {"connector", line.connector},
                          {"fibres", line.fibres},
                          {"mated_pairs", line.mated_pairs},
                          {"module_plugs", line.module_plugs},
                          {"fibre_m", line.fibre_metres},
                          {"cable_m", line.cable_metres}});
  return j;
}

/// "800 fibres, 16 km in all; 256 MPO and 0 LC duplex into modules, 256 and 0 in panels; 384 m of copper".
std::string plant_text(const FibrePlant &plant) {
  return fmt::format("{} fibres, {} in all; {} MPO and {} LC into modules, {} and {} mated in panels; {} of copper",
                     plant.fibres, format_length(Metres(plant.fibre_metres)), plant.mpo_plugs, plant.lc_plugs,
                     plant.mpo_pairs, plant.lc_pairs, format_length(Metres(plant.copper_metres)));
}

/// "5.4 kW", "9.0 MW".
std::string format_power(double watts) {
  return watts >= 1e6 ? fmt::format("{:.2f} MW", watts * 1e-6) : fmt::format("{:.1f} kW", watts * 1e-3);
}

Json to_json(const Scenario &s, const BuiltFabric &b, const FabricMetrics &m) {
  Json j;
  j["name"] = s.name;
  j["topology"] = b.fabric.topology();
  j["levels"] = b.fabric.levels();
  j["radix"] = b.fabric.radix();
  j["rails"] = s.fabric.rails;
  j["planes"] = s.fabric.planes;
  j["nics_per_gpu"] = s.fabric.nics_per_gpu;
  j["gpus"] = s.cluster.gpus;
  j["hosts"] = m.hosts;
  j["switches"] = {{"leaf", m.leaves}, {"spine", m.spines}, {"core", m.cores}};
  j["links"] = {
      {"host", m.host_cables}, {"leaf", m.leaf_cables}, {"spine", m.spine_cables}, {"global", m.global_cables}};
  j["unused_ports"] = m.unused_ports;
  j["unused"] = Json::array();
  for (const auto &u : m.unused)
    j["unused"].push_back(
        {{"first", u.first}, {"last", u.last}, {"switches", u.switches}, {"ports_each", u.ports_each}});
  j["diameter_hops"] = m.diameter_hops;
  j["average_hops"] = m.average_hops;
  j["bisection_bps"] = m.bisection.bits_per_second;
  j["bisection_method"] = m.bisection_method;
  j["oversubscription"] = m.oversubscription;
  j["connected"] = m.connected;
  j["optics"] = {{"modules", b.bill.modules},           {"power_W", b.bill.power_W},
                 {"pj_per_bit", b.bill.pj_per_bit},     {"cost_usd", b.bill.cost_usd},
                 {"usd_per_gbps", b.bill.usd_per_gbps}, {"power_per_gpu_W", b.bill.power_W / s.cluster.gpus}};
  j["plant"] = plant_json(plant_of(s, b));
  j["bom"] = Json::array();
  for (const auto &line : b.bill.lines)
    j["bom"].push_back(
        {{"module", line.module}, {"ends", line.ends}, {"power_W", line.power_W}, {"cost_usd", line.cost_usd}});
  j["cluster"] = cluster_json(b.cluster);
  return j;
}

/// "one NIC", "2 NICs with 2 ports".
std::string describe_ports(const Scenario &s) {
  const auto &f = s.fabric;
  const std::string nics = f.nics_per_gpu == 1 ? "one NIC" : fmt::format("{} NICs", f.nics_per_gpu);
  return f.planes == 1 ? nics : nics + fmt::format(" with a port into each of {} planes", f.planes);
}

std::string to_text(const Scenario &s, const BuiltFabric &b, const FabricMetrics &m, bool bom) {
  using Align = Table::Align;
  Table t({{s.name, "", Align::left}, {"", "", Align::left}});
  t.add({"topology", fmt::format("{}, {} levels, radix {}", b.fabric.topology(), b.fabric.levels(), b.fabric.radix())});
  t.add({"hosts", fmt::format("{}, {} each", m.hosts, describe_ports(s))});
  t.add({"switches", fmt::format("{} leaf, {} spine, {} core", m.leaves, m.spines, m.cores)});
  t.add({"cables", fmt::format("{} host, {} leaf, {} spine, {} global", m.host_cables, m.leaf_cables, m.spine_cables,
                               m.global_cables)});
  t.add({"unused ports", std::to_string(m.unused_ports)});
  for (const auto &u : m.unused)
    t.add({"", u.first == u.last ? fmt::format("{}: {}", u.first, u.ports_each)
                                 : fmt::format("{} … {}: {} each", u.first, u.last, u.ports_each)});
  t.add({"diameter", fmt::format("{} links; {:.3f} on average", m.diameter_hops, m.average_hops)});
  t.add({"bisection", fmt::format("{} each way ({})", format_bit_rate(m.bisection), m.bisection_method)});
  t.add({"oversubscription", fmt::format("{:.3g} : 1", m.oversubscription)});
  t.add({"connected", m.connected ? "yes" : "NO"});
  t.add({"optics", fmt::format("{} module ends, {}, {:.1f} pJ/bit, {:.0f} USD, {:.2f} USD per Gb/s, {:.1f} W per GPU",
                               b.bill.modules, format_power(b.bill.power_W), b.bill.pj_per_bit, b.bill.cost_usd,
                               b.bill.usd_per_gbps, b.bill.power_W / s.cluster.gpus)});
  t.add({"fibre plant", plant_text(plant_of(s, b))});
  for (const Tier tier : all_tiers)
    if (b.optics[tier])
      t.add({std::string("  ") + to_string(tier) + " link",
             fmt::format("{} over {:g} m: {} per direction, {:.1f} W, {:.1f} pJ/bit, {:.0f} USD",
                         b.optics[tier]->module->name, s.optics.tiers[tier].length_m,
                         format_duration(b.optics[tier]->latency), b.optics[tier]->power_W, b.optics[tier]->pj_per_bit,
                         b.optics[tier]->cost_usd)});
  std::string text = t.str();
  if (bom) {
    text += "\n" + bill_text(b.cluster);
  }
  return text;
}
} // namespace

ExitCode command_topology(const CommandLine &line) {
  const Scenario scenario = load_scenario(line.files.front(), line.settings);
  const BuiltFabric built = build_fabric_of(scenario);
  if (line.verbose)
    for (const auto &note : built.notes)
      say(line, note);
  const FabricMetrics metrics = measure_fabric(built.fabric);
  if (!line.graphml.empty())
    write_file(line.graphml, line, [&](std::ostream &out) { write_graphml(built.fabric, out); });
  if (!line.dot.empty())
    write_file(line.dot, line, [&](std::ostream &out) { write_dot(built.fabric, out); });
  print_result(line.json ? to_json(scenario, built, metrics).dump(2) + "\n"
                         : to_text(scenario, built, metrics, line.bom));
  if (!metrics.connected) {
    say(line, "not every host reaches every host");
    return ExitCode::failed_check;
  }
  return ExitCode::done;
}

} // namespace lightloom
