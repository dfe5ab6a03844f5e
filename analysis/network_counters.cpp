#include "analysis/network_counters.hpp"

#include "analysis/table.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <vector>

namespace lightloom {
namespace {

/// Of one column over all links; not_known when the file of the results lacks it.
template <class T> double sum(const RunResults &results, const char *column, T LinkRow::*member) {
  const std::string path = std::string("/links/") + column;
  if (results.links.empty() || std::find(results.missing.begin(), results.missing.end(), path) != results.missing.end())
    return not_known;
  std::uint64_t total = 0;
  for (const LinkRow &link : results.links)
    total += static_cast<std::uint64_t>(link.*member);
  return static_cast<double>(total);
}

/// "1234 frames", in full up to a million.
std::string frames(double count, const char *unit = "frame") {
  const std::string number = count < 1e6 ? fmt::format("{:.0f}", count) : format_number(count * 1e-6) + " million";
  return fmt::format("{} {}{}", number, unit, count == 1 ? "" : "s");
}

} // namespace

NetworkSummary network_summary(const RunResults &results) {
  NetworkSummary out;
  out.dropped_frames = sum(results, "dropped_frames", &LinkRow::dropped_frames);
  out.corrupted_frames = sum(results, "corrupted_frames", &LinkRow::corrupted_frames);
  out.buffer_drops = sum(results, "buffer_drops", &LinkRow::buffer_drops);
  out.trimmed_frames = sum(results, "trimmed_frames", &LinkRow::trimmed_frames);
  out.ecn_marked = sum(results, "ecn_marked", &LinkRow::ecn_marked);
  out.pauses = sum(results, "pauses", &LinkRow::pauses);
  out.paused_s = sum(results, "paused_ps", &LinkRow::paused_ps) * 1e-12;
  out.retried_frames = sum(results, "retried_frames", &LinkRow::retried_frames);
  for (const CounterRow &counter : results.counters)
    if (counter.name == "frames_resent")
      out.resent_frames = static_cast<double>(counter.value);
  for (const LinkRow &link : results.links) {
    const auto most = static_cast<double>(link.max_queue_bytes);
    if (std::isnan(out.max_queue_bytes) || most > out.max_queue_bytes) {
      out.max_queue_bytes = most;
      out.max_queue_link = most > 0 ? link.name : "";
      out.max_queue_mean_bytes = link.mean_queue_bytes;
    }
    if (std::isfinite(link.mean_queue_bytes) && !(link.mean_queue_bytes <= out.mean_queue_bytes)) {
      out.mean_queue_bytes = link.mean_queue_bytes;
      out.mean_queue_link = link.mean_queue_bytes > 0 ? link.name : "";
    }
  }
  return out;
}

std::string network_text(const NetworkSummary &network) {
  if (std::isnan(network.dropped_frames))
    return {};
  std::vector<std::string> items;
  const auto add = [&](double count, const char *what) {
    if (count > 0)
      items.push_back(" " + frames(count) + what);
  };
  add(network.buffer_drops, " dropped for want of buffer");
  add(network.trimmed_frames, " trimmed");
  add(network.ecn_marked, " marked (ECN)");
  if (network.pauses > 0)
    items.push_back(" " + frames(network.pauses, "pause") + ", " + format_seconds(network.paused_s) + " in all");
  add(network.dropped_frames, " lost on links");
  add(network.corrupted_frames, " corrupted");
  add(network.retried_frames, " retried by links");
  add(network.resent_frames, " sent again by NICs");
  std::string text = items.empty() ? "Network: no frame was dropped, marked, paused or sent again.\n"
                                   : wrapped("Network:", items, ";");
  if (!network.max_queue_link.empty()) {
    const auto bytes = [](double size) { return format_size(static_cast<std::int64_t>(size + 0.5)); };
    text += fmt::format("Longest queue {} at {}", bytes(network.max_queue_bytes), network.max_queue_link);
    if (std::isfinite(network.max_queue_mean_bytes))
      text += fmt::format(", {} on average", bytes(network.max_queue_mean_bytes));
    if (!network.mean_queue_link.empty() && network.mean_queue_link != network.max_queue_link)
      text += fmt::format("; greatest average {} at {}", bytes(network.mean_queue_bytes), network.mean_queue_link);
    text += ".\n";
  }
  return text;
}

} // namespace lightloom
