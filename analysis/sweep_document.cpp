// SweepResults ↔ Document (docs/CONTRACT.md):
//
//   /sweep/parameters/<key>     [run] the value as typed; beside the keys seed, replica, combination
//   /sweep/quantities/<key>     [run] the same as numbers in base units, where they are numbers
//   /sweep/metrics/<name>       [run] figures; done, exit_code, complete, digest, outcome
//   /sweep/counters/<name>      [run] counters of the whole run
//   /sweep/runs/<n>             attributes name, seed, digest, …; with the whole of its run all that `run -o` writes
//
// Facts of the machine go to /run, those of whole runs to /run/runs/<n>. Datasets of whole runs are in the order of
// their paths, so that those read from a file and those just made are one and the same.

#include "analysis/sweep.hpp"

#include "sim/core/contract.hpp"
#include "sim/core/error.hpp"

#include <algorithm>
#include <map>
#include <set>
#include <utility>

namespace lightloom {
namespace {

const std::string parameters_group = "/sweep/parameters/", quantities_group = "/sweep/quantities/",
                  metrics_group = "/sweep/metrics/", counters_group = "/sweep/counters/", runs_group = "/sweep/runs/",
                  machine_runs_group = "/run/runs/";

template <class T, class Get>
void put(Document &document, const SweepResults &sweep, const std::string &path, const std::string &unit,
         const std::string &description, Get get) {
  std::vector<T> values;
  values.reserve(sweep.rows.size());
  for (std::size_t i = 0; i < sweep.rows.size(); ++i)
    values.push_back(static_cast<T>(get(i)));
  document.datasets.push_back({path, unit, description, {sweep.rows.size()}, std::move(values)});
}

void put_parameters(Document &document, const SweepResults &sweep) {
  const auto combination = [&](std::size_t i) { return i / sweep.replicas; };
  for (const SweepParameter &p : sweep.parameters)
    put<std::string>(document, sweep, parameters_group + p.key, "text", "value of this key, as typed",
                     [&](std::size_t i) { return p.texts[combination(i)]; });
  using Count = std::uint64_t;
  put<Count>(document, sweep, parameters_group + "seed", "1", "scenario.seed of the run; the same in every combination",
             [&](std::size_t i) { return sweep.rows[i].seed; });
  put<Count>(document, sweep, parameters_group + "replica", "1", "counted from 0",
             [&](std::size_t i) { return i % sweep.replicas; });
  put<Count>(document, sweep, parameters_group + "combination", "1", "of the varied keys, counted from 0", combination);
  for (const SweepParameter &p : sweep.parameters)
    if (!p.numbers.empty())
      put<double>(document, sweep, quantities_group + p.key, p.unit, "value of this key",
                  [&](std::size_t i) { return p.numbers[combination(i)]; });
}

void put_metrics(Document &document, const SweepResults &sweep) {
  using Count = std::uint64_t;
  const auto &rows = sweep.rows;
  put<Count>(document, sweep, metrics_group + "done", "1", "1: ran to an end; 0: all else of this run is empty",
             [&](std::size_t i) { return rows[i].done; });
  put<std::int64_t>(document, sweep, metrics_group + "exit_code", "1", "what `run` answers with; 0 before the run",
                    [&](std::size_t i) { return rows[i].exit_code; });
  put<Count>(document, sweep, metrics_group + "complete", "1", "1: simulated to the end and every check passed",
             [&](std::size_t i) { return rows[i].complete; });
  put<std::string>(document, sweep, metrics_group + "digest", "text", "of all simulated outcomes of the run",
                   [&](std::size_t i) { return rows[i].digest; });
  put<std::string>(document, sweep, metrics_group + "outcome", "text", "why the run is not complete",
                   [&](std::size_t i) { return rows[i].outcome; });
  const auto &metrics = sweep_metrics();
  for (std::size_t m = 0; m < metrics.size(); ++m)
    put<double>(document, sweep, metrics_group + metrics[m].name, metrics[m].unit, metrics[m].description,
                [&](std::size_t i) { return rows[i].done ? rows[i].figures[m] : not_known; });
  for (const auto &[name, counter] : sweep.counters)
    put<double>(document, sweep, counters_group + name, counter.unit, counter.description, [&](std::size_t i) {
      const auto found = rows[i].counters.find(name);
      return found == rows[i].counters.end() ? not_known : found->second;
    });
}

/// "/" → "/sweep/runs/3", "/steps/start_ps" → "/sweep/runs/3/steps/start_ps"; machine facts go below /run.
std::string moved(const std::string &path, std::size_t run) {
  const std::string n = std::to_string(run);
  if (path == "/run")
    return machine_runs_group + n;
  return runs_group + n + (path == "/" ? "" : path);
}

/// A run of its own group: its identity, and the whole of it where that was kept.
void put_run(Document &document, const SweepResults &sweep, std::size_t run) {
  const SweepRow &row = sweep.rows[run];
  if (!row.done)
    return;
  const std::string group = runs_group + std::to_string(run);
  if (row.whole.attributes.empty()) { // only figures are kept, or there is nothing more
    document.attributes.push_back({group, "seed", row.seed});
    document.attributes.push_back({group, "complete", std::uint64_t{row.complete}});
    document.attributes.push_back({group, "exit_code", std::int64_t{row.exit_code}});
    document.attributes.push_back({group, "digest", row.digest});
    document.attributes.push_back({group, "outcome", row.outcome});
    return;
  }
  Document whole = row.whole;
  for (Attribute &a : whole.attributes)
    a.group = moved(a.group, run);
  for (Dataset &d : whole.datasets)
    d.path = moved(d.path, run);
  std::sort(whole.attributes.begin(), whole.attributes.end(), [](const Attribute &a, const Attribute &b) {
    return std::pair(a.group, a.name) < std::pair(b.group, b.name);
  });
  std::sort(whole.datasets.begin(), whole.datasets.end(),
            [](const Dataset &a, const Dataset &b) { return a.path < b.path; });
  std::move(whole.attributes.begin(), whole.attributes.end(), std::back_inserter(document.attributes));
  std::move(whole.datasets.begin(), whole.datasets.end(), std::back_inserter(document.datasets));
}

void put_attributes(Document &document, const SweepResults &sweep) {
  const auto add = [&](const char *group, const char *name, AttributeData value) {
    document.attributes.push_back({group, name, std::move(value)});
  };
  add("/", "schema_version", schema_version);
  add("/", "lightloom_version", sweep.lightloom_version);
  add("/", "command", sweep.command);
  add("/", "scenario_toml", sweep.scenario_toml);
  add("/", "name", sweep.name);
  add("/", "seed", sweep.seed);
  add("/", "fidelity", sweep.fidelity);
  add("/", "complete", std::uint64_t{sweep.complete()});
  add("/", "digest", sweep.digest());
  add("/sweep", "replicas", sweep.replicas);
  add("/sweep", "whole_runs", std::uint64_t{sweep.whole_runs});
  add("/run", "threads", std::uint64_t{sweep.run.threads});
  add("/run", "wall_s", sweep.run.wall_s);
  add("/run", "runs_here", sweep.run.runs_here);
  add("/run", "peak_rss_bytes", sweep.run.peak_rss_bytes);
  add("/run", "host", sweep.run.host);
  add("/run", "started", sweep.run.started);
}

[[noreturn]] void damaged(const std::string &file, const std::string &path, const std::string &why) {
  throw Error(Problem{{file}, path, why, "The file is damaged, or was changed by another program."});
}

/// What a document holds, by path, with every type and length checked.
class Lookup {
public:
  Lookup(const Document &document, std::string file) : file_(std::move(file)) {
    for (const Dataset &d : document.datasets)
      datasets_.emplace(d.path, &d);
    for (const Attribute &a : document.attributes)
      attributes_.emplace(std::pair(a.group, a.name), &a);
  }

