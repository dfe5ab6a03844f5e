// Builds, runs, collects.

#include "sim/network/network.hpp"

#include "sim/core/contract.hpp"
#include "sim/core/digest.hpp"
#include "sim/engine/chunk.hpp"
#include "sim/network/assembly.hpp"

#include <algorithm>
#include <chrono>
#include <malloc.h>
#include <numeric>
#include <utility>
#include <vector>

namespace lightloom {

namespace {
void collect_counters(const NetworkAssembly &a, NetworkResult &r) {
  for (std::uint32_t l = 0; l < a.spec.links.size(); ++l) {
    const Link &link = a.link_of(LinkId(l));
    r.links.push_back(link.counters());
    r.silent = std::max(r.silent, link.free());
    r.links.back().max_queue_bytes = a.most_backlog(LinkId(l));
    r.links.back().waiting_byte_ns = a.waiting_byte_ns(LinkId(l));
    r.frames_lost += link.lost_data();
    r.random_draws += link.draws();
    r.control_frames_lost += link.lost_control();
    r.link_hops += link.counters().tx_frames - link.counters().dropped_frames;
  }
  for (const auto &host : a.hosts)
    for (const auto &nic : host->nics)
      r += nic->counters();
  r.train_delay_mean = r.train_delay / static_cast<std::int64_t>(std::max<std::uint64_t>(1, r.messages_posted));
  for (const auto &host : a.hosts)
    r.random_draws += host->draws();
  for (const auto &s : a.switches) {
    r.frames_unroutable += s->unroutable_data();
    r.random_draws += s->draws();
    r.frames_corrupted += s->corrupt_data();
    r.frames_overflowed += s->dropped_data();
    r.control_frames_lost += s->unroutable_control() + s->corrupt_control() + s->dropped_control();
    r.control_frames_injected += s->pauses_sent();
    r.control_frames_delivered += s->pauses_received();
  }
}

/// Up to the end, or the last frame behind it.
void collect_codewords(const NetworkAssembly &a, NetworkResult &r) {
  const SimTime end = std::max(r.end, r.silent);
  for (std::uint32_t l = 0; l < r.links.size(); ++l) {
    const Link &link = a.link_of(LinkId(l));
    r.links[l].codewords = link.codewords_before(end);
    r.links[l].uncorrectable_codewords = link.uncorrectable_before(end);
  }
}

void collect_ranks(const NetworkAssembly &a, NetworkResult &r) {
  const auto ranks = a.spec.placement.size();
  r.steps.resize(a.spec.steps);
  r.rank_steps.assign(a.spec.steps, std::vector<RankStep>(ranks));
  r.collectives.resize(a.spec.collectives);
  for (std::size_t rank = 0; rank < ranks; ++rank) {
    const Host &host = *a.hosts[a.spec.placement[rank].index()];
    const RankRunner &runner = *host.runner();
    r.rank_end.push_back(runner.finished() ? runner.finished_at() : never);
    if (runner.finished())
      r.end = std::max(r.end, runner.finished_at());
    for (std::size_t s = 0; s < a.spec.steps; ++s) {
      r.rank_steps[s][rank] = runner.steps()[s];
      r.steps[s].begin = std::min(r.steps[s].begin, runner.steps()[s].begin);
      r.steps[s].end = std::max(r.steps[s].end, runner.steps()[s].end);
    }
    for (const auto &mark : runner.collectives()) {
      EXPECTS(mark.id < a.spec.collectives);
      MarkResult &all = r.collectives[mark.id];
      all.begin = std::min(all.begin, mark.begin);
      all.end = std::max(all.end, mark.end);
    }
    for (auto &blocked : runner.blocked())
      r.blocked.push_back(std::move(blocked));
    const auto &failure = host.failure();
    if (failure && (!r.failed || failure->at < r.failure.at)) {
      r.failed = true;
      r.failure = *failure;
    }
  }
}

/// What a host posted, by send queue, each in the order posted.
class PostedByQueue {
public:
  explicit PostedByQueue(const Host &host) : posted_(host.posted()), first_(host.nics.front()->send_queues.size() + 1) {
    for (const Host::Posted &posted : posted_)
      ++first_[posted.queue + 1];
    std::partial_sum(first_.begin(), first_.end(), first_.begin());
    order_.resize(posted_.size());
    std::vector<std::uint32_t> next(first_.begin(), first_.end() - 1);
    for (std::uint32_t i = 0; i < posted_.size(); ++i)
      order_[next[posted_[i].queue]++] = i;
  }
  std::uint32_t count(std::uint32_t queue) const { return first_[queue + 1] - first_[queue]; }
  const Host::Posted &message(std::uint32_t queue, std::uint32_t i) const { return posted_[order_[first_[queue] + i]]; }

private:
  const std::vector<Host::Posted> &posted_;
  std::vector<std::uint32_t> first_; ///< [queue] of order_, and the end
  std::vector<std::uint32_t> order_; ///< indices into posted_
};

/// Per receive queue, when each message's last part was there; those with parts missing are left out.
std::vector<std::vector<SimTime>> message_ends(const Host &host) {
  const std::size_t queues = host.nics.front()->receive_queues.size();
  const std::size_t ports = host.nics.size();
  std::vector<std::vector<SimTime>> ends(queues);
  std::vector<std::uint32_t> seen(queues * ports);
  for (const auto &delivered : host.delivered()) {
    const std::uint32_t ordinal = seen[delivered.queue * ports + delivered.port]++;
    auto &of_queue = ends[delivered.queue];
    if (of_queue.size() <= ordinal)
      of_queue.resize(ordinal + 1, SimTime{});
    of_queue[ordinal] = std::max(of_queue[ordinal], delivered.at);
  }
  for (std::size_t q = 0; q < queues; ++q)
    ends[q].resize(*std::min_element(seen.begin() + static_cast<std::ptrdiff_t>(q * ports),
                                     seen.begin() + static_cast<std::ptrdiff_t>((q + 1) * ports)));
  return ends;
}

/// Messages of a queue pair are delivered in the order posted.
void collect_flows(const NetworkAssembly &a, NetworkResult &r) {
  if (!a.spec.record_flows)
    return;
  std::vector<PostedByQueue> posted; // [host]
  for (const auto &host : a.hosts)
    posted.emplace_back(*host);
  for (std::uint32_t rank = 0; rank < a.spec.placement.size(); ++rank) {
    const Host &host = *a.hosts[a.spec.placement[rank].index()];
    const auto &queues = host.nics.front()->receive_queues;
    const auto ends = message_ends(host);
    for (std::size_t q = 0; q < queues.size(); ++q) {
      const ReceiveQueue &queue = queues[q];
      const PostedByQueue &of_peer = posted[queue.endpoint / a.spec.fabric.ports_per_host];
      for (std::uint32_t i = 0; i < of_peer.count(queue.remote); ++i) {
        const Host::Posted &message = of_peer.message(queue.remote, i);
        if (message.size.value > 0 || !a.spec.signals)
          r.flows.push_back({queue.peer_rank, rank, message.size, message.at, i < ends[q].size() ? ends[q][i] : never});
      }
    }
  }
}

/// Entities in order, then what reaches a dataset.
std::uint64_t final_digest(const NetworkAssembly &a, const NetworkResult &r) {
  Digest digest;
  digest.fold(a.simulation->digest());
  for (const auto &link : r.links) {
    digest.fold(link.tx_frames);
    digest.fold(link.tx_bytes);
    digest.fold(link.corrupted_frames);
    digest.fold(link.dropped_frames);
    digest.fold(link.max_queue_bytes);
    digest.fold(static_cast<std::uint64_t>(picoseconds(link.busy)));
    if (link.uncorrectable_codewords > 0)
      digest.fold(link.uncorrectable_codewords);
  }
  for (const SimTime end : r.rank_end)
    digest.fold(static_cast<std::uint64_t>(picoseconds(end)));
  return digest.value();
}

/// Why ranks waited; releases the histories.
void explain(const NetworkAssembly &a, NetworkResult &r) {
  std::vector<RankHistory> histories;
  for (const HostId host : a.spec.placement)
    histories.push_back(a.hosts[host.index()]->take_history());
  std::vector<SimTime> ends;
  for (const MarkResult &step : r.steps)
    ends.push_back(step.end);
  std::vector<Duration> busy;
  for (const LinkResult &link : r.links)
    busy.push_back(link.busy);
  r.attribution = attribute(a.spec, histories, r.steps.front().begin, ends, busy);
  r.violations.insert(r.violations.end(), r.attribution.violations.begin(), r.attribution.violations.end());
}

/// What is left in switches when nothing more can happen, and why.
void look_for_standstill(const NetworkAssembly &a, NetworkResult &r) {
  const auto ports = waiting_ports(a);
  for (const WaitingPort &port : ports)
    if (port.stopped) {
      r.frames_held += port.data_frames;
      r.control_frames_held += port.control_frames;
    }
  r.standstill = find_standstill(ports);
}

Watcher make_watcher(const NetworkAssembly &assembly, const ExecutionOptions &options) {
  if (!options.progress)
    return {};
  auto next = std::chrono::steady_clock::now();
  return [&assembly, &options, next](SimTime now) mutable {
    const auto clock = std::chrono::steady_clock::now();
    if (clock < next)
      return true;
    next = clock + std::chrono::milliseconds(200);
    ExecutionOptions::Progress progress;
    progress.now = now;
    for (const auto &host : assembly.hosts)
      for (const auto &nic : host->nics) {
        progress.bytes_delivered += nic->counters().bytes_delivered;
        progress.link_hops += nic->link.counters().tx_frames;
      }
    for (const auto &s : assembly.switches)
      for (std::uint32_t p = 0; p < s->ports(); ++p)
        progress.link_hops += s->out(p).link.counters().tx_frames;
    return options.progress(progress);
  };
}

void collect_telemetry(const NetworkAssembly &assembly, NetworkResult &r) {
  std::vector<LinkTelemetry> links;
  for (const LinkId link : assembly.spec.telemetry.links)
    links.push_back(*assembly.link_of(link).telemetry());
  if (!links.empty())
    r.telemetry = collect(std::move(links), assembly.spec.telemetry, std::max(r.end, r.silent));
}
} // namespace

NetworkResult collect_results(const NetworkAssembly &assembly, const ExecutionStatistics &statistics) {
  NetworkResult r;
  collect_counters(assembly, r);
  collect_ranks(assembly, r);
  collect_codewords(assembly, r);
  collect_flows(assembly, r);
  collect_telemetry(assembly, r);
  r.stopped_early = statistics.stopped;
  r.windows = statistics.windows;
  r.entity_visits = statistics.visits;
  const Lookahead lookahead = assembly.simulation->lookahead();
  r.lookahead = lookahead.duration;
  for (std::uint32_t c = 0; c < assembly.spec.fabric.cables.size(); ++c) {
    const Cable &cable = assembly.spec.fabric.cables[c];
    if (cable.a.value == lookahead.from.value && cable.b.value == lookahead.to.value)
      r.lookahead_link = link_forward(CableId(c));
    else if (cable.b.value == lookahead.from.value && cable.a.value == lookahead.to.value)
      r.lookahead_link = link_backward(CableId(c));
    if (r.lookahead_link.valid())
      break;
  }
  r.digest = final_digest(assembly, r);
  if (!r.stopped_early) {
    look_for_standstill(assembly, r);
    r.violations = broken_laws(assembly, r);
  }
  if (assembly.spec.explain_waiting && r.finished() && !r.steps.empty())
    explain(assembly, r);
  return r;
}

NetworkResult simulate(NetworkSpec spec, const ExecutionOptions &options) {
  NetworkAssembly assembly(std::move(spec), options.grouping);
  const Watcher watcher = make_watcher(assembly, options);
  const ExecutionStatistics statistics = options.sequential
                                             ? assembly.simulation->run_sequentially(watcher)
                                             : assembly.simulation->run_windows(options.threads, watcher);
  return collect_results(assembly, statistics);
}

std::uint64_t network_footprint(NetworkSpec spec) {
  const auto hosts = spec.fabric.hosts;
  const auto chunks = [] { return static_cast<std::uint64_t>(ChunkPool::of_this_thread().out()) * chunk_size; };
  const std::uint64_t before = mallinfo2().uordblks + chunks();
  const NetworkAssembly assembly(std::move(spec), ExecutionOptions::Grouping::by_leaf);
  return (mallinfo2().uordblks + chunks() - before) / std::max(1u, hosts);
}

} // namespace lightloom
