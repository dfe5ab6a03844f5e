// Writes the example run to a file, or with --read reads a file and answers as the program would; for the test with
// h5py.

#include "analysis/hdf5_reader.hpp"
#include "analysis/hdf5_writer.hpp"
#include "sim/core/error.hpp"
#include "tests/unit/analysis/example.hpp"

#include <iostream>
#include <string>

int main(int count, char **arguments) {
  try {
    if (count == 3 && std::string(arguments[1]) == "--read")
      lightloom::read_results(arguments[2]);
    else if (count == 2)
      lightloom::write_results(lightloom::example::results(), arguments[1], true);
    else
      return 2;
  } catch (const lightloom::Error &error) {
    std::cerr << error.what() << "\n";
    return static_cast<int>(error.code());
  }
}
