#include "collectives/training/pipeline_schedule.hpp"

#include "sim/core/contract.hpp"

#include <algorithm>

namespace lightloom {
namespace {

/// The k-th pass of one direction: groups of `stages` micro-batches go through all chunks in turn.
Pass nth_pass(const PipelineShape &p, bool forward, std::uint64_t k) {
  const std::uint64_t round = static_cast<std::uint64_t>(p.stages) * p.interleave;
  if (p.interleave == 1)
    return {forward, 0, static_cast<std::uint32_t>(k)};
  const auto chunk = static_cast<std::uint32_t>(k % round / p.stages);
  return {forward, forward ? chunk : p.interleave - 1 - chunk,
          static_cast<std::uint32_t>(k / round * p.stages + k % p.stages)};
}

std::uint64_t all_passes(const PipelineShape &p) { return static_cast<std::uint64_t>(p.interleave) * p.micro_batches; }

} // namespace

PipelineShape pipeline_shape(const TrainingSpec &spec) {
  return {spec.pipeline, spec.interleave, spec.global_batch / (spec.data * spec.micro_batch)};
}

std::uint64_t warm_up_passes(const PipelineShape &p, std::uint32_t stage) {
  EXPECTS(stage < p.stages && p.interleave >= 1);
  const std::uint64_t later = p.stages - 1 - stage;
  const std::uint64_t passes =
      p.interleave == 1 ? later : 2 * later + static_cast<std::uint64_t>(p.interleave - 1) * p.stages;
  return std::min(passes, all_passes(p));
}

std::uint64_t passes_in_flight(const PipelineShape &p, std::uint32_t stage) {
  return std::min(warm_up_passes(p, stage) + 1, all_passes(p));
}

std::vector<Pass> pipeline_passes(const PipelineShape &p, std::uint32_t stage) {
  const std::uint64_t all = all_passes(p);
  const std::uint64_t warm_up = warm_up_passes(p, stage);
  std::vector<Pass> passes;
  passes.reserve(2 * all);
  for (std::uint64_t k = 0; k < all + warm_up; ++k) {
    if (k < all)
      passes.push_back(nth_pass(p, true, k));
    if (k >= warm_up)
      passes.push_back(nth_pass(p, false, k - warm_up));
  }
  return passes;
}

double bubble_fraction(const PipelineShape &p) {
  return (p.stages - 1.0) / (static_cast<double>(p.interleave) * p.micro_batches);
}

} // namespace lightloom
