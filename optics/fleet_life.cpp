#include "optics/fleet_life.hpp"

#include "sim/core/contract.hpp"
#include "sim/core/random.hpp"

#include <algorithm>
#include <optional>

namespace lightloom {

const char *to_string(MaintenancePolicy policy) {
  constexpr std::array<const char *, 3> names = {"wait", "clean-on-alarm", "drain-and-replace"};
  return names[static_cast<std::size_t>(policy)];
}

const char *to_string(OutageCause cause) {
  constexpr std::array<const char *, 5> names = {"flap", "module_failure", "lane_failure", "bit_errors", "alarm"};
  return names[static_cast<std::size_t>(cause)];
}

namespace {

constexpr CampaignDuration longest_piece = std::chrono::hours(6); ///< of an integral over a bad stretch
constexpr double negligible_codewords = 1e-6;                     ///< expected in a whole stretch: not integrated
constexpr double negligible_loss = 1e-9;                          ///< of frames
constexpr int most_rounds = 3;                                    ///< of parts that are tried in one repair

double hours(CampaignDuration d) { return static_cast<double>(d.count()) / 3.6e12; }

/// The first multiple of `grid` at or after t.
CampaignTime ceil_to(CampaignTime t, CampaignDuration grid) {
  const auto n = t.time_since_epoch().count(), g = grid.count();
  return CampaignTime(CampaignDuration((n + g - 1) / g * g));
}

/// The first warmest instant of a day at or after t.
CampaignTime warmest_from(CampaignTime t) { return ceil_to(t - warmest_hour, std::chrono::days(1)) + warmest_hour; }

// What a link is watched for, as bits: two conditions of the policy, and kinds of alarms × levels.
constexpr std::size_t lost_bit = 0, drain_bit = 1, first_alarm_bit = 2, watched = first_alarm_bit + 2 * alarm_kinds;
constexpr std::uint32_t every_bit = (1u << watched) - 1;

struct Crossing {
  CampaignTime at{};
  int side = 0;
  std::size_t bit = 0;
};

AlarmKind kind_of(std::size_t bit) { return static_cast<AlarmKind>((bit - first_alarm_bit) / 2); }
AlarmLevel level_of(std::size_t bit) { return static_cast<AlarmLevel>((bit - first_alarm_bit) % 2); }

/// A cable on its way through time.
class CableRun {
public:
  CableRun(const Population &population, const FleetCable &cable, const LinkWatch &watch,
           const MaintenanceSpec &maintenance, std::uint64_t seed)
      : population_(population), cable_(cable), watch_(watch), spec_(maintenance), seed_(seed),
        follows_margin_(watch.reads_margin()) {
    if (follows_margin_) {
      lost_ber_ = watch.ber_of_uncorrectable_ratio(spec_.lost_above);
      drain_ber_ = watch.ber_limit(spec_.drain_above);
    }
  }

  CableLife run(CampaignTime from, CampaignTime until) {
    policy_ = MaintenancePolicy::wait;
    live_through(CampaignTime{}, from);
    const bool begins_down = now_ > from;
    now_ = from;
    const bool lost = is_lost();
    const CableStretch found{from, parts_, {more_loss(0), more_loss(1)}, !lost && !begins_down};
    if (lost)
      mend(from, OutageCause::bit_errors, true);
    policy_ = spec_.policy;
    life_ = {};
    life_.mended_before = lost || begins_down;
    life_.found = found;
    latched_ = {};
    unresolved_ = false;
    note(from, true);
    if (policy_ != MaintenancePolicy::wait && dead_lanes_ != std::array{0, 0})
      ask_for_drain(OutageCause::lane_failure);
    live_through(from, until);
    life_.drain_ahead = drain_at_.has_value();
    return std::move(life_);
  }

private:
  bool fixed_ends() const { return watch_.limits().module->is_cable(); }
  /// Both directions of a port run over the same lanes; the side that lost more decides.
  int lanes_in_use() const {
    return lanes_left(population_.spec().lane_masking, watch_.limits().module->lanes,
                      std::max(dead_lanes_[0], dead_lanes_[1]));
  }
  Decibel more_loss(int side) const { return step_[static_cast<std::size_t>(side)] + dirt_; }
  LinkState state(int side, CampaignTime t) const {
    return population_.state(cable_, parts_, side, t, more_loss(side));
  }
  /// As bad as any instant of [from, until), in each of its figures.
  LinkState worst(int side, CampaignTime from, CampaignTime until) const {
    LinkState s = state(side, warmest_from(until));
    if (follows_margin_) {
      const Decibel least = population_.margin_at_least(cable_, parts_, side, from, until, more_loss(side));
      s.margin = std::min(s.margin, least);
      s.pre_fec_ber = bit_error_ratio_at(watch_.limits(), s.margin);
    }
    return s;
  }

