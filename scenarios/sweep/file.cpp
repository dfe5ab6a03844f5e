#include "scenarios/sweep/file.hpp"

#include "analysis/atomic_file.hpp"
#include "analysis/hdf5_file.hpp"
#include "analysis/hdf5_writer.hpp"
#include "sim/core/error.hpp"

#include <filesystem>
#include <utility>

#include <fmt/format.h>

namespace lightloom {

namespace {
/// Saving takes at most one part in so many of the time.
constexpr int share_of_saving = 20;
/// Runs that take milliseconds are not saved one by one: each save waits for the disk.
constexpr std::chrono::milliseconds least_between_saves{500};

bool exists(const std::string &path) {
  std::error_code ignored;
  return std::filesystem::exists(path, ignored);
}

/// Both values where they differ: "0.4.0, not 0.5.0".
template <class T> std::string unlike(const char *what, const T &found, const T &wanted) {
  return found == wanted ? std::string() : fmt::format("{} {}, not {}", what, found, wanted);
}

std::string keys_of(const SweepResults &sweep) {
  std::string text;
  for (const SweepParameter &p : sweep.parameters)
    text += (text.empty() ? "" : ", ") + p.key;
  return text.empty() ? "no key" : text;
}

/// Why a file is of another sweep; "" when it is of this one.
std::string difference(const SweepResults &found, const SweepResults &wanted) {
  const std::string what[] = {
      unlike("it was written by version", found.lightloom_version, wanted.lightloom_version),
      found.scenario_toml == wanted.scenario_toml ? "" : "its scenario, after --set, is another",
      unlike("its first seed is", found.seed, wanted.seed), unlike("its replicas are", found.replicas, wanted.replicas),
      unlike("it keeps", std::string(found.whole_runs ? "full runs" : "summaries"),
             std::string(wanted.whole_runs ? "full runs" : "summaries"))};
  for (const auto &text : what)
    if (!text.empty())
      return text;
  for (const SweepParameter &mine : wanted.parameters) {
    const SweepParameter *same = nullptr;
    for (const SweepParameter &theirs : found.parameters)
      same = theirs.key == mine.key ? &theirs : same;
    if (same == nullptr || found.parameters.size() != wanted.parameters.size())
      return fmt::format("it varies {}, not {}", keys_of(found), keys_of(wanted));
    if (same->texts != mine.texts)
      return "it has other values of " + mine.key + ", or the keys in another order";
  }
  if (found.parameters.size() != wanted.parameters.size())
    return fmt::format("it varies {}, not {}", keys_of(found), keys_of(wanted));
  return {};
}

/// Takes the rows over that are done in a file.
void take_over(const std::string &path, SweepResults &sweep) {
  const Document document = load_document(path, true);
  const std::string other = "Choose another name, or begin again with --force instead of --resume.";
  if (!is_sweep(document))
    throw Error(Problem{{path}, "cannot be resumed", "it holds one run, not a sweep", other});
  SweepResults found = sweep_from_document(document, path);
  if (const std::string why = difference(found, sweep); !why.empty())
    throw Error(Problem{{path}, "is of another sweep", why, other});
  sweep.rows = std::move(found.rows);
  sweep.counters = std::move(found.counters);
  sweep.command = std::move(found.command);
}
} // namespace

SweepFile::SweepFile(std::string path, Existing existing, SweepResults &sweep) : path_(std::move(path)) {
  if (existing == Existing::resume && exists(path_)) {
    take_over(path_, sweep);
    finished_before_ = resumed_ = true;
    return;
  }
  if (existing == Existing::resume && exists(part_path())) {
    take_over(part_path(), sweep);
    resumed_ = true;
  }
  check_writable(path_, existing == Existing::replace);
  if (existing == Existing::refuse && exists(part_path()))
    throw Error(Problem{{part_path()},
                        "exists already",
                        "an unfinished sweep left it",
                        "Add --resume to continue it, --force to begin again, or choose another name."});
  save(sweep);
}

bool SweepFile::due() const {
  const auto since = Clock::now() - saved_;
  return since >= least_between_saves && since >= share_of_saving * cost_;
}

void SweepFile::write(const Document &document) {
  const auto begin = Clock::now();
  replace_file(part_path(), hdf5_image(document));
  saved_ = Clock::now();
  cost_ = saved_ - begin;
}

void SweepFile::commit(const SweepResults &sweep) {
  save(sweep);
  rename_file(part_path(), path_);
}

} // namespace lightloom
