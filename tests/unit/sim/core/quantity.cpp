// Quantities: exact transmission times, units as users write them, and what is not a quantity.

#include "sim/core/quantity.hpp"
#include "sim/core/error.hpp"
#include "sim/core/parse_quantity.hpp"

#include <doctest/doctest.h>

using namespace lightloom;

TEST_CASE("4,096 bytes at 400 Gb/s take 81,920 ps: 32,768 bit ÷ 0.4 bit/ps") {
  CHECK(transmission_time(4096_B, 400_Gbps) == 81'920_ps);
  CHECK(transmission_time(4096_B, 400_Gbps) + 500ns == 581'920_ps);
}

TEST_CASE("quantities need their unit, and a rate is in bits") {
  CHECK(parse_bit_rate("1.6Tbps") == 1600_Gbps);
  CHECK(parse_bit_rate("800 Gb/s") == 800_Gbps);
  CHECK_FALSE(parse_bit_rate("100GB/s"));
  CHECK_FALSE(parse_bit_rate("800"));
  CHECK(parse_bytes("4KiB") == 4096_B);
  CHECK(parse_bytes("1GB") == Bytes(1'000'000'000));
  CHECK_FALSE(parse_bytes("4K"));
  CHECK(parse_duration("1.5us") == 1'500'000_ps);
  CHECK(parse_duration("54d") == Duration(54ll * 86400 * 1'000'000'000'000));
  CHECK_FALSE(parse_duration("200d")); // does not fit int64 picoseconds
  CHECK_FALSE(parse_duration("-1ns"));
  CHECK_FALSE(parse_duration("1e400s"));
  CHECK(parse_metres("2km")->value == doctest::Approx(2000));
  CHECK(parse_celsius("35C") == 35.0);
}

TEST_CASE("a problem reads file:line:column: problem (why). suggestion") {
  const Problem p{{"gpt3.toml", 14, 9}, "fabric.radix = 63", "must be even for a fat-tree", "Try 64."};
  CHECK(to_string(p) == "gpt3.toml:14:9: fabric.radix = 63 (must be even for a fat-tree). Try 64.");
}

TEST_CASE("the nearest word is found within a third of the letters, else none") {
  CHECK(nearest_word("radx", {"radix", "rails", "levels"}) == "radix");
  CHECK(nearest_word("zzzzzz", {"radix", "rails"}) == "");
}
