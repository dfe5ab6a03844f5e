// The program `lightloom`: parse the command line, do what it says, turn failures into messages and exit codes
// (contract §2). To follow one frame from here: commands/run.cpp → build.cpp → sim/network/network.hpp (simulate).

#include "scenarios/cli.hpp"
#include "scenarios/commands/commands.hpp"
#include "sim/core/contract.hpp"

#include <cstdio>
#include <exception>
#include <new>

#include <fmt/format.h>

namespace {
using namespace lightloom;

ExitCode execute(const CommandLine &line) {
  if (line.command == "run")
    return command_run(line);
  if (line.command == "compare")
    return command_compare(line);
  if (line.command == "collective")
    return command_collective(line);
  if (line.command == "topology")
    return command_topology(line);
  if (line.command == "optics")
    return command_optics(line);
  if (line.command == "check")
    return command_check(line);
  if (line.command == "info")
    return command_info(line);
  if (line.command == "import simai")
    return command_import_simai(line);
  if (line.command == "bench")
    return command_bench(line);
  if (line.command == "latency")
    return command_latency(line);
  if (line.command == "verify")
    return command_verify(line);
  return ExitCode::done; // help or version
}
} // namespace

int main(int argc, char **argv) {
  try {
    watch_interrupts();
    return static_cast<int>(execute(parse_command_line(argc, argv)));
  } catch (const Error &e) {
    fmt::print(stderr, "{}\n", e.what());
    return static_cast<int>(e.code());
  } catch (const std::bad_alloc &) {
    fmt::print(stderr, "out of memory (the scenario needs more than this machine has). Try fewer GPUs.\n");
    return static_cast<int>(ExitCode::system);
  } catch (const std::exception &e) { // BrokenContract, or anything nobody thought of
    fmt::print(stderr, "a bug in Lightloom: {}\nPlease report it with the scenario file and this command line.\n",
               e.what());
    return static_cast<int>(ExitCode::bug);
  }
}
