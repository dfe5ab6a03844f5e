// The catalogue of equipment and the sum over a cluster.
//
// Server per GPU: what is left of a node's largest power without its eight GPUs and their NICs, divided by eight: DGX
// A100 6.5 kW (400 W GPUs, 200G NICs), DGX H100 and H200 10.2 kW (700 W, 400G), DGX B200 14.3 kW (1,000 W, 400G). So a
// bill's GPUs, servers and NICs add up to the node's largest power. It holds the scale-up switches of the node.

#include "topology/equipment.hpp"

#include "sim/core/contract.hpp"
#include "sim/core/parse_quantity.hpp"

#include <algorithm>
#include <array>
#include <fmt/format.h>
#include <map>

namespace lightloom {

namespace {

using enum EquipmentKind;

constexpr const char *data_sheet = "NVIDIA data sheet, thermal design power, recalled";
constexpr const char *street = "what large buyers were reported to pay, estimate";
constexpr const char *node_price = "node less its GPUs, ÷ 8, estimate";

// clang-format off
constexpr std::array<EquipmentItem, 15> catalogue{{
    {gpu, "A100-SXM", {}, 400, 12'000, 'K', 'E', data_sheet, street},
    {gpu, "H100-SXM", {}, 700, 28'000, 'K', 'E', data_sheet, street},
    {gpu, "H200-SXM", {}, 700, 32'000, 'K', 'E', data_sheet, street},
    {gpu, "B200-SXM", {}, 1000, 38'000, 'K', 'E', data_sheet, "30,000 to 40,000 named by NVIDIA in 2024, estimate"},
    {server, "A100-SXM", {}, 392.5, 6'000, 'K', 'E',
     "DGX A100 6.5 kW; largest power of the node less GPUs and NICs, ÷ 8", node_price},
    {server, "H100-SXM", {}, 550, 9'000, 'K', 'E',
     "DGX H100 10.2 kW; largest power of the node less GPUs and NICs, ÷ 8", node_price},
    {server, "H200-SXM", {}, 550, 9'000, 'K', 'E',
     "DGX H200 10.2 kW; largest power of the node less GPUs and NICs, ÷ 8", node_price},
    {server, "B200-SXM", {}, 762.5, 11'000, 'S', 'E',
     "two DGX B200 per rack 28.6 kW (RA-11334); largest power of the node less GPUs and NICs, ÷ 8", node_price},
    {nic, "200G NIC", BitRate(200'000'000'000), 20, 1'100, 'K', 'E', "ConnectX-6 class, recalled", "estimate"},
    {nic, "400G NIC", BitRate(400'000'000'000), 25, 1'700, 'K', 'E', "ConnectX-7 class, recalled", "estimate"},
    {nic, "800G NIC", BitRate(800'000'000'000), 45, 2'519, 'E', 'S', "ConnectX-8 class, estimate",
     "ConnectX-8 at a reseller"},
    {nic, "1.6T NIC", BitRate(1'600'000'000'000), 80, 4'500, 'E', 'E',
     "not sold yet: less than twice the 800G NIC, estimate", "estimate"},
    {network_switch, "25.6T switch", BitRate(25'600'000'000'000), 747, 30'000, 'S', 'E',
     "QM9700, typical, passive cables (RA-11334)", "resellers, estimate"},
    {network_switch, "51.2T switch", BitRate(51'200'000'000'000), 900, 55'000, 'S', 'E',
     "SN5610, typical, without modules (RA-11334)", "estimate"},
    {network_switch, "102.4T switch", BitRate(102'400'000'000'000), 1'800, 110'000, 'E', 'E',
     "twice the 51.2T switch, estimate", "twice the 51.2T switch, estimate"},
}};
// clang-format on

std::string cite(const EquipmentItem &item) {
  return fmt::format("power: {} ({}); price: {} ({})", item.power_source, item.power_tag, item.price_source,
                     item.price_tag);
}

/// The rows of one kind, by rate.
std::span<const EquipmentItem> rows_of(EquipmentKind kind) {
  const auto is_kind = [kind](const EquipmentItem &item) { return item.kind == kind; };
  const auto first = std::find_if(catalogue.begin(), catalogue.end(), is_kind);
  return {first, std::find_if_not(first, catalogue.end(), is_kind)};
}

/// Adds a line to the bill.
void add(ClusterBill &bill, ClusterLine line) {
  bill.power_W += line.power_W;
  bill.cost_usd += line.cost_usd;
  bill.lines.push_back(std::move(line));
}

/// `count` pieces of a kind at one rate.
void add_by_rate(ClusterBill &bill, EquipmentKind kind, BitRate rate, std::int64_t count) {
  const EquipmentFigures each = equipment_at(kind, rate);
  const auto n = static_cast<double>(count);
  add(bill, {kind, fmt::format("{} {}", format_bit_rate(rate), to_string(kind)), count, n * each.power_W,
             n * each.price_usd, each.source});
}

void add_gpus(ClusterBill &bill, const std::string &name, std::uint64_t gpus, const GpuFigures &own) {
  const auto n = static_cast<double>(gpus);
  const auto count = static_cast<std::int64_t>(gpus);
  const EquipmentItem *known = find_equipment(gpu, name);
  if (known == nullptr && (own.power_W <= 0 || own.price_usd <= 0))
    bill.missing.push_back(fmt::format("power or price of GPU {}", name));
  const EquipmentItem none{};
  const EquipmentItem &item = known != nullptr ? *known : none;
  const double power = own.power_W > 0 ? own.power_W : item.power_W;
  const double price = own.price_usd > 0 ? own.price_usd : item.price_usd;
  std::string source = known != nullptr ? cite(item) : "";
  if (own.power_W > 0 || own.price_usd > 0)
    source += source.empty() ? "as given" : "; figures given by the scenario instead";
  add(bill, {gpu, name, count, n * power, n * price, source});
  if (const EquipmentItem *rest = find_equipment(server, name); rest != nullptr)
    add(bill, {server, "CPUs, memory, fans, scale-up switches, per GPU", count, n * rest->power_W, n * rest->price_usd,
               cite(*rest)});
  else
    bill.missing.push_back(fmt::format("the server around GPU {}", name));
}

/// NICs by rate. A NIC has one port into each plane, and its rate is the sum of theirs.
std::map<BitRate, std::int64_t> nics_by_rate(const Fabric &fabric) {
  const std::uint32_t per_host = fabric.ports_per_host() / fabric.planes();
  std::map<BitRate, std::int64_t> nics;
  for (std::uint32_t h = 0; h < fabric.hosts(); ++h)
    for (std::uint32_t n = 0; n < per_host; ++n) {
      BitRate rate{};
      for (std::uint32_t port = n; port < fabric.ports_per_host(); port += per_host)
        rate.bits_per_second += fabric.plan().cables[fabric.endpoint(HostId(h), port)].rate.bits_per_second;
      ++nics[rate];
    }
  return nics;
}

/// What the switches of one kind can carry.
std::map<NodeKind, BitRate> capacities(const Fabric &fabric) {
  std::map<NodeKind, BitRate> fastest;
  for (const Cable &cable : fabric.plan().cables)
    for (const NodeId end : {cable.a, cable.b})
      if (!fabric.plan().is_host(end)) {
        BitRate &rate = fastest[fabric.node(end).kind];
        rate = std::max(rate, cable.rate);
      }
  for (auto &[kind, rate] : fastest)
    rate = fabric.switch_capacity().bits_per_second > 0 ? fabric.switch_capacity()
                                                        : BitRate(rate.bits_per_second * fabric.radix());
  return fastest;
}

} // namespace

const char *to_string(EquipmentKind kind) {
  static constexpr std::array names{"GPU", "server", "NIC", "switch", "optics"};
  return names[static_cast<std::size_t>(kind)];
}

std::span<const EquipmentItem> equipment_catalogue() { return catalogue; }

const EquipmentItem *find_equipment(EquipmentKind kind, std::string_view name) {
  for (const EquipmentItem &item : catalogue)
    if (item.kind == kind && name == item.name)
      return &item;
  return nullptr;
}

EquipmentFigures equipment_at(EquipmentKind kind, BitRate rate) {
  const auto rows = rows_of(kind);
  EXPECTS(rate.bits_per_second > 0 && !rows.empty() && rows.front().rate.bits_per_second > 0);
  const auto above = std::find_if(rows.begin(), rows.end(), [&](const EquipmentItem &i) { return i.rate >= rate; });
  if (above != rows.end() && above->rate == rate)
    return {above->power_W, above->price_usd, cite(*above)};
  const auto wanted = static_cast<double>(rate.bits_per_second);
  if (above == rows.begin() || above == rows.end()) {
    const EquipmentItem &near = above == rows.end() ? rows.back() : rows.front();
    const double ratio = wanted / static_cast<double>(near.rate.bits_per_second);
    return {near.power_W * ratio, near.price_usd * ratio,
            fmt::format("in proportion to the {} (E); {}", near.name, cite(near))};
  }
  const EquipmentItem &low = *(above - 1);
  const double share = (wanted - static_cast<double>(low.rate.bits_per_second)) /
                       static_cast<double>(above->rate.bits_per_second - low.rate.bits_per_second);
  return {low.power_W + share * (above->power_W - low.power_W),
          low.price_usd + share * (above->price_usd - low.price_usd),
          fmt::format("interpolated between {} and {} (E); {}", low.name, above->name, cite(low))};
}

ClusterBill cluster_bill(const Fabric &fabric, const std::string &gpu_name, std::uint64_t gpus,
                         const std::vector<ClusterLine> &optics, const GpuFigures &own) {
  ClusterBill bill;
  add_gpus(bill, gpu_name, gpus, own);
  for (const auto &[rate, count] : nics_by_rate(fabric))
    add_by_rate(bill, nic, rate, count);
  std::map<BitRate, std::int64_t> switches;
  for (const auto &[kind, capacity] : capacities(fabric))
    switches[capacity] += fabric.count(kind);
  for (const auto &[capacity, count] : switches)
    add_by_rate(bill, network_switch, capacity, count);
  for (const ClusterLine &line : optics)
    add(bill, line);
  return bill;
}

} // namespace lightloom
