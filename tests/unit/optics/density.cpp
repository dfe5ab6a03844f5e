#include "optics/density.hpp"
#include "sim/core/error.hpp"

#include <doctest/doctest.h>

using namespace lightloom;

TEST_CASE("a faceplate by hand: 800G-DR8, 2xFR4 and FR8 in an OSFP carry the same, over 16, 4 and 2 fibres") {
  const auto dr8 = module_density(module_named("800G-DR8"), 35, Airflow::standard);
  const auto fr4 = module_density(module_named("800G-2xFR4"), 35, Airflow::standard);
  const auto fr8 = module_density(module_named("800G-FR8"), 35, Airflow::standard);
  CHECK(dr8.terabits_per_unit == doctest::Approx(32 * 0.8));
  CHECK(dr8.terabits_per_unit == fr4.terabits_per_unit);
  CHECK(dr8.terabits_per_unit == fr8.terabits_per_unit);
  CHECK(dr8.fibres_per_port == 16);
  CHECK(fr4.fibres_per_port == 4);
  CHECK(fr8.fibres_per_port == 2);
  CHECK(dr8.fibres_per_unit == 512);
  CHECK(fr4.connectors_per_port == 2);
  CHECK(dr8.watts_per_unit == doctest::Approx(480)); // 32 × 15 W
}

TEST_CASE("lanes are fibres × wavelengths: what a port saves in fibre it has in wavelengths") {
  for (const auto &m : module_catalogue()) {
    const auto d = module_density(m, 35, Airflow::standard);
    CAPTURE(m.name);
    CHECK(d.fibres_per_port * m.wavelengths == (m.medium == Medium::copper ? 0 : 2 * m.lanes));
    if (d.fibres_per_port > 0)
      CHECK(d.gbps_per_fibre * m.fibres_per_direction * 1e9 ==
            doctest::Approx(static_cast<double>(m.rate.bits_per_second)));
  }
}

TEST_CASE("warmer inlet or less air never allows more, at its warmest inlet a module is just cooled") {
  for (const auto &m : module_catalogue()) {
    CAPTURE(m.name);
    for (double inlet = 0; inlet < 60; inlet += 5) {
      const auto d = module_density(m, inlet, Airflow::standard);
      CHECK(module_density(m, inlet + 5, Airflow::standard).allowed_watts <= d.allowed_watts);
      CHECK(module_density(m, inlet, Airflow::low).allowed_watts <= d.allowed_watts);
      CHECK(module_density(m, inlet, Airflow::high).ports_cooled >= d.ports_cooled);
      if (d.power_class_fits)
        CHECK(d.cooled == (inlet <= d.warmest_inlet_celsius + 1e-9));
      CHECK(d.ports_cooled <= d.faceplate->ports_per_unit);
    }
  }
}

TEST_CASE("every form factor of the catalogue has a faceplate, an unknown one is refused") {
  CHECK(std::string(faceplate_of("QSFP-DD").form_factor) == "QSFP-DD");
  CHECK(faceplate_of("QSFP-DD").ports_per_unit == 36);
  CHECK_THROWS_AS(faceplate_of("SFP"), Error);
}

TEST_CASE("a plant by hand: 100 cables of DR8 over 50 m through two panels, 10 of copper") {
  const auto plant = fibre_plant({{"leaf", 100, 2, 50_m, &module_named("800G-DR8")},
                                  {"host", 10, 0, 3_m, &module_named("800G-AEC")},
                                  {"spine", 5, 4, 2000_m, &module_named("800G-2xFR4")}});
  CHECK(plant.fibres == 100 * 16 + 5 * 4);
  CHECK(plant.fibre_metres == doctest::Approx(1600 * 50 + 20 * 2000));
  CHECK(plant.mpo_pairs == 200);
  CHECK(plant.lc_pairs == 5 * 4 * 2);
  CHECK(plant.mpo_plugs == 200);
  CHECK(plant.lc_plugs == 20);
  CHECK(plant.copper_metres == doctest::Approx(30));
}
