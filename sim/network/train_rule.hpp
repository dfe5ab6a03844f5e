#pragma once
// How long trains may be (decision 0008): the error that they add to a message's time, predicted from its length and
// its paths. The constants are measured against frames in docs/validation/trains.md.

#include "sim/network/host_spec.hpp"

#include <algorithm>
#include <bit>
#include <cstdint>

namespace lightloom {

/// How a flow uses the equal paths between its ends.
enum class PathUse : std::uint8_t {
  single, ///< there is only one: both hosts on one switch
  hashed, ///< one of several, by hash: shares links with whom the hash chose
  sprayed ///< all of them in turn
};

/// Delay that trains add to a message, in times of one train, by PathUse. Alone on a path, trains change nothing but
/// the acknowledgements between them; a port shared by two flows gives them turns of a train each. Sprayed trains of
/// all flows meet at every tier.
inline constexpr double added_trains[] = {0.1, 3.0, 4.0};
/// In an all-to-all the delays of one exchange set its members apart, and those of the next one grow.
inline constexpr double added_trains_crossing = 120;
/// Trains that a lane may have under way beyond its credits, by PathUse: one covers the round trip of a credit, which
/// comes back for a whole train at a time; sprayed trains wait at several ports of a switch at once, as sprayed frames
/// do. On a hashed path depth decides how far congestion spreads: none.
inline constexpr std::int64_t train_overdraft[] = {1, 0, 8};
/// On hashed paths longer trains than this fill the credits of a link by themselves; the error is then of this size,
/// whatever the message's.
inline constexpr std::uint32_t longest_hashed_train = 8;
inline constexpr double long_hashed_error = 0.15;
/// … and short ones still change whose frames a full buffer keeps waiting.
inline constexpr double hashed_error = 0.006;

/// Trains are a power of two frames (Frame::turn_shift), up to this.
inline constexpr std::uint32_t longest_train = 1024;

/// A message about to be sent.
struct TrainRequest {
  std::uint32_t frames = 1;
  PathUse paths = PathUse::single;
  bool crossing = false;             ///< Operation::crossing
  double slack_frames = 0;           ///< Operation::duration of the send, in frame times
  std::uint32_t window = UINT32_MAX; ///< unacknowledged frames that a queue may have
};

/// Trains of a window: fewer, and it fills and empties by jerks.
inline constexpr std::uint32_t trains_per_window = 8;

/// How long the trains of a message are, and what that is predicted to cost.
struct TrainChoice {
  std::uint32_t frames = 1;
  double added_frames = 0; ///< predicted delay of the message, in frame times
  double error = 0;        ///< … relative to its time and the computing that goes with it
};

/// The longest trains, a power of two, whose predicted error keeps to `spec.error`; if that is 0, as long as asked for.
constexpr TrainChoice choose_train_length(const TrainSpec &spec, const TrainRequest &message) {
  const auto use = static_cast<std::size_t>(message.paths);
  const double added = message.crossing ? added_trains_crossing : added_trains[use];
  const double all_frames = message.frames + message.slack_frames;
  double most = std::min({spec.most_frames, message.frames, longest_train});
  if (spec.error > 0) { // chosen for the error; else as asked for
    most = std::min(most, message.crossing ? 1.0 : spec.error * all_frames / added);
    if (message.paths == PathUse::hashed)
      most = spec.error < hashed_error ? 1 : std::min<double>(most, longest_hashed_train);
    most = std::min<double>(most, message.window / trains_per_window);
  }
  if (most < 2)
    return {};
  const std::uint32_t length = std::bit_floor(static_cast<std::uint32_t>(most));
  double least = spec.least_error; // whatever the message's size
  if (length > message.window / trains_per_window)
    least = 1;
  if (message.paths == PathUse::hashed)
    least = std::max(least, length > longest_hashed_train ? long_hashed_error : hashed_error);
  return {length, added * length, std::max(added * length / all_frames, least)};
}

} // namespace lightloom
