#pragma once
// A results file without HDF5: attributes and typed columns by path. The middle between RunResults and the file, so
// that names, units and descriptions stand once (document.cpp) for writing, reading and listing.

#include "analysis/results.hpp"

#include <cstddef>
#include <cstdint>
#include <string>
#include <variant>
#include <vector>

namespace lightloom {

/// The four types a file holds; smaller integers and truth values are stored as uint64.
using ColumnData =
    std::variant<std::vector<std::int64_t>, std::vector<std::uint64_t>, std::vector<double>, std::vector<std::string>>;
using AttributeData = std::variant<std::int64_t, std::uint64_t, double, std::string>;

/// A dataset, row by row.
struct Dataset {
  std::string path; ///< "/steps/start_ps"
  std::string unit;
  std::string description;
  std::vector<std::uint64_t> shape; ///< none = scalar
  ColumnData data;                  ///< as many entries as the product of the shape
  std::string type = {};            ///< as stored in a file that was read: "int64", "float64", "string"
};

/// An attribute of a group.
struct Attribute {
  std::string group; ///< "/", "/run"
  std::string name;
  AttributeData value;
};

/// All of it, in the order written.
struct Document {
  std::vector<Attribute> attributes;
  std::vector<Dataset> datasets;
};

/// Requires consistent shapes.
Document to_document(const RunResults &results);

/// A column that is missing leaves its field at the default; columns of unequal length, of a wrong type or out of range
/// throw Error (bad_input) naming the dataset. `file` is for messages. The schema version is the reader's business.
RunResults from_document(const Document &document, const std::string &file);

/// Whether it holds a study of a fleet of links (`optics --fleet`), not a run.
bool is_fleet(const Document &document);

/// Datasets of this version that the document does not have, in the order written: an older version wrote it, or
/// another program took them out.
std::vector<std::string> missing_datasets(const Document &document);

} // namespace lightloom
