#include "sim/network/waiting/attribution.hpp"

#include "sim/network/waiting/walk.hpp"

#include <algorithm>
#include <fmt/format.h>

namespace lightloom {

namespace {
constexpr std::uint32_t nobody = 0xffffffffu;

/// Sums by index, as long as the greatest index seen.
class Table {
public:
  void add(std::uint32_t index, Cause cause, std::int64_t ps) {
    if (index >= sums_.size())
      sums_.resize(index + 1);
    sums_[index][cause] += ps;
  }
  template <class Each> void each(Each each) const {
    for (std::uint32_t i = 0; i < sums_.size(); ++i)
      if (sums_[i].total() != 0)
        each(i, sums_[i]);
  }

private:
  std::vector<CauseTimes> sums_;
};

class Attributor {
public:
  Attributor(const NetworkSpec &spec, const std::vector<RankHistory> &ranks, SimTime step_begin,
             const std::vector<SimTime> &step_end, const std::vector<Duration> &link_busy)
      : ranks_(ranks), walk_(spec, ranks, link_busy), explain_from_(spec.explain_from) {
    SimTime begin = step_begin;
    for (const SimTime end : step_end) {
      StepAttribution step;
      step.begin = begin;
      step.end = begin = std::max(begin, end);
      step.busy_ps.assign(ranks.size(), 0);
      step.idle.resize(ranks.size());
      result_.steps.push_back(std::move(step));
    }
    critical_.resize(result_.steps.size());
  }

  Attribution run() {
    for (std::size_t s = 0; s < result_.steps.size(); ++s)
      follow_critical_path(s);
    for (std::uint32_t rank = 0; rank < ranks_.size(); ++rank)
      explain_rank(rank);
    check_sums();
    labels_.each([&](std::uint32_t i, const CauseTimes &t) {
      result_.labels.push_back({static_cast<std::uint16_t>(i), t});
    });
    critical_labels_.each([&](std::uint32_t i, const CauseTimes &t) {
      result_.critical_path_labels.push_back({static_cast<std::uint16_t>(i), t});
    });
    links_.each([&](std::uint32_t i, const CauseTimes &t) { result_.links.push_back({LinkId(i), t}); });
    result_.violations = walk_.violations();
    if (walk_.violation_count() > result_.violations.size())
      result_.violations.push_back(fmt::format("{} such findings in all", walk_.violation_count()));
    result_.messages_explained = walk_.messages_explained();
    result_.messages_unsplit = walk_.messages_unsplit();
    result_.available = true;
    return std::move(result_);
  }

private:
  struct Stream {
    std::uint32_t rank = nobody;
    std::uint32_t stream = 0;
  };

  static bool ends_at(const std::vector<ActivityRecord> &records, SimTime t) {
    const auto at = std::lower_bound(records.begin(), records.end(), t,
                                     [](const ActivityRecord &record, SimTime time) { return record.end < time; });
    return at != records.end() && at->end == t;
  }

  /// Who ended last: stream 0 of the lowest rank; another stream where no stream 0 did.
  Stream last_at(SimTime t) const {
    for (std::uint32_t rank = 0; rank < ranks_.size(); ++rank)
      if (!ranks_[rank].streams.empty() && ends_at(ranks_[rank].streams.front(), t))
        return {rank, 0};
    for (std::uint32_t rank = 0; rank < ranks_.size(); ++rank)
      for (std::uint32_t s = 1; s < ranks_[rank].streams.size(); ++s)
        if (ends_at(ranks_[rank].streams[s], t))
          return {rank, s};
    return {};
  }

  void follow_critical_path(std::size_t s) {
    StepAttribution &step = result_.steps[s];
    if (step.begin == step.end)
      return;
    const Stream last = last_at(step.end);
    auto &segments = critical_[s];
    if (last.rank == nobody) {
      walk_.complain(fmt::format("step {} ends at {} ps, and no stream of any rank does", s, picoseconds(step.end)));
      segments.push_back({picoseconds(step.begin), picoseconds(step.end), WaitingSegment::no_link, 0, Cause::failure});
    } else {
      const auto before = walk_.messages_explained();
      walk_.explain(last.rank, last.stream, picoseconds(step.end), picoseconds(step.begin), segments);
      step.critical_path_messages = static_cast<double>(walk_.messages_explained() - before);
    }
    for (const WaitingSegment &segment : segments) {
      step.critical_path[segment.cause] += segment.end - segment.begin;
      if (counts(step))
        critical_labels_.add(segment.label, segment.cause, segment.end - segment.begin);
    }
  }

