// The models by name, each shape with its source.

#include "collectives/training/model.hpp"

namespace lightloom {
namespace {

ModelShape gpt(std::string name, std::uint32_t layers, std::uint32_t hidden, std::uint32_t heads,
               std::uint32_t vocabulary, double published, std::string source) {
  ModelShape m;
  m.name = std::move(name);
  m.layers = layers;
  m.hidden = hidden;
  m.heads = m.kv_heads = heads;
  m.ffn_hidden = 4 * hidden;
  m.sequence = 2048;
  m.vocabulary = vocabulary;
  m.tied_embeddings = m.learned_positions = m.biases = true;
  m.published_parameters = published;
  m.source = std::move(source);
  return m;
}

struct LlamaSizes {
  std::uint32_t layers, hidden, heads, kv_heads, ffn_hidden, sequence, vocabulary;
};

ModelShape llama(std::string name, const LlamaSizes &z, double published, std::string source) {
  ModelShape m;
  m.name = std::move(name);
  m.layers = z.layers;
  m.hidden = z.hidden;
  m.heads = z.heads;
  m.kv_heads = z.kv_heads;
  m.ffn_hidden = z.ffn_hidden;
  m.gated = true;
  m.sequence = z.sequence;
  m.vocabulary = z.vocabulary;
  m.published_parameters = published;
  m.source = std::move(source);
  return m;
}

/// Jiang et al. 2024 (MegaScale), Table 2: heads of 96.
ModelShape megascale() {
  return gpt("megascale-175b", 96, 12288, 128, 64000, 175e9,
             "Jiang et al. 2024 (MegaScale, NSDI), Table 2: 96 layers, hidden 12288, 128 heads, vocabulary "
             "64000, sequence 2048; the rest as GPT-3");
}

ModelShape mixtral() {
  ModelShape m =
      llama("mixtral-8x7b", {32, 4096, 32, 8, 14336, 4096, 32000}, 46.7e9,
            "Jiang et al. 2024 (Mixtral of Experts), Table 1: 8 experts, 2 active; 46.7e9 parameters, 12.9e9 "
            "active as its authors announced; trained here on sequences of 4096, its context is 32768");
  m.experts = 8;
  m.active_experts = 2;
  m.expert_ffn_hidden = m.ffn_hidden;
  m.published_active = 12.9e9;
  return m;
}

ModelShape deepseek() {
  ModelShape m =
      llama("deepseek-v3", {61, 7168, 128, 128, 18432, 4096, 129280}, 671e9,
            "DeepSeek-V3 technical report (2024), sections 2 and 4.2: 256 routed experts of 2048, 8 active, 1 "
            "shared; the first 3 layers dense; widths of dense layers and vocabulary from its released "
            "configuration; without the 14e9 of multi-token prediction");
  m.experts = 256;
  m.active_experts = 8;
  m.shared_experts = 1;
  m.expert_ffn_hidden = 2048;
  m.dense_layers = 3;
  m.query_rank = 1536;
  m.key_value_rank = 512;
  m.rotary_width = 64;
  m.query_head_width = 128;
  m.value_head_width = 128;
  m.published_active = 37e9;
  return m;
}

} // namespace

const std::vector<ModelShape> &models() {
  static const std::vector<ModelShape> catalogue = {
      gpt("gpt-13b", 40, 5120, 40, 50304, 13.0e9,
          "Brown et al. 2020, Table 2.1 (13B: 40 layers, 40 heads of 128; prints d_model 5140, which 40 x 128 = 5120 "
          "contradicts); "
          "vocabulary 50257 padded to a multiple of 128 as Megatron-LM does"),
      gpt("gpt3-175b", 96, 12288, 96, 51200, 174.6e9,
          "Brown et al. 2020, Table 2.1; vocabulary 51200 and 174.6e9 parameters as in Narayanan et al. 2021 (SC), "
          "Table 2"),
      megascale(),
      llama("llama-7b", {32, 4096, 32, 32, 11008, 2048, 32000}, 6.7e9,
            "Touvron et al. 2023 (LLaMA), Table 2; FFN width 11008 from its released configuration"),
      llama("llama3-8b", {32, 4096, 32, 8, 14336, 8192, 128256}, 8.03e9,
            "Llama 3 paper (2024), Table 3; vocabulary padded to 128256 as released"),
      llama("llama3-70b", {80, 8192, 64, 8, 28672, 8192, 128256}, 70.6e9,
            "Llama 3 paper (2024), Table 3; vocabulary padded to 128256 as released"),
      llama("llama3-405b", {126, 16384, 128, 8, 53248, 8192, 128256}, 405e9,
            "Llama 3 paper (2024), Table 3; vocabulary padded to 128256 as released"),
      mixtral(),
      deepseek(),
  };
  return catalogue;
}

} // namespace lightloom
