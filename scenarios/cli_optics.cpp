// Options of `optics`: which question is asked, and of what.

#include "scenarios/cli.hpp"
#include "scenarios/cli_commands.hpp"

#include <CLI/CLI.hpp>

namespace lightloom {

namespace {
void add_link_options(CLI::App &optics, OpticsRequest &ask) {
  optics.add_option("--module", ask.module, "Module at both ends");
  optics.add_option("--length", ask.length, "Fibre or cable")->capture_default_str();
  optics.add_option("--connectors", ask.connectors, "Mated pairs in the fibre")->capture_default_str();
  optics.add_option("--temperature", ask.temperature, "Case temperature")->capture_default_str();
  optics.add_option("--fec", ask.fec,
                    "kp4, kr4, ll, kp4+hamming; with --pre-fec-ber and --frame-bytes: the code alone");
  optics.add_option("--pre-fec-ber", ask.pre_fec_ber, "Bit error ratio before the FEC");
  optics.add_option("--frame-bytes", ask.frame_bytes, "Bytes of a frame with its header, without preamble and gap")
      ->capture_default_str();
  optics.add_option("--interleave", ask.interleave, "Codewords interleaved")->capture_default_str();
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
