#pragma once
// A completion script for bash, written from the commands and options that the parser knows, so that it cannot fall
// behind them. Leaves out: values of options and scenario keys; names of files are completed by the shell.

#include <string>

namespace CLI {
class App;
}

namespace lightloom {

/// The script. Sourced, or put where bash-completion looks, it completes `lightloom` and `./lightloom`.
std::string bash_completion(const CLI::App &app);

} // namespace lightloom
