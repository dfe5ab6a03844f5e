// `ideal_ps` is what a flow takes that is alone in the network: each transport, fast and slow links, cut-through and
// store-and-forward, one frame and many. Above all never more than what it took.

#include "tests/validation/flows/one_run.hpp"

#include <doctest/doctest.h>

#include <filesystem>
#include <fstream>
#include <string>
#include <vector>

#include <fmt/format.h>
#include <unistd.h>

using namespace lightloom;

namespace {
/// A matrix of one connection, removed at the end.
class OneConnection {
public:
  explicit OneConnection(std::int64_t size)
      : path_(std::filesystem::temp_directory_path() / fmt::format("lightloom-{}-{}.cm", getpid(), size)) {
    std::ofstream(path_) << "Nodes 32\nConnections 1\n3->29 start 0 size " << size << "\n";
  }
  ~OneConnection() { std::filesystem::remove(path_); }
  OneConnection(const OneConnection &) = delete;
  OneConnection &operator=(const OneConnection &) = delete;
  std::string path() const { return path_.string(); }

private:
  std::filesystem::path path_;
};

struct Rates {
  std::string host, leaf;
};

/// Two levels; without errors of links, whose repair would take time.
FlowRow lone_flow(const std::string &transport, const std::string &policy, const std::string &forwarding,
                  const Rates &rates, std::int64_t size) {
  const OneConnection matrix(size);
  const auto outcome =
      flows::run_text(fmt::format(R"([cluster]
gpus = 32
[fabric]
radix = 16
levels = 2
rates = {{ host = "{}", leaf = "{}" }}
switch = {{ latency = "500ns", forwarding = "{}" }}
[routing]
policy = "{}"
[transport]
kind = {}
[optics]
host = {{ latency = "100ns", pre_fec_ber = 0 }}
leaf = {{ latency = "300ns", pre_fec_ber = 0 }}
[[traffic]]
pattern = "file"
path = "{}"
)",
                                  rates.host, rates.leaf, forwarding, policy, transport, matrix.path()));
  REQUIRE(outcome.code == ExitCode::done);
  REQUIRE(outcome.results.flows.rows.size() == 1);
  return outcome.results.flows.rows.front();
}

/// Measured ÷ ideal.
double slowdown(const FlowRow &row) { return static_cast<double>(row.end_ps - row.start_ps) / row.ideal_ps; }

const std::vector<Rates> all_rates{{"400Gbps", "400Gbps"}, {"400Gbps", "800Gbps"}, {"800Gbps", "400Gbps"}};
/// One short frame, one full one, one and a bit, many with a short last one.
constexpr std::int64_t sizes[] = {64, 4096, 5000, 2'000'001};
} // namespace

TEST_CASE("a lone flow on one path takes its ideal time within 0.1 %, whatever the transport and the links") {
  for (const std::string transport : {"\"ideal\"", "\"infiniband\"", "\"rocev2\"", "\"uec\"\nentropies = 1"})
    for (const std::string forwarding : {"cut-through", "store-and-forward"})
      for (const Rates &rates : all_rates)
        for (const std::int64_t size : sizes) {
          const double ratio = slowdown(lone_flow(transport, "ecmp", forwarding, rates, size));
          CAPTURE(transport);
          CAPTURE(forwarding);
          CAPTURE(rates.host);
          CAPTURE(rates.leaf);
          CAPTURE(size);
          // UEC's window is sized for the host's link: a slower one behind it must be found first.
          const bool finds_out = transport.starts_with("\"uec\"") && &rates == &all_rates[2];
          CHECK(ratio < (finds_out ? 1.15 : 1.001));
          CHECK(ratio > 0.99999); // picoseconds of rounding
        }
}

TEST_CASE("a lone flow that is sprayed in turn takes its ideal time within 0.1 %, within 1 % between faster links") {
  for (const std::string transport : {"\"ideal\"", "\"infiniband\"", "\"rocev2\"\nrecovery = \"selective\"", "\"uec\""})
    for (const Rates &rates : {all_rates[0], all_rates[1]})
      for (const std::int64_t size : sizes) {
        const double ratio = slowdown(lone_flow(transport, "spray", "cut-through", rates, size));
        CAPTURE(transport);
        CAPTURE(rates.leaf);
        CAPTURE(size);
        // A short last frame that overtakes a full one on a faster link may make it wait at the receiver's.
        CHECK(ratio < (rates.leaf == rates.host ? 1.001 : 1.01));
        CHECK(ratio > 0.99999);
      }
}

TEST_CASE("ideal time is latency and serialization, by hand") {
  // 100 frames of 4096 + 20 B at 400 Gb/s: 8.232 us; 2 × 700 ns NIC + 2 × 100 ns + 2 × 300 ns + 3 × 500 ns.
  const FlowRow row = lone_flow("\"ideal\"", "ecmp", "cut-through", all_rates[0], 409'600);
  CHECK(row.ideal_ps == doctest::Approx(8'232'000 + 3'700'000).epsilon(1e-6));
}
