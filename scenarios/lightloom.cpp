// The library's door: an experiment becomes the same Scenario as a file, through the same reader, and is run as the
// command line runs it.

#include "scenarios/lightloom.hpp"

#include "analysis/hdf5_reader.hpp"
#include "analysis/hdf5_writer.hpp"
#include "analysis/summary.hpp"
#include "scenarios/build.hpp"
#include "scenarios/run.hpp"
#include "scenarios/schema/loader.hpp"
#include "scenarios/schema/schema.hpp"

#include <algorithm>
#include <cctype>
#include <thread>

#include <fmt/format.h>

namespace lightloom {

namespace {
struct Unit {
  const char *name;
  std::int64_t factor;
};

/// In the first unit that holds it without a remainder, as a TOML string; units fall, and the last one is 1.
std::string in_units(std::int64_t value, std::initializer_list<Unit> units) {
  const auto *unit = std::find_if(units.begin(), units.end(), [&](const Unit &u) {
    return u.factor == 1 || (value != 0 && value % u.factor == 0);
  });
  return fmt::format("\"{}{}\"", value / unit->factor, unit->name);
}

/// A TOML basic string.
std::string quoted(const std::string &text) {
  std::string out = "\"";
  for (const char c : text)
    if (c == '"' || c == '\\')
      out += {'\\', c};
    else if (static_cast<unsigned char>(c) < 0x20 || c == 0x7f)
      out += fmt::format("\\u{:04x}", static_cast<unsigned>(c));
    else
      out += c;
  return out + '"';
}

/// "collective.2.size" → ("collective", 2); ("", 0) for a key outside repeated tables.
std::pair<std::string, std::size_t> entry_of(const std::string &key) {
  const auto dot = key.find('.');
  const std::string table = key.substr(0, dot);
  if (!is_array_table(table))
    return {};
  std::size_t index = 0;
  for (std::size_t i = dot + 1; dot != std::string::npos && i < key.size() && key[i] != '.'; ++i) {
    if (std::isdigit(static_cast<unsigned char>(key[i])) == 0 || index > 9999)
      return {table, 0}; // job.model: the first
    index = 10 * index + static_cast<std::size_t>(key[i] - '0');
  }
  return {table, index};
}

Results results_of(RunResults tables) {
  Results results;
  const RunSummary numbers = summary(tables);
  results.complete = tables.identity.complete;
  results.digest = tables.identity.digest;
  results.step_time_s = numbers.step_time_s;
  results.gpu_idle_share = numbers.gpu_idle_share;
  for (std::size_t c = 0; c < numbers.idle_by_cause.size(); ++c)
    if (numbers.idle_by_cause[c] > 0)
      results.idle.push_back({static_cast<Cause>(c), numbers.idle_by_cause[c]});
  results.tables = std::move(tables);
  return results;
}
} // namespace

Value::Value(const char *text) : Value(std::string(text)) {}
Value::Value(const std::string &text) : toml_(quoted(text)) {}
Value::Value(bool truth) : toml_(truth ? "true" : "false") {}
Value::Value(double ratio) : toml_(fmt::format("{}", ratio)) {}
Value::Value(Bytes size)
    : toml_(in_units(size.value, {{"TiB", std::int64_t{1} << 40},
                                  {"GiB", 1 << 30},
                                  {"MiB", 1 << 20},
                                  {"KiB", 1 << 10},
                                  {"MB", 1'000'000},
                                  {"KB", 1'000},
                                  {"B", 1}})) {}
Value::Value(BitRate rate)
    : toml_(in_units(
          rate.bits_per_second,
          {{"Tbps", 1'000'000'000'000}, {"Gbps", 1'000'000'000}, {"Mbps", 1'000'000}, {"Kbps", 1'000}, {"bps", 1}})) {}
Value::Value(Duration time)
    : toml_(in_units(time.count(),
                     {{"s", 1'000'000'000'000}, {"ms", 1'000'000'000}, {"us", 1'000'000}, {"ns", 1'000}, {"ps", 1}})) {}
Value::Value(Metres length) : toml_(fmt::format("\"{}m\"", length.value)) {}
Value Value::whole(std::int64_t count) {
  Value value;
  value.toml_ = std::to_string(count);
  return value;
}

Experiment::Experiment(const std::string &name) : name_(name) { set("scenario.name", name); }

Experiment Experiment::from_file(const std::string &path) {
  const TomlDocument document = read_toml(path, {});
  Experiment experiment;
  experiment.name_ = path;
  experiment.text_ = document.text;
  for (const auto &[table, where] : document.tables)
    experiment.count_entry(table);
  return experiment;
}

void Experiment::count_entry(const std::string &key) {
  if (const auto [table, index] = entry_of(key); !table.empty())
    entries_[table] = std::max(entries_[table], index + 1);
}

Experiment &Experiment::set(const std::string &key, const Value &value) {
  if (key.empty())
    throw Error(Problem{{name_, 0, 0}, "set() without a key", "", "Try \"fabric.radix\"."});
  count_entry(key);
  settings_.push_back({key, value.toml()});
  return *this;
}

Experiment &Experiment::add(const std::string &table, std::initializer_list<std::pair<std::string, Value>> keys) {
  if (!is_array_table(table))
    throw Error(Problem{{name_ + ":" + table, 0, 0},
                        table + " cannot be added",
                        "the tables that may be repeated are inject, job, collective and traffic",
                        "Use set()."});
  if (keys.size() == 0)
    throw Error(Problem{{name_ + ":" + table, 0, 0}, "a " + table + " without keys", "", "Set at least one."});
  const std::string entry = fmt::format("{}.{}.", table, entries_[table]);
  for (const auto &[key, value] : keys)
    set(entry + key, value);
  return *this;
}

Experiment &Experiment::use(Extensions extensions) {
  extensions_ = std::move(extensions);
  return *this;
}

TomlDocument Experiment::document() const {
  std::vector<lightloom::Setting> settings;
  for (const auto &[key, value] : settings_)
    settings.push_back({key, value, {name_ + ":" + key, 0, 0}});
  TomlDocument document = parse_toml_text(text_, name_, settings);
  for (auto &[table, where] : document.tables)
    if (where.line == 0) // it has no place in a file
      where.file = name_ + ":" + table;
  return document;
}

std::string Experiment::toml() const { return document().text; }

Scenario Experiment::scenario() const {
  try {
    return scenario_from(document(), name_, extensions_);
  } catch (const Error &e) {
    auto problems = e.problems();
    for (auto &problem : problems)
      if (problem.where.file.empty())
        problem.where.file = name_;
    throw Error(std::move(problems), e.code());
  }
}

void check(const Experiment &experiment) { build_run(experiment.scenario()); }

Results run(const Experiment &experiment, const RunOptions &options) {
  const Scenario scenario = experiment.scenario();
  RunRequest request;
  request.threads = options.threads > 0 ? options.threads : std::max(1u, std::thread::hardware_concurrency());
  request.command = "lightloom::run";
  if (options.progress)
    request.watch = [&](const ExecutionOptions::Progress &p) {
      return options.progress({p.now, p.link_hops, Bytes(static_cast<std::int64_t>(p.bytes_delivered))});
    };
  RunOutcome outcome = run_built(scenario, build_run(scenario), request);
  Results results = results_of(std::move(outcome.results));
  results.findings = std::move(outcome.findings);
  results.warnings = std::move(outcome.warnings);
  return results;
}

void save(const Results &results, const std::string &path, bool overwrite) {
  write_results(results.tables, path, overwrite);
}

Results load(const std::string &path) {
  Results results = results_of(read_results(path));
  if (!results.tables.identity.outcome.empty())
    results.findings = {results.tables.identity.outcome};
  return results;
}

} // namespace lightloom
