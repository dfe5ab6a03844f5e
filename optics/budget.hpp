#pragma once
// The budget of a link, line by line, as a module vendor's engineer writes it.
//
// Direct detection (law `light`), per lane: launch OMA − heat − age − fibre − connectors − splices = received power;
// − TDECQ − dispersion beyond it − multipath interference − S0 = margin. It is the standards' worst case: least launch
// power, greatest TDECQ, greatest losses. A link whose parts meet their data sheets is not worse.
// Coherent and copper links have budgets of their own kind: coherent.hpp, copper.hpp.
// Leaves out: lot spread, dirt, and reflections beyond what is given.
// Sources: IEEE 802.3 clauses 124, 140, 151, 167; module rows of the catalogue; docs/validation/link-budget.md.

#include "optics/catalogue.hpp"
#include "optics/link_optics.hpp"
#include "sim/core/quantity.hpp"

namespace lightloom {

/// Which budget a module's row allows.
LinkLaw link_law(const Module &module);
/// The budget of a link of this module. Fields of `link` that do not concern the law are not looked at.
Budget link_budget(const Module &module, const LinkOptics &link);

/// What a transmitter's heat takes off its launch power, and what it adds to TDECQ, against a case of 40 °C.
Decibel launch_derating(double case_celsius);
Decibel tdecq_heating(double case_celsius);

/// Penalty of multipath interference for the worst pair of reflectances: 0.05 dB at −35 dB, 0.2 at −26, 0.5 at −19;
/// between and beyond them straight in its logarithm. The last point agrees with a multi-source agreement's 0.51 dB,
/// the others are estimates. `reflectance` is below 0 dB.
Decibel mpi_penalty(Decibel reflectance);

} // namespace lightloom
