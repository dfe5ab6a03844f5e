// Tasks on several threads: each once, the caller told, failures brought back.

#include "scenarios/sweep/side_by_side.hpp"

#include <doctest/doctest.h>

#include <atomic>
#include <stdexcept>
#include <vector>

using namespace lightloom;

TEST_CASE("every task runs once, on any number of threads, and the last tick knows of all") {
  for (const std::uint32_t threads : {1u, 2u, 7u, 64u}) {
    std::vector<std::atomic<int>> ran(40);
    std::size_t told = 0;
    side_by_side(
        ran.size(), threads, [&](std::size_t done) { told = done; }, [&](std::size_t i) { ++ran[i]; });
    for (const auto &times : ran)
      CHECK(times == 1);
    CHECK(told == ran.size());
  }
  side_by_side(
      0, 4, [](std::size_t done) { CHECK(done == 0); }, [](std::size_t) { CHECK(false); });
}

TEST_CASE("the first exception of a task or a tick ends the rest and is thrown") {
  std::atomic<int> ran = 0;
  const auto fail_at_3 = [&](std::size_t i) {
    ++ran;
    if (i == 3)
      throw std::runtime_error("three");
  };
  CHECK_THROWS_WITH(side_by_side(
                        1000, 1, [](std::size_t) {}, fail_at_3),
                    "three");
  CHECK(ran == 4);
  CHECK_THROWS_WITH(side_by_side(
                        3, 2, [](std::size_t) { throw std::runtime_error("tick"); }, [](std::size_t) {}),
                    "tick");
}
