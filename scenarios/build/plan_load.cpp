// The load of a scenario as programs: a training step, a foreign workload file, plain collectives or plain traffic.

#include "collectives/files/simai.hpp"
#include "collectives/plain.hpp"
#include "collectives/training/training.hpp"
#include "scenarios/build/job_spec.hpp"
#include "scenarios/build/parts.hpp"
#include "scenarios/build/plan_traffic.hpp"
#include "scenarios/located.hpp"
#include "sim/core/parse_quantity.hpp"

#include <algorithm>

#include <fmt/format.h>

namespace lightloom {

namespace {
/// Frames of one message that the network can number, and one more.
constexpr std::int64_t max_message_frames = std::int64_t{1} << 30;
/// Operations of a stream that are looked at for the largest message: later ones repeat earlier ones.
constexpr std::uint64_t walked_operations = 1'000'000;

JobPlan plan_model(const Scenario &s) {
  const TrainingSpec spec = training_spec(s);
  return located(s, "job.0", [&] {
    return located(
        s, "job.0.data_algorithm", [&] { return plan_training(spec); }, spec.data_algorithm + " ");
  });
}

JobPlan plan_plain(const Scenario &s) {
  std::vector<PlainCollective> list;
  for (const auto &c : s.collectives)
    list.push_back({parse_collective_op(c.op), c.algorithm, c.size, s.steps});
  const ScaleUpDomain domain = scale_up_domain(s);
  const AlgorithmTable algorithms = algorithms_with(s.extensions.collective_algorithms);
  // Each alone first, for the place of what cannot be.
  for (std::size_t i = 0; i < list.size(); ++i)
    located(s, fmt::format("collective.{}", i), [&] {
      const auto alone = [&] { plan_collectives({list[i]}, s.cluster.gpus, domain, algorithms); };
      located(s, fmt::format("collective.{}.algorithm", i), alone, list[i].algorithm + " ");
    });
  return located(s, "collective.0", [&] { return plan_collectives(list, s.cluster.gpus, domain, algorithms); });
}

JobPlan plan_workload(const Scenario &s) {
  const auto workload = located(s, "job.0.workload", [&] { return load_simai(s.job->workload); });
  SimaiRun run;
  run.gpus = s.cluster.gpus;
  run.scale_up = scale_up_domain(s);
  run.steps = s.steps;
  auto plan = located(s, "job.0.workload", [&] { return plan_simai(workload, run); });
  plan.notes.insert(plan.notes.end(), workload.warnings.begin(), workload.warnings.end());
  return plan;
}

JobPlan plan_of(const Scenario &s) {
  if (s.job)
    return s.job->workload.empty() ? plan_model(s) : plan_workload(s);
  if (!s.collectives.empty())
    return plan_plain(s);
  throw Error(Problem{{s.file, 0, 0},
                      "nothing to run",
                      "no [job], [[collective]] or [[traffic]]",
                      "Add one, or use lightloom topology."});
}

/// The largest message of the plan, and the collective it belongs to. Rank 0 sends in each of them.
struct LargestMessage {
  Bytes bytes{};
  std::uint32_t collective = 0;
};

LargestMessage largest_message(const JobPlan &plan) {
  LargestMessage largest;
  const auto program = plan.program(0);
  std::uint32_t collective = 0;
  for (std::uint32_t stream = 0; stream < program->streams(); ++stream)
    for (std::uint64_t i = 0; i < walked_operations; ++i) {
      const Operation o = program->next(stream);
      if (o.kind == Operation::Kind::finish)
        break;
      if (o.kind == Operation::Kind::begin_collective)
        collective = o.id;
      if ((o.kind == Operation::Kind::send || o.kind == Operation::Kind::receive) && o.bytes > largest.bytes)
        largest = {o.bytes, collective};
    }
  return largest;
}

/// Sequence numbers of frames have 32 bits and a message may take a quarter of the circle.
bool too_large(const Scenario &s, Bytes bytes) { return bytes.value / s.transport.mtu.value >= max_message_frames; }

[[noreturn]] void refuse_message(const Scenario &s, const std::string &key, Bytes bytes) {
  throw Error(Problem{s.place(key), fmt::format("{}: a message of {}", key, format_bytes(bytes)),
                      fmt::format("{} frames of transport.mtu = {} B, at most {} fit in sequence numbers",
                                  bytes.value / s.transport.mtu.value, s.transport.mtu.value, max_message_frames - 1),
                      "Try a larger transport.mtu, or a smaller size."});
}

/// Programs are walked only when something is that large at all, which with common frames nothing is.
void check_messages(const Scenario &s, const JobPlan &plan) {
  if (std::none_of(plan.collectives.begin(), plan.collectives.end(),
                   [&](const CollectiveInfo &c) { return !c.scale_up && too_large(s, c.bytes); }))
    return;
  const LargestMessage largest = largest_message(plan);
  if (too_large(s, largest.bytes))
    refuse_message(s, s.job ? "job.0" : fmt::format("collective.{}.size", largest.collective / s.steps), largest.bytes);
}

JobPlan plan_flows(const Scenario &s) {
  const auto specs = traffic_specs(s);
  for (std::size_t i = 0; i < specs.size(); ++i)
    if (const Bytes largest = largest_flow(specs[i]); too_large(s, largest))
      refuse_message(s, fmt::format("traffic.{}.size", i), largest);
  return located(s, "traffic.0", [&] { return plan_traffic(specs, s.cluster.gpus); });
}
} // namespace

JobPlan plan_load(const Scenario &s) {
  if (!s.traffic.empty() && !s.job && s.collectives.empty())
    return plan_flows(s);
  JobPlan plan = plan_of(s);
  check_messages(s, plan);
  return plan;
}

} // namespace lightloom
