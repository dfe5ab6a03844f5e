#pragma once
// Lightloom as a library: describe an experiment, run it, read what came of it, bring parts of your own.
//
//     #include <lightloom/lightloom.hpp>
//     using namespace lightloom;
//
//     Experiment ring("ring");
//     ring.set("cluster.gpus", 64).set("fabric.link_rate", 800_Gbps).set("routing.policy", "spray");
//     ring.add("collective", {{"op", "all-reduce"}, {"size", 64_MiB}});
//     const Results results = run(ring);
//
// The keys are those of scenario files: `lightloom check --schema` lists them, and what a file may say, so may set()
// and add(), with the same defaults, checks and messages. What results mean is said in analysis/results.hpp.
//
// The same experiment gives the same digest for any number of threads. Nothing is global: experiments may run side by
// side in threads of one process, each as if alone.
//
// Leaves out: sweeps (a loop over run() does them, or the command line) and the texts that the command line prints.

#include "analysis/results.hpp"
#include "scenarios/extensions.hpp"
#include "sim/core/error.hpp"
#include "sim/core/quantity.hpp"

#include <chrono>
#include <concepts>
#include <cstdint>
#include <functional>
#include <initializer_list>
#include <map>
#include <string>
#include <utility>
#include <vector>

namespace lightloom {

struct Scenario;
struct TomlDocument;

/// The value of a key: a text, a truth, a count, a ratio, or a quantity with its type.
class Value {
public:
  Value(const char *text);
  Value(const std::string &text);
  Value(bool truth);
  template <std::integral Count> Value(Count count) : Value(whole(static_cast<std::int64_t>(count))) {}
  Value(double ratio);
  Value(Bytes size);
  Value(BitRate rate);
  Value(Duration time);
  template <class Rep, class Period> Value(std::chrono::duration<Rep, Period> time) : Value(Duration(time)) {}
  Value(Metres length);
  /// As a scenario file writes it: 64, "800Gbps".
  const std::string &toml() const { return toml_; }

private:
  static Value whole(std::int64_t count);
  Value() = default;
  std::string toml_;
};

/// A scenario in the making. Keys are checked when it is run, all at once; a mistake is an Error whose place is the
/// experiment and the key: `ring:collective.0.size: …`.
class Experiment {
public:
  /// Every key at its default. `name`: scenario.name.
  explicit Experiment(const std::string &name);
  /// Begins with what a scenario file says. Throws Error when it cannot be read or is not TOML.
  static Experiment from_file(const std::string &path);

  /// Sets a key, "fabric.radix"; in a repeated table with its index, "inject.0.ber". A later value replaces an earlier.
  Experiment &set(const std::string &key, const Value &value);
  /// Adds a table to those that may be repeated: inject, job, collective, traffic.
  Experiment &add(const std::string &table, std::initializer_list<std::pair<std::string, Value>> keys);
  /// Brings parts along, which keys can then name.
  Experiment &use(Extensions extensions);

  const std::string &name() const { return name_; }
  /// The whole scenario as a file that `lightloom run` takes (but for the parts brought along).
  std::string toml() const;

  /// What it says, checked. For code inside Lightloom: neither type is installed.
  Scenario scenario() const;

private:
  struct Setting {
    std::string key, toml;
  };
  Experiment() = default;
  TomlDocument document() const;
  void count_entry(const std::string &key);

  std::string name_; ///< or the file's path
  std::string text_; ///< of the file
  std::vector<Setting> settings_;
  std::map<std::string, std::size_t> entries_; ///< of repeated tables, so far
  Extensions extensions_;
};

/// What is done so far.
struct Progress {
  SimTime now{};
  std::uint64_t link_hops = 0; ///< frames × links crossed
  Bytes delivered{};           ///< payload
};

/// How to run; never changes a result.
struct RunOptions {
  std::uint32_t threads = 1; ///< 0: one per core
  /// Called about five times a second from the calling thread; returns false to stop early. May be left out.
  std::function<bool(const Progress &)> progress = {};
};

/// What came of a run. Shares and times are after the warm-up steps; not_known (a NaN) where a run has no such thing.
struct Results {
  bool complete = false;             ///< simulated to the end, and every check passed
  std::vector<std::string> findings; ///< why it is not: a stall, a peer that does not answer, a broken law
  std::vector<std::string> warnings; ///< what is hardly meant, such as a fault after the end
  std::string digest;                ///< sixteen hexadecimal digits: equal runs have equal ones
  double step_time_s = not_known;    ///< mean
  double gpu_idle_share = not_known; ///< of all GPU time
  struct IdleCause {
    Cause cause;
    double share = 0; ///< of all GPU time
  };
  std::vector<IdleCause> idle; ///< sums to gpu_idle_share; empty where it was not measured
  /// All else: steps, GPUs, collectives, links, flows, counters … as a results file holds them.
  RunResults tables;
};

/// Throws Error with every mistake in the experiment; runs nothing.
void check(const Experiment &experiment);

/// Checks and runs. A run that stalls or breaks a law is a result; a mistake in the experiment is an Error. A broken
/// promise inside, ours or of a part brought along, is a std::logic_error.
Results run(const Experiment &experiment, const RunOptions &options = {});

/// Writes a results file (HDF5), as `lightloom run -o` does. Throws Error when it exists and `overwrite` is false, or
/// cannot be written.
void save(const Results &results, const std::string &path, bool overwrite = false);
/// Reads one. Throws Error when it is not a results file. Warnings are not kept in files.
Results load(const std::string &path);

/// From begin to end of a collective or a flow.
template <class Row> Duration duration_of(const Row &row) { return Duration(row.end_ps - row.start_ps); }

} // namespace lightloom
