#include "sim/network/telemetry.hpp"

#include "sim/core/contract.hpp"
#include "sim/core/error.hpp"

#include <algorithm>
#include <string>
#include <utility>

namespace lightloom {

namespace {
constexpr Duration least_interval{1ns};
} // namespace

LinkTelemetry::LinkTelemetry(Duration interval, std::size_t most) : interval_(interval), most_(most) {
  EXPECTS(interval > Duration{} && most >= 2);
}

void LinkTelemetry::widen() {
  for (std::size_t i = 0; i < slots_.size(); i += 2) {
    const Slot odd = i + 1 < slots_.size() ? slots_[i + 1] : Slot{};
    slots_[i / 2] = {slots_[i].queue + odd.queue, slots_[i].busy + odd.busy};
  }
  slots_.resize((slots_.size() + 1) / 2);
  interval_ = 2 * interval_;
}

void LinkTelemetry::widen_to(Duration interval) {
  while (interval_ < interval)
    widen();
}

LinkTelemetry::Slot &LinkTelemetry::slot(SimTime at) {
  auto index = static_cast<std::size_t>(picoseconds(at) / interval_.count());
  while (index >= most_) {
    widen();
    index /= 2;
  }
  if (index >= slots_.size())
    slots_.resize(index + 1);
  return slots_[index];
}

void LinkTelemetry::left(SimTime at, std::int64_t bytes, Duration sending) {
  slot(at + sending); // widens at most here
  slot(at).queue -= bytes;
  for (std::int64_t from = picoseconds(at), rest = sending.count(); rest > 0;) {
    const std::int64_t part = std::min(rest, interval_.count() - from % interval_.count());
    slot(at_picoseconds(from)).busy += part;
    from += part;
    rest -= part;
  }
}

std::size_t telemetry_intervals(const TelemetrySpec &spec) {
  if (spec.interval < least_interval)
    throw Error("a telemetry interval below 1 ns", "a frame takes longer", "Try 10us.");
  const std::size_t links = std::max<std::size_t>(1, spec.links.size());
  if (links > most_telemetry_points / least_telemetry_intervals)
    throw Error("telemetry of " + std::to_string(links) + " links",
                "at most " + std::to_string(most_telemetry_points / least_telemetry_intervals) + " fit into 64 MiB",
                "Name the links that matter.");
  return most_telemetry_points / links;
}

TelemetryResult collect(std::vector<LinkTelemetry> links, const TelemetrySpec &spec, SimTime end) {
  EXPECTS(links.size() == spec.links.size());
  TelemetryResult out;
  out.links = spec.links;
  out.interval = spec.interval;
  for (const LinkTelemetry &link : links)
    out.interval = std::max(out.interval, link.interval());
  if (links.empty())
    return out;
  const std::size_t most = telemetry_intervals(spec);
  while (static_cast<std::size_t>(picoseconds(end) / out.interval.count()) >= most)
    out.interval = 2 * out.interval;
  const auto rows = static_cast<std::size_t>(picoseconds(end) / out.interval.count()) + 1;
  out.utilization.assign(rows * links.size(), 0);
  out.queue_bytes.assign(rows * links.size(), 0);
  for (std::size_t row = 0; row < rows; ++row)
    out.time.push_back(at_picoseconds(static_cast<std::int64_t>(row + 1) * out.interval.count()));
  for (std::size_t column = 0; column < links.size(); ++column) {
    LinkTelemetry &link = links[column];
    link.widen_to(out.interval);
    std::int64_t queue = 0;
    for (std::size_t row = 0; row < rows; ++row) {
      queue += link.growth(row);
      const std::size_t at = row * links.size() + column;
      out.utilization[at] = static_cast<double>(link.busy(row).count()) / static_cast<double>(out.interval.count());
      out.queue_bytes[at] = static_cast<std::uint64_t>(std::max<std::int64_t>(0, queue));
    }
    link = LinkTelemetry(out.interval, 2); // its memory is done with
  }
  return out;
}

} // namespace lightloom
