// Whole things dealt out: no share is more than one larger than another.

#include "sim/core/even_share.hpp"

#include <doctest/doctest.h>

#include <cstdint>

using namespace lightloom;

TEST_CASE("shares differ by at most one byte and sum to the whole") {
  for (const std::int64_t total : {0, 1, 5, 4095, 4096, 1'000'003})
    for (const std::uint32_t parts : {1u, 2u, 3u, 7u, 64u, 1000u}) {
      Bytes sum;
      for (std::uint32_t i = 0; i < parts; ++i) {
        const Bytes share = even_share(Bytes(total), parts, i);
        CHECK(share.value >= total / parts);
        CHECK(share.value <= total / parts + 1);
        sum += share;
      }
      CHECK(sum.value == total);
    }
}

TEST_CASE("the first shares are the longer ones: 8 uplinks over 3 spines are 3, 3 and 2") {
  CHECK(even_share(8u, 3, 0) == 3);
  CHECK(even_share(8u, 3, 1) == 3);
  CHECK(even_share(8u, 3, 2) == 2);
}
