#pragma once
// The one place where the fabric is a Boost.Graph: undirected, parallel edges allowed, typed properties on vertices and
// edges. Only fabric_graph.cpp includes Boost.Graph; others ask here.

#include "sim/network/plain/fabric_plan.hpp"
#include "topology/fabric.hpp"

#include <iosfwd>
#include <memory>
#include <vector>

namespace lightloom {

/// A capacity that enters (or leaves) the fabric at a switch.
struct FlowEnd {
  SwitchId at;
  std::int64_t bits_per_second = 0;
};

class FabricGraph {
public:
  /// `names`: nothing is stored but ids; names are made when exporting.
  FabricGraph(const FabricPlan &plan, const std::vector<FabricNode> &nodes);
  ~FabricGraph();
  FabricGraph(const FabricGraph &) = delete;
  FabricGraph &operator=(const FabricGraph &) = delete;

  /// Component number of each node.
  std::vector<std::uint32_t> components() const;
  /// Component number of each switch without the cables whose entry is true. Hosts forward nothing, so their cables
  /// join nothing. `dead_cable` has one entry per cable.
  std::vector<std::uint32_t> switch_components(const std::vector<bool> &dead_cable) const;
  /// The most that can flow from sources to sinks over switch-to-switch cables (Boykov-Kolmogorov). [bit/s]
  std::int64_t max_flow(const std::vector<FlowEnd> &sources, const std::vector<FlowEnd> &sinks) const;
  void write_graphml(const Fabric &fabric, std::ostream &out) const;
  void write_dot(const Fabric &fabric, std::ostream &out) const;

private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

} // namespace lightloom
