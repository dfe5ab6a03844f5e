#include "sim/core/random.hpp"

#include <doctest/doctest.h>

using namespace lightloom;

TEST_CASE("Philox 4x32-10 gives the known answer of Random123 for counter 0, key 0") {
  // kat_vectors of Random123: philox4x32 10, all zero: 6627e8d5 e169c58d bc57ac4c 9b00dbd8. Purpose 0 is never used by
  // the model.
  const auto words = philox(0, static_cast<Purpose>(0), 0, 0);
  CHECK(words[0] == 0x6627e8d5u);
  CHECK(words[1] == 0xe169c58du);
  CHECK(words[2] == 0xbc57ac4cu);
  CHECK(words[3] == 0x9b00dbd8u);
}

TEST_CASE("streams of different entities and purposes differ, the same key repeats") {
  RandomStream a(1, Purpose::test, 7), b(1, Purpose::test, 7), c(1, Purpose::test, 8), d(1, Purpose::codeword, 7);
  const auto first = a.bits();
  CHECK(first == b.bits());
  CHECK(first != c.bits());
  CHECK(first != d.bits());
}

TEST_CASE("the mean of 100,000 exponential draws is 1 within four standard errors") {
  RandomStream s(3, Purpose::test, 0);
  double sum = 0;
  for (int i = 0; i < 100'000; ++i)
    sum += s.exponential();
  CHECK(sum / 100'000 == doctest::Approx(1.0).epsilon(4 / 316.2));
}
