#pragma once
// The command line as plain data. Parsing (CLI11) is in cli*.cpp alone; what each command does is in commands/.

#include "scenarios/latency_request.hpp"
#include "scenarios/optics_request.hpp"
#include "scenarios/sweep_options.hpp"
#include "sim/core/error.hpp"

#include <cstdint>
#include <string>
#include <vector>

namespace lightloom {

/// A parsed command line; fields that a command does not have keep their defaults.
struct CommandLine {
  std::string command;            ///< "run", "compare", …; "" when help or the version was printed
  std::string typed;              ///< all arguments, joined by blanks
  std::vector<std::string> files; ///< scenarios or results files

  // Everywhere.
  std::uint32_t threads = 1;
  std::vector<std::string> settings; ///< --set in order, then --seed
  bool force = false, json = false, quiet = false, progress = false, verbose = false;

  std::string output; ///< run -o, sweep -o

  std::uint32_t seeds = 1; ///< compare

  // collective
  std::string op = "all-reduce", algorithm = "auto", min_bytes = "1MiB", max_bytes = "64MiB";
  double factor = 4;

  // topology
  bool bom = false;
  std::string graphml, dot;

  OpticsRequest optics;

  SweepOptions sweep;

  LatencyRequest latency; ///< latency; run --target

  bool schema = false;             ///< check --schema
  std::vector<std::string> scenes; ///< bench
  bool list = false;               ///< bench --list
};

/// Parses. Help and version go to stdout and leave `command` empty. Throws Error (bad_input) for everything that is not
/// understood or not in this version.
CommandLine parse_command_line(int argc, const char *const *argv);

} // namespace lightloom
