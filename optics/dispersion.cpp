#include "optics/dispersion.hpp"

#include "optics/bit_errors.hpp"

#include <algorithm>
#include <array>
#include <cmath>

namespace lightloom {

namespace {
constexpr double slope_ps_per_nm2_km = 0.092;
constexpr double lowest_zero_nm = 1300;
constexpr double highest_zero_nm = 1324;

// FR4 at 53.125 GBd over 2 km, the lane at 1264.5 nm (engineering estimate).
constexpr double penalty_of_fr4_dB = 0.4;
constexpr double fr4_gbd = 53.125;
constexpr double fr4_km = 2;

struct Band {
  double from_nm;
  double to_nm;
};
Band band_of(int wavelengths) {
  if (wavelengths <= 1)
    return {1304.5, 1317.5};
  return wavelengths <= 4 ? Band{1264.5, 1337.5} : Band{1272.5, 1310.2};
}
} // namespace

double dispersion_ps_per_nm_km(double wavelength_nm, double zero_nm) {
  const double ratio = zero_nm / wavelength_nm;
  return slope_ps_per_nm2_km / 4 * wavelength_nm * (1 - ratio * ratio * ratio * ratio);
}

EdgeLane edge_lane(int wavelengths) {
  const Band band = band_of(wavelengths);
  const std::array lanes{EdgeLane{band.from_nm, dispersion_ps_per_nm_km(band.from_nm, highest_zero_nm)},
                         EdgeLane{band.to_nm, dispersion_ps_per_nm_km(band.to_nm, lowest_zero_nm)}};
  return std::abs(lanes[0].ps_per_nm_km) >= std::abs(lanes[1].ps_per_nm_km) ? lanes[0] : lanes[1];
}

double symbol_rate_gbd(const Module &m) {
  const double gbps = static_cast<double>(m.lane_rate.bits_per_second) * 1e-9;
  const double inner = m.fec == "kp4+hamming" ? 113.4375 / 106.25 : 1;
  return gbps * 17 / 16 * inner / line_code_of(m.modulation).bits_per_symbol;
}

Decibel dispersion_penalty(const Module &m, Metres length) {
  if (m.medium != Medium::single_mode || m.kind == ModuleKind::coherent)
    return Decibel(0);
  const double accumulated = std::abs(edge_lane(m.wavelengths).ps_per_nm_km) * length.value / 1000;
  const double of_fr4 = std::abs(edge_lane(4).ps_per_nm_km) * fr4_km;
  const double speed = symbol_rate_gbd(m) / fr4_gbd;
  return Decibel(penalty_of_fr4_dB * (accumulated / of_fr4) * speed * speed);
}

} // namespace lightloom
