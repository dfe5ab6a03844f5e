#include "scenarios/progress.hpp"

#include "sim/core/parse_quantity.hpp"

#include <algorithm>
#include <cstdio>
#include <utility>

#include <fmt/format.h>

namespace lightloom {

ProgressLine::ProgressLine(std::string name, Bytes expected, bool on)
    : name_(std::move(name)), expected_(expected), on_(on) {}

void ProgressLine::show(const ExecutionOptions::Progress &p) {
  if (!on_)
    return;
  const double elapsed = std::chrono::duration<double>(std::chrono::steady_clock::now() - begin_).count();
  const auto hops = static_cast<double>(p.link_hops);
  std::string line =
      fmt::format("{}: {} simulated, {:.1f} M link-hops, {:.1f} M/s", name_, format_duration(p.now.time_since_epoch()),
                  hops * 1e-6, elapsed > 0 ? hops * 1e-6 / elapsed : 0.0);
  if (expected_.value > 0) {
    const double share = std::min(1.0, static_cast<double>(p.bytes_delivered) / static_cast<double>(expected_.value));
    line += fmt::format(", {:.0f} %", 100 * share);
    if (share > 0.01)
      line += fmt::format(", {:.0f} s left", elapsed * (1 - share) / share);
  }
  fmt::print(stderr, "\r{:<{}}", line, width_);
  std::fflush(stderr);
  width_ = std::max(width_, line.size());
}

void ProgressLine::end() {
  if (on_ && width_ > 0)
    fmt::print(stderr, "\r{:<{}}\r", "", width_);
}

} // namespace lightloom
