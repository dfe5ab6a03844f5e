#pragma once
// The one file of a sweep: NAME.h5.part while it is under way, NAME.h5 when no run is left. Each save writes the whole
// image and renames it into place (analysis/hdf5_writer.hpp), so that a kill at any moment leaves what was saved last.
// Saves are spaced so that they take at most a twentieth of the time: what a kill can lose is what came since, twenty
// times the length of a save at most. Leaves out: two processes on one file.

#include "analysis/sweep.hpp"

#include <chrono>
#include <string>

namespace lightloom {

/// Where a sweep is kept.
class SweepFile {
public:
  /// What is done with what is there already.
  enum class Existing { refuse, replace, resume };

  /// Throws Error: bad_input when something is there that `existing` does not cover, or, to be resumed, is of another
  /// sweep than `sweep` (other scenario, keys, values, seeds, version); system when nothing can be written. Rows that
  /// are done there are done in `sweep` afterwards, and its command is the one that began it.
  SweepFile(std::string path, Existing existing, SweepResults &sweep);

  /// Whether the sweep was finished before: nothing is to be written.
  bool finished_before() const { return finished_before_; }
  /// Whether there was something to resume.
  bool resumed() const { return resumed_; }
  /// Whether enough time has passed since the last save.
  bool due() const;
  /// Replaces what is in part_path().
  void save(const SweepResults &sweep) { write(to_document(sweep)); }
  void write(const Document &document);
  /// Saves, then renames to path(). Call once.
  void commit(const SweepResults &sweep);
  const std::string &path() const { return path_; }
  std::string part_path() const { return path_ + ".part"; }

private:
  using Clock = std::chrono::steady_clock;
  std::string path_;
  bool finished_before_ = false, resumed_ = false;
  Clock::time_point saved_ = Clock::now();
  Clock::duration cost_{}; ///< of the last save
};

} // namespace lightloom
