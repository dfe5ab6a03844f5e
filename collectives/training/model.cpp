#include "collectives/training/model.hpp"

#include "sim/core/contract.hpp"
#include "sim/core/error.hpp"

namespace lightloom {
namespace {

std::int64_t wide(std::uint32_t v) { return static_cast<std::int64_t>(v); }

/// ⌈a ÷ t⌉
std::int64_t split(std::int64_t a, std::uint32_t t) { return (a + t - 1) / t; }

bool latent(const ModelShape &m) { return m.key_value_rank > 0; }
std::int64_t head_width(const ModelShape &m) { return wide(m.hidden) / m.heads; }
/// Of a query, all heads, and of the values that the output projection takes.
std::int64_t query_width(const ModelShape &m) {
  return wide(m.heads) * (latent(m) ? m.query_head_width + m.rotary_width : head_width(m));
}
std::int64_t value_width(const ModelShape &m) {
  return wide(m.heads) * (latent(m) ? wide(m.value_head_width) : head_width(m));
}
std::int64_t kv_width(const ModelShape &m) { return head_width(m) * m.kv_heads; }

/// One norm: gain, and bias where the model has biases.
std::int64_t norm_parameters(const ModelShape &m) { return wide(m.hidden) * (m.biases ? 2 : 1); }

// Weights of the matrices; biases of column-parallel matrices are split with them, those of row-parallel ones are whole
// at each rank.
std::int64_t plain_attention_matrices(const ModelShape &m) {
  return wide(m.hidden) * (2 * wide(m.hidden) + 2 * kv_width(m));
}
/// Latent attention, what each rank holds whole: the projections down to the narrow widths.
std::int64_t narrow_matrices(const ModelShape &m) {
  return latent(m) ? wide(m.hidden) * (wide(m.query_rank) + m.key_value_rank + m.rotary_width) : 0;
}
/// Latent attention, split by heads: from the narrow widths up to all heads, and the output.
std::int64_t latent_head_matrices(const ModelShape &m) {
  const std::int64_t queries = (m.query_rank > 0 ? wide(m.query_rank) : wide(m.hidden)) * query_width(m);
  const std::int64_t keys_and_values =
      wide(m.key_value_rank) * m.heads * (wide(m.query_head_width) + m.value_head_width);
  return queries + keys_and_values + value_width(m) * m.hidden;
}
std::int64_t split_attention_matrices(const ModelShape &m) {
  return latent(m) ? latent_head_matrices(m) : plain_attention_matrices(m);
}
std::int64_t attention_matrices(const ModelShape &m) { return split_attention_matrices(m) + narrow_matrices(m); }
/// Norms of latent attention's narrow vectors.
std::int64_t narrow_norms(const ModelShape &m) { return latent(m) ? wide(m.query_rank) + m.key_value_rank : 0; }

std::int64_t gated_mlp(const ModelShape &m, std::int64_t width) { return wide(m.hidden) * width * (m.gated ? 3 : 2); }
std::int64_t mlp_matrices(const ModelShape &m) { return gated_mlp(m, m.ffn_hidden); }
std::int64_t shared_matrices(const ModelShape &m) { return m.shared_experts * gated_mlp(m, m.expert_ffn_hidden); }
std::int64_t router_matrix(const ModelShape &m) { return wide(m.hidden) * m.experts; }
std::int64_t attention_split_biases(const ModelShape &m) { return m.biases ? wide(m.hidden) + 2 * kv_width(m) : 0; }
std::int64_t mlp_split_biases(const ModelShape &m) { return m.biases ? wide(m.ffn_hidden) * (m.gated ? 2 : 1) : 0; }
std::int64_t whole_bias(const ModelShape &m) { return m.biases ? wide(m.hidden) : 0; }
std::int64_t vocabulary_matrix(const ModelShape &m) { return wide(m.vocabulary) * wide(m.hidden); }

/// Layers without and with experts.
std::int64_t dense_layers(const ModelShape &m) { return m.experts == 0 ? m.layers : m.dense_layers; }
std::int64_t expert_layers(const ModelShape &m) { return m.layers - dense_layers(m); }

std::int64_t parameters_with(const ModelShape &m, std::int64_t experts_counted) {
  return m.layers * attention_parameters(m) + dense_layers(m) * mlp_parameters(m) +
         expert_layers(m) * (router_and_shared_parameters(m) + experts_counted * expert_parameters(m)) +
         embedding_parameters(m) + head_parameters(m);
}

void check_experts(const ModelShape &m) {
  if (m.active_experts < 1 || m.active_experts > m.experts)
    throw Error("model.active_experts = " + std::to_string(m.active_experts),
                "must be 1 to model.experts = " + std::to_string(m.experts));
  if (m.expert_ffn_hidden < 1 || m.expert_ffn_hidden > 10'000'000)
    throw Error("model.expert_feed_forward = " + std::to_string(m.expert_ffn_hidden), "must be 1 to 10000000");
  if (m.experts > 100'000)
    throw Error("model.experts = " + std::to_string(m.experts), "must be 0 to 100000");
  if (m.shared_experts > 1'000)
    throw Error("model.shared_experts = " + std::to_string(m.shared_experts), "must be 0 to 1000");
  if (m.dense_layers > m.layers)
    throw Error("model.dense_layers = " + std::to_string(m.dense_layers),
                "there are " + std::to_string(m.layers) + " layers");
  if (m.biases)
    throw Error("model.experts with biases", "experts are counted without biases");
}

} // namespace

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
  within("feed_forward", m.ffn_hidden, 10'000'000);
  within("sequence", m.sequence, 100'000'000);
  within("vocabulary", m.vocabulary, 10'000'000);
  if (m.hidden % m.heads != 0)
    throw Error("model.hidden = " + std::to_string(m.hidden),
                "is not a multiple of model.heads = " + std::to_string(m.heads));
  if (m.heads % m.kv_heads != 0)
    throw Error("model.heads = " + std::to_string(m.heads),
                "is not a multiple of model.kv_heads = " + std::to_string(m.kv_heads));
  if (m.experts > 0)
    check_experts(m);
  if (m.key_value_rank > 0 && (m.query_head_width < 1 || m.value_head_width < 1))
    throw Error("model.key_value_rank = " + std::to_string(m.key_value_rank),
                "latent attention needs query_head_width and value_head_width");
}

bool is_expert_layer(const ModelShape &m, std::uint32_t layer) { return m.experts > 0 && layer >= m.dense_layers; }

std::int64_t attention_parameters(const ModelShape &m) { return attention_parameters_per_rank(m, 1); }
std::int64_t mlp_parameters(const ModelShape &m) { return mlp_parameters_per_rank(m, 1); }
std::int64_t expert_parameters(const ModelShape &m) { return expert_parameters_per_rank(m, 1); }
std::int64_t router_and_shared_parameters(const ModelShape &m) { return router_and_shared_parameters_per_rank(m, 1); }
std::int64_t embedding_parameters(const ModelShape &m) { return embedding_parameters_per_rank(m, 1); }
std::int64_t head_parameters(const ModelShape &m) { return head_parameters_per_rank(m, 1); }
std::int64_t parameters(const ModelShape &m) { return parameters_with(m, m.experts); }
std::int64_t active_parameters(const ModelShape &m) { return parameters_with(m, m.active_experts); }

std::int64_t attention_parameters_per_rank(const ModelShape &m, std::uint32_t tensor) {
  EXPECTS(tensor >= 1);
  return split(split_attention_matrices(m) + attention_split_biases(m), tensor) + narrow_matrices(m) + narrow_norms(m) +
         whole_bias(m) + norm_parameters(m);
}

std::int64_t mlp_parameters_per_rank(const ModelShape &m, std::uint32_t tensor) {
  EXPECTS(tensor >= 1);
  return split(mlp_matrices(m) + mlp_split_biases(m), tensor) + whole_bias(m) + norm_parameters(m);
}

std::int64_t expert_parameters_per_rank(const ModelShape &m, std::uint32_t tensor) {
  EXPECTS(tensor >= 1);
  return split(gated_mlp(m, m.expert_ffn_hidden), tensor);
}

std::int64_t router_and_shared_parameters_per_rank(const ModelShape &m, std::uint32_t tensor) {
  EXPECTS(tensor >= 1);
  return split(shared_matrices(m), tensor) + router_matrix(m) + norm_parameters(m);
}

std::int64_t embedding_parameters_per_rank(const ModelShape &m, std::uint32_t tensor) {
  EXPECTS(tensor >= 1);
  return split(vocabulary_matrix(m), tensor) + (m.learned_positions ? wide(m.sequence) * wide(m.hidden) : 0);
}

std::int64_t head_parameters_per_rank(const ModelShape &m, std::uint32_t tensor) {
  EXPECTS(tensor >= 1);
  return norm_parameters(m) + (m.tied_embeddings ? 0 : split(vocabulary_matrix(m), tensor));
}

double score_flops_per_token(const ModelShape &m) {
  return 2.0 * m.sequence * static_cast<double>(query_width(m) + value_width(m));
}
double attention_flops_per_token(const ModelShape &m) {
  return 2.0 * static_cast<double>(attention_matrices(m)) + score_flops_per_token(m);
}
double mlp_flops_per_token(const ModelShape &m) { return 2.0 * static_cast<double>(mlp_matrices(m)); }
double expert_flops_per_token(const ModelShape &m) {
  return 2.0 * static_cast<double>(m.active_experts * gated_mlp(m, m.expert_ffn_hidden));
}
double router_and_shared_flops_per_token(const ModelShape &m) {
  return 2.0 * static_cast<double>(router_matrix(m) + shared_matrices(m));
}
double head_flops_per_token(const ModelShape &m) { return 2.0 * static_cast<double>(vocabulary_matrix(m)); }
double training_flops_per_token(const ModelShape &m) {
  const double layers =
      m.layers * attention_flops_per_token(m) + static_cast<double>(dense_layers(m)) * mlp_flops_per_token(m) +
      static_cast<double>(expert_layers(m)) * (expert_flops_per_token(m) + router_and_shared_flops_per_token(m));
  return 3.0 * (layers + head_flops_per_token(m));
}

} // namespace lightloom
