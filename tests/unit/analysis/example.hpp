#pragma once
// A small run with a value in every field, for the tests of analysis. Its numbers are invented but consistent.

#include "analysis/results.hpp"

#include <cstdint>
#include <filesystem>
#include <string>
#include <utility>
#include <vector>

namespace lightloom::example {

/// Causes with these parts.
CauseTimes causes(const std::vector<std::pair<Cause, std::int64_t>> &parts);

/// Two steps on two GPUs of 100 ps and 80 ps, two collectives, two links, three flows.
RunResults results();

/// A folder of its own, removed at the end.
class Folder {
public:
  Folder();
  ~Folder();
  Folder(const Folder &) = delete;
  Folder &operator=(const Folder &) = delete;
  std::string file(const std::string &name) const { return (path_ / name).string(); }
  const std::filesystem::path &path() const { return path_; }

private:
  std::filesystem::path path_;
};

/// All bytes of a file.
std::string bytes_of(const std::string &path);
/// Makes a file of these bytes.
void write_bytes(const std::string &path, const std::string &bytes);

} // namespace lightloom::example
