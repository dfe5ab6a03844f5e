// Options of `optics`: which question is asked, and of what.

#include "scenarios/cli.hpp"
#include "scenarios/cli_commands.hpp"

#include <CLI/CLI.hpp>

namespace lightloom {

namespace {
void add_link_options(CLI::App &optics, OpticsRequest &ask) {
  optics.add_option("--module", ask.module, "Module at both ends");
  optics.add_option("--length", ask.length, "Fibre or cable; several as 30m,500m or 30m:2km:12 or 30m:2km:12:log")
      ->capture_default_str();
  optics.add_option("--connectors", ask.connectors, "Mated pairs in the fibre (default 2)");
  optics.add_option("--connector-loss", ask.connector_loss, "Of each, instead of its type's greatest: 0.2dB");
  optics.add_option("--splices", ask.splices, "In the fibre")->capture_default_str();
  optics.add_option("--reflectance", ask.reflectance,
                    "Of the worst pair in the path, instead of the standard's allowance: --reflectance=-26dB");
  optics.add_flag("--dispersion-apart", ask.dispersion_apart,
                  "TDECQ was taken without fibre: dispersion has a line of its own");
  optics.add_option("--years", ask.years, "Of service: mean ageing of the transmitter")->capture_default_str();
  optics.add_flag("--end-of-life", ask.end_of_life, "The whole allowance for ageing");
  optics.add_option("--latency-basis", ask.latency_basis, "split or vendor (default: both)")
      ->check(CLI::IsMember({"split", "vendor"}));
  optics.add_option("--temperature", ask.temperature, "Case temperature")->capture_default_str();
  optics.add_option("--fec", ask.fec,
                    "kp4, kr4, ll, kp4+hamming; with --pre-fec-ber and --frame-bytes: the code alone");
  optics.add_option("--pre-fec-ber", ask.pre_fec_ber, "Bit error ratio before the FEC");
  optics.add_option("--burst", ask.burst,
                    "Probability of a wrong symbol after a wrong one: 0.5 (default: independent)");
  optics.add_flag("--precoding", ask.precoding, "A burst of any length leaves two errors");
  optics.add_option("--frame-bytes", ask.frame_bytes, "Bytes of a frame with its header, without preamble and gap")
      ->capture_default_str();
  optics.add_option("--interleave", ask.interleave, "Codewords interleaved, of a code alone (default 1)");
}

void add_select_options(CLI::App &optics, OpticsRequest &ask) {
  optics.add_option("--select", ask.select, "Scenario: which modules fit each of its tiers, ranked; spares for a year");
  optics.add_option("--rank", ask.rank, "total, power, cost, failures or latency")->capture_default_str();
  optics.add_option("--hottest", ask.hottest, "Hottest case (default: the scenario's optics.case_temperature)");
  optics.add_option("--life", ask.life, "Years of use")->capture_default_str();
  optics.add_option("--ageing", ask.ageing, "Launch power lost at the end of life")->capture_default_str();
  optics.add_option("--latency-budget", ask.latency_budget, "Most latency of a link, per direction");
  optics.add_option("--usd-per-kwh", ask.usd_per_kWh, "Price of electricity")->capture_default_str();
  optics.add_option("--pue", ask.pue, "Power of the building over power of the machines")->capture_default_str();
  optics.add_option("--repair-usd", ask.repair_usd, "Labour of one replacement")->capture_default_str();
  optics.add_option("--lead-weeks", ask.lead_weeks, "Weeks from an order of spares to their arrival")
      ->capture_default_str();
}

void add_density_options(CLI::App &optics, OpticsRequest &ask) {
  optics.add_flag("--density", ask.density, "Modules on their faceplates: ports, Tb/s, fibres, heat, cooling");
  optics.add_option("--inlet", ask.inlet, "Air into the faceplate")->capture_default_str();
  optics.add_option("--airflow", ask.airflow, "low, standard or high")->capture_default_str();
}

void add_fleet_options(CLI::App &optics, CommandLine &line) {
  OpticsRequest &ask = line.optics;
  CLI::Option *fleet = optics.add_option("--fleet", ask.fleet, "Scenario file: the links of its fabric as a fleet");
  optics.add_option("--for", ask.span, "--fleet: how long, 1h … 20y")->capture_default_str()->needs(fleet);
  optics
      .add_option("--policy", ask.policy,
                  "--fleet: wait, clean-on-alarm, drain-and-replace or all (default: the scenario's, which is all)")
      ->needs(fleet);
  optics.add_option("--replicas", ask.replicas, "--fleet: fleets, at as many seeds; means with confidence intervals")
      ->check(CLI::Range(1u, 10'000u))
      ->capture_default_str()
      ->needs(fleet);
  CLI::Option *output =
      optics.add_option("-o,--output", line.output, "--fleet: results file (HDF5) with telemetry and failures")
          ->needs(fleet);
  optics.add_option("--every", ask.every, "--fleet -o: between two samples")->capture_default_str()->needs(output);
  optics.add_option("--links", ask.links, "--fleet -o: directed links to sample, the worst first")
      ->check(CLI::Range(std::uint64_t{1}, std::uint64_t{10'000'000}))
      ->capture_default_str()
      ->needs(output);
}
} // namespace

void add_optics_command(CLI::App &app, CommandLine &line) {
  auto *optics =
      add_command(app, line, "optics", "One link: budget, bit errors, frame loss, latency, power; or one FEC code",
                  "optics --module 800G-DR8 --length 500m --connectors 2");
  add_link_options(*optics, line.optics);
  optics->add_flag("--catalogue", line.optics.catalogue,
                   "List the modules with their sources; with --module, all of one");
  add_density_options(*optics, line.optics);
  add_select_options(*optics, line.optics);
  add_fleet_options(*optics, line);
  optics->add_flag("--claims", line.optics.claims, "Published claims about optics beside the figures computed here");
}

} // namespace lightloom
