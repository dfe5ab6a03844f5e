#include "scenarios/cli_completion.hpp"

#include <CLI/CLI.hpp>

#include <fmt/format.h>

namespace lightloom {

namespace {
std::vector<std::string> flags_of(const CLI::App &app) {
  std::vector<std::string> flags;
  for (const auto *option : app.get_options()) {
    for (const auto &name : option->get_lnames())
      flags.push_back("--" + name);
    for (const auto &name : option->get_snames())
      flags.push_back("-" + name);
  }
  return flags;
}

std::vector<const CLI::App *> commands_of(const CLI::App &app) {
  return app.get_subcommands([](const CLI::App *) { return true; });
}

std::vector<std::string> names_of(const CLI::App &app) {
  std::vector<std::string> names;
  for (const auto *command : commands_of(app))
    names.push_back(command->get_name());
  return names;
}
} // namespace

std::string bash_completion(const CLI::App &app) {
  const auto everywhere = flags_of(app);
  std::string cases;
  for (const auto *command : commands_of(app)) {
    auto words = names_of(*command);
    const auto own = flags_of(*command);
    words.insert(words.end(), own.begin(), own.end());
    cases += fmt::format("  {}) words=\"{} $everywhere\" ;;\n", command->get_name(), fmt::join(words, " "));
  }
  const auto commands = names_of(app);
  return fmt::format(R"(# Completion of lightloom for bash: source this file, or save it as
# ~/.local/share/bash-completion/completions/lightloom
_lightloom() {{
  local current=${{COMP_WORDS[COMP_CWORD]}} command='' word words everywhere="{0}"
  for word in "${{COMP_WORDS[@]:1:COMP_CWORD-1}}"; do
    case $word in {1}) command=$word; break ;; esac
  done
  case $command in
{2}  *) words="{3} $everywhere" ;;
  esac
  COMPREPLY=()
  if [[ $current == -* || -z $command || $command == import ]]; then
    mapfile -t COMPREPLY < <(compgen -W "$words" -- "$current")
  fi
}}
complete -o bashdefault -o default -F _lightloom lightloom ./lightloom
)",
                     fmt::join(everywhere, " "), fmt::join(commands, "|"), cases, fmt::join(commands, " "));
}

} // namespace lightloom
