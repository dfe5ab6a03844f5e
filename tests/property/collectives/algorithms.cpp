// Laws of the collective algorithms, by symbolic execution: right data at every rank, no deadlock, chunks that sum.

#include "collectives/algorithm.hpp"
#include "collectives/symbolic.hpp"

#include "sim/core/error.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <memory>
#include <set>

#include <string>

using namespace lightloom;

namespace {

/// Domains to run an algorithm on `ranks` members with: all that divide them if it needs one, else one member each.
std::vector<std::uint32_t> domains(const CollectiveAlgorithm &algorithm, std::uint32_t ranks) {
  std::vector<std::uint32_t> fit;
  for (std::uint32_t domain = 1; domain <= ranks; ++domain)
    if (ranks % domain == 0 &&
        (algorithm.why_not == nullptr || algorithm.why_not({algorithm.op, ranks, 0, {}, 0, domain}).empty()))
      fit.push_back(domain);
  if (!algorithm.inner_phases)
    fit.resize(fit.empty() ? 0 : 1);
  return fit;
}

} // namespace

TEST_CASE("every algorithm leaves every rank with the right data, for 1 to 64 ranks") {
  for (const CollectiveAlgorithm &algorithm : collective_algorithms())
    for (std::uint32_t ranks = 1; ranks <= 64; ++ranks)
      for (const std::uint32_t domain : domains(algorithm, ranks)) {
        const SymbolicResult result = prove(algorithm, ranks, Bytes(1'000'003), 0, domain);
        CAPTURE(to_string(algorithm.op));
        CAPTURE(algorithm.name);
        CAPTURE(ranks);
        CAPTURE(domain);
        CHECK_MESSAGE(result.proven, result.problem);
      }
}

TEST_CASE(
    "what all ranks send together is what the algorithm says, or group_traffic, exactly, whatever the remainder") {
  for (const CollectiveAlgorithm &algorithm : collective_algorithms())
    for (const std::uint32_t ranks : {1u, 2u, 3u, 5u, 8u, 12u, 13u, 64u})
      for (const std::uint32_t domain : domains(algorithm, ranks))
        for (const std::int64_t bytes : {0, 1, 2, 7, 63, 64, 65, 1'048'576, 3'000'017}) {
          CAPTURE(to_string(algorithm.op));
          CAPTURE(algorithm.name);
          CAPTURE(ranks);
          CAPTURE(domain);
          CAPTURE(bytes);
          const CollectiveShape shape{algorithm.op, ranks, 0, Bytes(bytes), 0, domain};
          const Bytes traffic = algorithm.traffic != nullptr ? algorithm.traffic(shape)
                                                             : group_traffic(algorithm.op, ranks, Bytes(bytes));
          CHECK(prove(algorithm, ranks, Bytes(bytes), 0, domain).sent == traffic);
        }
}

TEST_CASE("a broadcast and a send are right from every root") {
  for (const CollectiveAlgorithm &algorithm : collective_algorithms())
    if (algorithm.op == CollectiveOp::broadcast || algorithm.op == CollectiveOp::send)
      for (const std::uint32_t ranks : {2u, 3u, 7u, 16u})
        for (std::uint32_t root = 0; root < ranks; ++root)
          CHECK(prove(algorithm, ranks, Bytes(2'000'000), root).proven);
}

TEST_CASE("a member sends only to peers it announces") {
  for (const CollectiveAlgorithm &algorithm : collective_algorithms())
    for (const std::uint32_t ranks : {2u, 3u, 8u, 12u})
      for (const std::uint32_t domain : domains(algorithm, ranks))
        for (const bool closed_form : {false, true})
          for (std::uint32_t i = 0; i < ranks; ++i) {
            const CollectiveShape shape{algorithm.op, ranks, i, Bytes(1'000'000), 0, domain, closed_form};
            const auto peers = algorithm.sends_to(shape);
            CHECK(std::set<std::uint32_t>(peers.begin(), peers.end()).size() == peers.size());
            const auto cursor = algorithm.make(shape);
            for (auto step = cursor->next(); step.kind != CollectiveStep::Kind::done; step = cursor->next())
              if (step.kind == CollectiveStep::Kind::send)
                CHECK(std::find(peers.begin(), peers.end(), step.peer) != peers.end());
          }
}

