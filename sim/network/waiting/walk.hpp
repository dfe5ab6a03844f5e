#pragma once
// The chain of last releasers: from an instant of a stream back to an earlier instant, as segments that each have one
// cause. What a message's two ends measured must sum to what elapsed; where it does not, it is said in violations(),
// and the time that cannot be told apart is charged as waiting/attribution.hpp states.

#include "sim/core/cause.hpp"
#include "sim/network/history.hpp"
#include "sim/network/network_spec.hpp"
#include "sim/network/waiting/path.hpp"

#include <cstdint>
#include <string>
#include <vector>

namespace lightloom {

/// A stretch of time with one cause. [ps since the start of the run]
struct WaitingSegment {
  static constexpr std::uint32_t no_link = 0xffffffffu;
  std::int64_t begin = 0;
  std::int64_t end = 0;
  std::uint32_t link = no_link; ///< directed link that it is charged to
  std::uint16_t label = 0;
  Cause cause = Cause::compute;
};

/// Walks back from a release to what caused it, over the histories of all ranks.
class ReleaserWalk {
public:
  /// All must outlive it. `link_busy` [directed link].
  ReleaserWalk(const NetworkSpec &spec, const std::vector<RankHistory> &ranks, const std::vector<Duration> &link_busy);

  /// Appends the segments of [low, end] from the latest to the earliest, without gaps, as seen from a stream that went
  /// on at `end`. The nominal part of computing is Cause::compute.
  void explain(std::uint32_t rank, std::uint32_t stream, std::int64_t end, std::int64_t low,
               std::vector<WaitingSegment> &out);

  std::uint64_t messages_explained() const { return messages_explained_; } ///< as often as a walk crossed one
  std::uint64_t messages_unsplit() const { return messages_unsplit_; }
  const std::vector<std::string> &violations() const { return violations_; }
  std::uint64_t violation_count() const { return violation_count_; }
  void complain(std::string what);

private:
  /// An instant at which a stream went on.
  struct Place {
    std::uint32_t rank = 0;
    std::uint32_t stream = 0;
    std::int64_t time = 0;
  };
  struct Ends {
    const SentMessage &sent;
    const ReceivedMessage &received;
    TrainOnItsWay train;
  };
  /// The completing train on its way.
  struct Transit {
    std::int64_t queueing = 0;
    std::int64_t flow_control = 0;
    std::int64_t serialization = 0;
    std::int64_t left = 0;         ///< when it began to leave
    std::int64_t unsplit = 0;      ///< more than the parts sum to
    Cause before = Cause::failure; ///< … which is charged to this
  };
  const ActivityRecord *record_at(const Place &place, std::int64_t &begin);
  bool step_back(Place &place);
  void step_scale_up(Place &place, const ActivityRecord &record, std::int64_t begin);
  bool step_message(Place &place, const ActivityRecord &record);
  void explain_message(const Ends &ends);
  Transit settle(const Ends &ends, const TrainPath &path);
  void count_own_bytes(const Ends &ends, const TrainPath &path, Transit &transit) const;
  void explain_transit(const TrainPath &path, const Transit &transit, std::int64_t departed);
  Duration waiting_for_bus(Duration sending, BitRate link) const;
  void explain_sender(const Ends &ends, const TrainPath &path, std::int64_t until);
  void add(std::int64_t begin, std::int64_t end, Cause cause, std::uint16_t label,
           std::uint32_t link = WaitingSegment::no_link);
  void add_part(std::int64_t length, std::int64_t floor, Cause cause, std::uint32_t link = WaitingSegment::no_link);

  const NetworkSpec &spec_;
  const std::vector<RankHistory> &ranks_;
  PathFinder paths_;
  std::vector<std::size_t> first_cursor_; ///< [rank]
  std::vector<std::size_t> cursors_;      ///< per stream: the record found last, where the next search begins
  // The walk under way.
  std::vector<WaitingSegment> *out_ = nullptr;
  std::int64_t low_ = 0;
  std::int64_t position_ = 0; ///< of the message's parts, latest first
  std::uint16_t label_ = 0;   ///< of the message
  std::uint64_t messages_explained_ = 0;
  std::uint64_t messages_unsplit_ = 0;
  std::uint64_t violation_count_ = 0;
  std::vector<std::string> violations_;
};

} // namespace lightloom