  template <class T> const std::vector<T> &column(const std::string &path, std::size_t rows) const {
    const auto found = datasets_.find(path);
    if (found == datasets_.end())
      damaged(file_, path, "is missing");
    const auto *values = std::get_if<std::vector<T>>(&found->second->data);
    if (values == nullptr || values->size() != rows)
      damaged(file_, path, "must hold one value per run");
    return *values;
  }
  template <class T> T attribute(const std::string &group, const std::string &name) const {
    const auto found = attributes_.find({group, name});
    const T *value = found == attributes_.end() ? nullptr : std::get_if<T>(&found->second->value);
    if (value == nullptr)
      damaged(file_, "attribute " + group + " " + name, "is missing or of the wrong type");
    return *value;
  }
  /// All datasets below a group, by path.
  std::vector<const Dataset *> below(const std::string &group) const {
    std::vector<const Dataset *> found;
    for (auto at = datasets_.lower_bound(group); at != datasets_.end() && at->first.starts_with(group); ++at)
      found.push_back(at->second);
    return found;
  }
  const std::string &file() const { return file_; }

private:
  std::string file_;
  std::map<std::string, const Dataset *> datasets_;
  std::map<std::pair<std::string, std::string>, const Attribute *> attributes_;
};

void get_parameters(const Lookup &lookup, SweepResults &sweep) {
  const std::size_t rows = sweep.rows.size();
  const std::set<std::string> own{"seed", "replica", "combination"};
  for (const Dataset *d : lookup.below(parameters_group)) {
    const std::string key = d->path.substr(parameters_group.size());
    if (own.contains(key))
      continue;
    SweepParameter p;
    p.key = key;
    const auto &texts = lookup.column<std::string>(d->path, rows);
    for (std::size_t i = 0; i < rows; i += sweep.replicas)
      p.texts.push_back(texts[i]);
    sweep.parameters.push_back(std::move(p));
  }
  for (SweepParameter &p : sweep.parameters)
    for (const Dataset *d : lookup.below(quantities_group + p.key))
      if (d->path == quantities_group + p.key) {
        const auto &numbers = lookup.column<double>(d->path, rows);
        for (std::size_t i = 0; i < rows; i += sweep.replicas)
          p.numbers.push_back(numbers[i]);
        p.unit = d->unit;
      }
}

void get_metrics(const Lookup &lookup, SweepResults &sweep) {
  const std::size_t rows = sweep.rows.size();
  const auto &done = lookup.column<std::uint64_t>(metrics_group + "done", rows);
  const auto &code = lookup.column<std::int64_t>(metrics_group + "exit_code", rows);
  const auto &complete = lookup.column<std::uint64_t>(metrics_group + "complete", rows);
  const auto &digest = lookup.column<std::string>(metrics_group + "digest", rows);
  const auto &outcome = lookup.column<std::string>(metrics_group + "outcome", rows);
  const auto &seed = lookup.column<std::uint64_t>(parameters_group + "seed", rows);
  std::vector<const std::vector<double> *> figures;
  for (const SweepMetric &metric : sweep_metrics())
    figures.push_back(&lookup.column<double>(metrics_group + metric.name, rows));
  for (std::size_t i = 0; i < rows; ++i) {
    SweepRow &row = sweep.rows[i];
    row.seed = seed[i];
    row.done = done[i] != 0;
    if (!row.done)
      continue;
    row.exit_code = static_cast<int>(code[i]);
    row.complete = complete[i] != 0;
    row.digest = digest[i];
    row.outcome = outcome[i];
    for (const auto *column : figures)
      row.figures.push_back((*column)[i] == (*column)[i] ? (*column)[i] : not_known);
  }
  for (const Dataset *d : lookup.below(counters_group)) {
    const std::string name = d->path.substr(counters_group.size());
    sweep.counters[name] = {d->unit, d->description};
    const auto &values = lookup.column<double>(d->path, rows);
    for (std::size_t i = 0; i < rows; ++i)
      if (values[i] == values[i])
        sweep.rows[i].counters[name] = values[i];
  }
}

/// The run that a path is of, and the path within it; nothing for other paths.
bool of_run(const std::string &path, const std::string &group, std::size_t rows, std::size_t &run, std::string &rest) {
  if (!path.starts_with(group))
    return false;
  const std::size_t slash = path.find('/', group.size());
  const std::string digits = path.substr(group.size(), slash - group.size());
  if (digits.empty() || digits.size() > 9 || digits.find_first_not_of("0123456789") != std::string::npos)
    return false;
  run = std::stoul(digits);
  rest = slash == std::string::npos ? "/" : path.substr(slash);
  return run < rows;
}

/// Whole runs, as they were before they were moved below the sweep.
void get_whole_runs(const Document &document, SweepResults &sweep) {
  std::size_t run = 0;
  std::string rest;
  for (const Dataset &d : document.datasets)
    if (of_run(d.path, runs_group, sweep.rows.size(), run, rest)) {
      sweep.rows[run].whole.datasets.push_back(d);
      sweep.rows[run].whole.datasets.back().path = rest;
    }
  for (const Attribute &a : document.attributes)
    if (of_run(a.group, runs_group, sweep.rows.size(), run, rest))
      sweep.rows[run].whole.attributes.push_back({rest, a.name, a.value});
    else if (of_run(a.group, machine_runs_group, sweep.rows.size(), run, rest))
      sweep.rows[run].whole.attributes.push_back({"/run", a.name, a.value});
  for (SweepRow &row : sweep.rows) // a run that ended without results has its identity alone
    if (row.whole.datasets.empty())
      row.whole = {};
}

} // namespace

Document to_document(const SweepResults &sweep) {
  EXPECTS(sweep.replicas > 0 && sweep.rows.size() % sweep.replicas == 0);
  Document document;
  put_attributes(document, sweep);
  put_parameters(document, sweep);
  put_metrics(document, sweep);
  for (std::size_t run = 0; run < sweep.rows.size(); ++run)
    put_run(document, sweep, run);
  return document;
}

bool is_sweep(const Document &document) {
  return std::any_of(document.datasets.begin(), document.datasets.end(),
                     [](const Dataset &d) { return d.path == parameters_group + "combination"; });
}

SweepResults sweep_from_document(const Document &document, const std::string &file) {
  const Lookup lookup(document, file);
  SweepResults sweep;
  sweep.lightloom_version = lookup.attribute<std::string>("/", "lightloom_version");
  sweep.command = lookup.attribute<std::string>("/", "command");
  sweep.scenario_toml = lookup.attribute<std::string>("/", "scenario_toml");
  sweep.name = lookup.attribute<std::string>("/", "name");
  sweep.seed = lookup.attribute<std::uint64_t>("/", "seed");
  sweep.fidelity = lookup.attribute<std::string>("/", "fidelity");
  sweep.replicas = lookup.attribute<std::uint64_t>("/sweep", "replicas");
  sweep.whole_runs = lookup.attribute<std::uint64_t>("/sweep", "whole_runs") != 0;
  std::size_t rows = 0;
  for (const Dataset *d : lookup.below(parameters_group + "combination"))
    rows = d->shape.empty() ? 0 : d->shape.front();
  if (rows == 0 || sweep.replicas == 0 || rows % sweep.replicas != 0)
    damaged(file, parameters_group + "combination", "must have a row per combination and replica");
  sweep.rows.resize(rows);
  get_parameters(lookup, sweep);
  get_metrics(lookup, sweep);
  if (sweep.whole_runs)
    get_whole_runs(document, sweep);
  return sweep;
}

} // namespace lightloom
