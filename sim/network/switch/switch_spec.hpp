#pragma once
// What a switch is, as parameters: its pipeline, its buffer and what it does when that fills, and how it chooses among
// equal paths.

#include "sim/core/quantity.hpp"
#include "sim/network/switch/routing_policy.hpp"

#include <cstdint>

namespace lightloom {

/// How switches choose among equal-cost ports (switch/path_choice.hpp).
enum class PathChoice : std::uint8_t {
  ecmp,               ///< by a hash of the flow: one path per queue pair and entropy
  spray,              ///< per flow, frame by frame round robin, from a seeded phase
  spray_random,       ///< frame by frame, at random
  spray_least_of_two, ///< frame by frame, the shorter queue of two drawn at random
  flowlet,            ///< by hash, anew after a pause of the flow
  adaptive,           ///< frame by frame, the shortest queue
  own                 ///< frame by frame, as SwitchSpec::own_policy says
};

/// Cut-through forwards a frame once its head is in; store-and-forward once its tail is.
enum class Forwarding : std::uint8_t { cut_through, store_and_forward };

/// Marks frames as RED does, by the length of the queue they join (DCQCN's figure 5): never up to `least`, always from
/// `most` on, between them with a probability that rises to `probability`.
struct EcnSpec {
  bool enabled = false;
  Bytes least{};
  Bytes most{};
  double probability = 1;
};

/// Priority flow control (IEEE 802.1Qbb), per ingress port and priority.
struct PfcSpec {
  bool enabled = false;
  Bytes xoff{};     ///< an ingress port that holds more pauses its peer
  Bytes xon{};      ///< … until it holds no more than this
  Bytes headroom{}; ///< per ingress port and priority, beyond xoff, kept out of the shared buffer; 0: from the longest
                    ///< link: what is under way until a pause takes effect
};

/// What all switches of a network have in common.
struct SwitchSpec {
  Duration latency{500ns}; ///< head (cut-through) or tail in → head may leave
  Forwarding forwarding = Forwarding::cut_through;
  Bytes buffer{};      ///< shared by all ports; 0: unlimited, or bounded by credits
  Bytes queue_limit{}; ///< of one port and priority, beside alpha; 0: none
  double alpha = 1;    ///< a queue may hold at most alpha × the free buffer (Choudhury and Hahne 1998)
  EcnSpec ecn;
  PfcSpec pfc;
  bool trim = false; ///< a data frame that finds no room leaves as a header of `trimmed` bytes on the last lane
  Bytes trimmed{64}; ///< with header, without the 20 B of preamble and gap
  Duration flowlet_gap{50us};           ///< flowlet: a flow that paused for longer chooses anew
  RoutingPolicyFactory own_policy = {}; ///< PathChoice::own
};

} // namespace lightloom
