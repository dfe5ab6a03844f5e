// Attribution on random histories: every part of every wait, against a reference that builds the chain of causes
// forward, while the history is made, instead of walking back.

#include "tests/unit/sim/network/histories.hpp"

#include <algorithm>
#include <doctest/doctest.h>
#include <utility>
#include <vector>

using namespace lightloom;
using namespace lightloom::test;

namespace {
/// How a stream came to where it is: parts in order, after those of `parent`.
struct Piece {
  int parent = -1;
  std::vector<std::pair<Cause, std::int64_t>> parts;
};

class RandomRun {
public:
  RandomRun(std::uint64_t seed, std::uint32_t ranks, std::uint32_t streams)
      : run(ranks, streams), random_(seed, Purpose::test, 0), at_(ranks, std::vector<int>(streams, -1)), idle_(ranks) {
    for (int step = 0; step < 3; ++step) {
      for (int i = 0; i < 120; ++i)
        act();
      run.end_step();
    }
  }

  /// Time by cause in [from, to] of the chain that ends at `end`.
  void add_window(int node, std::int64_t end, std::int64_t from, std::int64_t to, CauseTimes &sums) const {
    for (; node >= 0 && end > from; node = chain_[static_cast<std::size_t>(node)].parent) {
      const auto &parts = chain_[static_cast<std::size_t>(node)].parts;
      for (auto part = parts.rbegin(); part != parts.rend(); ++part) {
        const std::int64_t overlap = std::min(end, to) - std::max(end - part->second, from);
        sums[part->first] += std::max<std::int64_t>(0, overlap);
        end -= part->second;
      }
    }
  }
  CauseTimes expected_idle(std::uint32_t rank, std::int64_t from, std::int64_t to) const {
    CauseTimes sums;
    std::int64_t last = 0;
    for (const auto &[begin, end, node] : idle_[rank])
      add_window(node, end, std::max(begin, from), std::min(end, to), sums);
    if (!run.history[rank].streams[0].empty())
      last = picoseconds(run.history[rank].streams[0].back().end);
    if (last < to)
      add_window(ended_by(to), to, std::max(last, from), to, sums);
    return as_idle(sums);
  }
  /// The chain of the lowest rank whose stream 0 went on at that instant.
  int ended_by(std::int64_t time) const {
    for (const auto &rank : ends_)
      for (const auto &[end, node] : rank)
        if (end == time)
          return node;
    return -1;
  }
  static CauseTimes as_idle(CauseTimes sums) {
    sums[Cause::pipeline_bubble] += std::exchange(sums[Cause::compute], 0);
    return sums;
  }