TEST_CASE("halving-doubling takes log2 n messages per member and phase, where the ring takes n - 1") {
  const auto messages = [](CollectiveOp op, const char *name, std::uint32_t ranks) {
    return prove(find_algorithm(op, name), ranks, Bytes(64'000)).messages / ranks;
  };
  CHECK(messages(CollectiveOp::all_reduce, "halving-doubling", 64) == 12);
  CHECK(messages(CollectiveOp::reduce_scatter, "halving-doubling", 32) == 5);
  CHECK(messages(CollectiveOp::all_gather, "halving-doubling", 16) == 4);
  CHECK(messages(CollectiveOp::all_reduce, "ring", 64) == 126);
}

TEST_CASE("an algorithm says on how many ranks it cannot run") {
  const auto refused = [](const char *name, std::uint32_t ranks, std::uint32_t domain) {
    CHECK_THROWS_AS(check_shape(find_algorithm(CollectiveOp::all_reduce, name),
                                {CollectiveOp::all_reduce, ranks, 0, Bytes(1), 0, domain}),
                    Error);
  };
  refused("halving-doubling", 12, 1);
  refused("hierarchical", 12, 1);
  refused("hierarchical", 12, 8);
  CHECK_NOTHROW(check_shape(find_algorithm(CollectiveOp::all_reduce, "hierarchical"),
                            {CollectiveOp::all_reduce, 12, 0, Bytes(1), 0, 4}));
}

TEST_CASE("an algorithm that an operation does not have is an error that names those it has") {
  try {
    find_algorithm(CollectiveOp::all_to_all, "bruck");
    FAIL("no error");
  } catch (const Error &e) {
    CHECK(std::string(e.what()).find("bruck") != std::string::npos);
    CHECK(std::string(e.what()).find("pairwise") != std::string::npos);
  }
  CHECK_THROWS_AS(find_algorithm(CollectiveOp::all_reduce, "pairwise"), Error);
  CHECK(find_algorithm(CollectiveOp::all_reduce, "auto").name == "ring");
}

namespace {

/// Waits for its left neighbour before it sends: everybody waits.
class TimidCursor final : public CollectiveCursor {
public:
  explicit TimidCursor(const CollectiveShape &shape) : shape_(shape) {}
  CollectiveStep next() override {
    if (++calls_ > 2)
      return {};
    CollectiveStep step;
    step.kind = calls_ == 1 ? CollectiveStep::Kind::receive : CollectiveStep::Kind::send;
    step.peer = (shape_.index + (calls_ == 1 ? shape_.ranks - 1 : 1)) % shape_.ranks;
    step.block = calls_ == 1 ? step.peer : shape_.index;
    return step;
  }

private:
  CollectiveShape shape_;
  int calls_ = 0;
};

/// Adds what it gets twice.
class DoubleCursor final : public CollectiveCursor {
public:
  explicit DoubleCursor(const CollectiveShape &shape) : shape_(shape) {}
  CollectiveStep next() override {
    if (++calls_ > 4)
      return {};
    CollectiveStep step;
    step.kind = calls_ % 2 == 1 ? CollectiveStep::Kind::send : CollectiveStep::Kind::receive;
    step.peer = 1 - shape_.index;
    step.reduce = true;
    return step;
  }

private:
  CollectiveShape shape_;
  int calls_ = 0;
};

/// Does nothing at all.
class LazyCursor final : public CollectiveCursor {
public:
  CollectiveStep next() override { return {}; }
};

CollectiveAlgorithm broken(CollectiveOp op, std::unique_ptr<CollectiveCursor> (*make)(const CollectiveShape &)) {
  return {.op = op, .name = "broken", .make = make, .sends_to = next_member};
}

} // namespace

TEST_CASE("the symbolic executor finds deadlock, double counting and missing data") {
  const auto timid =
      broken(CollectiveOp::all_gather, [](const CollectiveShape &s) -> std::unique_ptr<CollectiveCursor> {
        return std::make_unique<TimidCursor>(s);
      });
  CHECK(prove(timid, 3, Bytes(0)).problem ==
        "deadlock: member 0 waits for member 2, member 1 waits for member 0, member 2 waits for member 1");
  const auto twice =
      broken(CollectiveOp::all_reduce, [](const CollectiveShape &s) -> std::unique_ptr<CollectiveCursor> {
        return std::make_unique<DoubleCursor>(s);
      });
  CHECK(prove(twice, 2, Bytes(0)).problem.find("already has") != std::string::npos);
  const auto lazy = broken(CollectiveOp::all_reduce, [](const CollectiveShape &) -> std::unique_ptr<CollectiveCursor> {
    return std::make_unique<LazyCursor>();
  });
  CHECK(prove(lazy, 4, Bytes(0)).problem == "member 0 ends without the right block 0");
}
