#pragma once
// What a rank does: a generator of operations on a few sequential streams. Filled by collectives (decision 0004).
//
// A ring step is `send right; receive left` on one stream. Streams run side by side, like CUDA streams; `signal` and
// `wait` on the rank's own event counters order them. By convention stream 0 computes: a rank is idle while it does
// not. Messages between two ranks on one channel arrive in the order sent; channels are independent of each other.

#include "sim/core/id.hpp"
#include "sim/core/quantity.hpp"

#include <cstdint>
#include <vector>

namespace lightloom {

/// One operation of a rank.
struct Operation {
  enum class Kind : std::uint8_t {
    compute,          ///< the GPU works for `duration`
    send,             ///< post `bytes` to rank `peer`; done at once for the stream, in order per (peer, channel)
    receive,          ///< wait for the next message from rank `peer` on this channel; its size must be `bytes`
    drain,            ///< wait until every send on this channel was acknowledged
    scale_up,         ///< meet the ranks of scale-up group `id` (the same id at each), then take `duration` together
    signal,           ///< add one to event counter `id` of this rank
    wait,             ///< wait until event counter `id` of this rank has reached `count`
    begin_collective, ///< collective `id` begins at this rank (reported from the first rank's begin …
    end_collective,   ///< … to the last rank's end)
    begin_step,       ///< training step `id` begins at this rank
    end_step,         ///< training step `id` ends at this rank
    finish,           ///< the stream is done; next() is not called again
    arrivals,         ///< wait until `count` messages have arrived on this channel, from any rank: counts(channel)
    wait_until        ///< wait until `duration` after the start of the run
  };
  Kind kind = Kind::finish;
  std::uint16_t label = 0; ///< what it is for, in reports: index into JobPlan::labels; send, receive, scale_up, compute
  std::uint32_t peer = 0;  ///< send, receive: rank
  std::uint32_t channel = 0; ///< send, receive, drain, arrivals: which queue pair between two ranks; both ends agree
  std::uint32_t id = 0;      ///< scale_up: group; signal, wait: event; begin/end: index
  std::uint32_t count = 0;   ///< wait, arrivals: threshold
  Bytes bytes{};             ///< send, receive (may be 0); scale_up: per-rank buffer, for reports
  /// compute, scale_up: how long. send: computing that every chain of messages through this one passes as well; a
  /// delay of the message that is small beside it is small for the chain (trains, decision 0008).
  Duration duration{};
  bool crossing =
      false; ///< send: one of an all-to-all, in which delays of sprayed trains would add up: moves as frames
};

/// A rank that is sent to, over one queue pair.
struct Peer {
  std::uint32_t channel = 0;
  std::uint32_t rank = 0;
};

/// A rank's program. O(1) memory per rank; deterministic: next() depends on the calls made before and nothing else.
class RankProgram {
public:
  virtual ~RankProgram() = default;
  /// How many streams, at least 1.
  virtual std::uint32_t streams() const = 0;
  /// The next operation of `stream`; called once the previous one is done. After finish it is not called again.
  virtual Operation next(std::uint32_t stream) = 0;
  /// Every (channel, rank) this rank will ever send to, without repeats, in a fixed order: queue pairs are made from
  /// it.
  virtual std::vector<Peer> sends_to() const = 0;
  /// Messages that arrive on such a channel are counted and not kept: nothing receives them.
  virtual bool counts(std::uint32_t channel) const {
    (void)channel;
    return false;
  }
  /// How many distinct scale-up groups, and the ids this rank joins with the number of members of each.
  struct Group {
    std::uint32_t id = 0;
    std::uint32_t members = 0;
  };
  virtual std::vector<Group> scale_up_groups() const { return {}; }
};

/// What a collective was, for reports: index = `id` of begin/end_collective.
struct CollectiveInfo {
  std::uint32_t step = 0;     ///< training step; 0 for plain collectives
  const char *op = "";        ///< as users write it: "all-reduce", …
  const char *algorithm = ""; ///< "ring", …
  Bytes bytes{};              ///< nccl-tests convention: buffer bytes per rank
  std::uint32_t ranks = 0;    ///< members of one group
  bool scale_up = false;      ///< runs inside the scale-up domain (closed form)
  bool inner_phases = false;  ///< its phases inside scale-up domains stay off the network (closed form)
  std::uint16_t label = 0;    ///< index into JobPlan::labels
};

} // namespace lightloom
