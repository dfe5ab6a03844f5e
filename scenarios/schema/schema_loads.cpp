// The rows of the table of keys for what runs on the network: [job], [model], [[collective]], [[traffic]], and what
// later versions have for [failures] and [campaign].

#include "collectives/algorithm.hpp"
#include "collectives/traffic/traffic.hpp"
#include "scenarios/schema/schema.hpp"

#include <algorithm>
#include <utility>

namespace lightloom {

namespace {
// One key per row, as dense as a table.
// clang-format off
using enum KeyType;
using Keys = std::vector<Key>;

Keys parallel_keys() {
  return {
      {.path = "job.*.model", .type = text, .fallback = "gpt-13b",
       .description = "catalogue name, or a [model] table"},
      {.path = "job.*.tensor", .type = count, .fallback = "gpus_per_node", .low = 1, .high = 1024,
       .description = "tensor parallel ranks; in the scale-up domain when they fit, else rings over the network"},
      {.path = "job.*.pipeline", .type = count, .fallback = "1", .low = 1, .high = 1024,
       .description = "pipeline stages"},
      {.path = "job.*.data", .type = count, .fallback = "GPUs ÷ (tensor × pipeline × context)", .low = 1,
       .high = 65536, .description = "data parallel ranks"},
      {.path = "job.*.context", .type = count, .fallback = "1", .low = 1, .high = 1024, .only = "1",
       .description = "context parallel ranks"},
      {.path = "job.*.expert", .type = count, .fallback = "1", .low = 1, .high = 65536,
       .source = "Megatron-LM's layout",
       .description = "expert parallel ranks, taken from the tensor × data ranks of a stage; divides the experts"},
      {.path = "job.*.expert_tensor", .type = count, .fallback = "tensor", .low = 1, .high = 1024,
       .description = "ranks that share the matrices of one expert: as tensor, or 1"},
      {.path = "job.*.sequence_parallel", .type = flag, .fallback = "false", .source = "Korthikanti et al. 2022",
       .description = "activations between tensor parallel blocks are split over the tensor ranks"},
      {.path = "job.*.sequence", .type = count, .fallback = "the model's", .low = 1, .high = 1e7,
       .description = "tokens of a sequence"},
      {.path = "job.*.micro_batch", .type = count, .fallback = "1", .low = 1, .high = 65536,
       .description = "sequences per forward pass of a data parallel rank"},
      {.path = "job.*.global_batch", .type = count, .fallback = "micro_batch × data × pipeline", .low = 1, .high = 1e9,
       .description = "sequences per step"},
      {.path = "job.*.placement", .type = choice, .fallback = "tp-dp-pp", .choices = {"tp-dp-pp", "tp-pp-dp"},
       .source = "Megatron-LM's default",
       .description = "which ranks are neighbours: tensor fastest, then data or pipeline, GPU by GPU"},
  };
}

/// Algorithms of an all-reduce.
std::vector<std::string> all_reduce_names() {
  std::vector<std::string> names;
  for (const auto &line : collective_algorithms())
    if (line.op == CollectiveOp::all_reduce)
      names.emplace_back(line.name);
  return names;
}

Keys schedule_keys() {
  return {
      {.path = "job.*.schedule", .type = choice, .fallback = "1f1b; interleave > 1: interleaved-1f1b",
       .choices = {"1f1b", "interleaved-1f1b", "none"}, .source = "Narayanan et al., SC 2021",
       .description = "of the pipeline; none: there is no pipeline"},
      {.path = "job.*.interleave", .type = count, .fallback = "1", .low = 1, .high = 64,
       .description = "schedule = \"interleaved-1f1b\": virtual stages per pipeline rank"},
      {.path = "job.*.first_stage_layers", .type = count, .fallback = "as many as the others", .low = 1, .high = 1e4,
       .description = "layers of the first pipeline stage, which also holds the embedding"},
      {.path = "job.*.last_stage_layers", .type = count, .fallback = "as many as the others", .low = 1, .high = 1e4,
       .description = "layers of the last pipeline stage, which also holds the output head"},
      {.path = "job.*.zero", .type = count, .fallback = "0", .low = 0, .high = 1, .source = "Rajbhandari et al. 2020",
       .description = "ZeRO stage; 1: optimizer states are split over the data parallel ranks"},
      {.path = "job.*.overlap", .type = flag, .fallback = "true",
       .description = "data parallel reduction runs beside the backward pass"},
      {.path = "job.*.recompute", .type = choice, .fallback = "none", .choices = {"none", "selective", "full"},
       .source = "Korthikanti et al. 2022",
       .description = "activations computed again in the backward pass: of the attention, or of whole layers"},
      {.path = "job.*.flash_attention", .type = flag, .fallback = "true", .source = "Dao et al. 2022",
       .description = "attention scores are never held in memory"},
      {.path = "job.*.gradient_bytes", .type = count, .fallback = "2", .low = 2, .high = 4,
       .description = "bytes of a gradient on the network: 2 or 4"},
      {.path = "job.*.bucket", .type = bytes, .fallback = "one layer", .low = 1, .high = 1e12,
       .description = "a gradient bucket is reduced once it holds this much"},
      {.path = "job.*.data_algorithm", .type = choice, .fallback = "ring", .choices = all_reduce_names(),
       .description = "of the gradients' all-reduce, or reduce-scatter and all-gather with ZeRO"},
      {.path = "job.*.workload", .type = text,
       .description = "a SimAI/AICB workload file instead of a model, relative to the scenario file"},
  };
}

Keys model_keys() {
  Keys keys;
  // What check_model() allows, or less.
  const std::pair<const char *, double> shape[] = {
      {"layers", 1e4}, {"hidden", 1e6}, {"heads", 1e5}, {"sequence", 1e7}, {"vocabulary", 1e7}};
  for (const auto &[name, most] : shape)
    keys.push_back({.path = std::string("model.") + name, .type = count, .low = 1, .high = most,
     .description = "shape of a model that is not in the catalogue"});
  const Keys rest = {
      {.path = "model.feed_forward", .type = count, .fallback = "4 × hidden", .low = 1, .high = 1e7,
       .description = "width of the feed-forward part of a dense layer"},
      {.path = "model.kv_heads", .type = count, .fallback = "heads", .low = 1, .high = 1e5,
       .description = "heads of keys and values: fewer than heads in grouped-query attention"},
      {.path = "model.gated", .type = flag, .fallback = "false",
       .description = "gated feed-forward part (SwiGLU): three matrices instead of two"},
      {.path = "model.experts", .type = count, .fallback = "0", .low = 0, .high = 1e5,
       .description = "routed experts of a layer; 0: a dense model"},
      {.path = "model.active_experts", .type = count, .fallback = "2", .low = 1, .high = 1e5,
       .description = "routed experts that each token visits"},
      {.path = "model.shared_experts", .type = count, .fallback = "0", .low = 0, .high = 1e3,
       .description = "experts that every token visits, held by every rank"},
      {.path = "model.expert_feed_forward", .type = count, .fallback = "feed_forward", .low = 1, .high = 1e7,
       .description = "width of one expert"},
      {.path = "model.dense_layers", .type = count, .fallback = "0", .low = 0, .high = 1e4,
       .description = "first layers that have no experts"},
  };
  keys.insert(keys.end(), rest.begin(), rest.end());
  return keys;
}

/// Every algorithm that some operation has, "auto" first.
std::vector<std::string> auto_and_algorithms() {
  std::vector<std::string> names = algorithm_names();
  names.insert(names.begin(), "auto");
  return names;
}

/// Of the contract's algorithms, those that this version does not have.
std::vector<std::string> later_algorithms() {
  std::vector<std::string> later{"double-binary-tree", "bruck"};
  std::erase_if(later, [have = algorithm_names()](const std::string &name) {
    return std::find(have.begin(), have.end(), name) != have.end();
  });
  return later;
}

Keys collective_keys() {
  return {
      {.path = "collective.*.op", .type = choice, .fallback = "all-reduce",
       .choices = {"all-reduce", "all-gather", "reduce-scatter", "all-to-all", "broadcast", "send"},
       .description = "over all GPUs, each with its own NICs"},
      {.path = "collective.*.algorithm", .type = choice, .fallback = "auto", .choices = auto_and_algorithms(),
       .later = later_algorithms(),
       .description = "auto: ring; all-to-all: pairwise; broadcast: chain; send: direct"},
      {.path = "collective.*.size", .type = bytes, .fallback = "1GiB", .low = 1, .high = 1e12,
       .description = "nccl-tests convention: buffer bytes per rank"},
  };
}

/// Lengths of a shift in words.
std::vector<std::string> shift_words() { return {"1 host", "1 rack", "1 group", "host", "rack", "group"}; }

/// "fixed", and every distribution of FlowSizes.
std::vector<std::string> flow_size_names() {
  std::vector<std::string> names{"fixed", "exponential", "pareto"};
  const auto &published = FlowSizes::published_names();
  names.insert(names.end(), published.begin(), published.end());
  return names;
}

/// Who sends how much to whom.
Keys traffic_keys() {
  return {
      {.path = "traffic.*.pattern", .type = choice, .fallback = "permutation", .choices = traffic_patterns(),
       .description = "who sends to whom; uniform: to another host, drawn for each flow; all-to-all: one flow per "
                      "ordered pair; shift: host r to host r + by; file: as path says"},
      {.path = "traffic.*.size", .type = bytes, .fallback = "20MB", .low = 1, .high = 1e12,
       .description = "bytes per flow; sizes = \"exponential\" or \"pareto\": the mean; pattern = \"file\": in place "
                      "of sizes of 0, which are refused without it"},
      {.path = "traffic.*.fan_in", .type = count, .fallback = "64", .low = 1, .high = 65535,
       .description = "incast: senders to host 0"},
      {.path = "traffic.*.by", .type = count, .fallback = "1", .low = 1, .high = 65535, .words = shift_words(),
       .description = "shift: by how many hosts; or as far as the first host of the same rail under another leaf "
                      "(1 rack) or in another pod or group (1 group)"},
      {.path = "traffic.*.path", .type = text,
       .description = "file: an htsim connection matrix (.cm), relative to the scenario file"},
      {.path = "traffic.*.start_unit", .type = choice, .fallback = "us", .choices = {"us", "ps"},
       .description = "file: unit of the matrix's start times; htsim's generators wrote us, its newer readers take ps"},
      {.path = "traffic.*.start", .type = duration, .fallback = "0s", .low = 0, .high = 3600,
       .description = "nothing of this table is sent before"},
      {.path = "traffic.*.repeat", .type = count, .fallback = "1", .low = 1, .high = 1e6,
       .description = "closed loop: rounds; a host begins one when its flows of the round before are acknowledged"},
  };
}

/// When flows arrive, and how large they are.
Keys arrival_keys() {
  return {
      {.path = "traffic.*.arrivals", .type = choice, .fallback = "closed", .choices = {"closed", "poisson"},
       .description = "closed: all flows are posted at start; poisson: each sender posts flows at random times, "
                      "whatever became of those before"},
      {.path = "traffic.*.load", .type = ratio, .low = 1e-6, .high = 100,
       .description = "poisson: payload offered, as a share of the line rate of each sender's ports together; incast: "
                      "of the receiver's, all senders together"},
      {.path = "traffic.*.duration", .type = duration, .low = 1e-9, .high = 3600,
       .description = "poisson: flows arrive this long from start; the run ends when all have"},
      {.path = "traffic.*.warmup", .type = duration, .fallback = "0s", .low = 0, .high = 3600,
       .description = "poisson: flows that arrive this long from start are left out of the figures of flows"},
      {.path = "traffic.*.sizes", .type = choice, .fallback = "fixed", .choices = flow_size_names(),
       .source = "HPCC's traffic generator (SIGCOMM 2019) for the published ones",
       .description = "poisson: distribution of flow sizes; websearch: DCTCP's, hadoop: Facebook's, alibaba-storage: "
                      "AliStorage2019; exponential and pareto (shape 1.5, over four decades) have the mean size"},
      {.path = "traffic.*.sizes_file", .type = text,
       .description = "poisson: sizes from a file, relative to the scenario file: per line bytes and the probability "
                      "of a flow no larger, in % or up to 1"},
      {.path = "traffic.*.record", .type = flag, .fallback = "true",
       .description = "keep each flow's times for completion times, slowdown and goodput; false: save the memory"},
  };
}

Keys campaign_keys() {
  return {
      {.path = "failures.link_mtbf", .type = duration, .not_yet = true, .description = "stochastic failures"},
      {.path = "failures.flap_rate", .type = ratio, .not_yet = true, .description = "stochastic failures"},
      {.path = "campaign.tokens", .type = ratio, .fallback = "no time to train", .low = 1, .high = 1e18,
       .description = "of the whole training: time to train, without failures, is this over tokens per second"},
      {.path = "campaign.checkpoint_interval", .type = duration, .not_yet = true, .auto_allowed = true,
       .description = "time to train"},
      {.path = "campaign.replicas", .type = count, .not_yet = true, .description = "time to train"},
  };
}
// clang-format on
} // namespace

std::vector<Key> load_schema() {
  Keys keys;
  for (auto part :
       {parallel_keys, schedule_keys, model_keys, collective_keys, traffic_keys, arrival_keys, campaign_keys}) {
    const Keys more = part();
    keys.insert(keys.end(), more.begin(), more.end());
  }
  return keys;
}

} // namespace lightloom
