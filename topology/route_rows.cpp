// Rows of a route table: building, pruning, sharing.

#include "topology/route_rows.hpp"

#include "sim/core/contract.hpp"
#include "sim/core/digest.hpp"

#include <algorithm>

namespace lightloom {

RowBuilder::RowBuilder(const Fabric &fabric) : rows_(fabric.switches()) {}

void RowBuilder::set(std::uint32_t s, std::uint32_t leaf, std::span<const std::uint16_t> ports, std::uint32_t stride) {
  if (ports.empty())
    return;
  Row &row = rows_[s];
  if (row.routes.group_of_leaf.empty())
    row.routes.group_of_leaf.assign(rows_.size(), no_group);
  // Neighbouring leaves mostly share a group, so the last one is tried before the map.
  if (row.last != no_group) {
    const PortGroup &group = row.routes.groups[row.last];
    if (group.stride == stride && std::equal(ports.begin(), ports.end(), row.routes.ports.begin() + group.first,
                                             row.routes.ports.begin() + group.first + group.count)) {
      row.routes.group_of_leaf[leaf] = row.last;
      return;
    }
  }
  const auto [place, is_new] = row.known.try_emplace({stride, {ports.begin(), ports.end()}},
                                                     static_cast<std::uint16_t>(row.routes.groups.size()));
  if (is_new) {
    ENSURES(row.routes.groups.size() < no_group);
    row.routes.groups.push_back(
        {static_cast<std::uint32_t>(row.routes.ports.size()), static_cast<std::uint16_t>(ports.size()), stride});
    row.routes.ports.insert(row.routes.ports.end(), ports.begin(), ports.end());
  }
  row.last = place->second;
  row.routes.group_of_leaf[leaf] = row.last;
}

std::vector<std::shared_ptr<const SwitchRoutes>> RowBuilder::take() {
  std::vector<std::shared_ptr<const SwitchRoutes>> result;
  result.reserve(rows_.size());
  const auto none =
      std::make_shared<const SwitchRoutes>(SwitchRoutes{std::vector<std::uint16_t>(rows_.size(), no_group), {}, {}});
  for (Row &row : rows_)
    result.push_back(row.routes.group_of_leaf.empty() ? none
                                                      : std::make_shared<const SwitchRoutes>(std::move(row.routes)));
  rows_.clear();
  return result;
}

std::span<const std::uint16_t> ports_towards(const RouteTable &table, std::uint32_t s, std::uint32_t leaf) {
  const SwitchRoutes &row = *table.switches[s];
  const std::uint16_t group = row.group_of_leaf[leaf];
  if (group == no_group)
    return {};
  return std::span(row.ports).subspan(row.groups[group].first, row.groups[group].count);
}

SwitchRoutes without_ports(const SwitchRoutes &row, const std::vector<bool> &dead_port) {
  SwitchRoutes result;
  std::vector<std::uint16_t> renamed;
  for (const PortGroup &group : row.groups) {
    PortGroup left{static_cast<std::uint32_t>(result.ports.size()), 0, group.stride};
    for (std::uint32_t i = group.first; i < group.first + group.count; ++i)
      if (!dead_port[row.ports[i]]) {
        result.ports.push_back(row.ports[i]);
        ++left.count;
      }
    renamed.push_back(left.count == 0 ? no_group : static_cast<std::uint16_t>(result.groups.size()));
    if (left.count > 0)
      result.groups.push_back(left);
  }
  result.group_of_leaf = row.group_of_leaf;
  for (std::uint16_t &group : result.group_of_leaf)
    if (group != no_group)
      group = renamed[group];
  return result;
}

bool equal_rows(const SwitchRoutes &a, const SwitchRoutes &b) {
  const auto same_group = [](const PortGroup &x, const PortGroup &y) {
    return x.first == y.first && x.count == y.count && x.stride == y.stride;
  };
  return a.group_of_leaf == b.group_of_leaf && a.ports == b.ports &&
         std::equal(a.groups.begin(), a.groups.end(), b.groups.begin(), b.groups.end(), same_group);
}

std::shared_ptr<const SwitchRoutes> RowPool::share(std::shared_ptr<const SwitchRoutes> row) {
  Digest digest;
  for (const std::uint16_t group : row->group_of_leaf)
    digest.fold(group);
  for (const std::uint16_t port : row->ports)
    digest.fold(port);
  auto &same_hash = by_hash_[digest.value()];
  for (const auto &known : same_hash)
    if (equal_rows(*known, *row))
      return known;
  same_hash.push_back(row);
  return row;
}

} // namespace lightloom
