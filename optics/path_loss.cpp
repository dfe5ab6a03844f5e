#include "optics/path_loss.hpp"

#include <fmt/format.h>

namespace lightloom {

namespace {
constexpr double splice_dB = 0.1; // the greatest of 0.05 … 0.1

struct Loss {
  double value;
  const char *source;
};

/// Budgets of the classes differ in what they take for the same glass.
Loss fibre_dB_per_km(const Module &m) {
  if (m.medium == Medium::multimode)
    return {3.0, "OM4 at 850 nm, 3.0 dB/km at most (TIA-492, recalled)"};
  if (m.wavelength_nm >= 1500)
    return {0.22, "cabled G.652.D at 1550 nm, 0.22 dB/km (within 0.20-0.25, recalled)"};
  if (m.reach.value <= 2000)
    return {0.5, "cabled G.652.D at 1310 nm, 0.5 dB/km as in the IEEE 802.3 budgets (recalled)"};
  if (m.reach.value <= 10000)
    return {0.43, "cabled G.652.D at 1310 nm, 0.43 dB/km as in the IEEE 802.3 budgets of 10 km (recalled)"};
  return {0.4, "G.652.D at 1310 nm, 0.4 dB/km at most (recalled)"};
}

/// Parallel fibres end in MPO, wavelength-multiplexed pairs in LC.
Loss connector_dB(const Module &m) {
  if (m.connector.find("MPO") != std::string::npos)
    return {0.35, "low-loss MPO, 0.35 dB at most per mated pair (vendor trunk data)"};
  return {0.5, "LC, 0.5 dB at most per mated pair (recalled)"};
}
} // namespace

PathLoss path_loss(const Module &m, const LinkOptics &link) {
  const Loss fibre = fibre_dB_per_km(m);
  const Loss connector = connector_dB(m);
  PathLoss loss;
  loss.fibre_dB = fibre.value * link.length.value / 1000;
  loss.connectors_dB = link.connectors * (link.connector_loss ? link.connector_loss->value : connector.value);
  loss.splices_dB = link.splices * splice_dB;
  loss.fibre_source = fibre.source;
  loss.connector_source = link.connector_loss ? "as given" : connector.source;
  return loss;
}

void add_path(Budget &budget, const PathLoss &loss, const LinkOptics &link) {
  budget.add(fmt::format("fibre, {:g} m", link.length.value), -loss.fibre_dB, loss.fibre_source);
  budget.add(fmt::format("connectors, {}", link.connectors), -loss.connectors_dB, loss.connector_source);
  if (link.splices > 0)
    budget.add(fmt::format("splices, {}", link.splices), -loss.splices_dB,
               "fusion splice, 0.1 dB at most of 0.05-0.1 (recalled)");
}

} // namespace lightloom
