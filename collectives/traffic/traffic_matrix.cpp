// Connection matrices as programs. Flows without triggers are posted by start time, by one stream per rank. What a
// trigger starts, or is activated by, has a stream and a channel of its own, so that its order among other flows need
// not be known.
//
// A trigger lives at its home, the rank that sends its first flow, as an event counter there. Activations and flows at
// other ranks are told by messages of 0 B, which take the time the network takes; htsim tells them at once.

#include "collectives/traffic/traffic_table.hpp"

#include "sim/core/contract.hpp"
#include "sim/core/error.hpp"

#include <algorithm>
#include <map>
#include <numeric>
#include <set>
#include <utility>

#include <fmt/format.h>

namespace lightloom {
namespace {

using Kind = Operation::Kind;
using Operations = std::vector<Operation>;

/// All streams of a rank.
using RankScript = std::vector<Operations>;

Operation message(Kind kind, std::uint32_t peer, std::uint32_t channel, Bytes bytes) {
  Operation op;
  op.kind = kind;
  op.peer = peer;
  op.channel = channel;
  op.bytes = bytes;
  return op;
}

Operation drain(std::uint32_t channel) {
  Operation op;
  op.kind = Kind::drain;
  op.channel = channel;
  return op;
}

Operation until(Duration time) {
  Operation op;
  op.kind = Kind::wait_until;
  op.duration = time;
  return op;
}

Operation event(Kind kind, std::uint32_t id, std::uint32_t count) {
  Operation op;
  op.kind = kind;
  op.id = id;
  op.count = count;
  return op;
}

class ScriptedProgram final : public RankProgram {
public:
  ScriptedProgram(std::shared_ptr<const std::vector<RankScript>> scripts, std::uint32_t rank)
      : scripts_(std::move(scripts)), script_((*scripts_)[rank]), done_(script_.size()) {}
  std::uint32_t streams() const override { return static_cast<std::uint32_t>(script_.size()); }
  Operation next(std::uint32_t stream) override {
    return done_[stream] < script_[stream].size() ? script_[stream][done_[stream]++] : Operation{};
  }
  std::vector<Peer> sends_to() const override {
    std::set<std::pair<std::uint32_t, std::uint32_t>> all;
    for (const Operations &stream : script_)
      for (const Operation &op : stream)
        if (op.kind == Kind::send)
          all.emplace(op.channel, op.peer);
    std::vector<Peer> peers;
    for (const auto &[channel, rank] : all)
      peers.push_back({channel, rank});
    return peers;
  }

private:
  std::shared_ptr<const std::vector<RankScript>> scripts_;
  const RankScript &script_;
  std::vector<std::size_t> done_;
};

class MatrixPlanner {
public:
  MatrixPlanner(const HtsimMatrix &matrix, Duration start, std::uint32_t ranks)
      : matrix_(matrix), start_(start), scripts_(ranks, RankScript(1)), receives_(ranks), channels_(ranks, 1),
        events_(ranks), position_(matrix.connections.size()) {
    for (std::uint32_t i = 0; i < matrix.connections.size(); ++i) {
      const HtsimConnection &c = matrix.connections[i];
      if (c.trigger != 0) {
        position_[i] = static_cast<std::uint32_t>(triggers_[c.trigger].flows.size());
        triggers_[c.trigger].flows.push_back(i);
      }
      if (c.send_done_trigger != 0)
        triggers_[c.send_done_trigger].activated_at.push_back(c.source);
      if (c.recv_done_trigger != 0)
        triggers_[c.recv_done_trigger].activated_at.push_back(c.destination);
    }
    for (auto &[id, t] : triggers_)
      if (!t.flows.empty()) {
        t.home = matrix.connections[t.flows.front()].source;
        t.event = events_[t.home]++;
      }
    for (const HtsimConnection &c : matrix.connections)
      channel_.push_back(stands_alone(c) ? 0 : channels_[c.source]++);
  }

  TablePlan plan() {
    std::vector<std::uint32_t> by_start(matrix_.connections.size());
    std::iota(by_start.begin(), by_start.end(), 0u);
    std::stable_sort(by_start.begin(), by_start.end(), [&](std::uint32_t a, std::uint32_t b) {
      return matrix_.connections[a].start < matrix_.connections[b].start;
    });
    for (const std::uint32_t i : by_start) {
      start_flow(i);
      end_flow(i);
    }
    TablePlan plan;
    for (std::uint32_t rank = 0; rank < scripts_.size(); ++rank) {
      Operations &first = scripts_[rank].front();
      first.insert(first.end(), receives_[rank].begin(), receives_[rank].end());
    }
    for (const HtsimConnection &c : matrix_.connections)
      plan.network_bytes += c.size;
    plan.channels = *std::max_element(channels_.begin(), channels_.end());
    plan.events = *std::max_element(events_.begin(), events_.end());
    plan.notes = matrix_.notes;
    plan.signals = told_ > 0;
    if (told_ > 0)
      plan.notes.push_back(fmt::format("{} activations of triggers reach another host: each is a message of 0 B, "
                                       "while htsim tells it at once",
                                       told_));
    auto scripts = std::make_shared<const std::vector<RankScript>>(std::move(scripts_));
    plan.program = [scripts](std::uint32_t rank) { return std::make_unique<ScriptedProgram>(scripts, rank); };
    return plan;
  }

private:
  struct Trigger {
    std::vector<std::uint32_t> flows;        ///< that it starts, in the order of the file
    std::vector<std::uint32_t> activated_at; ///< rank of each activation
    std::uint32_t home = 0;
    std::uint32_t event = 0; ///< at its home
  };