  bool past(const LinkState &s, std::size_t bit) const {
    if (bit == lost_bit)
      return follows_margin_ && s.pre_fec_ber > lost_ber_;
    if (bit == drain_bit)
      return policy_ == MaintenancePolicy::drain_and_replace && follows_margin_ && s.pre_fec_ber > drain_ber_;
    return watch_.past(s, kind_of(bit), level_of(bit));
  }
  std::optional<std::size_t> first_past(const LinkState &s, int side) const {
    for (std::size_t bit = 0; bit < watched; ++bit)
      if ((latched_[static_cast<std::size_t>(side)] >> bit & 1u) == 0 && past(s, bit))
        return bit;
    return {};
  }
  /// Bits that make the policy act.
  bool is_trigger(std::size_t bit) const {
    if (policy_ == MaintenancePolicy::drain_and_replace)
      return bit == drain_bit;
    return policy_ == MaintenancePolicy::clean_on_alarm && bit >= first_alarm_bit &&
           level_of(bit) == AlarmLevel::alarm && kind_of(bit) != AlarmKind::temperature_high;
  }
  /// What a repair must mend: out of use, or what the policy acts on.
  bool is_bad(const LinkState &s) const {
    for (std::size_t bit = 0; bit < watched; ++bit)
      if ((bit == lost_bit || is_trigger(bit)) && past(s, bit))
        return true;
    return false;
  }
  bool is_lost() const { return past(state(0, now_), lost_bit) || past(state(1, now_), lost_bit); }

  /// Looks lo … hi − 1 are at multiples of `every`.
  std::optional<Crossing> crossing_among(std::int64_t lo, std::int64_t hi) const {
    if (lo >= hi)
      return {};
    const auto look = [&](std::int64_t k) { return CampaignTime(watch_.thresholds().every * k); };
    bool possible = false;
    for (int side = 0; side < 2; ++side)
      possible |= first_past(worst(side, look(lo), look(hi - 1) + CampaignDuration(1)), side).has_value();
    if (!possible)
      return {};
    if (hi - lo == 1) {
      for (int side = 0; side < 2; ++side)
        if (const auto bit = first_past(state(side, look(lo)), side))
          return Crossing{look(lo), side, *bit};
      return {};
    }
    const std::int64_t middle = lo + (hi - lo) / 2;
    if (const auto found = crossing_among(lo, middle))
      return found;
    return crossing_among(middle, hi);
  }
  std::optional<Crossing> first_crossing(CampaignTime from, CampaignTime until) const {
    if (!population_.spec().drawn)
      return {};
    const CampaignDuration every = watch_.thresholds().every;
    return crossing_among(ceil_to(from, every).time_since_epoch() / every,
                          ceil_to(until, every).time_since_epoch() / every);
  }

  void live_through(CampaignTime from, CampaignTime until) {
    now_ = from;
    until_ = until;
    reload(from);
    while (now_ < until_) {
      CampaignTime next = until_;
      if (next_event_ < events_.size())
        next = std::min(next, events_[next_event_].at);
      if (drain_at_)
        next = std::min(next, *drain_at_);
      if (const auto crossed = first_crossing(now_, next)) {
        spend(now_, crossed->at);
        now_ = crossed->at;
        on_crossing(*crossed);
        continue;
      }
      spend(now_, next);
      now_ = next;
      if (drain_at_ && *drain_at_ == now_ && now_ < until_)
        mend(now_, drain_cause_, false, true);
      else if (next_event_ < events_.size() && events_[next_event_].at == now_)
        on_event(events_[next_event_++]);
    }
  }

