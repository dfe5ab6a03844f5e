// Faults scripted in a scenario, as a user writes them: what they cost a flow, and that none of them hangs a run
// (docs/validation/fabric-events.md).

#include "tests/validation/flows/one_run.hpp"

#include <algorithm>
#include <cmath>
#include <doctest/doctest.h>
#include <string>

#include <fmt/format.h>

using namespace lightloom;

namespace {

constexpr std::int64_t size = 40'000'000, mtu = 4096;

/// Four hosts, two leaves, two spines, 800 Gb/s. incast: host 1 sends to host 0 on the same leaf; shift: every host to
/// the one two further, on the other leaf.
RunOutcome run(const std::string &transport, const std::string &pattern, const std::string &event, int seed = 1) {
  return flows::run_text(fmt::format(R"([scenario]
seed = {}
[cluster]
gpus = 4
gpus_per_node = 1
[fabric]
radix = 4
levels = 2
spines = 2
[routing]
detection = "10us"
reroute = "100us"
[transport]
{}
{}
[[traffic]]
{}
size = "40MB"
)",
                                     seed, transport, event.empty() ? "" : "[[inject]]\n" + event, pattern));
}

const std::string rocev2 = "kind = \"rocev2\"\ncongestion_control = \"none\"\nretransmit_timeout = \"100us\"";
const std::string uec = "kind = \"uec\"";
const std::string incast = "pattern = \"incast\"\nfan_in = 1", shift = "pattern = \"shift\"\nby = 2";

double end_us(const RunOutcome &outcome) { return static_cast<double>(outcome.end_ps) * 1e-6; }

/// What 40 MB take on the wire. [us]
double on_wire_us(std::int64_t header, double gbps) {
  const std::int64_t frames = (size + mtu - 1) / mtu;
  return static_cast<double>((size + frames * (header + 20)) * 8) / gbps * 1e-3;
}

} // namespace

TEST_CASE("A degraded, a slow and a repaired link take the time of their lower rate") {
  struct Event {
    const char *text;
    double gbps;  ///< while it lasts
    double lasts; ///< [us]; 0: to the end
  };
  for (const auto &[text, gbps, lasts] :
       {Event{"nic = \"host:0/0\"\nkind = \"degrade\"\nlanes = 4\nat = \"0s\"", 400, 0},
        Event{"nic = \"host:0/0\"\nkind = \"slow\"\nfactor = 0.6\nat = \"0s\"", 480, 0},
        Event{"nic = \"host:0/0\"\nkind = \"degrade\"\nlanes = 4\nat = \"100us\"\nfor = \"200us\"", 400, 200}}) {
    const double longer = lasts > 0 ? lasts * (1 - gbps / 800) : on_wire_us(62, gbps) - on_wire_us(62, 800);
    const double base = end_us(run(rocev2, incast, ""));
    const double took = end_us(run(rocev2, incast, text));
    MESSAGE(std::string(text) << ": " << took << " us, closed form " << base + longer);
    CHECK(std::abs(took / (base + longer) - 1) < 0.001);
    const double longer_uec = lasts > 0 ? lasts * (1 - gbps / 800) : on_wire_us(102, gbps) - on_wire_us(102, 800);
    const double base_uec = end_us(run(uec, incast, "")), took_uec = end_us(run(uec, incast, text));
    MESSAGE("uec: " << took_uec << " us, closed form " << base_uec + longer_uec);
    CHECK(std::abs(took_uec / (base_uec + longer_uec) - 1) < 0.03); // NSCC has to find the rate
  }
}

TEST_CASE(
    "A NIC that is dark ends the job after eight time-outs, with the peer's name and the fault's, and exit code 1") {
  const std::string dark = "nic = \"host:0/0\"\nat = \"100us\"";
  for (const std::string &transport : {rocev2, uec}) {
    const RunOutcome outcome = run(transport, incast, dark);
    CHECK(outcome.code == ExitCode::failed_check);
    REQUIRE_FALSE(outcome.findings.empty());
    const std::string &words = outcome.findings.front();
    MESSAGE(words);
    CHECK(words.find("gave up on rank 0 on host:0") != std::string::npos);
    CHECK(words.find("after 7 retries") != std::string::npos);
    CHECK(words.find("host:0/leaf:0 (inject.0)") != std::string::npos);
  }
}

TEST_CASE("A NIC that comes back costs its outage and a round trip, or a time-out") {
  const std::string blink = "nic = \"host:0/0\"\nat = \"100us\"\nfor = \"50us\"";
  for (const std::string &transport : {rocev2, uec}) {
    const RunOutcome outcome = run(transport, incast, blink);
    CHECK(outcome.code == ExitCode::done);
    const double longer = end_us(outcome) - end_us(run(transport, incast, ""));
    MESSAGE("longer by " << longer << " us");
    CHECK(longer > 50);
    CHECK(longer < 50 + 100);
  }
}

TEST_CASE("Links and switches that go down or flap cost time until the tables are new, but every flow ends") {
  for (const std::string &transport : {rocev2, uec})
    for (int seed = 1; seed <= 3; ++seed) {
      const double base = end_us(run(transport, shift, "", seed));
      for (const std::string event :
           {"link = \"leaf:1/spine:0\"\nat = \"100us\"", "link = \"leaf:1/spine:0\"\nat = \"100us\"\nfor = \"200us\"",
            "switch = \"spine:1\"\nat = \"100us\"", "switch = \"spine:1\"\nat = \"100us\"\nfor = \"200us\"",
            "link = \"leaf:1/spine:0\"\nat = \"100us\"\nkind = \"flap\"\ndown = "
            "\"20us\"\nup = \"80us\"\nfor = \"400us\""}) {
        const RunOutcome outcome = run(transport, shift, event, seed);
        CAPTURE(transport);
        CAPTURE(event);
        CAPTURE(end_us(outcome));
        CHECK(outcome.code == ExitCode::done);
        // Half of the paths are left at worst, nothing gets through until the tables are new, and then time-outs.
        CHECK(end_us(outcome) <= 2 * base + 100 + 200);
        CHECK(end_us(outcome) >= base);
      }
    }
}

TEST_CASE("A dirty connector costs every resent frame its time, no more") {
  const std::string ber = "nic = \"host:1/0\"\nat = \"100us\"\nkind = \"ber\"\nber = 1e-3";
  for (const std::string &transport : {rocev2, uec}) {
    const RunOutcome outcome = run(transport, incast, ber);
    CHECK(outcome.code == ExitCode::done);
    const double longer = end_us(outcome) - end_us(run(transport, incast, ""));
    MESSAGE("longer by " << longer << " us");
    CHECK(longer > 0);
    CHECK(longer < 150); // 7,300 frames × 1.6e-3 × 110 frames gone back × 42 ns = 54 us; or a time-out at the end
  }
}
