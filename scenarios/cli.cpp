#include "scenarios/cli.hpp"

#include "collectives/algorithm.hpp"
#include "scenarios/cli_commands.hpp"
#include "scenarios/cli_completion.hpp"
#include "scenarios/print_result.hpp"
#include "scenarios/version.hpp"

#include <CLI/CLI.hpp>

#include <algorithm>
#include <array>
#include <map>
#include <thread>

#include <fmt/format.h>

namespace lightloom {

namespace {
/// Commands of the contract that come later.
constexpr std::array later_commands = {"campaign", "report", "export"};

struct Seed {
  std::string text;
};

void add_everywhere(CLI::App &app, CommandLine &line, Seed &seed, bool &estimate) {
  app.add_option("--threads", line.threads, "Threads; never changes a result (default: all cores)")
      ->check(CLI::Range(1u, 1024u));
  app.add_option("--seed", seed.text, "Seed of every random stream, as --set scenario.seed=S");
  app.add_option("--set", line.settings,
                 "key=value: any scenario key, repeatable; inject.0.ber for a table in an array")
      ->allow_extra_args(false)
      ->take_all();
  app.add_flag("--force", line.force, "Overwrite existing files");
  app.add_flag("--json", line.json, "Print the table as JSON");
  app.add_flag("--quiet", line.quiet, "No messages but errors");
  app.add_flag("-v,--verbose", line.verbose, "Say what was chosen by default");
  app.add_flag("--progress", line.progress, "A progress line even when stderr is not a terminal");
  app.add_flag("--estimate", estimate, "Not in this version");
}

void add_run_commands(CLI::App &app, CommandLine &line) {
  auto *run = add_command(app, line, "run", "Simulate a scenario, print a summary, write results",
                          "run scenarios/gpt-800g.toml -o gpt.h5");
  run->add_option("scenario", line.files, "Scenario file (TOML)")->required()->expected(1);
  run->add_option("-o,--output", line.output, "Results file (HDF5)");
  run->add_option("--target", line.latency.target, "Also the latency budget of a small message against this time");
  auto *compare = add_command(app, line, "compare", "Run or read two or more and print them side by side",
                              "compare scenarios/gpt-800g.toml scenarios/gpt-1600g.toml");
  compare->add_option("files", line.files, "Scenarios, or results files of earlier runs")->required()->expected(2, 16);
  compare->add_option("--seeds", line.seeds, "Runs of each scenario, at as many seeds: means with confidence intervals")
      ->check(CLI::Range(1u, 1000u))
      ->capture_default_str();
  auto *collective =
      add_command(app, line, "collective", "Sweep message sizes of a collective; prints the table of nccl-tests",
                  "collective --op all-reduce --algorithm ring -b 1MiB -e 64MiB -f 4 scenarios/ring-ideal.toml");
  collective->add_option("--op", line.op, "all-reduce, all-gather, reduce-scatter, all-to-all, broadcast, send")
      ->capture_default_str();
  collective->add_option("--algorithm", line.algorithm, fmt::format("{} or auto", fmt::join(algorithm_names(), ", ")))
      ->capture_default_str();
  collective->add_option("-b,--minbytes", line.min_bytes, "Smallest size: a count of bytes, 1MiB, 1M")
      ->capture_default_str();
  collective->add_option("-e,--maxbytes", line.max_bytes, "Largest size")->capture_default_str();
  collective->add_option("-f,--stepfactor", line.factor, "Each size is the last × this")->capture_default_str();
  collective->add_option("scenario", line.files, "Scenario file; its own load is not run")->required()->expected(1);
  add_sweep_command(app, line);
  auto *verify = add_command(app, line, "verify",
                             "The same as frames and as trains: their differences; fails where auto misses its error",
                             "verify scenarios/incast.toml --set traffic.0.size=2MB");
  verify->add_option("scenario", line.files, "Scenario file; its own granularity is not used")->required()->expected(1);
  auto *bench = add_command(app, line, "bench", "The speed scenes: link-hops per CPU-second, memory, digest",
                            "bench forward-1024");
  bench->add_option("scenes", line.scenes, "Scenes; without any, all of them: some minutes");
  bench->add_flag("--list", line.list, "List the scenes");
}

void add_inspection_commands(CLI::App &app, CommandLine &line) {
  auto *topology =
      add_command(app, line, "topology", "Build the fabric only: counts, cables, diameter, bisection, power, cost",
                  "topology scenarios/gpt-800g.toml --bom");
  topology->add_option("scenario", line.files, "Scenario file")->required()->expected(1);
  topology->add_flag("--bom", line.bom,
                     "Bill of the whole cluster: GPUs, servers, NICs, switches, optics, with power and cost");
  topology->add_option("--graphml", line.graphml, "Write the graph as GraphML");
  topology->add_option("--dot", line.dot, "Write the graph for Graphviz");
  add_optics_command(app, line);
  auto *latency = add_command(app, line, "latency",
                              "Latency budget of one message alone in the network; what must change for a target",
                              "latency scenarios/gpt-800g.toml --size 64B --target 5us");
  latency->add_option("scenario", line.files, "Scenario file; its load is not run")->required()->expected(1);
  latency->add_option("--from", line.latency.from, "Sending host (default host:0)");
  latency->add_option("--to", line.latency.to, "Receiving host (default: the farthest)");
  latency->add_option("--size", line.latency.size, "Payload (default 64B)");
  latency->add_option("--target", line.latency.target, "Says what must change to come down to it: 5us");
  auto *check = add_command(app, line, "check", "Validate scenarios; prints every problem with its place",
                            "check scenarios/*.toml");
  check->add_option("scenarios", line.files, "Scenario files");
  check->add_flag("--schema", line.schema, "List every key with default, range, unit and source");
  auto *info = add_command(app, line, "info", "What is in a results file", "info gpt.h5");
  info->add_option("file", line.files, "Results file")->required()->expected(1);
  auto *import = app.add_subcommand("import", "Check a foreign workload and print what it holds");
  import->require_subcommand(1);
  import->footer("Example:\n  lightloom import simai workload.txt");
  auto *simai = import->add_subcommand("simai", "SimAI / AICB workload text");
  simai->add_option("files", line.files, "Workload files")->required();
  simai->callback([&line] { line.command = "import simai"; });
}

/// The first word that is not an option decides the command; unknown ones get the nearest.
void check_command_word(int argc, const char *const *argv, const CLI::App &app) {
  std::vector<std::string> known;
  for (const auto *sub : app.get_subcommands([](const CLI::App *) { return true; }))
    known.push_back(sub->get_name());
  for (int i = 1; i < argc; ++i) {
    const std::string word = argv[i];
    if (word == "--threads" || word == "--seed" || word == "--set" || word == "--completion") {
      ++i; // its value
      continue;
    }
    if (word.starts_with("-"))
      continue;
    if (const std::string next = i + 1 < argc ? argv[i + 1] : "";
        word == "import" && (next == "chakra" || next == "astra" || next == "goal"))
      throw Error("lightloom import " + next, "not in this version", "Use import simai.");
    if (std::find(later_commands.begin(), later_commands.end(), word) != later_commands.end())
      throw Error("lightloom " + word, "not in this version", fmt::format("Commands: {}.", fmt::join(known, ", ")));
    if (std::find(known.begin(), known.end(), word) == known.end()) {
      const auto near = nearest_word(word, known);
      throw Error("lightloom " + word, "no such command",
                  near.empty() ? fmt::format("Commands: {}.", fmt::join(known, ", ")) : "Did you mean " + near + "?");
    }
    return;
  }
}
} // namespace

CLI::App *add_command(CLI::App &app, CommandLine &line, const std::string &name, const std::string &what,
                      const std::string &example) {
  auto *command = app.add_subcommand(name, what);
  command->footer("Example:\n  lightloom " + example);
  command->callback([&line, name] { line.command = name; });
  return command;
}

CommandLine parse_command_line(int argc, const char *const *argv) {
  CommandLine line;
  line.threads = std::max(1u, std::thread::hardware_concurrency());
  Seed seed;
  bool estimate = false;
  CLI::App app("Lightloom simulates AI-cluster networks with real optics, frame by frame.", "lightloom");
  app.add_option_function<std::string>(
         "--completion",
         [&app](const std::string &) {
           print_result(bash_completion(app));
           throw CLI::Success();
         },
         "Print a completion script for the shell: source <(lightloom --completion bash)")
      ->check(CLI::IsMember({"bash"}))
      ->trigger_on_parse();
  app.set_version_flag("--version", std::string("lightloom ") + version);
  app.fallthrough();
  app.require_subcommand(1);
  app.footer("Example:\n  lightloom compare scenarios/gpt-800g.toml scenarios/gpt-1600g.toml");
  add_everywhere(app, line, seed, estimate);
  add_run_commands(app, line);
  add_inspection_commands(app, line);
  for (int i = 1; i < argc; ++i)
    line.typed += (i > 1 ? " " : "") + std::string(argv[i]);
  check_command_word(argc, argv, app);
  try {
    app.parse(argc, argv);
  } catch (const CLI::Success &e) { // help, version
    app.exit(e);
    line.command.clear();
    return line;
  } catch (const CLI::ParseError &e) {
    std::string text = e.what();
    std::replace(text.begin(), text.end(), '\n', ' ');
    while (!text.empty() && (text.back() == '.' || text.back() == ' '))
      text.pop_back();
    throw Error("command line: " + text, "",
                "See lightloom " + (line.command.empty() ? "" : line.command + " ") + "--help.");
  }
  if (estimate)
    throw Error("--estimate", "not in this version", "Leave it out.");
  if (!seed.text.empty())
    line.settings.push_back("scenario.seed=" + seed.text);
  return line;
}

} // namespace lightloom
