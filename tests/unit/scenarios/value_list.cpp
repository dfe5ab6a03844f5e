// Several values in one word: lists, even and logarithmic ranges, units, and what is refused.

#include "scenarios/schema/value_list.hpp"

#include <doctest/doctest.h>

#include <string>
#include <vector>

using namespace lightloom;

namespace {
using Texts = std::vector<std::string>;

Texts values(const std::string &spec) { return expand_values(spec, {"--vary k=" + spec, 0, 0}); }

std::string refusal(const std::string &spec) {
  try {
    values(spec);
    return "";
  } catch (const Error &e) { return e.what(); }
}
} // namespace

TEST_CASE("a list is its values, as typed, in order") {
  CHECK(values("uec") == Texts{"uec"});
  CHECK(values("800Gbps, 1.6Tbps") == Texts{"800Gbps", "1.6Tbps"});
  CHECK(values("leaf:0/spine:3,leaf:1/spine:3") == Texts{"leaf:0/spine:3", "leaf:1/spine:3"});
  CHECK(values(R"("a,b","c")") == Texts{R"("a,b")", R"("c")"});
  CHECK(values(R"({module="A", length="1m"},{module="B", length="2m"})") ==
        Texts{R"({module="A", length="1m"})", R"({module="B", length="2m"})"});
}

TEST_CASE("lo:hi:n has n values, the ends as typed and equal steps between") {
  CHECK(values("0dB:3dB:7") == Texts{"0dB", "0.5dB", "1dB", "1.5dB", "2dB", "2.5dB", "3dB"});
  CHECK(values("32:64:3") == Texts{"32", "48", "64"});
  CHECK(values("45C:-5C:3") == Texts{"45C", "20C", "-5C"});
  CHECK(values("0:1:4") == Texts{"0", "0.333333333", "0.666666667", "1"});
  CHECK(values("1000000000:3000000000:3") == Texts{"1000000000", "2000000000", "3000000000"});
  CHECK(values("1m:2km:2") == Texts{"1m", "2km"});
}

TEST_CASE("lo:hi:n:log has equal factors between its values") {
  CHECK(values("1e-6:1e-3:4:log") == Texts{"1e-6", "1e-05", "0.0001", "1e-3"});
  CHECK(values("2:16:4:log") == Texts{"2", "4", "8", "16"});
  CHECK(values("64KiB:1MiB:5:log") == Texts{"64KiB", "128KiB", "256KiB", "512KiB", "1MiB"});
  CHECK(values("10m:1km:3:log") == Texts{"10m", "100m", "1km"});
  CHECK(values("1us:1ms:4:log") == Texts{"1us", "10us", "100us", "1ms"});
  CHECK(values("30m:2km:12:log").size() == 12);
}

TEST_CASE("what is neither list nor range is refused with its place and what it may be") {
  CHECK(refusal("") == "--vary k=: no value (values are a,b,c or lo:hi:n or lo:hi:n:log).");
  CHECK(refusal("1,,2").find("an empty value") != std::string::npos);
  CHECK(refusal("1:2").find("a range of 2 parts (it is lo:hi:n or lo:hi:n:log)") != std::string::npos);
  CHECK(refusal("1:2:3:lin").find("can only be log") != std::string::npos);
  CHECK(refusal("1:2:1").find("2 to 10000 of them") != std::string::npos);
  CHECK(refusal("1:2:1e9").find("2 to 10000 of them") != std::string::npos);
  CHECK(refusal("1:2:2.5").find("2 to 10000 of them") != std::string::npos);
  CHECK(refusal("1m:2dB:3").find("different units") != std::string::npos);
  CHECK(refusal("1:2dB:3").find("different units") != std::string::npos);
  CHECK(refusal("0:1:3:log").find("both ends must be above 0") != std::string::npos);
  CHECK(refusal("1:b:3").find("the ends of a range are numbers") != std::string::npos);
  CHECK(refusal("1:2:3,4").find("a range among other values") != std::string::npos);
}
