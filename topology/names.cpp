// Names of nodes and cables, and back. Nothing is stored: a name is made from kind and index, and parsed the same way,
// so a fabric of a million cables costs no strings.

#include "sim/core/error.hpp"
#include "topology/fabric.hpp"

#include <charconv>
#include <fmt/format.h>
#include <optional>

namespace lightloom {

namespace {

/// A whole decimal number without sign, blanks or leftovers.
std::optional<std::uint32_t> parse_index(std::string_view text) {
  std::uint32_t value = 0;
  const auto [end, status] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (text.empty() || status != std::errc() || end != text.data() + text.size())
    return std::nullopt;
  return value;
}

const std::vector<std::string> kinds{"host", "leaf", "spine", "core"};
const std::vector<std::string> tiers{"host", "leaf", "spine", "global"};

/// "leaf:0 … leaf:31", for suggestions.
std::string range_of(NodeKind kind, std::uint32_t count) {
  if (count == 1)
    return fmt::format("{}:0", to_string(kind));
  return fmt::format("{0}:0 to {0}:{1}", to_string(kind), count - 1);
}

/// What is there, for an unknown name.
std::string what_exists(const Fabric &fabric) {
  std::string list;
  for (const NodeKind kind : {NodeKind::host, NodeKind::leaf, NodeKind::spine, NodeKind::core})
    if (fabric.count(kind) > 0)
      list += (list.empty() ? "" : ", ") + range_of(kind, fabric.count(kind));
  return list;
}

/// The different nodes at the other ends of a node's cables, at most six by name.
std::string neighbours_of(const Fabric &fabric, NodeId id) {
  std::string list;
  NodeId last;
  int named = 0;
  for (const FabricPort &port : fabric.ports(id)) {
    if (port.peer == last)
      continue;
    last = port.peer;
    if (++named > 6)
      return list + " and others";
    list += (list.empty() ? "" : ", ") + fabric.name(port.peer);
  }
  return list;
}

/// The two ends of a cable's name, and the NIC where one end is named with its port: "host:17/1/leaf:2".
struct NamedEnds {
  std::string_view a, b;
  std::string_view nic; ///< "host:17/1"; empty when no port is named
};

/// `ends` is `text` without "#k".
NamedEnds split_ends(std::string_view text, std::string_view ends) {
  const std::size_t first = ends.find('/');
  if (first == std::string_view::npos)
    throw Error(fmt::format("\"{}\" is not a cable", text), "a cable is named by its two ends",
                "Write \"leaf:0/spine:0\", or \"random:leaf\" for a drawn one.");
  const std::size_t second = ends.find('/', first + 1);
  if (second == std::string_view::npos)
    return {ends.substr(0, first), ends.substr(first + 1), {}};
  const std::string_view middle = ends.substr(first + 1, second - first - 1);
  if (parse_index(middle)) // host:17/1/leaf:2
    return {ends.substr(0, first), ends.substr(second + 1), ends.substr(0, second)};
  const std::string_view last = ends.substr(first + 1); // leaf:2/host:17/1
  return {ends.substr(0, first), middle, last};
}

} // namespace

std::string Fabric::name(NodeId id) const {
  const FabricNode &vertex = node(id);
  return fmt::format("{}:{}", to_string(vertex.kind), vertex.index);
}

std::string Fabric::nic_name(std::uint32_t endpoint) const {
  const std::uint32_t host = endpoint / ports_per_host();
  return ports_per_host() == 1 ? fmt::format("host:{}", host)
                               : fmt::format("host:{}/{}", host, endpoint % ports_per_host());
}

std::string Fabric::name(CableId id) const {
  const Cable &cable = plan().cables[id.index()];
  const std::uint16_t k = parallel_index_[id.index()];
  const std::string pair = (id.value < endpoints() ? nic_name(id.value) : name(cable.a)) + "/" + name(cable.b);
  return k == 0 ? pair : fmt::format("{}#{}", pair, k);
}

NodeId Fabric::find_node(std::string_view text) const {
  const std::size_t colon = text.find(':');
  const std::string kind_name(text.substr(0, colon));
  for (const NodeKind kind : {NodeKind::host, NodeKind::leaf, NodeKind::spine, NodeKind::core}) {
    if (kind_name != to_string(kind))
      continue;
    const auto index = colon == std::string_view::npos ? std::nullopt : parse_index(text.substr(colon + 1));
    if (!index)
      throw Error(fmt::format("\"{}\" is not a node", text), "a name is kind:number",
                  fmt::format("Try {}:0.", kind_name));
    if (count(kind) == 0)
      throw Error(fmt::format("\"{}\" does not exist", text), fmt::format("this fabric has no {} switches", kind_name),
                  fmt::format("It has {}.", what_exists(*this)));
    if (*index >= count(kind))
      throw Error(fmt::format("\"{}\" does not exist", text),
                  fmt::format("this fabric has {} of that kind, counted from 0", count(kind)),
                  fmt::format("Use {}.", range_of(kind, count(kind))));
    std::uint32_t first = 0;
    for (std::size_t k = 0; k < static_cast<std::size_t>(kind); ++k)
      first += counts_[k];
    return NodeId(first + *index);
  }
  const std::string near = nearest_word(kind_name, kinds);
  throw Error(fmt::format("\"{}\" is not a node", text), "kinds are host, leaf, spine and core",
              near.empty()
                  ? fmt::format("This fabric has {}.", what_exists(*this))
                  : fmt::format("Did you mean {}{}?", near,
                                colon == std::string_view::npos ? std::string(":0") : std::string(text.substr(colon))));
}

SwitchId Fabric::find_switch(std::string_view text) const {
  const NodeId id = find_node(text);
  if (plan().is_host(id))
    throw Error(fmt::format("\"{}\" is not a switch", text), "it is a host",
                fmt::format("Use nic = \"{}/0\" for its network interface, or a switch such as \"leaf:0\".", text));
  return SwitchId(id.value - hosts());
}

CableId Fabric::find_nic(std::string_view text) const {
  const std::size_t slash = text.find('/');
  const NodeId id = find_node(text.substr(0, slash));
  const std::string host = name(id);
  if (!plan().is_host(id))
    throw Error(fmt::format("\"{}\" is not a network interface", text), "it is a switch",
                "Use a host, such as \"host:0/0\".");
  if (slash == std::string_view::npos && ports_per_host() > 1)
    throw Error(fmt::format("\"{}\" is not a network interface", text),
                fmt::format("each host has {} of them", ports_per_host()),
                fmt::format("Name one: {0}/0 to {0}/{1}.", host, ports_per_host() - 1));
  const auto port = slash == std::string_view::npos ? std::optional(0u) : parse_index(text.substr(slash + 1));
  if (!port || *port >= ports_per_host())
    throw Error(fmt::format("\"{}\" does not exist", text),
                ports_per_host() == 1
                    ? std::string("each host has one network interface, number 0")
                    : fmt::format("each host has {} network interfaces, counted from 0", ports_per_host()),
                fmt::format("Try \"{}/0\".", host));
  return CableId(endpoint(HostId(id.value), *port));
}

CableId Fabric::find_cable(std::string_view text) const {
  const std::size_t hash = text.find('#');
  const std::string_view ends = text.substr(0, hash);
  const NamedEnds named = split_ends(text, ends);
  const NodeId a = find_node(named.a);
  const NodeId b = find_node(named.b);
  const auto k = hash == std::string_view::npos ? std::optional<std::uint32_t>(0) : parse_index(text.substr(hash + 1));
  if (!k)
    throw Error(fmt::format("\"{}\" is not a cable", text), "after # comes the number of a parallel cable, from 0",
                fmt::format("Try \"{}#0\".", ends));
  std::uint32_t parallel = 0;
  if (!named.nic.empty()) {
    const CableId nic = find_nic(named.nic);
    const Cable &cable = plan().cables[nic.index()];
    if (((cable.a == a && cable.b == b) || (cable.a == b && cable.b == a)) && *k == parallel++)
      return nic;
  } else
    for (const FabricPort &port : ports(a))
      if (port.peer == b && parallel++ == *k)
        return port.cable;
  if (parallel == 0)
    throw Error(fmt::format("\"{}\" does not exist", text), fmt::format("no cable joins {} and {}", name(a), name(b)),
                fmt::format("{} is joined to {}.", name(a), neighbours_of(*this, a)));
  throw Error(fmt::format("\"{}\" does not exist", text),
              fmt::format("{} parallel cable{} {} and {}, counted from 0", parallel,
                          parallel == 1 ? " joins" : "s join", name(a), name(b)),
              fmt::format("Use \"{}#{}\" or less.", ends, parallel - 1));
}

CableId Fabric::find_cable(std::string_view text, RandomStream &draw) const {
  constexpr std::string_view prefix = "random:";
  if (!text.starts_with(prefix))
    return find_cable(text);
  const std::string wanted(text.substr(prefix.size()));
  for (const Tier tier : {Tier::host, Tier::leaf, Tier::spine, Tier::global}) {
    if (wanted != to_string(tier))
      continue;
    if (count(tier) == 0)
      throw Error(fmt::format("\"{}\" cannot be drawn", text), "this fabric has no cable in that tier",
                  "Use random:host or a tier that `lightloom topology` counts.");
    std::uint64_t left = draw.below(count(tier));
    for (std::uint32_t c = 0; c < plan().cables.size(); ++c)
      if (plan().cables[c].tier == tier && left-- == 0)
        return CableId(c);
  }
  const std::string near = nearest_word(wanted, tiers);
  throw Error(fmt::format("\"{}\" is not a cable", text), "tiers are host, leaf, spine and global",
              fmt::format("Try random:{}.", near.empty() ? "leaf" : near));
}

} // namespace lightloom
