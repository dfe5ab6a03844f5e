#include "scenarios/schema/default_text.hpp"

#include <utility>

#include <fmt/format.h>

namespace lightloom {

std::string default_text(double v) { return fmt::format("{}", v); }

std::string default_text(std::uint32_t v) { return std::to_string(v); }

std::string default_text(Duration d) {
  constexpr std::pair<std::int64_t, const char *> units[] = {
      {1'000'000'000'000, "s"}, {1'000'000'000, "ms"}, {1'000'000, "us"}, {1'000, "ns"}};
  for (const auto &[ps, name] : units)
    if (d.count() % ps == 0)
      return std::to_string(d.count() / ps) + name;
  return std::to_string(d.count()) + "ps";
}

std::string default_text(Decibel d) { return fmt::format("{}dB", d.value); }

std::string default_text(CampaignDuration d) {
  constexpr std::pair<std::int64_t, const char *> units[] = {
      {86'400'000'000'000, "d"}, {3'600'000'000'000, "h"}, {1'000'000'000, "s"}};
  for (const auto &[ns, name] : units)
    if (d.count() % ns == 0)
      return std::to_string(d.count() / ns) + name;
  return fmt::format("{}ms", static_cast<double>(d.count()) * 1e-6);
}

std::string default_text(BitRate r) {
  constexpr std::pair<std::int64_t, const char *> units[] = {
      {1'000'000'000'000, "Tbps"}, {1'000'000'000, "Gbps"}, {1'000'000, "Mbps"}};
  for (const auto &[bps, name] : units)
    if (r.bits_per_second % bps == 0)
      return std::to_string(r.bits_per_second / bps) + name;
  return std::to_string(r.bits_per_second) + "bps";
}

std::string default_text(Bytes b) {
  constexpr std::pair<std::int64_t, const char *> units[] = {
      {1 << 20, "MiB"}, {1'000'000, "MB"}, {1 << 10, "KiB"}, {1'000, "KB"}};
  for (const auto &[bytes, name] : units)
    if (b.value != 0 && b.value % bytes == 0)
      return std::to_string(b.value / bytes) + name;
  return std::to_string(b.value) + "B";
}

} // namespace lightloom
