#pragma once
// The budget of a copper cable: insertion loss at the Nyquist frequency against what its class allows.
//
// Loss of the wire × length + two mated connectors with their paddle cards. At a margin of 0 the class works at its
// limit of bit errors; above, noise stays and the signal grows with the margin (engineering estimate: what a measured
// channel operating margin would say is not in a catalogue).
// Leaves out: crosstalk and reflections of a given cable (the floor stands for them), loss that rises with heat.
// Sources: IEEE 802.3ck, cable assembly 19.75 dB at 26.56 GHz over 2 m (recalled); docs/validation/link-budget.md.

#include "optics/catalogue.hpp"
#include "optics/link_optics.hpp"
#include "sim/core/quantity.hpp"

namespace lightloom {

/// Lines of a copper cable.
Budget budget_of_copper(const Module &module, const LinkOptics &link);

/// Two mated connectors with their paddle cards: what 802.3ck's 19.75 dB leave beside 2 m at 7.5 dB/m, 4.75 dB; 5 dB
/// above 100 Gb/s per lane (engineering estimate).
Decibel copper_connectors(const Module &module);

} // namespace lightloom
