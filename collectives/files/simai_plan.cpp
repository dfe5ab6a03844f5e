// A SimAI workload as a script: the order of SimAI's transformer loop (Workload.cc,
// iterate_hybrid_parallel_Transformer_fwd_in_bckwd), with one difference: a step ends when all its gradients are
// reduced, where SimAI lets them overlap the next step's forward.

#include "collectives/files/simai.hpp"
#include "collectives/script.hpp"
#include "sim/core/error.hpp"

#include <fmt/format.h>

#include <array>

namespace lightloom {
namespace {

constexpr std::uint32_t gradients_ready = 0;
constexpr std::uint32_t gradients_reduced = 1;

std::uint32_t gpus_of(const SimaiWorkload &w, const SimaiRun &run) {
  if (run.gpus && w.all_gpus && *run.gpus != *w.all_gpus)
    throw Error(fmt::format("{} GPUs for {}", *run.gpus, w.file),
                fmt::format("the file says all_gpus = {}", *w.all_gpus),
                fmt::format("Set cluster.gpus = {}.", *w.all_gpus));
  if (!run.gpus && !w.all_gpus)
    throw Error("no number of GPUs for " + w.file, "the file does not say all_gpus", "Set cluster.gpus.");
  return run.gpus ? *run.gpus : *w.all_gpus;
}

/// Refuses what this version cannot run; never runs something else instead.
void check(const SimaiWorkload &w, std::uint32_t gpus, const SimaiRun &run) {
  const auto refuse = [&](const std::string &what, const std::string &why, const std::string &suggestion = {}) {
    throw Error(Problem{{w.file, 1, 1}, what, why, suggestion});
  };
  const std::string &p = w.parallelism;
  if (p != "HYBRID_TRANSFORMER" && p != "HYBRID_TRANSFORMER_FWD_IN_BCKWD" && p != "MICRO" && p != "DATA" &&
      p != "MODEL")
    refuse("running parallelism " + p,
           "this version runs HYBRID_TRANSFORMER, HYBRID_TRANSFORMER_FWD_IN_BCKWD, MICRO, DATA and MODEL");
  if (w.pipeline > 1)
    refuse(fmt::format("running pp = {}", w.pipeline), "pipeline parallelism is not in this version",
           "lightloom import simai prints what the file holds.");
  if (w.checkpoints > 0 || w.checkpoint_initiates > 0)
    refuse("running checkpoints > 0", "activation recomputation is not in this version");
  if (gpus % w.tensor != 0)
    refuse(fmt::format("{} GPUs with model_parallel_NPU_group = {}", gpus, w.tensor),
           "tensor parallelism must divide the GPUs",
           fmt::format("Try {} GPUs.", (gpus / w.tensor + 1) * static_cast<std::uint64_t>(w.tensor)));
  if (gpus / w.tensor % w.expert != 0)
    refuse(fmt::format("{} GPUs with model_parallel_NPU_group = {} and ep = {}", gpus, w.tensor, w.expert),
           fmt::format("ep must divide the {} data-parallel replicas", gpus / w.tensor));
  if (run.steps < 1)
    throw Error("scenario.steps = 0", "must be at least 1");
}

class SimaiBuilder {
public:
  SimaiBuilder(const SimaiWorkload &workload, std::uint32_t gpus, const SimaiRun &run)
      : workload_(workload), run_(run) {
    script_.ranks = gpus;
    script_.scale_up = run.scale_up;
    script_.steps = run.steps;
    const std::uint32_t tensor = workload.tensor;
    const std::uint32_t data = gpus / tensor;
    const bool everyone_is_model =
        workload.parallelism == "MODEL"; // ASTRA-sim: forward and input gradient involve every dimension
    add_group(SimaiGroup::all, gpus, 1);
    add_group(SimaiGroup::tensor, everyone_is_model ? gpus : tensor, 1);
    add_group(SimaiGroup::data, everyone_is_model ? 1 : data, tensor);
    add_group(SimaiGroup::expert, workload.expert, tensor);
    add_group(SimaiGroup::data_expert, data / workload.expert, tensor * workload.expert);
  }

  JobPlan build();

private:
  struct GroupEntry {
    std::uint32_t size = 1;
    std::uint32_t communicator = 0; ///< when size > 1
  };

  void add_group(SimaiGroup group, std::uint32_t size, std::uint32_t stride);
  /// Appends the collective; false when there is nothing to do.
  bool add_comm(std::vector<Instruction> &to, const SimaiComm &comm);
  void add_notes(JobPlan &plan) const;

