#pragma once
// What happened to frames in switches and on links, over all links: drops, trims, marks, pauses, resent frames, queues.

#include "analysis/results.hpp"

#include <string>

namespace lightloom {

/// Sums over all links; not_known where the results are of a version that did not count it, or have no links.
struct NetworkSummary {
  double dropped_frames = not_known;   ///< lost on a link: down, or given up by link-level retry
  double corrupted_frames = not_known; ///< hit by an uncorrectable codeword
  double buffer_drops = not_known;     ///< found no room in a switch
  double trimmed_frames = not_known;
  double ecn_marked = not_known;
  double pauses = not_known;
  double paused_s = not_known;             ///< over all links
  double resent_frames = not_known;        ///< by the transport
  double retried_frames = not_known;       ///< by link-level retry
  double max_queue_bytes = not_known;      ///< greatest of all egress queues …
  std::string max_queue_link;              ///< … and the link behind it; "" when no frame ever waited
  double max_queue_mean_bytes = not_known; ///< mean of that queue over the run
  double mean_queue_bytes = not_known;     ///< greatest mean of all egress queues …
  std::string mean_queue_link;             ///< … and the link behind it
};

/// What the counters of all links and NICs of a run come to; figures that the run did not keep are `not_known`.
NetworkSummary network_summary(const RunResults &results);

/// What happened in a few lines; one sentence when nothing did; empty when not known. Ends with a newline.
std::string network_text(const NetworkSummary &network);

} // namespace lightloom
