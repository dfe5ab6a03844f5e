#pragma once
// What a whole cluster draws and costs: GPUs, the rest of their servers, NICs, switches, optics.
//
// A small catalogue with a source and a tag for each figure: S read in a source, K recalled from a data sheet, E
// estimate. Prices are mostly estimates: what large buyers pay is not published. Figures of switches and NICs between
// two rows are interpolated linearly by rate; outside they are in proportion to the nearest row; the line says so.
// Leaves out: fibre trunks, storage and management networks, cooling and power conversion of the building, people.

#include "topology/fabric.hpp"

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace lightloom {

/// What a row of the catalogue or a line of the bill is.
enum class EquipmentKind : std::uint8_t { gpu, server, nic, network_switch, optics };
/// "GPU", "server", "NIC", "switch", "optics".
const char *to_string(EquipmentKind kind);

/// One piece of equipment. Without optics.
struct EquipmentItem {
  EquipmentKind kind = EquipmentKind::gpu;
  const char *name = ""; ///< "H100-SXM"; for a server the GPU that it is for
  BitRate rate;          ///< switch: sum of port rates, one direction; NIC: of its port; else 0
  double power_W = 0;    ///< each; of a server: per GPU, scale-up switches inside, NICs and GPUs not
  double price_usd = 0;
  char power_tag = 'E'; ///< S read, K recalled, E estimate
  char price_tag = 'E';
  const char *power_source = "";
  const char *price_source = "";
};

/// Every row.
std::span<const EquipmentItem> equipment_catalogue();
/// Null when there is none.
const EquipmentItem *find_equipment(EquipmentKind kind, std::string_view name);

/// Power and price of one piece, and where they are from.
struct EquipmentFigures {
  double power_W = 0;
  double price_usd = 0;
  std::string source; ///< a sentence: sources, tags, and whether interpolated
};
/// A switch of that capacity, or a NIC of that rate. Requires rate > 0.
EquipmentFigures equipment_at(EquipmentKind kind, BitRate rate);

/// A line of the bill: so many of one thing.
struct ClusterLine {
  EquipmentKind kind = EquipmentKind::gpu;
  std::string name;
  std::int64_t count = 0;
  double power_W = 0;  ///< of all
  double cost_usd = 0; ///< of all
  std::string source;
};

/// Lines in the order GPU, server, NIC, switch, optics; and their sums.
struct ClusterBill {
  std::vector<ClusterLine> lines;
  double power_W = 0;
  double cost_usd = 0;
  std::vector<std::string> missing; ///< a sentence per part whose figures are not known and which is not in the sums
};

/// Replaces catalogue figures of a GPU: a scenario's own [gpu] table. 0 = take the catalogue's.
struct GpuFigures {
  double power_W = 0;
  double price_usd = 0;
};

/// The bill of `gpus` GPUs (catalogue name) on this fabric: the NICs of every host, each with one port into each plane
/// and rated by the sum of its ports' rates; every switch by its capacity, which without fabric.switch_capacity() is
/// radix × the fastest rate of its kind's ports; and the lines of the optics, which the caller makes from
/// optics/bill.hpp. A GPU without figures is listed in `missing`.
ClusterBill cluster_bill(const Fabric &fabric, const std::string &gpu, std::uint64_t gpus,
                         const std::vector<ClusterLine> &optics = {}, const GpuFigures &own = {});

} // namespace lightloom
