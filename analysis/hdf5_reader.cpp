// Document → RunResults, with the checks that need more than one dataset.

#include "analysis/hdf5_reader.hpp"

#include "analysis/document.hpp"
#include "analysis/hdf5_file.hpp"
#include "analysis/sweep.hpp"
#include "sim/core/error.hpp"

namespace lightloom {

RunResults read_results(const std::string &path) {
  const Document document = load_document(path, true);
  if (is_sweep(document))
    throw Error(Problem{{path},
                        "holds a sweep",
                        "its results are of many runs, not of one",
                        "Read it with h5py, list it with lightloom info, or run one of its combinations."});
  if (is_fleet(document))
    throw Error(Problem{{path},
                        "holds a study of a fleet",
                        "it has no run that could be read or compared",
                        "Read it with h5py, or list it with lightloom info."});
  return from_document(document, path);
}

} // namespace lightloom