  Recorder run;

private:
  struct Wait {
    std::int64_t begin;
    std::int64_t end;
    int node;
  };
  std::int64_t below(std::int64_t n) { return static_cast<std::int64_t>(random_.below(static_cast<std::uint64_t>(n))); }
  std::uint32_t any(std::size_t n) { return static_cast<std::uint32_t>(random_.below(n)); }
  int link(Piece what) {
    chain_.push_back(std::move(what));
    return static_cast<int>(chain_.size()) - 1;
  }
  /// The stream has gone on from `begin` by way of `node`.
  void moved(std::uint32_t rank, std::uint32_t stream, std::int64_t begin, int node, bool computed = false) {
    const std::int64_t end = run.now[rank][stream];
    if (end == begin)
      return;
    at_[rank][stream] = node;
    if (stream != 0)
      return;
    ends_.resize(run.now.size());
    ends_[rank].push_back({end, node});
    if (!computed)
      idle_[rank].push_back({begin, end, node});
  }
  void act() {
    const std::uint32_t rank = any(run.now.size());
    const std::uint32_t stream = any(run.now[rank].size());
    const std::int64_t begin = run.now[rank][stream];
    switch (random_.below(8)) {
    case 0:
    case 1: {
      const std::int64_t excess = below(1'000'000), nominal = 1 + below(5'000'000);
      run.compute(rank, nominal + excess, excess, 0, stream);
      const Piece computing{at_[rank][stream], {{Cause::compute, nominal}, {Cause::imbalance, excess}}};
      moved(rank, stream, begin, link(computing), true);
      return;
    }
    case 2: {
      const std::int64_t duration = 1 + below(100'000);
      run.drain(rank, duration, stream);
      moved(rank, stream, begin, link({at_[rank][stream], {{Cause::propagation, duration}}}));
      return;
    }
    case 3: {
      const std::uint32_t other = any(run.now[rank].size());
      run.wait(rank, stream, other);
      moved(rank, stream, begin, at_[rank][other]);
      return;
    }
    case 4:
      meet(stream);
      return;
    default:
      receive(rank, stream, begin);
    }
  }
  void meet(std::uint32_t stream) {
    std::vector<std::uint32_t> members;
    std::vector<std::int64_t> begins;
    for (std::uint32_t r = 0; r < run.now.size(); ++r)
      if (random_.below(2) == 0)
        members.push_back(r);
    if (members.empty())
      return;
    std::uint32_t last = members.front();
    for (const std::uint32_t r : members) {
      begins.push_back(run.now[r][stream]);
      last = run.now[r][stream] > run.now[last][stream] ? r : last;
    }
    const std::int64_t duration = 1 + below(1'000'000);
    const int node = link({at_[last][stream], {{Cause::scale_up, duration}}});
    run.scale_up(members, duration, 0, stream);
    for (std::size_t i = 0; i < members.size(); ++i)
      moved(members[i], stream, begins[i], node);
  }
  void receive(std::uint32_t rank, std::uint32_t stream, std::int64_t begin) {
    const std::uint32_t from = (rank + 1 + any(run.now.size() - 1)) % static_cast<std::uint32_t>(run.now.size());
    const std::uint32_t post = any(run.now[from].size());
    Met met;
    met.congestion_control = below(100'000);
    met.flow_control = below(100'000);
    met.queueing = below(100'000);
    met.sending = below(1'000'000);
    met.queueing_on_way = any(100'000);
    met.flow_control_on_way = any(100'000);
    met.wire_bytes = 20 + any(100'000);
    const std::int64_t sender = met.congestion_control + met.flow_control + met.queueing + met.sending;
    if (random_.below(4) == 0)
      met.resent_after = 1 + below(10'000'000);
    else if (random_.below(3) == 0)
      met.left_before = below(sender + 1);
    Piece way{at_[from][post], {{Cause::host, Recorder::nic + Recorder::overhead}}};
    std::int64_t left = sender - met.left_before;
    const auto part = [&](Cause cause, std::int64_t ps) {
      way.parts.push_back({cause, std::min(ps, left)});
      left -= way.parts.back().second;
    };
    part(Cause::congestion_control, met.congestion_control);
    part(Cause::flow_control, met.flow_control);
    part(Cause::queueing, met.queueing);
    part(Cause::serialization, met.sending);
    left = INT64_MAX;
    part(Cause::retransmission, met.resent_after);
    part(Cause::propagation, 2 * Recorder::fibre);
    part(Cause::optics, 2 * (Recorder::link - Recorder::fibre));
    part(Cause::switching, Recorder::crossing);
    part(Cause::queueing, met.queueing_on_way);
    part(Cause::flow_control, met.flow_control_on_way);
    part(Cause::serialization, met.wire_bytes * run.per_byte);
    part(Cause::host, Recorder::nic);
    run.send(from, rank, met, post);
    run.receive(rank, from, -1, stream);
    moved(rank, stream, begin, link(std::move(way)));
  }

  RandomStream random_;
  std::vector<Piece> chain_;
  std::vector<std::vector<int>> at_;                            ///< [rank][stream]: its chain
  std::vector<std::vector<Wait>> idle_;                         ///< [rank] stream 0
  std::vector<std::vector<std::pair<std::int64_t, int>>> ends_; ///< [rank] stream 0
};

void check_equal(const CauseTimes &got, const CauseTimes &wanted) {
  for (std::size_t c = 0; c < cause_count; ++c) {
    CAPTURE(cause_names[c]);
    CHECK(got.ps[c] == wanted.ps[c]);
  }
}
} // namespace

TEST_CASE("Random histories: each cause of each rank and step is what the reference says, to the picosecond") {
  for (std::uint64_t seed = 1; seed <= 60; ++seed) {
    CAPTURE(seed);
    const RandomRun random(seed, 2 + static_cast<std::uint32_t>(seed % 5), 1 + static_cast<std::uint32_t>(seed % 3));
    const Attribution a = random.run.explain();
    CHECK(a.violations.empty());
    CHECK(a.messages_explained > 0);
    CHECK(a.messages_unsplit == 0);
    CauseTimes all;
    for (const StepAttribution &step : a.steps) {
      const std::int64_t begin = picoseconds(step.begin), end = picoseconds(step.end);
      CauseTimes critical;
      random.add_window(random.ended_by(end), end, begin, end, critical);
      check_equal(step.critical_path, critical);
      for (std::uint32_t rank = 0; rank < step.idle.size(); ++rank) {
        CAPTURE(rank);
        check_equal(step.idle[rank], random.expected_idle(rank, begin, end));
        CHECK(step.busy_ps[rank] + step.idle[rank].total() == end - begin);
        all += step.idle[rank];
      }
    }
    CauseTimes labels;
    for (const auto &label : a.labels)
      labels += label.idle;
    check_equal(labels, all);
    for (const Cause cause :
         {Cause::optics, Cause::switching, Cause::queueing, Cause::flow_control, Cause::serialization})
      CHECK(sum(a.links, cause) == all[cause]);
  }
}
