#pragma once
// The sending end of one directed link: serializer, credit balance per virtual lane, and the link's health over time.
//
// Commits departures (decision 0002): the owner asks for the earliest departure of a frame and, when it lies before the
// window's end, transmits it. Transmission time is exact: the remainder below 1 ps is carried to the next frame. A
// frame is lost when its link goes down before its tail has arrived. A frame on the wire while a block with an
// uncorrectable codeword passes (codeword_clock.hpp) arrives corrupt, or is sent again (link_retry.hpp). The next event
// of any kind is one instant, plain_until_, so a clean link pays for none of them. Leaves out: the rate a frame started
// with holds to its end. A train that something happens to (a change of rate, a loss of light, a bad block) is sent
// frame by frame.

#include "sim/core/random.hpp"
#include "sim/engine/channel.hpp"
#include "sim/network/codeword_clock.hpp"
#include "sim/network/frame.hpp"
#include "sim/network/link_result.hpp"
#include "sim/network/link_retry.hpp"
#include "sim/network/plain/link_health.hpp"
#include "sim/network/telemetry.hpp"
#include "sim/network/train_rule.hpp"

#include <algorithm>
#include <cstdint>
#include <memory>
#include <utility>

namespace lightloom {

/// A frame that could leave at `from`, reached an idle port at `ready` and left at `d`: what it waited for.
inline void count_waiting(Frame &frame, SimTime from, SimTime ready, SimTime d) {
  if (frame.kind != Frame::Kind::data)
    return; // the place holds a bitmap
  add_waiting(frame.queueing, ready - from);
  add_waiting(frame.flow_control, d - ready);
}

/// When the consumer sees a train: at its head (a cut-through switch), at the tail of its first frame (a switch that
/// stores and forwards) or at its very tail (a host). Of a single frame the last two are the same.
enum class ArrivalAt : std::uint8_t { head, first_frame, tail };

/// Trains of the frame's flow that a link may have under way beyond its credits.
inline std::uint32_t overdraft_of(const Frame &frame) {
  return static_cast<std::uint32_t>(train_overdraft[frame.path_use]);
}

/// One directed link, as its sender sees it.
class Link {
public:
  static constexpr std::uint32_t most_lanes = 4;
  struct Lane {
    std::int64_t balance = unlimited; ///< wire bytes the far end can still take
    SimTime credit_time{};            ///< when the last credit taken in came
    Receiver<Credit> credits;
    WakeWanted wanted; ///< the owner waits for credit: only then a credit wakes it
  };
  static constexpr std::int64_t unlimited = INT64_MAX / 2;

  struct Settings {
    ArrivalAt arrival = ArrivalAt::tail;
    std::uint32_t lanes = 1;
    Bytes credits_per_lane{};             ///< 0 = unlimited
    Bytes full_frame{};                   ///< on the wire, gap included
    BitRate feed;                         ///< what the sender's host bus can feed; 0 = no limit
    const LinkRetrySpec *retry = nullptr; ///< outlives the link; none: corrupt frames arrive
  };
  /// `health` must outlive the link.
  void configure(const LinkHealth &health, const Settings &settings, RandomStream codewords);

  /// Earliest departure ≥ ready of a frame of `size` on `lane`; `never` if it waits for credits that come at or after
  /// `until`, or are not in sight. Takes in credits only as far as this frame needs them.
  SimTime earliest(std::uint32_t lane, std::int64_t size, SimTime ready, SimTime until, std::uint32_t overdraft = 0) {
    Lane &l = this->lane(lane);
    const std::int64_t needed = credit_needed(size, overdraft);
    if (l.balance < needed && !take_credits(l, needed, until, l.balance, l.credit_time))
      return never;
    return std::max({free_, ready, l.credit_time});
  }
  /// When the next credit of a waiting lane comes, as far as it is in sight.
  SimTime next_credit(std::uint32_t lane) {
    const Credit *credit = this->lane(lane).credits.front();
    return credit == nullptr ? never : credit->time();
  }
  /// Sends at d ≥ earliest(…).
  void transmit(const Frame &frame, SimTime d);
  /// Sends a frame without credits at d ≥ free(): its time is when it could have left; what it waited is added to it.
  void send(const Frame &frame, SimTime d);
  /// Sends the frames of a source in order on lane 0, each at its earliest departure, until one would leave at or after
  /// `until`. Returns that departure, or when the credit that it waits for comes; `never` when the source is empty or
  /// no credit is in sight. Same as earliest() and transmit() frame by frame, with the state of the link in registers.
  /// Source: bool empty(); const Frame &front(), its time the earliest departure; void sent(SimTime departure), which
  /// removes it; `counts_waiting`: whether frames take along how long they waited here.
  template <class Source> SimTime run(Source source, SimTime until);
  /// Shows the far end what was sent; gives credit slots back.
  void publish() {
    out.publish();
    if (limited_)
      for (std::uint32_t i = 0; i < lane_count_; ++i)
        lane(i).credits.release();
  }
  /// Asks for the cache lines that the next departure will touch.
  void prefetch() const {
    out.prefetch();
    if (limited_)
      first_lane_.credits.prefetch();
  }

