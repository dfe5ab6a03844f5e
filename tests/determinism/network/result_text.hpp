#pragma once
// A whole NetworkResult as text, so that two can be compared field by field and the first difference shown. Machine
// facts (windows, visits, lookahead) are left out: they may differ.

#include "sim/network/network.hpp"

#include <fmt/format.h>
#include <string>

namespace lightloom::test {

inline std::string as_text(const NetworkResult &r) {
  std::string s = fmt::format(
      "end {} digest {:x}\nframes {} {} {} {} {} {} control {} {} {} resent {} bytes {} {} hops {}\n",
      picoseconds(r.end), r.digest, r.frames_injected, r.frames_delivered, r.frames_discarded, r.frames_corrupted,
      r.frames_lost, r.frames_unroutable, r.control_frames_injected, r.control_frames_delivered, r.control_frames_lost,
      r.frames_resent, r.bytes_sent, r.bytes_delivered, r.link_hops);
  for (std::size_t i = 0; i < r.links.size(); ++i) {
    const LinkResult &l = r.links[i];
    s += fmt::format("link {} {} {} {} {} {} {}\n", i, l.tx_frames, l.tx_bytes, l.corrupted_frames, l.dropped_frames,
                     l.max_queue_bytes, picoseconds(l.busy));
  }
  for (const auto *marks : {&r.steps, &r.collectives})
    for (const auto &m : *marks)
      s += fmt::format("mark {} {}\n", picoseconds(m.begin), picoseconds(m.end));
  for (const auto &step : r.rank_steps)
    for (const auto &k : step)
      s += fmt::format("rank step {} {} {} {} {}\n", picoseconds(k.begin), picoseconds(k.end), picoseconds(k.busy),
                       picoseconds(k.wait_scale_up), picoseconds(k.wait_network));
  for (const auto &f : r.flows)
    s += fmt::format("flow {} {} {} {} {}\n", f.source, f.destination, f.size.value, picoseconds(f.start),
                     picoseconds(f.end));
  for (const SimTime end : r.rank_end)
    s += fmt::format("rank end {}\n", picoseconds(end));
  for (const auto &v : r.violations)
    s += "violation " + v + "\n";
  for (const auto &b : r.blocked)
    s += "blocked " + b.describe + "\n";
  return s + fmt::format("failed {} at {} rank {} peer {} retries {}\n", r.failed, picoseconds(r.failure.at),
                         r.failure.rank, r.failure.peer, r.failure.retries);
}

/// The first line in which two texts differ; empty when they are equal.
inline std::string first_difference(const std::string &a, const std::string &b) {
  std::size_t i = 0;
  while (i < a.size() && i < b.size() && a[i] == b[i])
    ++i;
  const auto line = [i](const std::string &text) {
    const auto begin = text.rfind('\n', i == 0 ? 0 : i - 1);
    return text.substr(begin == std::string::npos ? 0 : begin + 1, 160);
  };
  return i == a.size() && i == b.size() ? "" : line(a) + "\nversus\n" + line(b);
}

} // namespace lightloom::test
