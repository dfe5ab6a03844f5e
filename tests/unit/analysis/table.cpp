// Text tables and number formats.

#include "analysis/table.hpp"
#include "analysis/results.hpp"
#include "analysis/units.hpp"
#include "sim/core/contract.hpp"

#include <doctest/doctest.h>

#include <limits>

using namespace lightloom;

TEST_CASE("numbers stand right, words left, and units of several bytes do not shift a column") {
  Table table({{"module", "", Table::Align::left}, {"latency", "µs", Table::Align::right}});
  table.add({"DR8", "0.1"});
  table.add({"a longer name", "12.5"});
  CHECK(table.str() == "module         latency\n"
                       "                    µs\n"
                       "─────────────  ───────\n"
                       "DR8                0.1\n"
                       "a longer name     12.5\n");
}

TEST_CASE("a row with more cells than columns is a bug of ours, fewer are blank") {
  Table table({{"a", ""}, {"b", ""}});
  CHECK_THROWS_AS(table.add({"1", "2", "3"}), BrokenContract);
  table.add({"1"});
  CHECK(table.str() == "a  b\n─  ─\n1\n");
}

TEST_CASE("numbers keep their significant digits") {
  CHECK(format_number(0) == "0");
  CHECK(format_number(68.3149) == "68.31");
  CHECK(format_number(1234567) == "1234567");
  CHECK(format_number(12345678) == "1.235e+07");
  CHECK(format_number(0.012345) == "0.01235");
  CHECK(format_number(1.5e-12) == "1.500e-12");
  CHECK(format_number(-2.5, 2) == "-2.5");
  CHECK(format_number(std::numeric_limits<double>::quiet_NaN()) == "–");
  CHECK(format_percent(0.0525) == "5.2 %");
  CHECK(format_seconds(0.0683149) == "68.31 ms");
  CHECK(format_size(20 << 20) == "20 MiB");
  CHECK(format_size(78713651) == "75.07 MiB");
  CHECK(format_size(1000) == "1000 B");
  CHECK(format_seconds(581.92e-9) == "581.9 ns");
  CHECK(format_seconds(0) == "0 s");
  CHECK(format_ratio(1.344) == "1.34×");
  CHECK(format_ratio(0.0123) == "0.0123×");
}

TEST_CASE("CSV quotes what would break it") {
  CHECK(csv({"name", "time_s"}, {{"a,b", "1"}, {"say \"x\"", "2"}}) == "name,time_s\n\"a,b\",1\n\"say \"\"x\"\"\",2\n");
}

TEST_CASE("a change has its sign, and none when it shows as nought") {
  CHECK(format_change(0.31) == "+0.3");
  CHECK(format_change(-15.64) == "-15.6");
  CHECK(format_change(-0.04) == "0.0");
  CHECK(format_change(0.04) == "0.0");
}

TEST_CASE("an interval has the decimals of its value, and more when it would round to nought") {
  const Unit ms{0, 1e-3, "", " ms", 2};
  CHECK(cell(80.8e-3, ms, 0.123e-3) == "80.80 ± 0.12 ms");
  CHECK(cell(80.8e-3, ms, 0.0007e-3) == "80.8000 ± 0.0007 ms");
  CHECK(cell(80.8e-3, ms) == "80.80 ms");
  CHECK(cell(not_known, ms, 1) == "–");
}
