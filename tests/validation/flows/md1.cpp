// One queue fed by a Poisson process of frames of one size waits as M/D/1 does (docs/validation/md1.md).

#include "tests/validation/flows/one_run.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <string>
#include <vector>

#include <fmt/format.h>

using namespace lightloom;

namespace {
constexpr int senders = 63;
constexpr double frame = 4116;                 ///< with preamble and gap [B]
constexpr double service_s = frame * 8 / 10e9; ///< at 10 Gb/s

/// Mean wait in service times: Pollaczek and Khinchine.
double md1(double load) { return load / (2 * (1 - load)); }

/// What is left for the port to hold: a sender's own link lets one frame through at a time. A frame that waits there
/// does so while another one goes to the same port, which is busy then: the two waits together are those of M/D/1.
double behind_links(double load) { return md1(load) - md1(load / senders); }

/// Mean wait of about `arrivals` frames, in service times; by Little's law from the port's mean queue.
double mean_wait(double load, double arrivals, int seed) {
  const double duration_s = arrivals * service_s / load;
  const auto outcome = flows::run_text(fmt::format(R"([scenario]
seed = {}
[cluster]
gpus = 64
[fabric]
radix = 64
levels = 2
oversubscription = 32
rates = {{ host = "10Gbps", leaf = "1Tbps" }}
[transport]
kind = "ideal"
[optics]
host = {{ latency = "20us", pre_fec_ber = 0 }}
leaf = {{ latency = "20us", pre_fec_ber = 0 }}
[[traffic]]
pattern = "incast"
fan_in = {}
arrivals = "poisson"
load = {:.9f}
duration = "{:.6f}s"
size = "4096B"
record = false
)",
                                                   seed, senders, load * 4096 / frame, duration_s));
  REQUIRE(outcome.code == ExitCode::done);
  const auto &links = outcome.results.links;
  const auto port = std::find_if(links.begin(), links.end(), [](const LinkRow &l) { return l.target == "host:0"; });
  REQUIRE(port != links.end());
  const auto frames = static_cast<double>(port->tx_frames);
  CHECK(frames == doctest::Approx(arrivals).epsilon(5 / std::sqrt(arrivals))); // five standard deviations
  return port->mean_queue_bytes / frame * duration_s / frames / service_s;
}

struct Estimate {
  double mean, half_width; ///< 99 %
};

/// Ten runs of their own seeds: batches that start empty and are independent of each other.
Estimate estimate(double load, double arrivals) {
  constexpr int batches = 10;
  constexpr double student = 3.250; // two-sided 99 %, 9 degrees of freedom
  std::vector<double> waits;
  for (int seed = 1; seed <= batches; ++seed)
    waits.push_back(mean_wait(load, arrivals / batches, seed));
  double mean = 0, squares = 0;
  for (const double wait : waits)
    mean += wait / batches;
  for (const double wait : waits)
    squares += (wait - mean) * (wait - mean);
  return {mean, student * std::sqrt(squares / (batches - 1) / batches)};
}

/// Theory inside the interval, and the interval no wider than `width` of the mean.
void check(double load, double width) {
  const Estimate e = estimate(load, 1e6);
  CAPTURE(load);
  CAPTURE(e.mean);
  CAPTURE(e.half_width);
  CHECK(std::abs(e.mean - behind_links(load)) < e.half_width);
  CHECK(e.half_width < width * behind_links(load));
}
} // namespace

// Widths: the mean wait of n frames has a relative standard error of √(2 ÷ n) ÷ (1 − load) under heavy load (diffusion
// limit): 0.3, 0.7 and 2.8 % of a million. Times 3.25, and as much again for the spread of an estimate from ten
// batches.
TEST_CASE("A port at half its rate waits as M/D/1 within its 99 % interval of 2 % at most") { check(0.5, 0.02); }
TEST_CASE("A port at 80 % of its rate waits as M/D/1 within its 99 % interval of 4 % at most") { check(0.8, 0.04); }
TEST_CASE("A port at 95 % of its rate waits as M/D/1 within its 99 % interval of 15 % at most") { check(0.95, 0.15); }
