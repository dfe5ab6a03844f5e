#pragma once
// How long trains may be (decision 0008): the error that trains add to a message's time, predicted from its length and
// its paths. Measured against frames in docs/validation/trains.md.

#include "sim/network/network.hpp"

#include <algorithm>
#include <bit>
#include <cstdint>

namespace lightloom {

/// Delay that trains add to a message, in times of one train: on a single path a train waits for whole trains of others
/// where frames would have shared the port, which mostly evens out; sprayed trains of all flows meet at every port.
inline constexpr double train_delay_single_path = 0.25;
inline constexpr double train_delay_sprayed = 2.5;

/// Trains are cut to a power of two frames; see Frame::turn_shift.
inline constexpr std::uint32_t longest_train = 1024;

struct TrainChoice {
  std::uint32_t frames = 1;
  double delay_frames = 0; ///< predicted delay of the message, in frame times
};

/// For a message of `frames` frames spread over `paths` equal paths.
constexpr TrainChoice choose_train_length(const TrainSpec &spec, std::uint32_t frames, std::uint32_t paths) {
  const double delay = paths > 1 ? train_delay_sprayed : train_delay_single_path;
  double most = std::min({spec.most_frames, frames, longest_train});
  if (spec.error > 0)
    most = std::min(most, spec.error * frames / delay);
  if (most < 2)
    return {};
  const std::uint32_t length = std::bit_floor(static_cast<std::uint32_t>(most));
  return {length, delay * length};
}

} // namespace lightloom