  /// What happens to the parts as they are now. A cable that was out of service from `since` on finds what happened to
  /// parts that stayed when it comes back; flaps of a dark link nobody sees.
  void reload(CampaignTime since) {
    events_ = population_.events(cable_, parts_, since, until_);
    next_event_ = 0;
    std::erase_if(events_, [&](const CableEvent &e) { return e.at < now_ && e.kind == CableEvent::Kind::flap; });
    for (CableEvent &e : events_)
      e.at = std::max(e.at, now_);
  }

  void on_crossing(const Crossing &c) {
    if (c.bit == lost_bit)
      return fail(OutageCause::bit_errors);
    latched_[static_cast<std::size_t>(c.side)] |= 1u << c.bit;
    if (c.bit >= first_alarm_bit)
      life_.alarms.push_back({now_, static_cast<std::uint8_t>(c.side), kind_of(c.bit), level_of(c.bit)});
    if (is_trigger(c.bit))
      ask_for_drain(OutageCause::alarm);
  }

  void on_event(const CableEvent &e) {
    using enum CableEvent::Kind;
    if (unresolved_ && e.kind != flap) {
      latched_ = {};
      unresolved_ = false;
    }
    switch (e.kind) {
    case flap:
      life_.outages.push_back({.from = now_, .until = now_ + e.lasts, .cause = OutageCause::flap});
      return;
    case step:
      step_[e.side] = step_[e.side] + e.loss;
      break;
    case contamination:
      dirt_ = dirt_ + e.loss;
      break;
    case lane_failure:
      ++dead_lanes_[e.side];
      if (lanes_in_use() == 0)
        return fail(OutageCause::lane_failure);
      if (policy_ != MaintenancePolicy::wait)
        ask_for_drain(OutageCause::lane_failure);
      return;
    case module_failure:
      dead_[e.side] = true;
      return fail(OutageCause::module_failure);
    }
    note(now_, true);
    if (!unresolved_ && is_lost())
      fail(OutageCause::bit_errors);
  }

  void ask_for_drain(OutageCause cause) {
    if (drain_at_)
      return;
    ++life_.triggers;
    drain_at_ = ceil_to(now_ + CampaignDuration(1), spec_.window);
    drain_cause_ = cause;
  }

  void fail(OutageCause cause) {
    if (drain_at_)
      ++life_.preempted;
    mend(now_, cause, false);
  }

  /// Out of service from `from` until parts are cleaned or replaced. `free`: takes no time.
  void mend(CampaignTime from, OutageCause cause, bool free, bool planned = false) {
    drain_at_.reset();
    CableOutage outage{.from = from, .cause = cause, .planned = planned};
    note(from, false);
    CampaignTime t = from;
    const auto take = [&](const TimeRange &range) {
      const auto words = philox(seed_, Purpose::failure, cable_.id.value, repairs_++, 1); // scripted faults: 0
      const double share = (static_cast<double>(words[0]) + 0.5) * 0x1p-32;
      if (!free)
        t += range.low +
             CampaignDuration(static_cast<std::int64_t>(share * static_cast<double>((range.high - range.low).count())));
    };
    const bool engine = watch_.limits().module->kind == ModuleKind::cpo;
    const auto swap = [&](int side) {
      take(engine ? spec_.engine : spec_.swap);
      replace(side, t);
      ++outage.replaced;
    };
    for (int side = 0; side < 2; ++side)
      if (dead_[static_cast<std::size_t>(side)] || dead_lanes_[static_cast<std::size_t>(side)] > 0)
        swap(side);
    const auto bad = [&] {
      for (int side = 0; side < 2; ++side)
        if (is_bad(worst(side, t, t + std::chrono::days(1))))
          return true;
      return false;
    };
    if (cause == OutageCause::bit_errors || cause == OutageCause::alarm) {
      if (!fixed_ends() && watch_.limits().connectors > 0) {
        take(spec_.clean);
        clean(t);
        outage.cleaned = true;
      }
      for (int round = 0; round < most_rounds && bad(); ++round) {
        const int sender = state(1, t).margin < state(0, t).margin ? 1 : 0;
        swap(sender);
        if (!fixed_ends() && bad())
          swap(1 - sender);
      }
      outage.unresolved = unresolved_ = bad();
    }
    outage.until = t;
    latched_ = unresolved_ ? std::array{every_bit, every_bit} : std::array<std::uint32_t, 2>{};
    life_.outages.push_back(outage);
    now_ = t;
    note(now_, true);
    reload(from + CampaignDuration(1)); // what began it has happened
  }

