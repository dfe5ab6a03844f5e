#pragma once
// An HDF5 results file → RunResults, and its outline for `lightloom info`. Files are a stranger's: every shape and type
// is checked.

#include "analysis/results.hpp"

#include <string>
#include <vector>

namespace lightloom {

/// Reads a finished or partial (.part) results file. Error (system, exit 3) when it cannot be opened; Error (bad_input,
/// exit 2) when it is not HDF5, cut short, not of Lightloom, of a newer schema, of a sweep, or damaged.
RunResults read_results(const std::string &path);

/// One dataset of an outline.
struct DatasetOutline {
  std::string path;  ///< "/steps/start_ps"
  std::string shape; ///< "3 × 128"; "scalar"
  std::string type;  ///< "int64", "float64", "string"
  std::string unit;
  std::string description;
};

/// One attribute of an outline.
struct AttributeOutline {
  std::string path;  ///< "/seed", "/run/threads"
  std::string value; ///< long texts cut to their first line and their size
};

/// What is in a file.
struct FileOutline {
  std::vector<AttributeOutline> attributes;
  std::vector<DatasetOutline> datasets; ///< by path
  std::vector<std::string> missing;     ///< paths of this version that the file does not have
};

/// "The file lacks 4 of the datasets that this version writes: /causes, … and 1 more." Requires some.
std::string lacks_text(const std::string &who, const std::vector<std::string> &missing);

/// Same errors as read_results.
FileOutline outline(const std::string &path);
/// For people: attributes, then datasets with shape, type, unit and description.
std::string to_text(const FileOutline &outline);
/// For programs: {attributes: {path: value}, datasets: [{path, shape, type, unit, description}], missing: [path]}.
std::string to_json(const FileOutline &outline);

} // namespace lightloom
