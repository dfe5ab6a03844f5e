#pragma once
// Parts of the command line that have a file of their own. Only cli*.cpp include this: the rest sees plain data.

#include <string>

namespace CLI {
class App;
}

namespace lightloom {

struct CommandLine;

/// A command with its one-line description and an example for its help. When it is the one typed, `line.command` is
/// its name.
CLI::App *add_command(CLI::App &app, CommandLine &line, const std::string &name, const std::string &what,
                      const std::string &example);
/// `optics` with its options, into `line.optics`.
void add_optics_command(CLI::App &app, CommandLine &line);
/// `sweep` with its options, into `line.sweep`.
void add_sweep_command(CLI::App &app, CommandLine &line);

} // namespace lightloom
