#pragma once
// Any HDF5 file of this program → Document, with every size and type checked on the way. What the reader and the
// outline share.

#include "analysis/document.hpp"

#include <string>

namespace lightloom {

/// Opens, checks that it is a results file of a schema this version knows, and loads it. With `with_data` false the
/// datasets come without values. Errors as read_results (hdf5_reader.hpp).
Document load_document(const std::string &path, bool with_data);

/// Whether the file begins as HDF5 files do: how `compare` tells a results file from a scenario. Error (system) when it
/// cannot be opened.
bool is_hdf5(const std::string &path);

} // namespace lightloom
