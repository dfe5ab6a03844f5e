// htsim's connection matrices: what a line means, what is wrong where, and what triggers start.

#include "collectives/files/htsim_matrix.hpp"
#include "collectives/traffic/traffic.hpp"
#include "sim/core/error.hpp"
#include "tests/property/collectives/interpreter.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <string>
#include <vector>

using namespace lightloom;
using test::interpret;
using test::problems_of;

namespace {

const std::string two = "Nodes 4\nConnections 2\n";

/// "line:column problem (why)" of the first problem; "" when the text is accepted.
std::string refusal(const std::string &text, const HtsimReading &reading = {}) {
  try {
    parse_htsim_matrix(text, "m.cm", reading);
  } catch (const Error &e) {
    const Problem &p = e.problems().front();
    CHECK(p.where.file == "m.cm");
    return std::to_string(p.where.line) + ":" + std::to_string(p.where.column) + " " + p.what + " (" + p.why + ")";
  }
  return "";
}

JobPlan plan(const std::string &text, std::uint32_t ranks, Duration start = {}) {
  TrafficSpec spec;
  spec.pattern = "file";
  spec.start = start;
  spec.matrix = std::make_shared<const HtsimMatrix>(parse_htsim_matrix(text, "m.cm"));
  return plan_traffic(spec, ranks);
}

/// What the streams of a rank do, in words: "send 2", "wait_until 5us" …
std::vector<std::string> story(const JobPlan &plan, std::uint32_t rank) {
  std::vector<std::string> lines;
  const auto program = plan.program(rank);
  for (std::uint32_t s = 0; s < program->streams(); ++s) {
    std::string line;
    for (Operation op = program->next(s); op.kind != Operation::Kind::finish; op = program->next(s))
      switch (op.kind) {
      case Operation::Kind::send:
        line += "send " + std::to_string(op.bytes.value) + " to " + std::to_string(op.peer) + ". ";
        break;
      case Operation::Kind::receive:
        line += "hear " + std::to_string(op.peer) + ". ";
        break;
      case Operation::Kind::wait_until:
        line += "at " + std::to_string(op.duration.count()) + ". ";
        break;
      case Operation::Kind::wait:
        line += "wait " + std::to_string(op.count) + ". ";
        break;
      case Operation::Kind::signal:
        line += "fire. ";
        break;
      case Operation::Kind::drain:
        line += "drain. ";
        break;
      default:
        line += "? ";
      }
    if (!line.empty())
      lines.push_back(line.substr(0, line.size() - 1));
  }
  std::sort(lines.begin(), lines.end());
  return lines;
}

using Story = std::vector<std::string>;

} // namespace

TEST_CASE("a matrix is read word for word, comments, blanks and carriage returns left out") {
  const auto m = parse_htsim_matrix("# made by hand\nNodes 16\r\nConnections 2\nTriggers 1\n\n"
                                    "0->13 id 7 start 0.5 size 2000000 send_done_trigger 3 prio 2 # first\n"
                                    "13->2  trigger 3\tsize 1\ntrigger id 3 oneshot",
                                    "m.cm");
  CHECK(m.nodes == 16);
  REQUIRE(m.connections.size() == 2);
  const auto &c = m.connections[0];
  CHECK((c.source == 0 && c.destination == 13 && c.id == 7 && c.start == 500ns && c.size.value == 2'000'000));
  CHECK((c.send_done_trigger == 3 && c.recv_done_trigger == 0 && c.trigger == 0 && c.line == 6));
  CHECK((m.connections[1].trigger == 3 && m.connections[1].size.value == 1));
  CHECK(m.triggers.at(3).kind == HtsimTrigger::Kind::oneshot);
  REQUIRE(m.notes.size() == 1);
  CHECK(m.notes[0] == "prio of 1 connections is not used");
}

TEST_CASE("start is in microseconds, or in picoseconds when asked, and a late one is remarked upon") {
  const std::string text = "Nodes 2\nConnections 1\n0->1 start 62004000 size 1\n";
  const auto us = parse_htsim_matrix(text, "m.cm");
  CHECK(us.connections[0].start == Duration(62'004'000'000'000));
  CHECK(us.notes.size() == 1);
  const auto ps = parse_htsim_matrix(text, "m.cm", {HtsimReading::Unit::picoseconds, {}});
  CHECK(ps.connections[0].start == Duration(62'004'000));
  CHECK(ps.notes.empty());
}

TEST_CASE("an endless flow is refused unless a size takes the place of 0") {
  const std::string text = "Nodes 2\nConnections 1\n0->1 start 0 size 0\n";
  CHECK(refusal(text) == "3:19 size 0 (an endless flow: it has no completion time)");
  CHECK(parse_htsim_matrix(text, "m.cm", {HtsimReading::Unit::microseconds, Bytes(5)}).connections[0].size.value == 5);
}

