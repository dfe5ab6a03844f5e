// The bill of the whole cluster by category. Power is typical power throughout; leaves out cooling, and that a GPU that
// waits draws less.

#include "analysis/summary.hpp"

#include <algorithm>
#include <array>

namespace lightloom {
namespace {

constexpr std::array<const char *, 6> categories = {"GPU", "server", "NIC", "switch", "optics", "other"};

/// Files of before there were categories tell optics and switches apart by other means.
std::string category_of(const BillRow &row) {
  if (!row.category.empty())
    return std::find(categories.begin(), categories.end(), row.category) == categories.end() ? "other" : row.category;
  if (row.optics)
    return "optics";
  return row.component.starts_with("switch:") ? "switch" : "other";
}

} // namespace

ClusterSummary cluster_summary(const std::vector<BillRow> &bill) {
  ClusterSummary cluster;
  for (const char *category : categories) {
    CategorySummary sum{category, 0, 0, 0};
    bool any = false;
    for (const BillRow &row : bill)
      if (category_of(row) == category && row.count > 0) {
        any = true;
        sum.count += row.count;
        sum.power_W += row.power_W;
        sum.cost_usd += row.cost_usd;
      }
    if (any)
      cluster.by_category.push_back(sum);
  }
  if (cluster.by_category.empty() || cluster.by_category.front().category != categories.front())
    return cluster; // without GPUs it is not the whole cluster
  cluster.power_W = cluster.cost_usd = 0;
  for (const CategorySummary &sum : cluster.by_category) {
    cluster.power_W += sum.power_W;
    cluster.cost_usd += sum.cost_usd;
  }
  return cluster;
}

} // namespace lightloom
