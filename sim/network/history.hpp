#pragma once
// What a run remembers so that waiting can be explained afterwards (waiting/attribution.hpp): for each rank the
// blocking operations of its streams, and for each message what its two ends measured. Written by RankRunner and Nic
// while they run, each by its own entity only; read when the run is over.
//
// The records of a stream tile its time: each begins where the one before ended (the first at 0), because operations
// that do not block take no time. Operations that did not have to wait leave no record.

#include "sim/core/quantity.hpp"

#include <cstdint>
#include <vector>

namespace lightloom {

/// One blocking operation of a stream that took time. What ended it, by kind:
struct ActivityRecord {
  enum class Kind : std::uint8_t {
    compute,  ///< detail: picoseconds beyond its nominal duration (≥ 0 or < 0 for a fast GPU)
    receive,  ///< releaser: port << 24 | receive queue of that port; detail: ordinal of the message in that queue (from
              ///< 0)
    wait,     ///< releaser: the stream of this rank whose signal ended it
    scale_up, ///< releaser: the rank that came last; detail: its stream
    drain     ///< the last acknowledgement came; followed no further, charged to propagation
  };
  SimTime end{};
  std::int64_t detail = 0;
  std::uint32_t releaser = 0;
  std::uint16_t label = 0; ///< Operation::label
  Kind kind = Kind::compute;
};

/// The sender's side of one message (of its part on one port), in a send queue's order:
/// departed = posted + NIC latency and overhead + congestion_control + flow_control + queueing + sending.
struct SentMessage {
  SimTime posted{};
  SimTime departed{};      ///< its last train, for the first time, begins to leave; `never`: it has not
  Duration sending{};      ///< transmission of what went before it in its queue: its own bytes and earlier messages'
  Duration queueing{};     ///< the port was busy with other queues
  Duration flow_control{}; ///< the port was free and it stood first, without credit
  Duration congestion_control{}; ///< its window was full
  SimTime resent{};              ///< a frame of it last began to leave once more; 0: none was sent twice
  std::uint32_t stream = 0;      ///< of the sending rank
  std::uint16_t label = 0;
};

/// The receiver's side of one message (of its part on one port), in a receive queue's order.
struct ReceivedMessage {
  SimTime delivered{};            ///< in memory, visible to the rank
  SimTime tail{};                 ///< the last bit of the train that completed it was in
  std::uint32_t sequence = 0;     ///< first frame of that train
  std::uint32_t wire_bytes = 0;   ///< of that train
  std::uint32_t queueing = 0;     ///< that train waited in switches behind others [ps]
  std::uint32_t flow_control = 0; ///< … and first at an idle port for credit [ps]
  std::uint16_t entropy = 0;      ///< of that train: its path
  std::uint8_t turn_shift = 0;    ///< … (Frame::turn_shift)
  bool final_train = false;       ///< it held the last frame of this message
  bool earlier_message = false;   ///< it belonged to an earlier message of the queue, for which this one was held
};

/// One NIC port of a rank.
struct PortHistory {
  struct Queue {
    std::uint32_t peer = 0;       ///< rank at the other end
    std::uint32_t peer_queue = 0; ///< index there, same port number
  };
  std::vector<Queue> send_queues;
  std::vector<Queue> receive_queues;
  std::vector<std::vector<SentMessage>> sent;         ///< [send queue][ordinal]
  std::vector<std::vector<ReceivedMessage>> received; ///< [receive queue][ordinal]
};

/// One rank.
struct RankHistory {
  std::vector<std::vector<ActivityRecord>> streams; ///< [stream], ascending ends
  std::vector<PortHistory> ports;
};

} // namespace lightloom