  void clean(CampaignTime t) {
    ++parts_.cleanings;
    parts_.clean_since = t;
    dirt_ = {};
  }
  void replace(int side, CampaignTime t) {
    for (std::size_t s = 0; s < 2; ++s)
      if (static_cast<int>(s) == side || fixed_ends()) {
        ++parts_.module_generation[s];
        parts_.module_since[s] = t;
        step_[s] = {};
        dead_[s] = false;
        dead_lanes_[s] = 0;
      }
  }
  void note(CampaignTime at, bool in_service) {
    life_.history.push_back({at, parts_, {more_loss(0), more_loss(1)}, in_service});
  }

  /// In service for [from, until): what it lost on the way.
  void spend(CampaignTime from, CampaignTime until) {
    if (from >= until)
      return;
    const double left = static_cast<double>(lanes_in_use()) / watch_.limits().module->lanes;
    for (int side = 0; side < 2; ++side) {
      const double bound = watch_.codewords_per_second() * 3600 * hours(until - from) *
                           watch_.uncorrectable_ratio(worst(side, from, until).pre_fec_ber);
      if (bound < negligible_codewords && left == 1)
        continue;
      if (!follows_margin_) {
        spend_piece(side, from, until, left);
        continue;
      }
      for (CampaignTime t = from; t < until;) {
        const CampaignTime end = std::min(until, ceil_to(t + CampaignDuration(1), longest_piece));
        spend_piece(side, t, end, left);
        t = end;
      }
    }
  }
  void spend_piece(int side, CampaignTime from, CampaignTime until, double rate_share) {
    const double ber = state(side, from + (until - from) / 2).pre_fec_ber;
    const double ratio = watch_.uncorrectable_ratio(ber);
    const double loss = watch_.frame_loss_ratio(ratio);
    life_.uncorrectable_codewords += watch_.codewords_per_second() * 3600 * hours(until - from) * ratio;
    if (ber > watch_.ber_limit())
      life_.hours_above_limit += hours(until - from);
    if (loss > negligible_loss || rate_share < 1)
      life_.slow.push_back({from, until, static_cast<std::uint8_t>(side), rate_share, loss});
  }

  const Population &population_;
  const FleetCable &cable_;
  const LinkWatch &watch_;
  const MaintenanceSpec &spec_;
  std::uint64_t seed_;
  bool follows_margin_;
  double lost_ber_ = 1, drain_ber_ = 1;

  MaintenancePolicy policy_ = MaintenancePolicy::wait;
  CampaignTime now_{}, until_{};
  CableParts parts_;
  std::array<Decibel, 2> step_{};
  Decibel dirt_{};
  std::array<int, 2> dead_lanes_{};
  std::array<bool, 2> dead_{};
  std::array<std::uint32_t, 2> latched_{};
  bool unresolved_ = false;
  std::optional<CampaignTime> drain_at_;
  OutageCause drain_cause_ = OutageCause::alarm;
  std::uint64_t repairs_ = 0;
  std::vector<CableEvent> events_;
  std::size_t next_event_ = 0;
  CableLife life_;
};

} // namespace

CableLife live(const Population &population, const FleetCable &cable, const LinkWatch &watch,
               const MaintenanceSpec &maintenance, std::uint64_t seed, CampaignTime from, CampaignTime until) {
  EXPECTS(from < until && from >= CampaignTime{});
  EXPECTS(watch.thresholds().every > CampaignDuration{} && maintenance.window > CampaignDuration{});
  return CableRun(population, cable, watch, maintenance, seed).run(from, until);
}

} // namespace lightloom