TEST_CASE("what is wrong in a matrix is said at its line") {
  CHECK(refusal("") == "1:1 Nodes is missing (the first lines of a matrix count its contents)");
  CHECK(refusal("Nodes 4\n0->1 start 0 size 1\n").starts_with("1:1 Connections is missing"));
  CHECK(refusal(two + "0->1 start 0 size 1\n") == "2:1 Connections 2 (the file has 1)");
  CHECK(refusal("Nodes 4\nConnections 0\nTriggers 1\n") == "3:1 Triggers 1 (the file has 0)");
  CHECK(refusal("Nodes 4\nConnections 0\nFailures 1\n").starts_with("4:1 Failures 1") == false);
  CHECK(refusal("Nodes 4\nConnections 0\nFailures 1\n").starts_with("3:1 Failures 1"));
  CHECK(refusal(two + "failure switch_type TOR switch_id 1 link_id 2\n").starts_with("3:1 a failure line"));
  CHECK(refusal("Nodes 4\nNodes 5\n") == "2:1 Nodes again (line 1 has it)");
  CHECK(refusal("Nodes four\n") == "1:7 Nodes four (must be a whole number from 0 to 65536)");
  CHECK(refusal("0->1 start 0 size 1\n") == "1:1 0->1 (Nodes must come first)");
  CHECK(refusal(two + "0->4 start 0 size 1\n") == "3:1 0->4 (hosts are 0 to 3)");
  CHECK(refusal(two + "2->2 start 0 size 1\n").starts_with("3:1 2->2 (a host does not send to itself"));
  CHECK(refusal(two + "0->x start 0 size 1\n") == "3:1 0->x (must be two hosts such as 19->0)");
  CHECK(refusal(two + "0->1 start soon size 1\n").starts_with("3:12 start soon (must be a number of us"));
  CHECK(refusal(two + "0->1 start -1 size 1\n").starts_with("3:12 start -1"));
  CHECK(refusal(two + "0->1 start 0 size\n") == "3:14 size without a number (the line ends)");
  CHECK(refusal(two + "0->1 start 0 size 1 size 1\n") == "3:21 size again (once per connection)");
  CHECK(refusal(two + "0->1 start 0 sise 1\n") == "3:14 sise (no such word in a connection)");
  CHECK(refusal(two + "0->1 size 1\n") == "3:1 0->1 (has neither start nor trigger)");
  CHECK(refusal(two + "0->1 start 0 trigger 1 size 1\n") == "3:1 0->1 (has both start and trigger)");
  CHECK(refusal(two + "0->1 start 0\n") == "3:1 0->1 without size (how many bytes the flow has)");
  CHECK(refusal(two + "0->1 id 1 start 0 size 1\n1->2 id 1 start 0 size 1\n") ==
        "4:1 id 1 again (ids of flows are unique)");
  CHECK(refusal(two + "0 -> 1 start 0 size 1\n").starts_with("3:1 0 (no line of a connection matrix"));
  CHECK(refusal(two + "trigger id 1\n").starts_with("3:1 trigger (must be one of"));
  CHECK(refusal(two + "trigger oneshot\n") == "3:1 trigger (has no id)");
}

TEST_CASE("triggers that cannot fire as they should are refused") {
  const std::string head = "Nodes 4\nConnections 2\n";
  CHECK(refusal(head + "0->1 start 0 size 1\n1->2 trigger 5 size 1\n") ==
        "4:1 trigger 5 (the file has no line for it)");
  CHECK(refusal(head + "0->1 start 0 size 1\n1->2 trigger 5 size 1\ntrigger id 5 oneshot\n") ==
        "5:1 trigger 5 (oneshot, and 0 flows activate it: exactly one may)");
  CHECK(refusal(head +
                "0->1 start 0 size 1 recv_done_trigger 5\n1->2 trigger 5 size 1\ntrigger id 5 barrier count 2\n") ==
        "5:1 trigger 5 (a barrier of count 2, and 1 flows activate it)");
  CHECK(
      refusal("Nodes 4\nConnections 3\n0->1 start 0 size 1 recv_done_trigger 5\n1->2 trigger 5 size 1\n1->3 trigger 5 "
              "size 1\ntrigger id 5 multishot\n") ==
      "6:1 trigger 5 (1 activations start one flow each, and 2 flows wait for them)");
  CHECK(refusal(head + "0->1 trigger 1 size 1 recv_done_trigger 2\n1->0 trigger 2 size 1 recv_done_trigger 1\n"
                       "trigger id 1 oneshot\ntrigger id 2 oneshot\n") ==
        "3:1 0->1 never starts (its trigger 1 waits, through other flows, for this one)");
}

TEST_CASE("flows without triggers are posted by start time") {
  const JobPlan p =
      plan("Nodes 3\nConnections 3\n0->1 start 2 size 10\n0->2 start 1 size 20\n0->1 start 0 size 30\n", 4);
  CHECK(story(p, 0) == Story{"send 30 to 1. at 1000000. send 20 to 2. at 2000000. send 10 to 1."});
  CHECK(story(p, 1) == Story{"hear 0. hear 0."});
  CHECK(story(p, 3).empty());
  CHECK(p.network_bytes.value == 60);
  const auto run = interpret(p);
  CHECK_MESSAGE(run.problems.empty(), problems_of(run));
}