  /// Keeps a time series from now on; every frame takes the long way. `queues`: frames wait for the link in a switch.
  void watch(Duration interval, std::size_t most_intervals, bool queues);
  /// nullptr when not watched.
  const LinkTelemetry *telemetry() const { return telemetry_.get(); }

  Lane &lane(std::uint32_t i) { return i == 0 ? first_lane_ : more_lanes_[i - 1]; }
  SimTime free() const { return free_; }
  /// When the link next comes back after an outage that begins after `now`; `never` when none does.
  SimTime light_back_after(SimTime now) const;
  /// The rate of the link when it is well; constant.
  BitRate nominal_rate() const { return nominal_rate_; }
  /// The highest rate it will ever have; constant.
  BitRate fastest_rate() const { return fastest_rate_; }
  /// Latency of the first segment in which the link is up; constant.
  Duration nominal_latency() const { return nominal_latency_; }
  const LinkResult &counters() const { return counters_; }
  LinkResult &counters() { return counters_; }
  std::uint64_t lost_data() const { return lost_data_; }
  std::uint64_t draws() const { return codewords_ == nullptr ? 0 : codewords_->draws(); }
  /// Uncorrectable codewords that passed before `t`, busy or idle; t no earlier than the last departure.
  std::uint64_t uncorrectable_before(SimTime t) const {
    return codewords_ == nullptr ? 0 : codewords_->uncorrectable_before(t);
  }
  /// All codewords that passed before `t`.
  std::uint64_t codewords_before(SimTime t) const { return lightloom::codewords_before(*health_, t); }
  /// How long the host bus takes to feed `size` bytes; 0 without a limit.
  Duration fed_in(std::int64_t size) const { return Duration(size * feed_fs_per_byte_ / 1000); }
  std::uint64_t lost_control() const { return lost_control_; }
  bool limited() const { return limited_; }