  void explain_rank(std::uint32_t rank) {
    std::size_t s = 0; // the first step that ends after what comes next begins
    std::int64_t begin = 0;
    const auto finish_steps = [&] {
      while (s < result_.steps.size() && picoseconds(result_.steps[s].end) <= begin)
        ++s;
      return s == result_.steps.size();
    };
    if (!ranks_[rank].streams.empty())
      for (const ActivityRecord &record : ranks_[rank].streams.front()) {
        if (finish_steps())
          return;
        const std::int64_t end = picoseconds(record.end);
        if (end > picoseconds(result_.steps[s].begin)) {
          if (record.kind == ActivityRecord::Kind::compute)
            add_busy(rank, s, begin, end);
          else
            explain_idle(rank, s, begin, end);
        }
        begin = end;
      }
    for (; !finish_steps(); ++s)
      wait_for_the_last(rank, s, begin);
  }

  /// Calls part(step, begin, end) for each step that [begin, end] overlaps, from step s on.
  template <class Part> void split(std::size_t s, std::int64_t begin, std::int64_t end, Part part) {
    for (; s < result_.steps.size() && picoseconds(result_.steps[s].begin) < end; ++s) {
      const std::int64_t from = std::max(begin, picoseconds(result_.steps[s].begin));
      const std::int64_t to = std::min(end, picoseconds(result_.steps[s].end));
      if (from < to)
        part(result_.steps[s], from, to);
    }
  }

  void add_busy(std::uint32_t rank, std::size_t s, std::int64_t begin, std::int64_t end) {
    split(s, begin, end,
          [&](StepAttribution &step, std::int64_t from, std::int64_t to) { step.busy_ps[rank] += to - from; });
  }

  void explain_idle(std::uint32_t rank, std::size_t s, std::int64_t begin, std::int64_t end) {
    segments_.clear();
    walk_.explain(rank, 0, end, std::max(begin, picoseconds(result_.steps[s].begin)), segments_);
    for (const WaitingSegment &segment : segments_)
      add_idle(rank, s, segment, segment.begin);
  }

  /// A rank that has finished waits for who ended the step.
  void wait_for_the_last(std::uint32_t rank, std::size_t s, std::int64_t since) {
    for (const WaitingSegment &segment : critical_[s]) {
      if (segment.end <= since)
        break;
      add_idle(rank, s, segment, std::max(since, segment.begin));
    }
  }

  void add_idle(std::uint32_t rank, std::size_t s, const WaitingSegment &segment, std::int64_t begin) {
    const Cause cause = segment.cause == Cause::compute ? Cause::pipeline_bubble : segment.cause;
    split(s, begin, segment.end, [&](StepAttribution &step, std::int64_t from, std::int64_t to) {
      step.idle[rank][cause] += to - from;
      if (!counts(step))
        return;
      labels_.add(segment.label, cause, to - from);
      if (segment.link != WaitingSegment::no_link)
        links_.add(segment.link, cause, to - from);
    });
  }

  /// Whether the step is in the sums over steps.
  bool counts(const StepAttribution &step) const { return &step >= result_.steps.data() + explain_from_; }

  void check_sums() {
    for (std::size_t s = 0; s < result_.steps.size(); ++s) {
      const StepAttribution &step = result_.steps[s];
      const std::int64_t length = picoseconds(step.end - step.begin);
      if (step.critical_path.total() != length)
        walk_.complain(
            fmt::format("step {}: the critical path sums to {} of {} ps", s, step.critical_path.total(), length));
      for (std::uint32_t rank = 0; rank < ranks_.size(); ++rank)
        if (step.busy_ps[rank] + step.idle[rank].total() != length)
          walk_.complain(fmt::format("step {} rank {}: busy {} + idle {} of {} ps", s, rank, step.busy_ps[rank],
                                     step.idle[rank].total(), length));
    }
  }

  const std::vector<RankHistory> &ranks_;
  ReleaserWalk walk_;
  Attribution result_;
  std::vector<std::vector<WaitingSegment>> critical_; ///< [step], latest first
  std::vector<WaitingSegment> segments_;              ///< scratch
  std::uint32_t explain_from_;
  Table labels_;
  Table critical_labels_;
  Table links_;
};
} // namespace

Attribution attribute(const NetworkSpec &spec, const std::vector<RankHistory> &ranks, SimTime step_begin,
                      const std::vector<SimTime> &step_end, const std::vector<Duration> &link_busy) {
  if (ranks.empty() || step_end.empty() || step_end.back() == never)
    return {};
  return Attributor(spec, ranks, step_begin, step_end, link_busy).run();
}

} // namespace lightloom
