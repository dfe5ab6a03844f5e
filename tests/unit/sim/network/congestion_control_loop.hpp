#pragma once
// A toy network for congestion controls: some senders with a port each, one queue, one receiver. Frame by frame;
// acknowledgements and notifications take no room. Marks as in EcnSpec, drawn by Philox; a frame that finds the queue
// full is trimmed, and its sender hears of it after the flight alone.

#include "sim/core/quantity.hpp"
#include "sim/core/random.hpp"
#include "sim/network/congestion/dcqcn.hpp"
#include "sim/network/congestion/fecn_becn.hpp"
#include "sim/network/congestion/nscc.hpp"
#include "sim/network/switch/switch_spec.hpp"

#include <algorithm>
#include <cstdint>
#include <deque>
#include <queue>
#include <vector>

namespace lightloom::toy {

/// The loop: a frame takes half of `flight` to the queue's head and half back, beside its transmission and its waiting.
struct Network {
  BitRate line;    ///< of the senders' ports and of the queue's
  Duration flight; ///< there and back
  EcnSpec ecn;
  Bytes limit{};             ///< of the queue; 0: none
  std::int64_t slower = 1;   ///< the queue's port has line ÷ slower
  std::int64_t frame = 4178; ///< 4,096 B of payload, headers, 20 B of preamble and gap
  Duration base_rtt() const { return flight + transmission_time(Bytes(frame), drain()); }
  BitRate drain() const { return BitRate(line.bits_per_second / slower); }
  double bdp() const { return seconds(base_rtt()) * static_cast<double>(line.bits_per_second) / 8; }
};

/// What a run of the loop was like between two times.
struct Outcome {
  double utilisation = 0; ///< of the line, by what the receiver got
  double jain = 0;        ///< index of the flows' bytes
  double mean_queue = 0;  ///< found by arriving frames [B]
  double most_queue = 0;  ///< [B]
};

inline double jain(const std::vector<double> &shares) {
  double sum = 0;
  double squares = 0;
  for (const double x : shares) {
    sum += x;
    squares += x * x;
  }
  return squares > 0 ? sum * sum / (static_cast<double>(shares.size()) * squares) : 0;
}

/// The queue: first come, first served. Measures what passes between two times.
class Queue {
public:
  Queue(const Network &network, std::size_t flows, SimTime from, SimTime until)
      : network_(network), random_(1, Purpose::test, 0), from_(from), until_(until), got_(flows) {}
  struct Passed {
    SimTime out; ///< last bit, or notice of a trimmed frame, at the receiver
    bool marked = false;
    bool trimmed = false;
  };
  Passed pass(SimTime in, std::size_t flow) {
    const double bytes_per_ps = static_cast<double>(network_.drain().bits_per_second) / 8e12;
    const double queue = free_ > in ? static_cast<double>((free_ - in).count()) * bytes_per_ps : 0;
    const double limit = static_cast<double>(network_.limit.value);
    if (limit > 0 && queue + static_cast<double>(network_.frame) > limit)
      return {in + network_.flight / 2, false, true};
    free_ = std::max(free_, in) + transmission_time(Bytes(network_.frame), network_.drain());
    if (free_ > from_ && free_ <= until_) {
      got_[flow] += static_cast<double>(network_.frame);
      sum_ += queue;
      ++frames_;
      most_ = std::max(most_, queue);
    }
    return {free_ + network_.flight / 2, random_.uniform() <= chance(queue)};
  }
  Outcome outcome() const {
    double sum = 0;
    for (const double bytes : got_)
      sum += bytes;
    return {sum * 8 / (seconds(until_ - from_) * static_cast<double>(network_.drain().bits_per_second)), jain(got_),
            sum_ / std::max(1.0, frames_), most_};
  }

private:
  double chance(double queue) const {
    const auto least = static_cast<double>(network_.ecn.least.value);
    const auto most = static_cast<double>(network_.ecn.most.value);
    if (queue <= least)
      return 0;
    return queue >= most ? 1 : (queue - least) / (most - least) * network_.ecn.probability;
  }
  Network network_;
  RandomStream random_;
  SimTime free_{};
  SimTime from_;
  SimTime until_;
  std::vector<double> got_;
  double sum_ = 0;
  double frames_ = 0;
  double most_ = 0;
};

/// Senders of a rate, `Control` being Dcqcn or FecnBecn, that begin together; notifications at most every `interval`
/// per flow. Looks at the time from `from` to `until`.
template <class Control, class Spec>
Outcome rates(const Network &network, const Spec &spec, std::size_t flows, Duration interval, SimTime from,
              SimTime until) {
  struct Flow {
    Control control;
    SimTime next{};
    SimTime quiet{}; ///< the receiver sends no notification before
    std::deque<SimTime> notifications{};
  };
  std::vector<Flow> all(flows, Flow{Control(spec, network.line)});
  Queue queue(network, flows, from, until);
  for (;;) {
    std::size_t f = 0;
    for (std::size_t i = 1; i < flows; ++i)
      if (all[i].next < all[f].next)
        f = i;
    Flow &flow = all[f];
    if (flow.next >= until)
      return queue.outcome();
    while (!flow.notifications.empty() && flow.notifications.front() <= flow.next) {
      flow.control.notified(flow.notifications.front());
      flow.notifications.pop_front();
    }
    const auto passed = queue.pass(flow.next, f);
    if (passed.marked && passed.out >= flow.quiet) {
      flow.notifications.push_back(passed.out + network.flight / 2);
      flow.quiet = passed.out + interval;
    }
    flow.next = flow.control.sent(flow.next, network.frame);
  }
}

/// Senders of a window under NSCC, likewise; an acknowledgement per frame.
class Windows {
public:
  Windows(const Network &network, const NsccSpec &spec, std::size_t flows, SimTime from, SimTime until)
      : network_(network), queue_(network, flows, from, until), until_(until),
        transmission_(transmission_time(Bytes(network.frame), network.line)),
        flows_(flows, Flow{Nscc(spec, network.base_rtt(), network.line, network.frame)}) {}
  Outcome run() {
    for (;;) {
      const std::size_t f = first();
      const bool answer = !answers_.empty() && (f == flows_.size() || answers_.top().time <= flows_[f].next);
      if ((answer ? answers_.top().time : flows_[f].next) >= until_)
        return queue_.outcome();
      if (answer)
        hear();
      else
        send(f);
    }
  }

private:
  struct Flow {
    Nscc control;
    SimTime next{};
    std::int64_t in_flight = 0;
  };
  struct Answer {
    SimTime time;
    std::uint64_t number;
    std::size_t flow;
    SimTime sent;
    bool marked;
    bool trimmed;
    bool operator<(const Answer &other) const { // the earliest on top
      return time != other.time ? time > other.time : number > other.number;
    }
  };
  /// The flow that may send first.
  std::size_t first() const {
    std::size_t f = flows_.size();
    for (std::size_t i = 0; i < flows_.size(); ++i)
      if (flows_[i].in_flight + network_.frame <= flows_[i].control.window() &&
          (f == flows_.size() || flows_[i].next < flows_[f].next))
        f = i;
    return f;
  }
  void send(std::size_t f) {
    const SimTime now = flows_[f].next;
    const auto passed = queue_.pass(now, f);
    flows_[f].in_flight += network_.frame;
    answers_.push({passed.out + network_.flight / 2, ++numbers_, f, now, passed.marked, passed.trimmed});
    flows_[f].next = now + transmission_;
  }
  void hear() {
    const Answer a = answers_.top();
    answers_.pop();
    Flow &flow = flows_[a.flow];
    flow.in_flight -= network_.frame;
    if (a.trimmed)
      flow.control.lost(a.time, network_.frame);
    else
      flow.control.acknowledged(a.time, network_.frame, a.marked, a.time - a.sent);
    flow.next = std::max(flow.next, a.time);
  }

  Network network_;
  Queue queue_;
  SimTime until_;
  Duration transmission_;
  std::vector<Flow> flows_;
  std::priority_queue<Answer> answers_;
  std::uint64_t numbers_ = 0;
};

} // namespace lightloom::toy
