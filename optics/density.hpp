#pragma once
// What modules are to a faceplate, its cooling and the fibre plant: ports and Tb/s per rack unit, fibres, heat per port
// and per unit, whether the form factor's power class allows a module and how warm its inlet air may be; fibres,
// connectors and lengths of a whole fabric.
//
// Cooling: case = inlet + resistance × power, a resistance per form factor and class of airflow. Leaves out: heat that
// one row of ports gives the next, altitude, the switch chip's own heat, cable bend and weight.
// Sources: OSFP and QSFP-DD MSAs (ports per unit, power classes); resistances are estimates, held to the known case of
// a 15 W OSFP at 35 °C; docs/validation/selection.md.

#include "optics/catalogue.hpp"

#include <array>
#include <cstdint>
#include <span>
#include <string>
#include <vector>

namespace lightloom {

/// Air through the cages: how much, not how warm.
enum class Airflow : std::uint8_t { low, standard, high };
/// "low", "standard", "high".
std::string to_string(Airflow airflow);

/// One form factor on a faceplate.
struct Faceplate {
  const char *form_factor = "";
  int ports_per_unit = 0;                ///< of 44 mm height, as switches of one unit are built
  double greatest_watts = 0;             ///< per port: the highest power class sold
  std::array<double, 3> kelvin_per_watt; ///< case over inlet, by Airflow
  const char *source = "";
};

/// Every form factor of the catalogue's choices.
std::span<const Faceplate> faceplates();
/// The one of that name; Error when there is none.
const Faceplate &faceplate_of(const std::string &form_factor);

/// What one module is on its faceplate.
struct ModuleDensity {
  const Module *module = nullptr;
  const Faceplate *faceplate = nullptr;
  int fibres_per_port = 0;      ///< both directions; 0 in copper
  int connectors_per_port = 0;  ///< plugs in the module: 1 MPO, 2 of "2xLC"; 0 with fixed ends
  double gbps_per_fibre = 0;    ///< rate ÷ fibres of one direction; 0 in copper
  double terabits_per_unit = 0; ///< faceplate, one direction [Tb/s]
  int fibres_per_unit = 0;
  double watts_per_port = 0, watts_per_unit = 0; ///< typical
  double warmest_inlet_celsius = 0;              ///< at which the case is at its limit
  double allowed_watts = 0;                      ///< at the inlet asked about: by cooling and by class
  bool power_class_fits = true;                  ///< the module's power is within the form factor's highest class
  bool cooled = true;                            ///< power ≤ allowed_watts
  int ports_cooled = 0;                          ///< of the unit's ports: all, or as many as the unit's cooling carries
};

/// Requires inlet in 0 … 60 °C.
ModuleDensity module_density(const Module &module, double inlet_celsius, Airflow airflow);

/// All cables of a tier, as the plant sees them.
struct PlantTier {
  std::string tier; ///< "leaf"
  std::int64_t cables = 0;
  int connectors = 0; ///< mated pairs in the way of each fibre, as [optics] has it: patch panels
  Metres length;
  const Module *module = nullptr;
};

/// What has to be laid and plugged.
struct FibrePlant {
  struct Line {
    std::string tier;
    std::string module;
    std::string connector;         ///< "MPO-16"; "none" for fixed ends and copper
    std::int64_t fibres = 0;       ///< strands; of AOC inside the cable
    std::int64_t mated_pairs = 0;  ///< of that connector, in patch panels; 0 with fixed ends
    std::int64_t module_plugs = 0; ///< into modules, both ends; 0 with fixed ends
    double fibre_metres = 0;       ///< strands × length
    double cable_metres = 0;       ///< cables × length, copper too
  };
  std::vector<Line> lines;
  std::int64_t fibres = 0;
  std::int64_t mpo_pairs = 0, lc_pairs = 0; ///< in patch panels; LC: duplex
  std::int64_t mpo_plugs = 0, lc_plugs = 0; ///< into modules
  double fibre_metres = 0;
  double copper_metres = 0;
};

/// Fibres, connectors and lengths of these tiers, a line per tier, and their sums.
FibrePlant fibre_plant(const std::vector<PlantTier> &tiers);

} // namespace lightloom
