// Document → RunResults, with the checks that need more than one dataset.

#include "analysis/hdf5_reader.hpp"

#include "analysis/document.hpp"
#include "analysis/hdf5_file.hpp"

namespace lightloom {

RunResults read_results(const std::string &path) { return from_document(load_document(path, true), path); }

} // namespace lightloom
