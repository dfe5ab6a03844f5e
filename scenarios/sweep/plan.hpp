#pragma once
// What a sweep runs: every combination of the varied keys, the last key changing fastest, and replicas of each.
// Replica r has the seed of the scenario + r in every combination. The scenario's file is read once: a run hours later
// is of the same text. Leaves out: files that a scenario names (workloads, matrices), which each run reads anew.

#include "analysis/sweep.hpp"
#include "scenarios/scenario.hpp"
#include "scenarios/schema/toml_document.hpp"

#include <cstddef>
#include <cstdint>
#include <functional>
#include <string>
#include <vector>

namespace lightloom {

/// `--vary KEY=SPEC`, read.
struct VariedKey {
  std::string key;
  std::vector<std::string> values; ///< as typed, or as the range has them
};

/// What to run, as the command line says it.
struct SweepRequest {
  std::string file;
  std::vector<std::string> settings; ///< "key=value", in order
  std::vector<std::string> vary;     ///< "key=SPEC"
  std::uint32_t replicas = 1;
  bool whole_runs = false;
  std::string command; ///< as typed, for the results file
};

/// All runs of a sweep, by number: combination × replicas + replica.
class SweepPlan {
public:
  /// Reads the scenario and the values. Throws Error with all problems of the command line; combinations are not
  /// looked at yet.
  explicit SweepPlan(const SweepRequest &request);

  std::size_t combinations() const { return combinations_; }
  std::size_t replicas() const { return request_.replicas; }
  std::size_t runs() const { return combinations() * replicas(); }
  const std::vector<VariedKey> &varied() const { return varied_; }
  /// The value that a key has in a combination.
  const std::string &value(std::size_t key, std::size_t combination) const;
  /// "fabric.radix=32 optics.fec=kp4"; "" without varied keys.
  std::string name(std::size_t combination) const;

  /// Loads and builds every combination once, on as many threads, and lets `progress` know how many are done. Throws
  /// Error with the problems of all, each once. Must be called before what follows.
  void check(std::uint32_t threads, const std::function<void(std::size_t)> &progress);
  /// The scenario of a run, its seed set.
  Scenario scenario(std::size_t run) const;
  std::uint64_t seed(std::size_t run) const { return seed_ + run % replicas(); }
  /// The sweep with no run done.
  SweepResults empty() const;

private:
  std::vector<Setting> settings(std::size_t combination) const;
  /// The numbers that a key's values stand for; none where they are words.
  void fill_numbers(SweepParameter &parameter) const;
  void read_varied(std::vector<Problem> &problems);

  SweepRequest request_;
  std::string text_;  ///< of the scenario's file
  std::string given_; ///< … after --set
  std::vector<VariedKey> varied_;
  std::size_t combinations_ = 1;
  std::string name_;
  std::uint64_t seed_ = 1;
};

} // namespace lightloom