  Sender<Frame> out; ///< first, with what every frame needs behind it

private:
  /// Takes in credits before `until` until the balance is `size`; false if they do not suffice.
  bool take_credits(Lane &lane, std::int64_t size, SimTime until, std::int64_t &balance, SimTime &credit_time) const {
    do {
      const Credit *credit = lane.credits.front();
      if (credit == nullptr) {
        lane.wanted.raise(); // and then look once more: it may have come in between
        credit = lane.credits.front();
      }
      if (credit == nullptr || credit->time() >= until)
        return false;
      balance += credit->bytes(full_frame_);
      credit_time = credit->time();
      lane.credits.pop();
    } while (balance < size);
    lane.wanted.lower();
    return true;
  }
  /// The balance on which a frame or train may start: enough for a frame. Where trains have passed, buffers count as
  /// deeper by what they may overdraw (decision 0008), for single frames too.
  std::int64_t credit_needed(std::int64_t size, std::int64_t overdraft) {
    if (size <= full_frame_ && overdraft_ == 0) [[likely]]
      return size;
    if (size > full_frame_)
      overdraft_ = std::max(overdraft_, overdraft * size);
    return std::min(size, full_frame_) - overdraft_;
  }
  void change_segment(SimTime d);
  void set_plain_until();
  void keep_order(Frame &frame);
  void skip_bad_blocks(SimTime d);
  Duration transmission(std::int64_t size);
  void transmit_frames(const Frame &train, SimTime d);
  void lose(const Frame &frame);
  void record(const Frame &frame, SimTime d, Duration sending);
  /// How long a replay buffer that is too small holds back what follows `size` bytes; else 0.
  Duration fed_by_replay_buffer(std::int64_t size) const {
    return replay_round_trip_ == Duration{} ? Duration{} : size * replay_round_trip_ / retry_->buffer.value;
  }
  void replay(const Frame &frame, SimTime d, SimTime sent);
  /// How long after its departure a train of `size` shows up, latency aside, in bytes.
  std::int64_t seen_after(std::int64_t size) const { return std::min(size, seen_after_); }
  /// A train takes in an event only as single frames: a rate that changes, a loss of light, a bad block.
  bool breaks_up(SimTime sent) const {
    return sent > next_change_ || sent + latency_ > next_down_ || in_order_from_ != SimTime{} || sent > bad_from_;
  }
  /// Whether what leaves whole at `sent` needs nothing but the serializer.
  bool is_plain(SimTime sent) const { return sent + latency_ <= plain_until_; }
  /// The long way, for all else.
  template <bool counts_waiting> void transmit_waited(const Frame &frame, SimTime ready, SimTime d) {
    Frame leaving = frame;
    if constexpr (counts_waiting)
      count_waiting(leaving, frame.time, ready, d);
    transmit(leaving, d);
  }
  /// The copy that travels; enough of it to be acted on has left at `seen`.
  Frame &put(const Frame &frame, SimTime seen) {
    Frame &copy = out.append();
    copy = frame;
    copy.time = seen + latency_;
    return copy;
  }
  void count_sent(std::uint64_t frames, std::uint64_t trains, std::int64_t bytes, Duration sending) {
    counters_.tx_frames += frames;
    counters_.tx_trains += trains;
    counters_.tx_bytes += static_cast<std::uint64_t>(bytes);
    counters_.busy += sending;
  }

