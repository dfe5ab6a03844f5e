// The program `lightloom`: parse the command line, do what it says, turn failures into messages and exit codes
// (docs/CONTRACT.md). To follow one frame from here: commands/run.cpp → run.cpp → sim/network/network.cpp (simulate) →
// sim/engine/window_executor.cpp → sim/network/host.cpp → nic/send.cpp → link.hpp (docs/TOUR.md).

#include "scenarios/cli.hpp"
#include "scenarios/commands/commands.hpp"
#include "sim/core/contract.hpp"

#include <cstdio>
#include <exception>
#include <new>

#include <fmt/format.h>

namespace {
using namespace lightloom;

struct Command {
  const char *name;
  ExitCode (*execute)(const CommandLine &line);
};
constexpr Command commands[] = {
    {"run", command_run},
    {"compare", command_compare},
    {"collective", command_collective},
    {"topology", command_topology},
    {"optics", command_optics},
    {"check", command_check},
    {"info", command_info},
    {"import simai", command_import_simai},
    {"bench", command_bench},
    {"latency", command_latency},
    {"verify", command_verify},
    {"sweep", command_sweep},
};

ExitCode execute(const CommandLine &line) {
  for (const Command &command : commands)
    if (line.command == command.name)
      return command.execute(line);
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