TEST_CASE("a flow that has arrived starts the next one at that host, in the same stream") {
  const JobPlan p = plan("Nodes 3\nConnections 2\n0->1 start 0 size 10 recv_done_trigger 1\n1->2 trigger 1 size 20\n"
                         "trigger id 1 oneshot\n",
                         3, 1us);
  CHECK(story(p, 0) == Story{"at 1000000. send 10 to 1."});
  CHECK(story(p, 1) == Story{"hear 0. send 20 to 2."});
  CHECK(p.notes.empty());
}

TEST_CASE("a flow that is acknowledged starts the next one of its sender") {
  const JobPlan p = plan("Nodes 3\nConnections 2\n0->1 start 0 size 10 send_done_trigger 1\n0->2 trigger 1 size 20\n"
                         "trigger id 1 oneshot\n",
                         3);
  CHECK(story(p, 0) == Story{"send 10 to 1. drain. send 20 to 2."});
}

TEST_CASE("a barrier counts at the home of its first flow, and other hosts are told by empty messages") {
  const JobPlan p = plan("Nodes 5\nConnections 4\n0->1 start 0 size 10 recv_done_trigger 1\n"
                         "2->3 start 0 size 10 recv_done_trigger 1\n1->0 trigger 1 size 7\n4->0 trigger 1 size 8\n"
                         "trigger id 1 barrier count 2\n",
                         5);
  CHECK(story(p, 1) == Story{"hear 0. fire.", "hear 3. fire.", "wait 2. send 0 to 4.", "wait 2. send 7 to 0."});
  CHECK(story(p, 3) == Story{"hear 2. send 0 to 1."});
  CHECK(story(p, 4) == Story{"hear 1. send 8 to 0."});
  REQUIRE(p.notes.size() == 1);
  CHECK(p.notes[0].starts_with("2 activations of triggers reach another host"));
  const auto run = interpret(p);
  CHECK_MESSAGE(run.problems.empty(), problems_of(run));
}

TEST_CASE("a multishot starts one flow per activation, in the order of the file") {
  const JobPlan p = plan("Nodes 4\nConnections 4\n0->1 start 0 size 10 recv_done_trigger 1\n"
                         "2->1 start 0 size 10 recv_done_trigger 1\n1->0 trigger 1 size 7\n1->3 trigger 1 size 8\n"
                         "trigger id 1 multishot\n",
                         4);
  CHECK(story(p, 1) == Story{"hear 0. fire.", "hear 2. fire.", "wait 1. send 7 to 0.", "wait 2. send 8 to 3."});
}

TEST_CASE("a ring of flows, each started by the one before, runs to its end") {
  std::string text = "Nodes 8\nConnections 64\nTriggers 63\n";
  for (int i = 0; i < 64; ++i) {
    text += std::to_string(i % 8) + "->" + std::to_string((i + 1) % 8) +
            (i == 0 ? " start 0" : " trigger " + std::to_string(i)) + " size 100";
    if (i < 63)
      text += " recv_done_trigger " + std::to_string(i + 1);
    text += "\n";
  }
  for (int i = 1; i < 64; ++i)
    text += "trigger id " + std::to_string(i) + " oneshot\n";
  const auto run = interpret(plan(text, 8));
  CHECK_MESSAGE(run.problems.empty(), problems_of(run));
  CHECK(run.sent.value == 6400);
}

TEST_CASE("a matrix of more hosts than the cluster has is refused with the number to set") {
  try {
    plan("Nodes 9\nConnections 1\n0->1 start 0 size 1\n", 8);
    FAIL("accepted");
  } catch (const Error &e) { CHECK(e.problems().front().suggestion == "Set cluster.gpus = 9."); }
}

TEST_CASE("files of sizes are refused at the line that is wrong") {
  const auto wrong = [](const std::string &text) {
    try {
      FlowSizes::from_text(text, "sizes.txt");
    } catch (const Error &e) {
      return std::to_string(e.problems().front().where.line) + " " + e.problems().front().what;
    }
    return std::string();
  };
  CHECK(wrong("") == "1 no sizes");
  CHECK(wrong("1 0\n2\n") == "2 1 words");
  CHECK(wrong("1 0\nx 100\n") == "2 size x");
  CHECK(wrong("1 0\n5 101\n") == "2 probability 101");
  CHECK(wrong("1 50\n5 20\n") == "2 5 20");
  CHECK(wrong("5 0\n1 100\n") == "2 1 100");
  CHECK(wrong("1 0\n5 99\n") == "2 the last probability is 99");
  CHECK(wrong("0 100\n") == "1 every flow is empty");
  CHECK(wrong("1 0\n5 100\n").empty());
  CHECK_THROWS_AS(FlowSizes::published("webserch"), Error);
}
