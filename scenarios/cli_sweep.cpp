// Options of `sweep`: what is varied, how often, and what is kept.

#include "scenarios/cli.hpp"
#include "scenarios/cli_commands.hpp"

#include <CLI/CLI.hpp>

namespace lightloom {

void add_sweep_command(CLI::App &app, CommandLine &line) {
  auto *sweep = add_command(app, line, "sweep", "Run every combination of scenario keys at several seeds, side by side",
                            "sweep scenarios/gpt-800g.toml --vary optics.leaf.length=30m:2km:4:log "
                            "--vary optics.fec=kp4,ll --replicas 3 -o length.h5");
  sweep->add_option("scenario", line.files, "Scenario file (TOML)")->required()->expected(1);
  sweep
      ->add_option("--vary", line.sweep.vary,
                   "KEY=a,b,c or KEY=lo:hi:n or KEY=lo:hi:n:log, repeatable: any scenario key, all combinations; "
                   "inject.0.ber for a table in an array")
      ->allow_extra_args(false)
      ->take_all();
  sweep->add_option("--replicas", line.sweep.replicas, "Runs of each combination, at the same seeds in all of them")
      ->check(CLI::Range(1u, 100'000u))
      ->capture_default_str();
  sweep->add_option("-o,--output", line.output, "Results file (HDF5); NAME.part until the last run is done");
  sweep->add_flag("--resume", line.sweep.resume, "Continue what is in the results file or its .part");
  sweep->add_option("--keep", line.sweep.keep, "Of each run: its figures, or full, all that run -o writes")
      ->check(CLI::IsMember({"summary", "full"}))
      ->capture_default_str();
}

} // namespace lightloom
