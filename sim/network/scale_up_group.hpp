#pragma once
// A scale-up group: ranks behind a non-blocking switch whose collectives take their closed-form time
// (collectives/closed_form.hpp). Every member reports; when the last has, all go on together, `duration` after the last
// one entered. Leaves out: contention inside the scale-up domain; one collective at a
// time per group, as on one CUDA stream.

#include "sim/core/contract.hpp"
#include "sim/core/digest.hpp"
#include "sim/engine/channel.hpp"
#include "sim/engine/entity.hpp"
#include "sim/network/frame.hpp"

#include <algorithm>
#include <cstdint>
#include <memory>
#include <vector>

namespace lightloom {

/// One group as an entity: collects its members' reports and lets them go on.
class ScaleUpGroup final : public Entity {
public:
  struct Member {
    std::uint32_t rank = 0;
    Receiver<Meeting> from_host;
    Sender<Meeting> to_host;
  };
  std::vector<std::unique_ptr<Member>> members;
  Duration meeting_delay{}; ///< one way; a collective takes at least twice this

  SimTime advance(SimTime until) override {
    SimTime next = never;
    for (;;) {
      SimTime complete = SimTime{}; // the last member's report, once all are in sight
      Meeting last;
      for (auto &member : members) {
        const Meeting *report = member->from_host.front();
        const SimTime time = report == nullptr ? never : report->time;
        if (time > complete && report != nullptr) { // the first member of those at the last instant
          last.last_rank = member->rank;
          last.last_stream = report->stream;
        }
        complete = std::max(complete, time);
      }
      if (complete >= until) {
        next = complete;
        break;
      }
      for (auto &member : members) {
        const Meeting report = *member->from_host.front();
        member->from_host.pop();
        EXPECTS(report.duration >= 2 * meeting_delay);
        digest_.fold(static_cast<std::uint64_t>(picoseconds(report.time)));
        member->to_host.push({complete - meeting_delay + report.duration, report.duration, report.stream,
                              last.last_rank, last.last_stream});
      }
    }
    for (auto &member : members) {
      member->to_host.publish();
      member->from_host.release();
    }
    return next;
  }
  std::uint64_t digest() const override { return digest_.value(); }

private:
  Digest digest_;
};

} // namespace lightloom
