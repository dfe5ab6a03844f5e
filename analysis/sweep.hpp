#pragma once
// A sweep as plain data: one row per run, combinations of varied keys in order, replicas within each. Replica r has
// the same seed in every combination, so that combinations are compared seed by seed (common random numbers: Law,
// Simulation Modeling and Analysis, 5th ed., §11.2). Rows hold figures; a whole run (RunResults as a document) is kept
// beside its row when asked for. Leaves out: what produced a run (scenarios/sweep), other designs than full factorials.

#include "analysis/document.hpp"
#include "analysis/results.hpp"
#include "analysis/statistics.hpp"

#include <cstddef>
#include <cstdint>
#include <map>
#include <string>
#include <vector>

namespace lightloom {

/// One figure that every row holds: /sweep/metrics/<name>.
struct SweepMetric {
  std::string name; ///< "step_time_s"
  std::string unit;
  std::string description;
};

/// The figures of a row, in their order there.
const std::vector<SweepMetric> &sweep_metrics();
/// Index of a figure by name; requires that there is one.
std::size_t sweep_metric(const std::string &name);
/// The figures of one run, in the order of sweep_metrics(); not_known where it has no such thing.
std::vector<double> sweep_figures(const RunResults &results);

/// One varied key.
struct SweepParameter {
  std::string key;
  std::vector<std::string> texts; ///< [combination] as typed
  std::vector<double> numbers;    ///< [combination] in `unit`; empty where values are words
  std::string unit;               ///< "1" for counts and ratios
};

/// One run.
struct SweepRow {
  std::uint64_t seed = 0;
  bool done = false; ///< ran to an end, good or bad; all below is empty before
  int exit_code = 0;
  bool complete = false;
  std::string digest;
  std::string outcome;         ///< why not complete
  std::vector<double> figures; ///< [metric]; empty before the run
  std::map<std::string, double> counters;
  Document whole; ///< everything, as `run -o` writes it; empty unless kept
};

/// What a counter counts, by name.
struct SweepCounter {
  std::string unit, description;
};

/// Facts of the machine, for /run.
struct SweepFacts {
  std::uint32_t threads = 1;
  double wall_s = 0;           ///< of the last process that worked on it
  std::uint64_t runs_here = 0; ///< made by that process; the others it found in the file
  std::uint64_t peak_rss_bytes = 0;
  std::string host, started;
};

/// All of it.
struct SweepResults {
  std::string lightloom_version, command, scenario_toml, name;
  std::uint64_t seed = 1; ///< of replica 0
  std::string fidelity = "packet";
  std::uint64_t replicas = 1;
  bool whole_runs = false; ///< whether rows keep the whole of their run
  std::vector<SweepParameter> parameters;
  std::vector<SweepRow> rows; ///< [combination × replicas + replica]
  std::map<std::string, SweepCounter> counters;
  SweepFacts run;

  std::size_t combinations() const { return replicas == 0 ? 0 : rows.size() / replicas; }
  const SweepRow &row(std::size_t combination, std::size_t replica) const {
    return rows[combination * replicas + replica];
  }
  std::size_t done() const;
  bool finished() const { return done() == rows.size(); } ///< no run is left to do
  bool complete() const;                                  ///< finished, and every run passed its checks
  /// All digests folded in order; of one row its own; "" while one is missing. Combination by combination, or of all.
  std::string digest() const;
  std::string digest(std::size_t combination) const;
};

/// Fills the row from its run; `keep` keeps the whole of it.
void record_run(SweepResults &sweep, std::size_t row, const RunResults &results, int exit_code, bool keep);

/// A run that ended without results: refused by the network, or a bug.
void record_failure(SweepResults &sweep, std::size_t row, int exit_code, const std::string &why);

/// Requires consistent shapes.
Document to_document(const SweepResults &sweep);
/// Whether a results file is one of a sweep.
bool is_sweep(const Document &document);
/// The way back. Error (bad_input) where the document is damaged; `file` is for messages.
SweepResults sweep_from_document(const Document &document, const std::string &file);

/// One combination against the first: means with 95 % confidence intervals over complete runs; what is against the
/// first is paired by seed.
struct SweepComparison {
  std::size_t runs = 0;    ///< complete
  std::size_t failed = 0;  ///< ended otherwise
  MeanInterval mean;       ///< of one figure
  MeanInterval ratio;      ///< to the first combination's run of the same seed
  MeanInterval difference; ///< likewise
};
/// Of one figure.
SweepComparison compare_combination(const SweepResults &sweep, std::size_t combination, std::size_t metric);

/// The figure that the table is about: step time, else time of the main collective, else the longest flow.
std::size_t main_metric(const SweepResults &sweep);

/// A row per combination, for the terminal, and with all figures as JSON.
std::string to_text(const SweepResults &sweep);
std::string to_json(const SweepResults &sweep);

} // namespace lightloom
