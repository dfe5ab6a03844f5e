// N senders at one receiver: the last byte comes when all of them, with headers and gaps, have passed the receiver's
// port (docs/validation/incast-drain.md).

#include "analysis/summary.hpp"
#include "tests/validation/flows/one_run.hpp"

#include <doctest/doctest.h>

#include <cstdint>
#include <string>

#include <fmt/format.h>

using namespace lightloom;

namespace {
constexpr double rate = 400e9;
constexpr double trimmed_frame = 64 + 20;

/// Wire bytes of a flow: frames of 4,096 B at most with `header` and 20 B of preamble and gap.
double wire_bytes(std::int64_t size, double header) {
  const auto frames = static_cast<double>((size + 4095) / 4096);
  return static_cast<double>(size) + frames * (header + 20);
}

RunSummary incast(const std::string &transport, int senders, std::int64_t size) {
  const auto outcome = flows::run_text(R"([cluster]
gpus = 128
[fabric]
radix = 128
levels = 2
link_rate = "400Gbps"
)" + flows::incast_text(senders, size, transport));
  REQUIRE(outcome.code == ExitCode::done);
  return summary(outcome.results);
}

/// Of the receiver's port with all wire bytes, trimmed headers among them.
double port_time(const RunSummary &run, int senders, std::int64_t size, double header) {
  return (senders * wire_bytes(size, header) + run.network.trimmed_frames * trimmed_frame) * 8 / rate;
}
} // namespace

TEST_CASE(
    "An incast without rate control ends after N times its wire bytes over the rate and the path, to the picosecond") {
  struct Case {
    std::string transport;
    double header;
  };
  for (const Case &c :
       {Case{"\"ideal\"", 0}, Case{"\"infiniband\"", 30}, Case{"\"rocev2\"\ncongestion_control = \"none\"", 62}})
    for (const int senders : {4, 16, 64}) {
      CAPTURE(c.transport);
      CAPTURE(senders);
      const std::int64_t size = 5'000'000;
      const RunSummary run = incast(c.transport, senders, size);
      // A sender under the same leaf is the first to keep the port busy: 2 × 700 ns, 2 × 1 us, 500 ns.
      const double path = 3.9e-6;
      CHECK(run.flows.fct_max_s == doctest::Approx(port_time(run, senders, size, c.header) + path).epsilon(1e-9));
      CHECK(run.network.resent_frames == 0);
    }
}

TEST_CASE("An incast under uec ends within 0.5 % of its wire bytes and trimmed headers over the rate") {
  for (const int senders : {16, 64}) {
    CAPTURE(senders);
    const std::int64_t size = 20'000'000;
    const RunSummary run = incast("\"uec\"", senders, size);
    const double least = port_time(run, senders, size, 102);
    CHECK(run.flows.fct_max_s > least);
    CHECK(run.flows.fct_max_s < 1.005 * least);
  }
}

TEST_CASE("Under uec a sender close to the receiver leaves the others their shares") {
  // Against the longest path's round trip it would see no delay and take the port for itself: an index of 0.66.
  const RunSummary run = incast("\"uec\"", 4, 100'000'000);
  CHECK(run.flows.jain > 0.95);
  CHECK(run.flows.fct_max_s < 1.005 * port_time(run, 4, 100'000'000, 102));
}
