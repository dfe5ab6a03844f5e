#include "collectives/traffic/traffic_pattern.hpp"

#include "sim/core/contract.hpp"
#include "sim/core/error.hpp"
#include "sim/core/random.hpp"

#include <numeric>
#include <utility>

#include <fmt/format.h>

namespace lightloom {

namespace {

/// A destination per rank, distinct ones.
class Permutation final : public TrafficPattern {
public:
  explicit Permutation(std::vector<std::uint32_t> to) : to_(std::move(to)), from_(to_.size()) {
    for (std::uint32_t r = 0; r < to_.size(); ++r)
      from_[to_[r]] = r;
  }
  std::uint32_t sends(std::uint32_t) const override { return 1; }
  std::uint32_t to(std::uint32_t rank, std::uint32_t, std::uint32_t) const override { return to_[rank]; }
  std::uint32_t receives(std::uint32_t, std::uint32_t) const override { return 1; }
  std::uint32_t from(std::uint32_t rank, std::uint32_t, std::uint32_t) const override { return from_[rank]; }

private:
  std::vector<std::uint32_t> to_;
  std::vector<std::uint32_t> from_;
};

/// fan_in senders, evenly spread over ranks 1 … n − 1, to rank 0.
class Incast final : public TrafficPattern {
public:
  Incast(std::uint32_t fan_in, std::uint32_t ranks) : fan_in_(fan_in), others_(ranks - 1) {}
  std::uint32_t sends(std::uint32_t rank) const override {
    if (rank == 0)
      return 0;
    // The only sender that can be this rank: the smallest i with i · others ÷ fan_in ≥ rank − 1.
    const auto i = static_cast<std::uint32_t>((std::uint64_t(rank - 1) * fan_in_ + others_ - 1) / others_);
    return i < fan_in_ && sender(i) == rank ? 1 : 0;
  }
  std::uint32_t to(std::uint32_t, std::uint32_t, std::uint32_t) const override { return 0; }
  std::uint32_t receives(std::uint32_t rank, std::uint32_t) const override { return rank == 0 ? fan_in_ : 0; }
  std::uint32_t from(std::uint32_t, std::uint32_t, std::uint32_t i) const override { return sender(i); }

private:
  /// Distinct, since fan_in ≤ n − 1.
  std::uint32_t sender(std::uint32_t i) const {
    return 1 + static_cast<std::uint32_t>(std::uint64_t(i) * others_ / fan_in_);
  }
  std::uint32_t fan_in_;
  std::uint32_t others_;
};

/// Rank r to r + first, r + first + 1, … (`width` of them): a shift has one, an all-to-all every other rank.
class Rotation final : public TrafficPattern {
public:
  Rotation(std::uint32_t ranks, std::uint32_t first, std::uint32_t width)
      : ranks_(ranks), first_(first), width_(width) {}
  std::uint32_t sends(std::uint32_t) const override { return width_; }
  std::uint32_t to(std::uint32_t rank, std::uint32_t, std::uint32_t i) const override {
    return static_cast<std::uint32_t>((std::uint64_t(rank) + first_ + i) % ranks_);
  }
  std::uint32_t receives(std::uint32_t, std::uint32_t) const override { return width_; }
  std::uint32_t from(std::uint32_t rank, std::uint32_t, std::uint32_t i) const override {
    return static_cast<std::uint32_t>((std::uint64_t(rank) + 2 * std::uint64_t(ranks_) - first_ - i) % ranks_);
  }

private:
  std::uint32_t ranks_, first_, width_;
};

/// Every rank to another one, drawn for each round.
class Uniform final : public TrafficPattern {
public:
  Uniform(std::uint32_t ranks, std::uint32_t rounds, std::uint64_t seed, TableId id) : ranks_(ranks) {
    to_.resize(std::size_t(ranks) * rounds);
    for (std::uint32_t rank = 0; rank < ranks; ++rank) {
      RandomStream random(seed, Purpose::traffic, id.entity(rank));
      for (std::uint32_t round = 0; round < rounds; ++round)
        to_[at(rank, round)] = draw_other(random, rank, ranks);
    }
    sources_.resize(to_.size());
    first_.assign(to_.size() + 1, 0);
    for (std::uint32_t round = 0; round < rounds; ++round)
      for (std::uint32_t rank = 0; rank < ranks; ++rank)
        ++first_[at(to_[at(rank, round)], round) + 1];
    std::partial_sum(first_.begin(), first_.end(), first_.begin());
    std::vector<std::size_t> next(first_.begin(), first_.end() - 1);
    for (std::uint32_t round = 0; round < rounds; ++round)
      for (std::uint32_t rank = 0; rank < ranks; ++rank)
        sources_[next[at(to_[at(rank, round)], round)]++] = rank;
  }
  std::uint32_t sends(std::uint32_t) const override { return 1; }
  std::uint32_t to(std::uint32_t rank, std::uint32_t round, std::uint32_t) const override {
    return to_[at(rank, round)];
  }
  std::uint32_t receives(std::uint32_t rank, std::uint32_t round) const override {
    return static_cast<std::uint32_t>(first_[at(rank, round) + 1] - first_[at(rank, round)]);
  }
  std::uint32_t from(std::uint32_t rank, std::uint32_t round, std::uint32_t i) const override {
    return sources_[first_[at(rank, round)] + i];
  }

private:
  std::size_t at(std::uint32_t rank, std::uint32_t round) const { return std::size_t(round) * ranks_ + rank; }
  std::uint32_t ranks_;
  std::vector<std::uint32_t> to_;      ///< [round, rank]
  std::vector<std::size_t> first_;     ///< [round, rank] of sources_, and the end
  std::vector<std::uint32_t> sources_; ///< by round and receiver, in the order of ranks
};

/// Rounds × ranks of uniform are kept in lists.
constexpr std::uint64_t most_listed = 100'000'000;
} // namespace

std::vector<std::uint32_t> derangement(std::uint32_t n, std::uint64_t seed, std::uint32_t table) {
  EXPECTS(n >= 2);
  RandomStream random(seed, Purpose::traffic, TableId{table}.entity());
  std::vector<std::uint32_t> to(n);
  for (;;) { // Fisher–Yates, rejected when a point stays: each try succeeds with probability about 1/e
    std::iota(to.begin(), to.end(), 0u);
    bool fixed = false;
    for (std::uint32_t i = n - 1; i > 0 && !fixed; --i) {
      std::swap(to[i], to[random.below(i + 1ull)]);
      fixed = to[i] == i;
    }
    if (!fixed && to[0] != 0)
      return to;
  }
}

std::uint32_t draw_other(RandomStream &random, std::uint32_t rank, std::uint32_t ranks) {
  const auto other = static_cast<std::uint32_t>(random.below(ranks - 1));
  return other < rank ? other : other + 1;
}

const std::vector<std::string> &traffic_patterns() {
  static const std::vector<std::string> names{"permutation", "incast", "uniform", "all-to-all", "shift", "file"};
  return names;
}

std::shared_ptr<const TrafficPattern> make_pattern(const TrafficSpec &spec, TableId id, std::uint32_t ranks) {
  EXPECTS(ranks >= 2);
  if (spec.pattern == "permutation")
    return std::make_shared<Permutation>(derangement(ranks, spec.seed, id.index));
  if (spec.pattern == "incast") {
    if (spec.fan_in < 1 || spec.fan_in >= ranks)
      throw Error(fmt::format("{} = {}", id.key("fan_in"), spec.fan_in),
                  fmt::format("must be 1 to {}, the other ranks", ranks - 1));
    return std::make_shared<Incast>(spec.fan_in, ranks);
  }
  if (spec.pattern == "shift") {
    if (spec.by % ranks == 0)
      throw Error(fmt::format("{} = {}", id.key("by"), spec.by),
                  fmt::format("each of the {} ranks would send to itself", ranks), "Try 1.");
    return std::make_shared<Rotation>(ranks, spec.by % ranks, 1);
  }
  if (spec.pattern == "all-to-all")
    return std::make_shared<Rotation>(ranks, 1, ranks - 1);
  if (spec.pattern == "uniform") {
    if (std::uint64_t(ranks) * spec.repeat > most_listed)
      throw Error(fmt::format("{} = {}", id.key("repeat"), spec.repeat),
                  fmt::format("{} ranks draw at most {} destinations together", ranks, most_listed),
                  fmt::format("Try {}.", most_listed / ranks));
    return std::make_shared<Uniform>(ranks, spec.repeat, spec.seed, id);
  }
  const std::string near = nearest_word(spec.pattern, traffic_patterns());
  throw Error(id.key("pattern") + " = \"" + spec.pattern + "\"", "no such pattern",
              near.empty() ? "" : "Did you mean \"" + near + "\"?");
}

} // namespace lightloom