  // Used for every frame: three cache lines with `out`.
  SimTime free_{};
  SimTime plain_until_{}; ///< a frame whose tail arrives by then needs nothing but the serializer
  Duration latency_{};
  std::int64_t ps_per_byte_ = 0; ///< 0: not whole, see transmission()
  std::int64_t seen_after_ = 0;  ///< bytes of a train that must be in before it is seen
  LinkResult counters_;          ///< the first four for every frame
  // With credits.
  Lane first_lane_;
  std::int64_t full_frame_ = 0;
  std::int64_t overdraft_ = 0; ///< 0 while only single frames have passed [B]
  bool down_ = false;
  bool limited_ = false;
  std::uint8_t lane_count_ = 1;
  // Rarely used.
  SimTime next_change_ = never; ///< start of the next health segment
  std::unique_ptr<LinkTelemetry> telemetry_;
  SimTime in_order_from_{};   ///< no arrival before: of frames sent while the latency was longer
  SimTime next_down_ = never; ///< start of the next time without light
  SimTime bad_from_ = never;  ///< the next block with an uncorrectable codeword, or the last one that frames met
  SimTime bad_until_ = never;
  std::unique_ptr<CodewordClock> codewords_; ///< none while no block will ever be bad
  std::unique_ptr<Lane[]> more_lanes_;
  BitRate nominal_rate_;
  BitRate fastest_rate_;
  Duration nominal_latency_{};
  BitRate rate_;
  std::int64_t remainder_ = 0;
  std::uint64_t lost_data_ = 0;
  std::uint64_t lost_control_ = 0;
  std::int64_t feed_fs_per_byte_ = 0;    ///< [1e-15 s]
  const LinkRetrySpec *retry_ = nullptr; ///< when enabled
  Duration replay_round_trip_{};         ///< when the replay buffer is smaller than it
  const LinkHealth *health_ = nullptr;
  std::uint32_t segment_ = 0;
  std::uint32_t tries_ = 0; ///< of the frame that is being sent again
  bool queues_ = false;     ///< for telemetry_
};

inline Duration Link::transmission(std::int64_t size) {
  if (ps_per_byte_ != 0) [[likely]]
    return Duration(size * ps_per_byte_);
  const __int128 bits_ps = static_cast<__int128>(size) * 8'000'000'000'000 + remainder_;
  remainder_ = static_cast<std::int64_t>(bits_ps % rate_.bits_per_second);
  return Duration(static_cast<std::int64_t>(bits_ps / rate_.bits_per_second));
}

inline void Link::transmit(const Frame &frame, SimTime d) {
  ASSERT_THAT(d >= free_ && d >= frame.time);
  if (d >= next_change_) [[unlikely]]
    change_segment(d);
  if (d >= bad_until_) [[unlikely]]
    skip_bad_blocks(d);
  const std::int64_t size = frame.size;
  if (frame.frames() > 1 && breaks_up(d + transmission_time(Bytes(size), rate_))) [[unlikely]] {
    transmit_frames(frame, d);
    return;
  }
  const Duration sending = transmission(size);
  const SimTime sent = d + sending;
  free_ = d + std::max({sending, fed_in(size), fed_by_replay_buffer(size)});
  count_sent(frame.frames(), 1, size, sending);
  if (telemetry_ != nullptr) [[unlikely]]
    record(frame, d, sending);
  if (down_ || sent + latency_ > next_down_) [[unlikely]] {
    lose(frame); // no credit is used up: a link that comes back starts with what its buffer holds
    return;
  }
  const bool corrupt = sent > bad_from_;
  if (corrupt) [[unlikely]] {
    ++counters_.corrupted_frames;
    if (retry_ != nullptr) {
      replay(frame, d, sent);
      return;
    }
  }
  const std::int64_t seen = seen_after(size);
  Frame &copy = put(frame, seen == size ? sent : d + transmission_time(Bytes(seen), rate_));
  copy.corrupt |= corrupt;
  if (in_order_from_ != SimTime{}) [[unlikely]]
    keep_order(copy);
  if (limited_)
    lane(frame.lane).balance -= size;
}

[[gnu::always_inline]] inline void Link::send(const Frame &frame, SimTime d) {
  ASSERT_THAT(d >= free_ && d >= frame.time);
  const std::int64_t size = frame.size;
  const Duration sending(size * ps_per_byte_);
  if (!is_plain(d + sending)) [[unlikely]] {
    transmit_waited<true>(frame, std::max(frame.time, free_), d);
    return;
  }
  count_sent(frame.frames(), 1, size, sending);
  Frame &copy = put(frame, d + Duration(seen_after(size) * ps_per_byte_));
  if (d != frame.time && frame.kind == Frame::Kind::data)
    count_waiting(copy, frame.time, std::max(frame.time, free_), d);
  free_ = d + sending;
}

template <class Source> SimTime Link::run(Source source, SimTime until) {
  SimTime free = free_;
  std::int64_t balance = first_lane_.balance;
  SimTime credit_time = first_lane_.credit_time;
  std::uint64_t frames = 0;
  std::uint64_t trains = 0;
  std::int64_t bytes = 0;
  const std::int64_t ps_per_byte = ps_per_byte_;
  const std::int64_t charged = limited_ ? 1 : 0;
  SimTime next = never;
  const auto put_back = [&] {
    free_ = free;
    first_lane_.balance = balance;
    first_lane_.credit_time = credit_time;
    count_sent(std::exchange(frames, 0), std::exchange(trains, 0), bytes, Duration(bytes * ps_per_byte));
    bytes = 0;
  };
  while (!source.empty()) {
    const Frame &frame = source.front();
    const std::int64_t size = frame.size;
    const std::int64_t needed = credit_needed(size, overdraft_of(frame));
    if (balance < needed && !take_credits(first_lane_, needed, until, balance, credit_time)) {
      next = next_credit(0);
      break;
    }
    const SimTime ready = std::max(free, frame.time);
    const SimTime d = std::max(ready, credit_time);
    if (d >= until) {
      next = d;
      break;
    }
    const Duration sending(size * ps_per_byte);
    if (!is_plain(d + sending) || ps_per_byte != ps_per_byte_) [[unlikely]] {
      put_back(); // something is about to change
      transmit_waited<Source::counts_waiting>(frame, ready, d);
      free = free_;
      balance = first_lane_.balance;
      source.sent(d);
      continue;
    }
    balance -= charged * size;
    frames += frame.frames();
    ++trains;
    bytes += size;
    Frame &copy = put(frame, d + Duration(seen_after(size) * ps_per_byte));
    if constexpr (Source::counts_waiting)
      count_waiting(copy, frame.time, ready, d);
    free = d + std::max(sending, fed_in(size));
    source.sent(d);
  }
  put_back();
  return next;
}

} // namespace lightloom
