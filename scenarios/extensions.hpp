#pragma once
// What a program that uses Lightloom as a library adds to what scenario keys can name. Empty for the command line.
// Each part is used by the experiments that name it and hold it: nothing is registered globally.

#include "collectives/algorithm.hpp"
#include "sim/network/congestion/congestion_control.hpp"
#include "sim/network/switch/routing_policy.hpp"
#include "topology/builder.hpp"

#include <map>
#include <string>
#include <vector>

namespace lightloom {

/// Names must differ from those that Lightloom has.
struct Extensions {
  std::map<std::string, RoutingPolicyFactory> routing_policies = {}; ///< routing.policy
  std::vector<CollectiveAlgorithm> collective_algorithms = {};       ///< collective.*.algorithm, by operation and name
  std::vector<TopologyFamily> topologies = {};                       ///< fabric.topology, by its name
  std::vector<CongestionLaw> congestion_controls = {};               ///< transport.congestion_control, by its name
};

} // namespace lightloom
