// From record to record. The parts of a message are in waiting/message.cpp.

#include "sim/network/waiting/walk.hpp"

#include <algorithm>
#include <fmt/format.h>

namespace lightloom {

using Kind = ActivityRecord::Kind;

ReleaserWalk::ReleaserWalk(const NetworkSpec &spec, const std::vector<RankHistory> &ranks,
                           const std::vector<Duration> &link_busy)
    : spec_(spec), ranks_(ranks), paths_(spec, link_busy) {
  std::size_t streams = 0;
  for (const auto &rank : ranks) {
    first_cursor_.push_back(streams);
    streams += rank.streams.size();
  }
  cursors_.assign(streams, 0);
}

void ReleaserWalk::complain(std::string what) {
  ++violation_count_;
  if (violations_.size() < 8 && std::find(violations_.begin(), violations_.end(), what) == violations_.end())
    violations_.push_back(std::move(what));
}

void ReleaserWalk::add(std::int64_t begin, std::int64_t end, Cause cause, std::uint16_t label, std::uint32_t link) {
  begin = std::max(begin, low_);
  if (begin < end)
    out_->push_back({begin, end, link, label, cause});
}

/// The record that ended at this instant, nullptr if none did. Walks of one rank go on in time, so the search begins
/// where the last one on this stream ended and doubles its stride.
const ActivityRecord *ReleaserWalk::record_at(const Place &place, std::int64_t &begin) {
  const auto &records = ranks_[place.rank].streams[place.stream];
  std::size_t &cursor = cursors_[first_cursor_[place.rank] + place.stream];
  const auto end_of = [&](std::size_t i) { return picoseconds(records[i].end); };
  const std::size_t n = records.size();
  if (n == 0)
    return nullptr;
  std::size_t low = 0; // the first record with end ≥ time lies in [low, high)
  std::size_t high = n;
  const std::size_t start = std::min(cursor, n - 1);
  if (end_of(start) < place.time) {
    low = start + 1;
    for (std::size_t stride = 1; low + stride < n; stride *= 2) {
      if (end_of(low + stride - 1) >= place.time) {
        high = low + stride;
        break;
      }
      low += stride;
    }
  } else {
    high = start + 1;
    for (std::size_t stride = 1; stride < high; stride *= 2) {
      if (end_of(high - 1 - stride) < place.time) {
        low = high - stride;
        break;
      }
      high -= stride;
    }
  }
  while (low < high) {
    const std::size_t middle = (low + high) / 2;
    if (end_of(middle) < place.time)
      low = middle + 1;
    else
      high = middle;
  }
  cursor = std::min(low, n - 1);
  if (low == n || end_of(low) != place.time)
    return nullptr;
  begin = low == 0 ? 0 : end_of(low - 1);
  return &records[low];
}

void ReleaserWalk::explain(std::uint32_t rank, std::uint32_t stream, std::int64_t end, std::int64_t low,
                           std::vector<WaitingSegment> &out) {
  out_ = &out;
  low_ = low;
  Place place{rank, stream, end};
  std::size_t standing = 0; // hops without a step back in time
  while (place.time > low) {
    const std::int64_t before = place.time;
    if (!step_back(place)) {
      add(low, before, Cause::failure, 0);
      return;
    }
    standing = place.time < before ? 0 : standing + 1;
    if (place.time > before || standing > ranks_[place.rank].streams.size() + 1) {
      complain(fmt::format("rank {} stream {}: who released it at {} ps leads round in a circle", place.rank,
                           place.stream, before));
      add(low, before, Cause::failure, 0);
      return;
    }
  }
}

/// To the instant before which what ended here began; false when the trail is lost.
bool ReleaserWalk::step_back(Place &place) {
  if (place.rank >= ranks_.size() || place.stream >= ranks_[place.rank].streams.size()) {
    complain(fmt::format("rank {} stream {} is named as a releaser and does not exist", place.rank, place.stream));
    return false;
  }
  std::int64_t begin = 0;
  const ActivityRecord *record = record_at(place, begin);
  if (record == nullptr) {
    complain(fmt::format("rank {} stream {}: nothing ended at {} ps, when it released another", place.rank,
                         place.stream, place.time));
    return false;
  }
  switch (record->kind) {
  case Kind::compute: {
    const std::int64_t nominal_end = place.time - std::clamp<std::int64_t>(record->detail, 0, place.time - begin);
    add(nominal_end, place.time, Cause::imbalance, record->label);
    add(begin, nominal_end, Cause::compute, record->label);
    place.time = begin;
    return true;
  }
  case Kind::receive:
    return step_message(place, *record);
  case Kind::wait:
    place.stream = record->releaser;
    return true;
  case Kind::scale_up:
    step_scale_up(place, *record, begin);
    return true;
  case Kind::drain:
    add(begin, place.time, Cause::propagation, record->label);
    place.time = begin;
    return true;
  }
  return false;
}

/// All members go on together: the one that came last began last.
void ReleaserWalk::step_scale_up(Place &place, const ActivityRecord &record, std::int64_t begin) {
  const Place last{record.releaser, static_cast<std::uint32_t>(record.detail), place.time};
  std::int64_t entered = begin;
  const ActivityRecord *other = &record;
  if (last.rank != place.rank || last.stream != place.stream) {
    const bool exists = last.rank < ranks_.size() && last.stream < ranks_[last.rank].streams.size();
    other = exists ? record_at(last, entered) : nullptr;
  }
  if (other == nullptr || other->kind != Kind::scale_up || entered < begin) {
    complain(fmt::format("rank {} stream {}: a scale-up collective ended at {} ps, but not at rank {} stream {}, named "
                         "as the last to come",
                         place.rank, place.stream, place.time, last.rank, last.stream));
    entered = begin;
    add(entered, place.time, Cause::scale_up, record.label);
    place.time = begin;
    return;
  }
  add(entered, place.time, Cause::scale_up, record.label);
  place = {last.rank, last.stream, entered};
}

} // namespace lightloom
