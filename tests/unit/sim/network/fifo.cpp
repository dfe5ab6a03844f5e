// The ring of one owner's values against std::deque.

#include "sim/network/fifo.hpp"
#include "sim/core/random.hpp"

#include <cstdint>
#include <deque>
#include <doctest/doctest.h>

using namespace lightloom;

TEST_CASE("A growing ring is a deque over random histories, whatever its greatest length") {
  for (std::uint64_t seed = 1; seed <= 20; ++seed) {
    RandomStream random(seed, Purpose::test, 1);
    Fifo<std::uint64_t> fifo;
    std::deque<std::uint64_t> model;
    for (std::uint64_t i = 0; i < 3000; ++i) {
      if (random.below(20) < 11) {
        fifo.push(i);
        model.push_back(i);
      } else if (!model.empty()) {
        CHECK(fifo.front() == model.front());
        CHECK(fifo.back() == model.back());
        const auto k = static_cast<std::uint32_t>(random.below(model.size()));
        CHECK(fifo[k] == model[k]);
        fifo.pop();
        model.pop_front();
      }
      REQUIRE(fifo.size() == model.size());
      REQUIRE(fifo.empty() == model.empty());
    }
  }
}
