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
} // namespace

void add_optics_command(CLI::App &app, CommandLine &line) {
  auto *optics =
      add_command(app, line, "optics", "One link: budget, bit errors, frame loss, latency, power; or one FEC code",
                  "optics --module 800G-DR8 --length 500m --connectors 2");
  add_link_options(*optics, line.optics);
  optics->add_flag("--catalogue", line.optics.catalogue, "List the modules with their sources");
  optics->add_flag("--claims", line.optics.claims, "Published claims about optics beside the figures computed here");
}

} // namespace lightloom
