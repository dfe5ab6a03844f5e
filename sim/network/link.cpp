#include "sim/network/link.hpp"

#include "sim/core/contract.hpp"

namespace lightloom {

void Link::configure(const LinkHealth &health, const Settings &settings, RandomStream codewords) {
  EXPECTS(!health.segments.empty() && health.segments.front().from == SimTime{} && settings.lanes >= 1 &&
          settings.lanes <= most_lanes && settings.full_frame.value > 0);
  health_ = &health;
  full_frame_ = settings.full_frame.value;
  seen_after_ = settings.arrival == ArrivalAt::head          ? 0
                : settings.arrival == ArrivalAt::first_frame ? full_frame_
                                                             : unlimited;
  lane_count_ = static_cast<std::uint8_t>(settings.lanes);
  limited_ = settings.credits_per_lane.value > 0;
  if (settings.retry != nullptr && settings.retry->enabled)
    retry_ = settings.retry;
  if (settings.feed.bits_per_second > 0)
    feed_fs_per_byte_ = 8'000'000'000'000'000 / settings.feed.bits_per_second;
  if (settings.lanes > 1)
    more_lanes_ = std::make_unique<Lane[]>(settings.lanes - 1);
  for (std::uint32_t i = 0; i < settings.lanes; ++i)
    lane(i).balance = limited_ ? settings.credits_per_lane.value : unlimited;
  for (const auto &segment : health.segments) // until the link is first up, frames leave at the rate it will have
    if (segment.rate.bits_per_second > 0) {
      rate_ = nominal_rate_ = segment.rate;
      latency_ = nominal_latency_ = segment.latency;
      break;
    }
  EXPECTS(rate_.bits_per_second > 0);
  for (const auto &segment : health.segments)
    fastest_rate_ = std::max(fastest_rate_, segment.rate);
  const bool go_bad = std::any_of(health.segments.begin(), health.segments.end(),
                                  [](const LinkHealthSegment &segment) { return segment.uncorrectable_ratio > 0; });
  if (go_bad) {
    codewords_ = std::make_unique<CodewordClock>(health, codewords);
    bad_from_ = codewords_->bad_from();
    bad_until_ = codewords_->bad_until();
    if (bad_from_ == never)
      codewords_.reset();
  }
  change_segment(SimTime{});
}

void Link::change_segment(SimTime d) {
  const auto &segments = health_->segments;
  while (segment_ + 1 < segments.size() && segments[segment_ + 1].from <= d)
    ++segment_;
  const LinkHealthSegment &now = segments[segment_];
  next_change_ = segment_ + 1 < segments.size() ? segments[segment_ + 1].from : never;
  next_down_ = never;
  for (std::size_t s = segment_ + 1; s < segments.size(); ++s)
    if (segments[s].rate.bits_per_second == 0) {
      next_down_ = segments[s].from;
      break;
    }
  down_ = now.rate.bits_per_second == 0;
  if (!down_) {
    if (now.latency < latency_)
      in_order_from_ = free_ + latency_; // the tail of the last frame
    rate_ = now.rate;
    latency_ = now.latency;
    EXPECTS(latency_ >= Duration(1));
  }
  ps_per_byte_ = 8'000'000'000'000 % rate_.bits_per_second == 0 ? 8'000'000'000'000 / rate_.bits_per_second : 0;
  const bool limits = retry_ != nullptr && replay_buffer_limits(*retry_, rate_, latency_, Bytes(full_frame_));
  replay_round_trip_ = limits ? replay_round_trip(*retry_, rate_, latency_, Bytes(full_frame_)) : Duration{};
  set_plain_until();
}

void Link::set_plain_until() {
  const bool plain = telemetry_ == nullptr && !down_ && ps_per_byte_ != 0 && in_order_from_ == SimTime{} &&
                     replay_round_trip_ == Duration{};
  const SimTime hit = bad_from_ < never - latency_ ? bad_from_ + latency_ : never; // arrivals after that may be
  plain_until_ = plain ? std::min({next_change_, next_down_, hit}) : SimTime{};
}

void Link::watch(Duration interval, std::size_t most_intervals, bool queues) {
  telemetry_ = std::make_unique<LinkTelemetry>(interval, most_intervals);
  queues_ = queues;
  set_plain_until();
}

/// In a switch a frame's time is when it could have left.
void Link::record(const Frame &frame, SimTime d, Duration sending) {
  const bool waited = queues_ && frame.kind != Frame::Kind::pause && tries_ == 0 && frame.time < d;
  if (waited)
    telemetry_->joined(frame.time, frame.size);
  telemetry_->left(d, waited ? frame.size : 0, sending);
}

SimTime Link::light_back_after(SimTime now) const {
  bool dark = false;
  for (const LinkHealthSegment &segment : health_->segments) {
    if (segment.from <= now)
      continue;
    if (segment.rate.bits_per_second == 0)
      dark = true;
    else if (dark)
      return segment.from;
  }
  return never;
}

void Link::lose(const Frame &frame) {
  counters_.dropped_frames += frame.frames();
  (frame.kind == Frame::Kind::data ? lost_data_ : lost_control_) += frame.frames();
}

/// The try that left at `d` and whose tail left at `sent` was hit: the frame goes out again, or is given up.
void Link::replay(const Frame &frame, SimTime d, SimTime sent) {
  const SimTime again = std::max(free_, sent + replay_delay(*retry_, latency_));
  if (++tries_ >= retry_->most) {
    free_ = again; // the link goes on when the last loss is known
    lose(frame);
  } else {
    ++counters_.retried_frames;
    Frame next = frame;
    if (frame.kind == Frame::Kind::data)
      add_waiting(next.queueing, again - d);
    transmit(next, again);
  }
  tries_ = 0;
}

void Link::transmit_frames(const Frame &train, SimTime d) {
  const auto each = train.trimmed ? train.size / train.count : static_cast<std::uint32_t>(full_frame_);
  Frame frame = train;
  frame.count = 1;
  frame.size = each;
  frame.last = false;
  for (std::uint32_t i = 0; i < train.count; ++i, ++frame.sequence) {
    if (i + 1u == train.count) {
      frame.size = train.size - i * each;
      frame.last = train.last;
    }
    transmit(frame, std::max(d, free_));
  }
}

/// A link whose latency shrinks still delivers in order: frames wait for those sent before.
void Link::keep_order(Frame &frame) {
  if (frame.time >= in_order_from_) {
    in_order_from_ = SimTime{};
    set_plain_until();
  } else {
    frame.time = in_order_from_;
  }
}

/// Forgets what went bad before anything leaves at `d`.
void Link::skip_bad_blocks(SimTime d) {
  codewords_->pass(d);
  bad_from_ = codewords_->bad_from();
  bad_until_ = codewords_->bad_until();
  set_plain_until();
}

} // namespace lightloom
