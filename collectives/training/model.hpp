#pragma once
// Transformer models by published shape: parameters and FLOPs, layer by layer; dense decoders and mixtures of experts.
// Leaves out: multi-token prediction heads, encoders.
// FLOPs count multiply and add as two; backward is twice forward (Narayanan et al., SC 2021, appendix; Kaplan et al.
// 2020).

#include "sim/core/quantity.hpp"

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace lightloom {

/// A decoder-only transformer. Layers from `dense_layers` on are mixtures of experts when `experts` > 0.
struct ModelShape {
  std::string name;
  std::uint32_t layers = 0;
  std::uint32_t hidden = 0;
  std::uint32_t heads = 0;
  std::uint32_t kv_heads = 0; ///< = heads without grouped-query attention
  std::uint32_t ffn_hidden = 0;
  bool gated = false; ///< SwiGLU: three MLP matrices instead of two
  std::uint32_t sequence = 0;
  std::uint32_t vocabulary = 0;   ///< as held in memory, padding included
  bool tied_embeddings = false;   ///< output head shares the embedding matrix
  bool learned_positions = false; ///< sequence × hidden position embeddings
  bool biases = false;            ///< linear layers and norms have biases (GPT-2/3); else RMSNorm and none (Llama)

  std::uint32_t experts = 0;           ///< routed experts per layer; 0 = dense
  std::uint32_t active_experts = 0;    ///< routed experts per token
  std::uint32_t shared_experts = 0;    ///< experts that every token passes, beside the routed ones
  std::uint32_t expert_ffn_hidden = 0; ///< width of one expert
  std::uint32_t dense_layers = 0;      ///< leading layers without experts

  // Multi-head latent attention (DeepSeek-V2, 2024): all zero for plain attention.
  std::uint32_t query_rank = 0;       ///< width queries are compressed to
  std::uint32_t key_value_rank = 0;   ///< width keys and values are compressed to; > 0 means latent attention
  std::uint32_t rotary_width = 0;     ///< per head, of the query and of the one shared key
  std::uint32_t query_head_width = 0; ///< per head, without the rotary part
  std::uint32_t value_head_width = 0; ///< per head

  double published_parameters = 0; ///< what its authors state; 0 for a user's own
  double published_active = 0;     ///< of them used per token; 0 when dense
  std::string source;
};

/// The catalogue: gpt-13b, gpt3-175b, megascale-175b, llama-7b, llama3-8b, llama3-70b, llama3-405b, mixtral-8x7b,
/// deepseek-v3.
const std::vector<ModelShape> &models();
/// A model by catalogue name. Throws Error with the nearest name.
const ModelShape &find_model(std::string_view name);
/// Throws Error when the shape makes no sense (zero, heads that do not divide, absurd sizes, experts without a width).
void check_model(const ModelShape &model);

/// Whether layer `layer` (from 0) is a mixture of experts.
bool is_expert_layer(const ModelShape &model, std::uint32_t layer);

/// Parameters of the attention part of one layer: all its projections and norms.
std::int64_t attention_parameters(const ModelShape &model);
/// Parameters of the MLP part of one dense layer and its norm.
std::int64_t mlp_parameters(const ModelShape &model);
/// Parameters of one routed expert.
std::int64_t expert_parameters(const ModelShape &model);
/// What an expert layer has in place of the MLP, without its routed experts: norm, router, shared experts.
std::int64_t router_and_shared_parameters(const ModelShape &model);
/// Token and position embeddings (the first pipeline stage's).
std::int64_t embedding_parameters(const ModelShape &model);
/// Final norm, and the output head unless tied.
std::int64_t head_parameters(const ModelShape &model);
/// All of it.
std::int64_t parameters(const ModelShape &model);
/// Of them used per token: all but the routed experts that are not active.
std::int64_t active_parameters(const ModelShape &model);

/// Parameters one rank of a tensor-parallel group of `tensor` holds of the same parts: matrices split (rounded up),
/// norms, routers and the narrow sides of latent attention whole.
std::int64_t attention_parameters_per_rank(const ModelShape &model, std::uint32_t tensor);
std::int64_t mlp_parameters_per_rank(const ModelShape &model, std::uint32_t tensor);
std::int64_t expert_parameters_per_rank(const ModelShape &model, std::uint32_t tensor);
std::int64_t router_and_shared_parameters_per_rank(const ModelShape &model, std::uint32_t tensor);
std::int64_t embedding_parameters_per_rank(const ModelShape &model, std::uint32_t tensor);
std::int64_t head_parameters_per_rank(const ModelShape &model, std::uint32_t tensor);

/// Forward FLOPs per token of the attention scores and of the values they weigh: 2 × sequence × heads × (query + value
/// width), 4 × sequence × hidden for plain attention (the full square: causal masking is not credited, as in SC 2021).
double score_flops_per_token(const ModelShape &model);
/// Forward FLOPs per token of one layer's attention part: projections 2 × weights, and scores.
double attention_flops_per_token(const ModelShape &model);
/// Forward FLOPs per token of one dense layer's MLP: 2 × weights.
double mlp_flops_per_token(const ModelShape &model);
/// Forward FLOPs per token of the active routed experts of one layer: 2 × weights.
double expert_flops_per_token(const ModelShape &model);
/// Forward FLOPs per token of one layer's router and shared experts.
double router_and_shared_flops_per_token(const ModelShape &model);
/// Forward FLOPs per token of the output head: 2 × vocabulary × hidden.
double head_flops_per_token(const ModelShape &model);
/// Forward and backward FLOPs per token: 3 × (all layers + head). For the GPT shape this is formula (3) of SC 2021
/// without recomputation: 72 L h² (1 + s/6h + V/12Lh).
double training_flops_per_token(const ModelShape &model);

} // namespace lightloom
