#pragma once
// RunResults → an HDF5 results file (docs/CONTRACT.md), in such a way that a kill at any moment leaves a readable one.
//
// How: each write builds the whole file in memory (HDF5's core driver), writes that image to NAME.h5.part.new with
// plain system calls, syncs it and renames it to NAME.h5.part. A rename is atomic, so NAME.h5.part is at any moment a
// complete HDF5 file: the last one saved. HDF5's own files are not: a process killed between two metadata writes leaves
// one that cannot be opened, and its SWMR mode, made against that, refuses new datasets, attributes and strings. It
// costs a copy of the results in memory, and disk-full is an errno, not a failure in the middle of a library. `commit`
// writes once more and renames to NAME.h5.
//
// Bytes outside /run depend on the results alone: no times in object headers, one order of creation; only idle
// time by cause is compressed, by zlib, whose bytes may differ from version to version of zlib.
// Leaves out: appending: a sweep writes its file anew, at intervals that keep this cheap (scenarios/sweep).

#include "analysis/atomic_file.hpp" // check_writable, for callers
#include "analysis/document.hpp"
#include "analysis/results.hpp"

#include <string>

namespace lightloom {

/// The file image of `results`, sealed (seal.hpp); deterministic. Requires consistent shapes.
std::string hdf5_image(const RunResults &results);
/// The same of any document; attributes of /run and below come last.
std::string hdf5_image(const Document &document);

/// Writes one results file. Until `commit` it is `path`.part; afterwards `path`.
class ResultsWriter {
public:
  /// Checks as check_writable does and saves `results` (typically only its identity, complete = false).
  ResultsWriter(std::string path, bool force, const RunResults &results);
  /// Replaces what is in `path`.part. Error (system) when the disk is full or fails; what was saved before stays.
  void save(const RunResults &results);
  /// Saves, then renames to `path` and syncs its folder. Call once.
  void commit(const RunResults &results);
  /// Removes `path`.part, for a run that is refused before it began. Nothing else may be called afterwards.
  void discard() noexcept;
  const std::string &path() const { return path_; }
  /// Where the results are until commit.
  std::string part_path() const { return path_ + ".part"; }

private:
  std::string path_;
};

/// check_writable, write, commit: for a run that saves only at its end.
void write_results(const RunResults &results, const std::string &path, bool force);

} // namespace lightloom
