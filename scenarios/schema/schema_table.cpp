// The table of keys itself: names that users rely on (docs/CONTRACT.md), defaults with their sources. Split from the
// look-ups so that it can be read top to bottom like the scenario file it describes: here the cluster and its network,
// in schema/schema_optics.cpp its links, in schema/schema_loads.cpp what runs on it. Design = a choice of this project,
// stated in the text.

#include "scenarios/schema/schema.hpp"

#include "scenarios/build/host_bus.hpp"
#include "scenarios/schema/parameter_key.hpp"
#include "sim/network/switch/switch_spec.hpp"
#include "topology/builder.hpp"

#include <algorithm>
#include <span>

namespace lightloom {

namespace {
// One key per row, as dense as a table.
// clang-format off
using enum KeyType;
using Keys = std::vector<Key>;

Keys scenario_keys() {
  return {
      {.path = "scenario.name", .type = text, .fallback = "the file's name",
       .description = "name of the run in tables and results"},
      {.path = "scenario.seed", .type = count, .fallback = "1", .low = 0, .high = 9e15,
       .description = "of every random stream; also --seed"},
      {.path = "scenario.tie_seed", .type = count, .fallback = "scenario.seed", .low = 1, .high = 9e15,
       .source = "decision 0001",
       .description = "draws the order of frames that arrive at the same picosecond, and nothing else"},
      {.path = "scenario.fidelity", .type = choice, .fallback = "packet", .choices = {"packet"}, .later = {"flow"},
       .description = "rung of the ladder"},
      {.path = "scenario.granularity", .type = bytes, .fallback = "frame; large jobs: auto", .low = 64, .high = 1e9,
       .auto_allowed = true, .words = {"frame"}, .source = "decision 0008",
       .description = "what moves as one unit: single frames, trains of frames of this size, or, auto, trains as long "
                      "as granularity_error allows; large jobs are those with pipeline > 1 or 512 GPUs and more"},
      {.path = "scenario.granularity_error", .type = ratio, .fallback = "0.01", .low = 1e-6, .high = 1,
       .source = "Design",
       .description = "granularity = \"auto\": greatest predicted error of a message's time by its trains"},
      {.path = "scenario.steps", .type = count, .fallback = "1", .low = 1, .high = 1e6,
       .description = "training steps, or repetitions of the collectives"},
      {.path = "scenario.warmup_steps", .type = count, .fallback = "1 when steps > 1, else 0", .low = 0,
       .high = 1e6, .description = "first steps left out of the mean step time"},
      {.path = "scenario.reuse_steps", .type = flag, .fallback = "false",
       .description = "take a step over from an equal one before it, when it began with an idle network and drew "
                      "nothing at random; such steps are marked"},
      {.path = "scenario.explain", .type = flag, .fallback = "true with a [job], else false", .source = "Design",
       .description = "keep what is needed to say why each GPU was idle, and print it"},
      {.path = "scenario.telemetry", .type = duration, .low = 1e-9, .high = 3600,
       .description = "sample links in intervals of so long: the share of it that they send, and what waits for "
                      "them at its end. Doubles as often as 64 MiB need. None: no samples"},
      {.path = "scenario.telemetry_links", .type = text, .fallback = "all",
       .description = "links to sample, in both directions: their names, between commas, or all"},
      {.path = "scenario.ties", .type = choice, .fallback = "random", .choices = {"random", "id"},
       .source = "decision 0001",
       .description = "order of frames that arrive at the same picosecond; id: for hand calculation"},
  };
}

Keys cluster_keys() {
  return {
      {.path = "cluster.gpus", .type = count, .fallback = "128", .low = 1, .high = 65536,
       .description = "GPUs; each has its own NICs"},
      {.path = "cluster.gpus_per_node", .type = count, .fallback = "8", .low = 1, .high = 1024,
       .source = "DGX/HGX B200", .description = "GPUs of one node; divides cluster.gpus"},
      {.path = "cluster.gpu", .type = text, .fallback = "B200-SXM",
       .description = "catalogue name; a [gpu] table overrides its figures"},
      {.path = "cluster.scale_up.kind", .type = choice, .fallback = "nvswitch", .choices = {"nvswitch", "none"},
       .description = "switch inside the node"},
      {.path = "cluster.scale_up.domain", .type = count, .fallback = "gpus_per_node", .low = 1, .high = 1024,
       .description = "GPUs of one scale-up domain; must equal gpus_per_node in this version"},
      {.path = "cluster.scale_up.bandwidth", .type = bit_rate, .fallback = "from cluster.gpu", .low = 1e9, .high = 1e15,
       .source = "NVIDIA data sheets, recalled", .description = "per GPU and direction"},
      {.path = "cluster.scale_up.latency", .type = duration, .fallback = "300ns", .low = 1e-12, .high = 1,
       .source = "Design", .description = "one way, GPU to GPU"},
      {.path = "cluster.speed_spread", .type = ratio, .fallback = "0", .low = 0, .high = 0.5,
       .description = "stragglers: standard deviation of a GPU's speed around its nominal one, drawn once per GPU"},
      {.path = "cluster.jitter", .type = ratio, .fallback = "0", .low = 0, .high = 0.5,
       .description = "stragglers: standard deviation of the time of each computation around its own, drawn each time"},
      {.path = "gpu.peak_flops", .type = ratio, .fallback = "from cluster.gpu", .low = 1e9, .high = 1e18,
       .description = "dense BF16 floating-point operations per second"},
      {.path = "gpu.memory", .type = bytes, .fallback = "from cluster.gpu", .low = 1e6, .high = 1e15,
       .description = "memory of one GPU; a job that does not fit into it is refused"},
      {.path = "gpu.memory_bandwidth", .type = bit_rate, .fallback = "from cluster.gpu", .low = 1e9, .high = 1e16,
       .description = "memory bandwidth of one GPU"},
      {.path = "gpu.efficiency", .type = ratio, .fallback = "from cluster.gpu", .low = 0.01, .high = 1,
       .description = "share of peak_flops that large matrix products reach"},
  };
}

std::vector<std::string> family_names() {
  std::vector<std::string> names;
  for (const auto &family : topology_families())
    names.push_back(family.name);
  return names;
}

/// Known names that no family has yet.
std::vector<std::string> later_families() {
  std::vector<std::string> later = {"dragonfly", "torus", "file"};
  for (const std::string &name : family_names())
    std::erase(later, name);
  return later;
}

void append(Keys &keys, const Keys &more) { keys.insert(keys.end(), more.begin(), more.end()); }

/// What families have of their own; a key of two families is one row that says both.
void add_family_keys(Keys &keys, std::span<const TopologyFamily> families) {
  for (const TopologyFamily &family : families)
    for (const ParameterRow &row : family.parameters()) {
      const Key key = parameter_key(row, "fabric");
      const auto same = std::ranges::find(keys, key.path, &Key::path);
      if (same == keys.end()) {
        keys.push_back(key);
        continue;
      }
      same->low = std::min(same->low, key.low);
      same->high = std::max(same->high, key.high);
      same->auto_allowed |= key.auto_allowed;
      same->description += "; " + key.description;
      if (same->fallback != key.fallback)
        same->fallback += "; " + family.name + ": " + key.fallback;
    }
}

/// The default family's keys stand among the common ones, those of the others behind them.
Keys fabric_keys() {
  Keys keys = {
      {.path = "fabric.topology", .type = choice, .fallback = "fat-tree", .choices = family_names(),
       .later = later_families(), .description = "shape of the scale-out network"},
      {.path = "fabric.radix", .type = count, .fallback = "64", .low = 2, .high = 1024,
       .description = "ports of a switch; even for a fat-tree"},
  };
  add_family_keys(keys, topology_families().first(1));
  append(keys, {
      {.path = "fabric.rails", .type = count, .fallback = "1", .low = 1, .high = 64,
       .description = "fat-tree: GPU g of a node is on rail g mod rails, and a leaf carries one rail; 1 = no rails"},
      {.path = "fabric.planes", .type = count, .fallback = "1", .low = 1, .high = 16,
       .description = "parallel networks, alike; each NIC has one port into each"},
      {.path = "fabric.oversubscription", .type = ratio, .fallback = "1", .low = 1, .high = 64,
       .description = "bandwidth from below over bandwidth up, of a leaf; or a table per level"},
      {.path = "fabric.oversubscription.leaf", .type = ratio, .fallback = "1", .low = 1, .high = 64,
       .description = "of a leaf: hosts over uplinks"},
      {.path = "fabric.oversubscription.spine", .type = ratio, .fallback = "1", .low = 1, .high = 64,
       .description = "of a spine, fat-tree of three levels: leaves over cores"},
      {.path = "fabric.link_rate", .type = bit_rate, .fallback = "800Gbps", .low = 1e9, .high = 1e13,
       .description = "MAC rate of every tier"},
      {.path = "fabric.rates.host", .type = bit_rate, .fallback = "link_rate", .low = 1e9, .high = 1e13,
       .description = "NIC to leaf"},
      {.path = "fabric.rates.leaf", .type = bit_rate, .fallback = "link_rate", .low = 1e9, .high = 1e13,
       .description = "leaf to spine"},
      {.path = "fabric.rates.spine", .type = bit_rate, .fallback = "link_rate", .low = 1e9, .high = 1e13,
       .description = "spine to core"},
      {.path = "fabric.rates.global", .type = bit_rate, .fallback = "link_rate", .low = 1e9, .high = 1e13,
       .description = "between Dragonfly+ groups"},
      {.path = "fabric.switch.capacity", .type = bit_rate, .fallback = "radix × rates", .low = 1e9, .high = 1e15,
       .description = "one direction, all ports; in place of radix, which follows from it and the rates of each tier"},
      {.path = "fabric.switch.latency", .type = duration, .fallback = "500ns", .low = 0, .high = 1e-3,
       .source = "Tomahawk 5 about 600 ns, Quantum-X800 below 100 ns",
       .description = "head in (cut-through) or tail in until the head may leave"},
      {.path = "fabric.switch.forwarding", .type = choice, .fallback = "cut-through",
       .choices = {"cut-through", "store-and-forward"}, .description = "when a frame may leave"},
      {.path = "fabric.nic.per_gpu", .type = count, .fallback = "1", .low = 1, .high = 16,
       .description = "NICs per GPU, each with its own host bus"},
      {.path = "fabric.nic.latency", .type = duration, .fallback = "700ns", .low = 0, .high = 1e-3,
       .source = "ConnectX-7: 600-800 ns", .description = "memory to wire and wire to memory, each way"},
      {.path = "fabric.nic.overhead", .type = duration, .fallback = "0ns", .low = 0, .high = 1e-3,
       .description = "added once per message before its first frame"},
      {.path = "fabric.nic.reaction", .type = duration, .fallback = "400ns; credits: 0", .low = 0, .high = 1e-3,
       .source = "estimate: hardware that parses, decides and sends",
       .description = "from a frame that came in until the acknowledgement or the data it calls for may leave; at "
                      "most nic.latency; 0 in a network with credits and for ideal"},
      {.path = "fabric.nic.pcie", .type = choice, .fallback = "none", .choices = host_bus_names(),
       .source = "PCI Express base specifications, recalled",
       .description = "host bus of each NIC, which caps what it can feed and take; none: no limit"},
  });
  add_family_keys(keys, topology_families().subspan(1));
  keys.push_back({.path = "fabric.path", .type = text, .not_yet = true, .description = "GraphML file of a fabric"});
  return keys;
}

Keys inject_keys() {
  return {
      {.path = "inject.*.at", .type = duration, .fallback = "0s", .low = 0, .high = 9e6,
       .description = "when the fault begins"},
      {.path = "inject.*.link", .type = text,
       .description = "\"leaf:0/spine:3\", \"host:5/leaf:0\"; \"…#k\" for the k-th parallel link; \"random:leaf\" "
                      "draws one of a tier"},
      {.path = "inject.*.switch", .type = text, .description = "\"spine:2\": every link of the switch"},
      {.path = "inject.*.nic", .type = text, .description = "\"host:17/0\": the host's link"},
      {.path = "inject.*.kind", .type = choice, .fallback = "down",
       .choices = {"down", "flap", "ber", "degrade", "slow"},
       .description = "down: no light, both directions; flap: down and up again and again; ber: another pre-FEC bit "
                      "error ratio; degrade: lanes lost; slow: a lower rate. Faults that overlap on one cable: down "
                      "wins, then the lowest rate, and the worst bit error ratio"},
      {.path = "inject.*.for", .type = duration, .fallback = "never repaired", .low = 1e-12, .high = 9e6,
       .description = "until the repair"},
      {.path = "inject.*.ber", .type = ratio, .low = 1e-15, .high = 0.5,
       .description = "kind = \"ber\": pre-FEC bit error ratio from then on"},
      {.path = "inject.*.factor", .type = ratio, .low = 0.01, .high = 1,
       .description = "kind = \"slow\": the rate that is left"},
      {.path = "inject.*.lanes", .type = count, .low = 1, .high = 16,
       .description = "kind = \"degrade\": lanes that are left, of those of the link's module; the rate follows"},
      {.path = "inject.*.down", .type = duration, .low = 1e-12, .high = 9e6,
       .description = "kind = \"flap\": how long it is down each time; `for` says when the flapping ends"},
      {.path = "inject.*.up", .type = duration, .low = 1e-12, .high = 9e6,
       .description = "kind = \"flap\": how long it is up in between"},
  };
}

// clang-format on
} // namespace

const std::vector<Key> &schema() {
  static const Keys all = [] {
    Keys keys;
    for (auto part : {scenario_keys, cluster_keys, fabric_keys, transport_schema, optics_schema, module_schema,
                      fleet_schema, inject_keys, load_schema})
      append(keys, part());
    return keys;
  }();
  return all;
}

} // namespace lightloom
