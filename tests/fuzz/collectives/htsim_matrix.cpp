// Broken connection matrices: random bytes, random words, truncations and mutations of a good one. The reader answers
// with a matrix or with an Error whose every problem has a place; what it accepts runs to the end.

#include "collectives/traffic/traffic.hpp"
#include "sim/core/error.hpp"
#include "sim/core/random.hpp"
#include "tests/property/collectives/interpreter.hpp"

#include <doctest/doctest.h>

#include <array>
#include <string>

using namespace lightloom;

namespace {

const std::string good =
    "Nodes 6\nConnections 6\nTriggers 3\n0->1 id 1 start 0 size 10 recv_done_trigger 1\n"
    "1->2 id 2 trigger 1 size 20 send_done_trigger 2\n3->4 id 3 start 1.5 size 9 recv_done_trigger 2\n"
    "4->0 id 4 trigger 2 size 8 recv_done_trigger 3\n5->0 id 5 trigger 2 size 7\n"
    "0->5 id 6 trigger 3 size 6\ntrigger id 1 oneshot\ntrigger id 2 barrier count 2\n"
    "trigger id 3 multishot\n";

/// Reads, plans and runs; true when the text was accepted.
bool survive(const std::string &text) {
  TrafficSpec spec;
  spec.pattern = "file";
  try {
    spec.matrix = std::make_shared<const HtsimMatrix>(parse_htsim_matrix(text, "fuzz.cm"));
  } catch (const Error &e) {
    CHECK(!e.problems().empty());
    for (const Problem &p : e.problems()) {
      CHECK(p.where.file == "fuzz.cm");
      CHECK(p.where.line >= 1);
      CHECK(p.where.column >= 1);
      for (const char c : p.what)
        CHECK((c >= ' ' && c < 127));
    }
    return false;
  }
  if (spec.matrix->nodes > 64 || spec.matrix->nodes < 2)
    return true;
  const auto run = test::interpret(plan_traffic(spec, spec.matrix->nodes));
  CHECK_MESSAGE(run.problems.empty(), test::problems_of(run));
  return true;
}

} // namespace

TEST_CASE("random bytes and random words never crash the reader of matrices") {
  RandomStream random(1, Purpose::test, 0);
  for (int i = 0; i < 2000; ++i) {
    std::string text(random.below(200), '\0');
    for (char &c : text)
      c = static_cast<char>(random.below(256));
    survive(text);
  }
  constexpr std::array words = {"Nodes",
                                "Connections",
                                "Triggers",
                                "Failures",
                                "0->1",
                                "1->0",
                                "1->2",
                                "trigger",
                                "failure",
                                "id",
                                "start",
                                "size",
                                "count",
                                "prio",
                                "oneshot",
                                "multishot",
                                "barrier",
                                "0",
                                "1",
                                "2",
                                "-1",
                                "1e9",
                                "4294967296",
                                "\n",
                                "\n",
                                "\n",
                                "#",
                                "->",
                                "->1",
                                "recv_done_trigger",
                                "send_done_trigger"};
  for (int i = 0; i < 4000; ++i) {
    std::string text = i % 2 == 0 ? "Nodes 3\nConnections 1\n" : "";
    for (std::uint64_t n = random.below(40); n > 0; --n)
      text += std::string(words[random.below(words.size())]) + " ";
    survive(text);
  }
}

TEST_CASE("every truncation and every change of a byte of a good matrix is read and run, or refused with a place") {
  CHECK(survive(good));
  for (std::size_t length = 0; length < good.size(); ++length)
    survive(good.substr(0, length));
  int accepted = 0;
  for (std::size_t at = 0; at < good.size(); ++at)
    for (const char c : {'\0', '\n', ' ', '0', '1', '2', '3', '9', '-', '>', '#', 'a', '\xff'}) {
      std::string text = good;
      text[at] = c;
      accepted += survive(text) ? 1 : 0;
    }
  CHECK(accepted > 50); // other hosts, sizes and times
}

TEST_CASE("random matrices with triggers run to their end") {
  RandomStream random(5, Purpose::test, 0);
  int accepted = 0;
  for (int i = 0; i < 2000; ++i) {
    const std::uint64_t nodes = 2 + random.below(5);
    const std::uint64_t flows = 2 + random.below(12);
    std::string text = "Nodes " + std::to_string(nodes) + "\nConnections " + std::to_string(flows) + "\n";
    std::string triggers;
    for (std::uint64_t f = 0; f < flows; ++f) {
      const std::uint64_t source = random.below(nodes);
      const std::uint64_t to = (source + 1 + random.below(nodes - 1)) % nodes;
      text += std::to_string(source) + "->" + std::to_string(to) + " size " + std::to_string(1 + random.below(99));
      // Flow f is started by trigger f, activated by an earlier flow, or by time.
      const bool triggered = f > 0 && random.below(3) > 0;
      text += triggered ? " trigger " + std::to_string(f) : " start " + std::to_string(random.below(5));
      if (f + 1 < flows)
        text += (random.below(2) == 0 ? " recv_done_trigger " : " send_done_trigger ") + std::to_string(f + 1);
      text += "\n";
      if (f > 0)
        triggers += "trigger id " + std::to_string(f) + (random.below(2) == 0 ? " oneshot\n" : " multishot\n");
    }
    accepted += survive(text + triggers) ? 1 : 0;
  }
  CHECK(accepted == 2000);
}
