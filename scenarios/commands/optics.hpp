#pragma once
// The questions of `lightloom optics`, a file each. All print to stdout, and throw Error for what cannot be asked.

#include "optics/link_optics.hpp"
#include "scenarios/cli.hpp"

namespace lightloom {

ExitCode optics_catalogue(const CommandLine &line); ///< --catalogue
ExitCode optics_claims(const CommandLine &line);    ///< --claims: published claims beside our figures
ExitCode optics_lengths(const CommandLine &line);   ///< --module with several lengths
ExitCode optics_density(const CommandLine &line);   ///< --density: faceplates, heat and fibres
ExitCode optics_select(const CommandLine &line);    ///< --select SCENARIO; failed_check: a tier has no module
ExitCode optics_link(const CommandLine &line);      ///< --module: the budget of one link
ExitCode optics_fleet(const CommandLine &line);     ///< --fleet: all links of a scenario over months and years
ExitCode optics_code(const CommandLine &line);      ///< --fec with --pre-fec-ber: a code alone

/// --length asks for several.
bool several_lengths(const OpticsRequest &ask);
/// The link that is asked for, with one of its lengths. Throws Error for what is no quantity.
LinkOptics asked_link(const OpticsRequest &ask, const std::string &length);

} // namespace lightloom
