#pragma once
// What a NIC counts; the same, summed over all NICs and what switches and links add, is part of a run's result.

#include "sim/core/quantity.hpp"

#include <algorithm>
#include <cstdint>

namespace lightloom {

/// Frames in and out: sums for the conservation laws. Payload in bytes.
struct NicCounters {
  std::uint64_t frames_injected = 0;  ///< data frames, resent ones included
  std::uint64_t frames_delivered = 0; ///< accepted by the transport
  std::uint64_t frames_discarded = 0; ///< arrived, but duplicate or out of order under go-back-N
  std::uint64_t frames_corrupted = 0; ///< dropped for an uncorrectable codeword
  std::uint64_t frames_trimmed = 0;   ///< found no room in a switch, but arrived as headers
  std::uint64_t frames_resent = 0;
  std::uint64_t control_frames_injected = 0; ///< acknowledgements, NAKs, pauses
  std::uint64_t control_frames_delivered = 0;
  std::uint64_t control_frames_lost = 0; ///< corrupted, lost or unroutable
  std::uint64_t notifications_sent = 0;  ///< rocev2: CNPs
  std::uint64_t messages_posted = 0;
  std::uint64_t bytes_sent = 0;      ///< of posted messages
  std::uint64_t bytes_delivered = 0; ///< of delivered messages
  std::uint64_t trains_injected = 0; ///< trains and single data frames
  std::uint64_t bytes_in_trains = 0; ///< that moved in trains of two or more frames
  double train_error = 0;            ///< greatest predicted error of a message's time; 0: all moved as frames
  Duration train_delay{};            ///< predicted delay that trains add, summed over messages

  NicCounters &operator+=(const NicCounters &o) {
    frames_injected += o.frames_injected;
    frames_delivered += o.frames_delivered;
    frames_discarded += o.frames_discarded;
    frames_corrupted += o.frames_corrupted;
    frames_trimmed += o.frames_trimmed;
    frames_resent += o.frames_resent;
    control_frames_injected += o.control_frames_injected;
    control_frames_delivered += o.control_frames_delivered;
    control_frames_lost += o.control_frames_lost;
    notifications_sent += o.notifications_sent;
    messages_posted += o.messages_posted;
    bytes_sent += o.bytes_sent;
    bytes_delivered += o.bytes_delivered;
    trains_injected += o.trains_injected;
    bytes_in_trains += o.bytes_in_trains;
    train_error = std::max(train_error, o.train_error);
    train_delay += o.train_delay;
    return *this;
  }
};

} // namespace lightloom
