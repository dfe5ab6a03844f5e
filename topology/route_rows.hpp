#pragma once
// Rows of a route table under construction: equal port groups of a switch are kept once.

#include "sim/network/plain/route_table.hpp"
#include "topology/fabric.hpp"

#include <map>
#include <memory>
#include <span>
#include <utility>
#include <vector>

namespace lightloom {

/// Builds one SwitchRoutes per switch.
class RowBuilder {
public:
  explicit RowBuilder(const Fabric &fabric);
  /// Frames at switch `s` for hosts of `leaf` take one of `ports`, in this order, the next every `stride` frames. No
  /// ports = no route.
  void set(std::uint32_t s, std::uint32_t leaf, std::span<const std::uint16_t> ports, std::uint32_t stride);
  /// The finished rows, one entry per switch; those never set are one empty row. The builder is empty afterwards.
  std::vector<std::shared_ptr<const SwitchRoutes>> take();

private:
  struct Row {
    SwitchRoutes routes;
    std::map<std::pair<std::uint32_t, std::vector<std::uint16_t>>, std::uint16_t> known; ///< (stride, ports) → group
    std::uint16_t last = no_group;
  };
  std::vector<Row> rows_; ///< [switch]; group_of_leaf is empty until a row is first set
};

/// Ports that switch `s` may use towards a leaf, in their turn; empty when there is no route.
std::span<const std::uint16_t> ports_towards(const RouteTable &table, std::uint32_t s, std::uint32_t leaf);

/// The row without some ports of its switch: groups shrink, and destinations left with no port get no_group. Strides
/// stay.
SwitchRoutes without_ports(const SwitchRoutes &row, const std::vector<bool> &dead_port);

/// Same groups, ports and strides.
bool equal_rows(const SwitchRoutes &a, const SwitchRoutes &b);

/// Gives equal rows one copy.
class RowPool {
public:
  std::shared_ptr<const SwitchRoutes> share(std::shared_ptr<const SwitchRoutes> row);

private:
  std::map<std::uint64_t, std::vector<std::shared_ptr<const SwitchRoutes>>> by_hash_;
};

} // namespace lightloom
