#pragma once
// What lies between two modules: fibre, connectors, splices. The same for light and for coherent links.
//
// The worst case of parts that meet their data sheets; budgets of different classes differ in what they take for the
// same glass. Leaves out: bends, dirt. Sources: beside each figure; docs/validation/link-budget.md.

#include "optics/catalogue.hpp"
#include "optics/link_optics.hpp"

#include <string>

namespace lightloom {

/// Fibre, connectors and splices, as the budgets of light and of coherent links share them.
struct PathLoss {
  double fibre_dB = 0, connectors_dB = 0, splices_dB = 0;
  std::string fibre_source, connector_source;
  double sum_dB() const { return fibre_dB + connectors_dB + splices_dB; }
};
PathLoss path_loss(const Module &module, const LinkOptics &link);
/// Lines of fibre, connectors and, if there are any, splices.
void add_path(Budget &budget, const PathLoss &loss, const LinkOptics &link);

} // namespace lightloom
