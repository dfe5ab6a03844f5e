// Builds, runs, collects.

#include "sim/network/network.hpp"

#include "sim/core/digest.hpp"
#include "sim/network/assembly.hpp"

#include <algorithm>
#include <chrono>
#include <malloc.h>

namespace lightloom {

namespace {
void collect_counters(const NetworkAssembly &a, NetworkResult &r) {
  for (std::uint32_t l = 0; l < a.spec.links.size(); ++l) {
    const Transmitter &link = a.transmitter(LinkId(l));
    r.links.push_back(link.counters());
    r.silent = std::max(r.silent, link.free());
    r.links.back().max_queue_bytes = a.most_backlog(LinkId(l));
    r.frames_lost += link.lost_data();
    r.control_frames_lost += link.lost_control();
    r.link_hops += link.counters().tx_frames - link.counters().dropped_frames;
  }
  for (const auto &host : a.hosts) {
    const NicCounters &n = host->nic.counters();
    r.frames_injected += n.data_injected;
    r.frames_delivered += n.data_delivered;
    r.frames_discarded += n.data_discarded;
    r.frames_corrupted += n.data_corrupt;
    r.frames_resent += n.data_resent;
    r.control_frames_injected += n.control_injected;
    r.control_frames_delivered += n.control_delivered;
    r.control_frames_lost += n.control_corrupt;
    r.bytes_sent += n.bytes_posted;
    r.bytes_delivered += n.bytes_delivered;
  }
  for (const auto &s : a.switches) {
    r.frames_unroutable += s->unroutable_data();
    r.frames_corrupted += s->corrupt_data();
    r.control_frames_lost += s->unroutable_control() + s->corrupt_control();
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
    for (std::size_t c = 0; c < a.spec.collectives; ++c) {
      r.collectives[c].begin = std::min(r.collectives[c].begin, runner.collectives()[c].begin);
      r.collectives[c].end = std::max(r.collectives[c].end, runner.collectives()[c].end);
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

void collect_flows(const NetworkAssembly &a, NetworkResult &r) {
  if (!a.spec.record_flows)
    return;
  for (std::uint32_t rank = 0; rank < a.spec.placement.size(); ++rank) {
    const Host &host = *a.hosts[a.spec.placement[rank].index()];
    std::vector<std::vector<SimTime>> ends(host.nic.receive_queues.size());
    for (const auto &delivered : host.delivered())
      ends[delivered.queue].push_back(delivered.at);
    for (std::size_t q = 0; q < ends.size(); ++q) {
      const ReceiveQueue &queue = host.nic.receive_queues[q];
      std::size_t message = 0; // messages of a queue pair are delivered in the order posted
      for (const auto &posted : a.hosts[queue.host]->posted())
        if (posted.queue == queue.remote) {
          const SimTime end = message < ends[q].size() ? ends[q][message] : never;
          r.flows.push_back({queue.peer_rank, rank, posted.size, posted.at, end});
          ++message;
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
  }
  for (const SimTime end : r.rank_end)
    digest.fold(static_cast<std::uint64_t>(picoseconds(end)));
  return digest.value();
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
    for (const auto &host : assembly.hosts) {
      progress.bytes_delivered += host->nic.counters().bytes_delivered;
      progress.link_hops += host->nic.link.counters().tx_frames;
    }
    for (const auto &s : assembly.switches)
      for (std::uint32_t p = 0; p < s->ports(); ++p)
        progress.link_hops += s->out(p).link.counters().tx_frames;
    return options.progress(progress);
  };
}
} // namespace

NetworkResult collect_results(const NetworkAssembly &assembly, const ExecutionStatistics &statistics) {
  NetworkResult r;
  collect_counters(assembly, r);
  collect_ranks(assembly, r);
  collect_flows(assembly, r);
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
  if (!r.stopped_early)
    r.violations = broken_laws(assembly, r);
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
  const auto before = mallinfo2().uordblks;
  const NetworkAssembly assembly(std::move(spec), ExecutionOptions::Grouping::by_leaf);
  return (mallinfo2().uordblks - before) / std::max(1u, hosts);
}

} // namespace lightloom
