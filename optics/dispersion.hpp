#pragma once
// Chromatic dispersion of single-mode fibre near 1310 nm, and what it costs a directly detected lane.
//
// A standard's TDECQ is measured over the worst fibre of the class (IEEE 802.3 clauses 140, 151: "dispersion" in the
// table of transmitter compliance channels), so within the reach the row's TDECQ holds it. What is charged beyond is
// the excess over that fibre, or all of it where the TDECQ was taken back to back. The penalty is of first order, as a
// chirped transmitter's: it goes with accumulated dispersion and with the square of the symbol rate; 0.4 dB (0.3 … 0.5)
// for the edge lane of FR4 over 2 km at 53.125 GBd (engineering estimate).
// Leaves out: modal dispersion of multimode fibre (in TDECQ), and coherent receivers, which undo dispersion.
// Sources: ITU-T G.652 (slope 0.092 ps/(nm² km), zero between 1300 and 1324 nm), IEEE 802.3cu.

#include "optics/catalogue.hpp"
#include "sim/core/quantity.hpp"

namespace lightloom {

/// Dispersion at a wavelength for a zero-dispersion wavelength: S0/4 · (λ − λ0⁴/λ³). [ps/(nm km)]
double dispersion_ps_per_nm_km(double wavelength_nm, double zero_nm);

/// The lane of a module that disperses most.
struct EdgeLane {
  double wavelength_nm = 0;
  double ps_per_nm_km = 0; ///< with its sign, of the worst fibre
};
/// One wavelength: 1304.5 … 1317.5 nm; four: CWDM4, 1264.5 … 1337.5 nm; more: eight of LAN-WDM, 1272.5 … 1310.2 nm.
EdgeLane edge_lane(int wavelengths);

/// Symbols per second and lane: lane rate with KP4 (17/16), with an inner code 113.4375 ÷ 106.25 more, ÷ bits per
/// symbol. [GBd]
double symbol_rate_gbd(const Module &module);

/// What `length` of fibre costs this module's edge lane; 0 for multimode and coherent modules.
Decibel dispersion_penalty(const Module &module, Metres length);

} // namespace lightloom
