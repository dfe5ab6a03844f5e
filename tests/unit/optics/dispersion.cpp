#include "optics/dispersion.hpp"

#include <doctest/doctest.h>

using namespace lightloom;

TEST_CASE("the standards' dispersion from G.652: -11.9 to +6.7 ps/nm for FR4 over 2 km, -0.9 for DR over 500 m") {
  CHECK(edge_lane(4).wavelength_nm == 1264.5);
  CHECK(2 * edge_lane(4).ps_per_nm_km == doctest::Approx(-11.9).epsilon(0.02));
  CHECK(2 * dispersion_ps_per_nm_km(1337.5, 1300) == doctest::Approx(6.7).epsilon(0.02));
  CHECK(0.5 * edge_lane(1).ps_per_nm_km == doctest::Approx(-0.9).epsilon(0.05));
}

TEST_CASE("at the zero-dispersion wavelength there is none") { CHECK(dispersion_ps_per_nm_km(1310, 1310) == 0); }

TEST_CASE("symbol rates: 53.125 GBd at 100G per lane, 106.25 at 200G, 113.4375 with the inner code") {
  CHECK(symbol_rate_gbd(module_named("800G-DR8")) == doctest::Approx(53.125));
  CHECK(symbol_rate_gbd(module_named("1.6T-DR8")) == doctest::Approx(106.25));
  CHECK(symbol_rate_gbd(module_named("1.6T-2xFR4")) == doctest::Approx(113.4375));
}

TEST_CASE("FR4's edge lane pays 0.3 to 0.5 dB over 2 km, as the square of the symbol rate, DR next to nothing") {
  const double fr4 = dispersion_penalty(module_named("800G-2xFR4"), Metres(2000)).value;
  CHECK(fr4 == doctest::Approx(0.4));
  CHECK(dispersion_penalty(module_named("800G-2xFR4"), Metres(1000)).value == doctest::Approx(fr4 / 2));
  const double ratio = 113.4375 / 53.125; // 4.56; without the inner code's share it would be 4
  CHECK(dispersion_penalty(module_named("1.6T-2xFR4"), Metres(2000)).value == doctest::Approx(fr4 * ratio * ratio));
  CHECK(dispersion_penalty(module_named("800G-DR8"), Metres(500)).value < 0.05);
}

TEST_CASE("multimode fibre and coherent receivers have no line for it") {
  CHECK(dispersion_penalty(module_named("800G-SR8"), Metres(100)).value == 0);
  CHECK(dispersion_penalty(module_named("400ZR"), Metres(80000)).value == 0);
}
