#include "collectives/model.hpp"

#include "sim/core/contract.hpp"
#include "sim/core/error.hpp"

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

std::int64_t wide(std::uint32_t v) { return static_cast<std::int64_t>(v); }

/// ⌈a ÷ t⌉
std::int64_t split(std::int64_t a, std::uint32_t t) { return (a + t - 1) / t; }

std::int64_t kv_width(const ModelShape &m) { return wide(m.hidden) / m.heads * m.kv_heads; }

/// One norm: gain, and bias where the model has biases.
std::int64_t norm_parameters(const ModelShape &m) { return wide(m.hidden) * (m.biases ? 2 : 1); }

// Weights of the matrices; biases of column-parallel matrices are split with them, those of row-parallel ones are whole
// at each rank.
std::int64_t attention_matrices(const ModelShape &m) { return wide(m.hidden) * (2 * wide(m.hidden) + 2 * kv_width(m)); }
std::int64_t mlp_matrices(const ModelShape &m) { return wide(m.hidden) * wide(m.ffn_hidden) * (m.gated ? 3 : 2); }
std::int64_t attention_split_biases(const ModelShape &m) { return m.biases ? wide(m.hidden) + 2 * kv_width(m) : 0; }
std::int64_t mlp_split_biases(const ModelShape &m) { return m.biases ? wide(m.ffn_hidden) * (m.gated ? 2 : 1) : 0; }
std::int64_t whole_bias(const ModelShape &m) { return m.biases ? wide(m.hidden) : 0; }
std::int64_t vocabulary_matrix(const ModelShape &m) { return wide(m.vocabulary) * wide(m.hidden); }

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
      llama("llama-7b", {32, 4096, 32, 32, 11008, 2048, 32000}, 6.7e9,
            "Touvron et al. 2023 (LLaMA), Table 2; FFN width 11008 from its released configuration"),
      llama("llama3-8b", {32, 4096, 32, 8, 14336, 8192, 128256}, 8.03e9,
            "Llama 3 paper (2024), Table 3; vocabulary padded to 128256 as released"),
      llama("llama3-70b", {80, 8192, 64, 8, 28672, 8192, 128256}, 70.6e9,
            "Llama 3 paper (2024), Table 3; vocabulary padded to 128256 as released"),
      llama("llama3-405b", {126, 16384, 128, 8, 53248, 8192, 128256}, 405e9,
            "Llama 3 paper (2024), Table 3; vocabulary padded to 128256 as released"),
  };
  return catalogue;
}

const ModelShape &find_model(std::string_view name) {
  std::vector<std::string> known;
  std::string all;
  for (const ModelShape &m : models()) {
    if (m.name == name)
      return m;
    known.push_back(m.name);
    all += (all.empty() ? "" : ", ") + m.name;
  }
  const std::string near = nearest_word(std::string(name), known);
  throw Error("unknown model \"" + std::string(name) + "\"", "the catalogue has " + all,
              near.empty() ? "Give its shape in a [model] table." : "Did you mean \"" + near + "\"?");
}

void check_model(const ModelShape &m) {
  const auto within = [&](const char *what, std::uint32_t value, std::uint32_t most) {
    if (value < 1 || value > most)
      throw Error("model." + std::string(what) + " = " + std::to_string(value), "must be 1 to " + std::to_string(most));
  };
  within("layers", m.layers, 10'000);
  within("hidden", m.hidden, 1'000'000);
  within("heads", m.heads, 100'000);
  within("kv_heads", m.kv_heads, 100'000);
  within("ffn_hidden", m.ffn_hidden, 10'000'000);
  within("sequence", m.sequence, 100'000'000);
  within("vocabulary", m.vocabulary, 10'000'000);
  if (m.hidden % m.heads != 0)
    throw Error("model.hidden = " + std::to_string(m.hidden),
                "is not a multiple of model.heads = " + std::to_string(m.heads));
  if (m.heads % m.kv_heads != 0)
    throw Error("model.heads = " + std::to_string(m.heads),
                "is not a multiple of model.kv_heads = " + std::to_string(m.kv_heads));
}

std::int64_t attention_parameters(const ModelShape &m) { return attention_parameters_per_rank(m, 1); }
std::int64_t mlp_parameters(const ModelShape &m) { return mlp_parameters_per_rank(m, 1); }
std::int64_t embedding_parameters(const ModelShape &m) { return embedding_parameters_per_rank(m, 1); }
std::int64_t head_parameters(const ModelShape &m) { return head_parameters_per_rank(m, 1); }
std::int64_t parameters(const ModelShape &m) {
  return m.layers * (attention_parameters(m) + mlp_parameters(m)) + embedding_parameters(m) + head_parameters(m);
}

std::int64_t attention_parameters_per_rank(const ModelShape &m, std::uint32_t tensor) {
  EXPECTS(tensor >= 1);
  return split(attention_matrices(m) + attention_split_biases(m), tensor) + whole_bias(m) + norm_parameters(m);
}

std::int64_t mlp_parameters_per_rank(const ModelShape &m, std::uint32_t tensor) {
  EXPECTS(tensor >= 1);
  return split(mlp_matrices(m) + mlp_split_biases(m), tensor) + whole_bias(m) + norm_parameters(m);
}

std::int64_t embedding_parameters_per_rank(const ModelShape &m, std::uint32_t tensor) {
  EXPECTS(tensor >= 1);
  return split(vocabulary_matrix(m), tensor) + (m.learned_positions ? wide(m.sequence) * wide(m.hidden) : 0);
}

std::int64_t head_parameters_per_rank(const ModelShape &m, std::uint32_t tensor) {
  EXPECTS(tensor >= 1);
  return norm_parameters(m) + (m.tied_embeddings ? 0 : split(vocabulary_matrix(m), tensor));
}

double attention_flops_per_token(const ModelShape &m) {
  return 2.0 * static_cast<double>(attention_matrices(m)) + 4.0 * m.sequence * m.hidden;
}
double mlp_flops_per_token(const ModelShape &m) { return 2.0 * static_cast<double>(mlp_matrices(m)); }
double head_flops_per_token(const ModelShape &m) { return 2.0 * static_cast<double>(vocabulary_matrix(m)); }
double training_flops_per_token(const ModelShape &m) {
  return 3.0 * (m.layers * (attention_flops_per_token(m) + mlp_flops_per_token(m)) + head_flops_per_token(m));
}

} // namespace lightloom