  static bool stands_alone(const HtsimConnection &c) {
    return c.trigger == 0 && c.send_done_trigger == 0 && c.recv_done_trigger == 0;
  }

  Operations &new_stream(std::uint32_t rank) { return scripts_[rank].emplace_back(); }

  /// The stream that activates such a trigger sends its flow itself.
  bool follows_at_once(const Trigger &t, std::uint32_t id) const {
    return matrix_.triggers.at(id).kind == HtsimTrigger::Kind::oneshot && t.flows.size() == 1 &&
           t.activated_at.front() == t.home;
  }

  /// How often trigger `id` is activated before flow `i` starts.
  std::uint32_t threshold(std::uint32_t id, std::uint32_t i) const {
    const HtsimTrigger &trigger = matrix_.triggers.at(id);
    switch (trigger.kind) {
    case HtsimTrigger::Kind::oneshot:
      return 1;
    case HtsimTrigger::Kind::barrier:
      return trigger.count;
    case HtsimTrigger::Kind::multishot:
      return 1 + position_[i];
    }
    return 1;
  }

  /// A message of 0 B: the sending end goes to `at`; returns the receiving end.
  Operation tell(std::uint32_t from, std::uint32_t to, Operations &at) {
    const std::uint32_t channel = channels_[from]++;
    at.push_back(message(Kind::send, to, channel, Bytes(0)));
    return message(Kind::receive, from, channel, Bytes(0));
  }

  /// The sending side of flow `i`, unless the stream that activates its trigger has it.
  void start_flow(std::uint32_t i) {
    const HtsimConnection &c = matrix_.connections[i];
    if (c.trigger == 0) {
      Operations &stream = c.send_done_trigger == 0 ? scripts_[c.source].front() : new_stream(c.source);
      if (start_ + c.start > Duration{})
        stream.push_back(until(start_ + c.start));
      send(i, stream);
      return;
    }
    const Trigger &t = triggers_.at(c.trigger);
    if (follows_at_once(t, c.trigger))
      return;
    const Operation fired = event(Kind::wait, t.event, threshold(c.trigger, i));
    if (c.source == t.home) {
      Operations stream{fired};
      send(i, stream);
      new_stream(c.source) = std::move(stream);
      return;
    }
    Operations teller{fired};
    Operations stream{tell(t.home, c.source, teller)};
    ++told_;
    new_stream(t.home) = std::move(teller);
    send(i, stream);
    new_stream(c.source) = std::move(stream);
  }

  /// Flow `i`, and what follows it on this stream.
  void send(std::uint32_t i, Operations &stream) {
    for (std::optional<std::uint32_t> flow = i; flow;) {
      const HtsimConnection &c = matrix_.connections[*flow];
      const std::uint32_t channel = channel_[*flow];
      stream.push_back(message(Kind::send, c.destination, channel, c.size));
      flow.reset();
      if (c.send_done_trigger == 0)
        return;
      stream.push_back(drain(channel));
      flow = activate(c.send_done_trigger, c.source, stream);
    }
  }

  /// Activates a trigger from `rank`; the flow that is to follow on this stream, if there is one.
  std::optional<std::uint32_t> activate(std::uint32_t id, std::uint32_t rank, Operations &stream) {
    const Trigger &t = triggers_.at(id);
    if (t.flows.empty())
      return std::nullopt;
    if (follows_at_once(t, id))
      return t.flows.front();
    const Operation fire = event(Kind::signal, t.event, 0);
    if (rank == t.home) {
      stream.push_back(fire);
    } else {
      Operations hearer{tell(rank, t.home, stream), fire};
      ++told_;
      new_stream(t.home) = std::move(hearer);
    }
    return std::nullopt;
  }

  /// The receiving side of flow `i`.
  void end_flow(std::uint32_t i) {
    const HtsimConnection &c = matrix_.connections[i];
    const Operation receive = message(Kind::receive, c.source, channel_[i], c.size);
    if (c.recv_done_trigger == 0) {
      receives_[c.destination].push_back(receive);
      return;
    }
    Operations stream{receive};
    if (const auto next = activate(c.recv_done_trigger, c.destination, stream))
      send(*next, stream);
    new_stream(c.destination) = std::move(stream);
  }

  const HtsimMatrix &matrix_;
  Duration start_;
  std::map<std::uint32_t, Trigger> triggers_;
  std::vector<std::uint32_t> channel_;  ///< [connection]
  std::vector<RankScript> scripts_;     ///< [rank]
  std::vector<Operations> receives_;    ///< [rank] at the end of its first stream
  std::vector<std::uint32_t> channels_; ///< [rank] used by its sends
  std::vector<std::uint32_t> events_;   ///< [rank]
  std::vector<std::uint32_t> position_; ///< [connection] among the flows of its trigger
  std::size_t told_ = 0;
};

} // namespace

TablePlan plan_matrix(const TrafficSpec &spec, TableId id, std::uint32_t ranks) {
  EXPECTS(spec.matrix != nullptr);
  if (spec.matrix->nodes > ranks)
    throw Error(fmt::format("{}: a matrix of {} hosts", id.key("path"), spec.matrix->nodes),
                fmt::format("the cluster has {}", ranks), fmt::format("Set cluster.gpus = {}.", spec.matrix->nodes));
  return MatrixPlanner(*spec.matrix, spec.start, ranks).plan();
}

} // namespace lightloom
