#pragma once
// What each command does. All print results to stdout and messages to stderr, and answer with the contract's exit
// codes. Mistakes of the user and failures of files are thrown as Error; main turns them into messages.

#include "scenarios/cli.hpp"
#include "scenarios/print_result.hpp"
#include "scenarios/run.hpp"

namespace lightloom {

/// One function per command of the program. Results go to stdout, messages to stderr. They throw Error for wrong
/// input; a run that does not end well is told and answered with its exit code.
ExitCode command_run(const CommandLine &line);
ExitCode command_compare(const CommandLine &line);
ExitCode command_collective(const CommandLine &line);
ExitCode command_topology(const CommandLine &line);
ExitCode command_optics(const CommandLine &line);
ExitCode command_check(const CommandLine &line);
ExitCode command_info(const CommandLine &line);
ExitCode command_import_simai(const CommandLine &line);
ExitCode command_bench(const CommandLine &line);
ExitCode command_latency(const CommandLine &line);
ExitCode command_verify(const CommandLine &line);
ExitCode command_sweep(const CommandLine &line);

/// A message to stderr unless --quiet.
void say(const CommandLine &line, const std::string &text);
/// Findings and warnings of a run to stderr, with how to report a bug for exit code 4.
void say_outcome(const CommandLine &line, const RunOutcome &outcome);
/// With -v: what was chosen by default.
void say_notes(const CommandLine &line, const Scenario &scenario, const BuiltRun &built);
/// How this command line runs a scenario.
RunRequest request_of(const CommandLine &line);

} // namespace lightloom