  const SimaiWorkload &workload_;
  const SimaiRun &run_;
  Script script_;
  std::array<GroupEntry, 6> groups_{}; ///< by SimaiGroup
  std::uint32_t alone_ = 0;            ///< communications in groups of one
  std::uint32_t empty_ = 0;            ///< communications of no bytes
};

void SimaiBuilder::add_group(SimaiGroup group, std::uint32_t size, std::uint32_t stride) {
  GroupEntry &entry = groups_[static_cast<std::size_t>(group)];
  entry.size = size;
  if (size == 1)
    return;
  const std::uint32_t domain = run_.scale_up.gpus;
  Communicator c;
  c.size = size;
  c.stride = stride;
  c.scale_up = group == SimaiGroup::tensor && size <= domain && domain % size == 0;
  entry.communicator = static_cast<std::uint32_t>(script_.communicators.size());
  script_.communicators.push_back(c);
}

bool SimaiBuilder::add_comm(std::vector<Instruction> &to, const SimaiComm &comm) {
  if (!comm.op)
    return false;
  const GroupEntry &entry = groups_[static_cast<std::size_t>(comm.group)];
  if (comm.bytes.value == 0 || entry.size == 1) {
    ++(comm.bytes.value == 0 ? empty_ : alone_);
    return false;
  }
  to.push_back(
      collective(script_, entry.communicator, *comm.op, comm.bytes, "auto", static_cast<std::uint16_t>(comm.group)));
  return true;
}

JobPlan SimaiBuilder::build() {
  std::vector<Instruction> main{begin_step()};
  std::vector<Instruction> reductions;
  const auto work = [&](Duration d) {
    if (d > Duration::zero())
      main.push_back(compute(d));
  };
  Duration update{};
  for (const SimaiLayer &layer : workload_.layers) {
    work(layer.forward);
    add_comm(main, layer.forward_comm);
    update += layer.update;
  }
  std::uint32_t reduced = 0;
  for (auto layer = workload_.layers.rbegin(); layer != workload_.layers.rend(); ++layer) {
    work(layer->input_gradient);
    add_comm(main, layer->input_gradient_comm);
    work(layer->weight_gradient);
    std::vector<Instruction> one{wait_event(gradients_ready, reduced + 1)};
    if (!add_comm(one, layer->weight_gradient_comm))
      continue;
    ++reduced;
    main.push_back(signal_event(gradients_ready));
    one.push_back(signal_event(gradients_reduced));
    reductions.insert(reductions.end(), one.begin(), one.end());
  }
  if (reduced > 0)
    main.push_back(wait_event(gradients_reduced, reduced));
  work(update);
  main.push_back(end_step());
  Role role{{{section(std::move(main))}}};
  if (reduced > 0)
    role.streams.push_back({section(std::move(reductions))});
  script_.roles.push_back(std::move(role));
  JobPlan plan = plan_script(script_);
  plan.steps = run_.steps;
  plan.labels.clear(); // in the order of SimaiGroup
  for (const char *group :
       {"other", "tensor-parallel", "data-parallel", "expert-parallel", "expert data-parallel", "all ranks"})
    plan.labels.emplace_back(group);
  add_notes(plan);
  return plan;
}

void SimaiBuilder::add_notes(JobPlan &plan) const {
  const auto size = [&](SimaiGroup g) { return groups_[static_cast<std::size_t>(g)].size; };
  plan.notes.push_back(fmt::format("{}: {} layers of {}; {} GPUs = tensor {} x data {} (expert {}).", workload_.file,
                                   workload_.layers.size(), workload_.parallelism, script_.ranks,
                                   size(SimaiGroup::tensor), size(SimaiGroup::data), size(SimaiGroup::expert)));
  const GroupEntry &tensor = groups_[static_cast<std::size_t>(SimaiGroup::tensor)];
  if (tensor.size > 1)
    plan.notes.emplace_back(
        script_.communicators[tensor.communicator].scale_up
            ? "Tensor groups run in the scale-up domain, by closed form; all other groups over the network."
            : "Tensor groups do not fit the scale-up domain: all groups run over the network.");
  plan.notes.emplace_back("Rings for all-reduce, all-gather and reduce-scatter, pairwise for all-to-all, a chain for "
                          "broadcast (SimAI itself skips BROADCAST).");
  if (alone_ > 0)
    plan.notes.push_back(fmt::format("{} communications in groups of one GPU move nothing.", alone_));
  if (empty_ > 0)
    plan.notes.push_back(fmt::format("{} communications of 0 bytes are left out.", empty_));
  if (workload_.accumulation > 1)
    plan.notes.push_back(
        fmt::format("ga = {}: the file's layers are run once per step, as they stand.", workload_.accumulation));
}

} // namespace

JobPlan plan_simai(const SimaiWorkload &workload, const SimaiRun &run) {
  const std::uint32_t gpus = gpus_of(workload, run);
  check(workload, gpus, run);
  return SimaiBuilder(workload, gpus, run).build();
}

} // namespace lightloom
