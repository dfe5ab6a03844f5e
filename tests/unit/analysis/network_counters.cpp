// What is told of drops, marks, pauses and queues.

#include "analysis/document.hpp"
#include "analysis/json.hpp"
#include "analysis/summary.hpp"
#include "tests/unit/analysis/example.hpp"

#include <doctest/doctest.h>
#include <nlohmann/json.hpp>

#include <algorithm>
#include <cmath>

using namespace lightloom;

namespace {
/// Two links on which nothing happened.
RunResults quiet() {
  RunResults results;
  results.links.resize(2);
  results.links[0].name = "host:0/leaf:0";
  results.links[1].name = "leaf:0/host:1";
  return results;
}
} // namespace

TEST_CASE("a network in which nothing happened takes one sentence") {
  CHECK(network_text(network_summary(quiet())) == "Network: no frame was dropped, marked, paused or sent again.\n");
  CHECK(network_text(network_summary(RunResults{})).empty());
}

TEST_CASE("only what happened is told, in sums over the links") {
  RunResults results = quiet();
  results.links[0].ecn_marked = 3;
  results.links[1].ecn_marked = 4;
  results.links[1].pauses = 1;
  results.links[1].paused_ps = 2'500'000;
  CHECK(network_text(network_summary(results)) == "Network: 7 frames marked (ECN); 1 pause, 2.500 us in all.\n");
}

TEST_CASE("the longest queue is named with its mean, and the greatest mean where it is another's") {
  RunResults results = quiet();
  results.links[0].max_queue_bytes = 2048;
  results.links[0].mean_queue_bytes = 10;
  results.links[1].max_queue_bytes = 1024;
  results.links[1].mean_queue_bytes = 512;
  const NetworkSummary network = network_summary(results);
  CHECK(network.max_queue_link == "host:0/leaf:0");
  CHECK(network.mean_queue_link == "leaf:0/host:1");
  CHECK(network_text(network).find("Longest queue 2 KiB at host:0/leaf:0, 10 B on average; greatest average 512 B at "
                                   "leaf:0/host:1.\n") != std::string::npos);
}

TEST_CASE("a file that lacks the counters says so, and tells no noughts") {
  const RunResults results = example::results();
  Document document = to_document(results);
  std::erase_if(document.datasets, [](const Dataset &dataset) {
    return dataset.path == "/links/buffer_drops" || dataset.path == "/links/mean_queue_bytes" ||
           dataset.path == "/links/pauses" || dataset.path.starts_with("/telemetry/");
  });
  const RunResults old = from_document(document, "old.h5");
  CHECK(std::find(old.missing.begin(), old.missing.end(), "/links/buffer_drops") != old.missing.end());
  CHECK(old.telemetry.time_ps.empty());
  const NetworkSummary network = summary(old).network;
  CHECK(std::isnan(network.buffer_drops));
  CHECK(std::isnan(network.pauses));
  CHECK(std::isnan(network.mean_queue_bytes));
  CHECK(network.trimmed_frames == 4);
  const auto json = nlohmann::json::parse(to_json(summary(old)))["network"];
  CHECK(json["buffer_drops"].is_null());
  CHECK(json["trimmed_frames"] == 4);
  CHECK(network_text(network).find("dropped for want") == std::string::npos);
}
