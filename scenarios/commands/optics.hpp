#pragma once
// The questions of `lightloom optics`, a file each. All print to stdout, and throw Error for what cannot be asked.

#include "scenarios/cli.hpp"

namespace lightloom {

ExitCode optics_catalogue(const CommandLine &line); ///< --catalogue
ExitCode optics_claims(const CommandLine &line);    ///< --claims: published claims beside our figures
ExitCode optics_link(const CommandLine &line);      ///< --module: the budget of one link
ExitCode optics_code(const CommandLine &line);      ///< --fec with --pre-fec-ber: a code alone

} // namespace lightloom
