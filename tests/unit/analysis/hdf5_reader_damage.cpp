// What is not a whole results file is refused with a message, and a kill at any moment leaves a whole one.

#include "analysis/hdf5_reader.hpp"
#include "analysis/hdf5_writer.hpp"
#include "analysis/seal.hpp"
#include "sim/core/error.hpp"
#include "sim/core/random.hpp"
#include "tests/unit/analysis/example.hpp"

#include <doctest/doctest.h>

#include <csignal>
#include <string>

#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

using namespace lightloom;

namespace {
/// The error that reading this file gives; an empty message when there is none.
Error error_of(const std::string &path) {
  try {
    read_results(path);
  } catch (const Error &error) { return error; }
  return Error("", "", "", ExitCode::done);
}

bool mentions(const Error &error, const std::string &words) {
  return std::string(error.what()).find(words) != std::string::npos;
}
} // namespace

TEST_CASE("a file that is not there or a folder is a system error") {
  const example::Folder folder;
  CHECK(error_of(folder.file("none.h5")).code() == ExitCode::system);
  CHECK(error_of(folder.path().string()).code() == ExitCode::system);
  // The partial file of an unfinished run is named when the finished one is missing.
  example::write_bytes(folder.file("none.h5.part"), "");
  CHECK(mentions(error_of(folder.file("none.h5")), "none.h5.part"));
}

TEST_CASE("a file that is not HDF5 is bad input, whatever it holds") {
  const example::Folder folder;
  for (const std::string &content :
       {std::string(), std::string("x"), std::string("[scenario]\nname = 'a'\n"), std::string(100'000, '\0')}) {
    example::write_bytes(folder.file("other.h5"), content);
    const Error error = error_of(folder.file("other.h5"));
    CHECK(error.code() == ExitCode::bad_input);
    CHECK(mentions(error, "is not HDF5"));
  }
}

TEST_CASE("a file cut short anywhere is bad input") {
  const example::Folder folder;
  const std::string whole = hdf5_image(example::results());
  for (std::size_t part = 1; part < 50; ++part) {
    example::write_bytes(folder.file("cut.h5"), whole.substr(0, whole.size() * part / 50));
    CHECK(error_of(folder.file("cut.h5")).code() == ExitCode::bad_input);
  }
}

TEST_CASE("a flipped bit anywhere is bad input, never a crash") {
  const example::Folder folder;
  const std::string whole = hdf5_image(example::results());
  RandomStream random(1, Purpose::test, 0);
  for (int i = 0; i < 300; ++i) {
    std::string flipped = whole;
    // Not in the seal's mark, without which the file counts as one that another program changed.
    const std::size_t place = random.below(flipped.size() - seal_for("").size());
    flipped[place] = static_cast<char>(flipped[place] ^ static_cast<char>(1u << random.below(8)));
    example::write_bytes(folder.file("flipped.h5"), flipped);
    CHECK(error_of(folder.file("flipped.h5")).code() == ExitCode::bad_input);
  }
}

TEST_CASE("a file without its seal is read as it is") {
  const example::Folder folder;
  const std::string whole = hdf5_image(example::results());
  const std::size_t end = whole.size() - seal_for("").size();
  example::write_bytes(folder.file("unsealed.h5"), whole.substr(0, end));
  CHECK(read_results(folder.file("unsealed.h5")).links.size() == 2);
  CHECK(whole.substr(end) == seal_for(std::string_view(whole).substr(0, end)));
}

TEST_CASE("HDF5 that is not ours is bad input") {
  const example::Folder folder;
  std::string image = hdf5_image(example::results());
  image.resize(image.size() - seal_for("").size());
  const std::size_t name = image.find("lightloom_version");
  REQUIRE(name != std::string::npos);
  std::string foreign = image;
  foreign[name] = 'L';
  example::write_bytes(folder.file("foreign.h5"), foreign);
  CHECK(error_of(folder.file("foreign.h5")).code() == ExitCode::bad_input);
  CHECK(mentions(error_of(folder.file("foreign.h5")), "lightloom_version"));
}

TEST_CASE("a kill at any moment of writing leaves a readable partial file") {
  const example::Folder folder;
  const std::string path = folder.file("killed.h5");
  RandomStream random(2, Purpose::test, 0);
  for (int round = 0; round < 15; ++round) {
    int ready[2];
    REQUIRE(::pipe(ready) == 0);
    const pid_t child = ::fork();
    REQUIRE(child >= 0);
    if (child == 0) {
      RunResults results = example::results();
      results.identity.complete = false;
      ResultsWriter writer(path, true, results);
      static_cast<void>(!::write(ready[1], "r", 1));
      for (std::size_t size = 1;; size = size % 4096 + 97) {
        results.links.assign(size, results.links.front());
        writer.save(results);
      }
    }
    char byte = 0;
    REQUIRE(::read(ready[0], &byte, 1) == 1);
    ::usleep(static_cast<useconds_t>(random.below(8000)));
    ::kill(child, SIGKILL);
    ::waitpid(child, nullptr, 0);
    ::close(ready[0]);
    ::close(ready[1]);
    const RunResults left = read_results(path + ".part");
    CHECK(left.identity.digest == "0123456789abcdef");
    CHECK_FALSE(left.identity.complete);
    CHECK_FALSE(std::filesystem::exists(path));
  }
}

TEST_CASE("an exit before commit leaves what was saved, commit turns it into the finished file") {
  const example::Folder folder;
  const std::string path = folder.file("run.h5");
  const pid_t child = ::fork();
  REQUIRE(child >= 0);
  if (child == 0) {
    const ResultsWriter writer(path, false, example::results());
    ::_exit(0);
  }
  ::waitpid(child, nullptr, 0);
  CHECK(read_results(path + ".part").links.size() == 2);
  ResultsWriter writer(path, false, RunResults{});
  writer.commit(example::results());
  CHECK(read_results(path).links.size() == 2);
  CHECK_FALSE(std::filesystem::exists(path + ".part"));
  CHECK_FALSE(std::filesystem::exists(path + ".part.new"));
}

TEST_CASE("a disk that fills up is a system error and what was saved before stays") {
  const example::Folder folder;
  const std::string path = folder.file("full.h5");
  const pid_t child = ::fork();
  REQUIRE(child >= 0);
  if (child == 0) {
    // A limit on the size of files stands for a full disk: write() fails with EFBIG instead of ENOSPC.
    ::signal(SIGXFSZ, SIG_IGN);
    int answer = 99;
    try {
      RunResults results = example::results();
      ResultsWriter writer(path, false, results);
      const rlimit limit{200'000, 200'000};
      ::setrlimit(RLIMIT_FSIZE, &limit);
      results.links.assign(10'000, results.links.front());
      writer.commit(results);
    } catch (const Error &error) { answer = static_cast<int>(error.code()); }
    ::_exit(answer);
  }
  int status = 0;
  ::waitpid(child, &status, 0);
  CHECK(WIFEXITED(status));
  CHECK(WEXITSTATUS(status) == static_cast<int>(ExitCode::system));
  CHECK(read_results(path + ".part").links.size() == 2);
  CHECK_FALSE(std::filesystem::exists(path));
  CHECK_FALSE(std::filesystem::exists(path + ".part.new"));
}
