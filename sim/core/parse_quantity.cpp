#include "sim/core/parse_quantity.hpp"

#include <charconv>
#include <cmath>
#include <initializer_list>
#include <utility>

#include <fmt/format.h>

namespace lightloom {

namespace {
struct Unit {
  std::string_view name;
  double factor;
};

/// Number × factor of its unit; nothing when malformed or not finite.
std::optional<double> scaled(std::string_view text, std::initializer_list<Unit> units) {
  double number = 0;
  const auto [end, code] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (code != std::errc{} || !std::isfinite(number))
    return std::nullopt;
  auto rest = text.substr(static_cast<std::size_t>(end - text.data()));
  if (!rest.empty() && rest.front() == ' ')
    rest.remove_prefix(1);
  for (const auto &unit : units)
    if (rest == unit.name) {
      const double value = number * unit.factor;
      return std::isfinite(value) ? std::optional<double>(value) : std::nullopt;
    }
  return std::nullopt;
}

/// To a whole, non-negative int64, rounding to nearest.
std::optional<std::int64_t> whole(std::optional<double> value) {
  if (!value || *value < 0 || *value >= 9.2e18)
    return std::nullopt;
  return static_cast<std::int64_t>(std::llround(*value));
}
} // namespace

std::optional<Duration> parse_duration(std::string_view text) {
  const auto ps = whole(scaled(text, {{"ps", 1},
                                      {"ns", 1e3},
                                      {"us", 1e6},
                                      {"µs", 1e6},
                                      {"ms", 1e9},
                                      {"s", 1e12},
                                      {"min", 60e12},
                                      {"h", 3600e12},
                                      {"d", 86400e12}}));
  return ps ? std::optional<Duration>(Duration(*ps)) : std::nullopt;
}

std::optional<BitRate> parse_bit_rate(std::string_view text) {
  const auto bps = whole(scaled(text, {{"bps", 1},
                                       {"Kbps", 1e3},
                                       {"kbps", 1e3},
                                       {"Mbps", 1e6},
                                       {"Gbps", 1e9},
                                       {"Tbps", 1e12},
                                       {"b/s", 1},
                                       {"kb/s", 1e3},
                                       {"Mb/s", 1e6},
                                       {"Gb/s", 1e9},
                                       {"Tb/s", 1e12}}));
  return bps ? std::optional<BitRate>(BitRate(*bps)) : std::nullopt;
}

std::optional<Bytes> parse_bytes(std::string_view text) {
  const auto b = whole(scaled(text, {{"B", 1},
                                     {"KB", 1e3},
                                     {"kB", 1e3},
                                     {"MB", 1e6},
                                     {"GB", 1e9},
                                     {"TB", 1e12},
                                     {"KiB", 0x1p10},
                                     {"MiB", 0x1p20},
                                     {"GiB", 0x1p30},
                                     {"TiB", 0x1p40}}));
  return b ? std::optional<Bytes>(Bytes(*b)) : std::nullopt;
}

std::optional<Metres> parse_metres(std::string_view text) {
  const auto m = scaled(text, {{"mm", 1e-3}, {"cm", 1e-2}, {"m", 1}, {"km", 1e3}});
  return m && *m >= 0 ? std::optional<Metres>(Metres(*m)) : std::nullopt;
}

std::optional<double> parse_celsius(std::string_view text) { return scaled(text, {{"C", 1}, {"°C", 1}}); }

std::optional<Decibel> parse_decibel(std::string_view text) {
  const auto dB = scaled(text, {{"dB", 1}});
  return dB ? std::optional<Decibel>(Decibel(*dB)) : std::nullopt;
}

std::optional<CampaignDuration> parse_campaign_duration(std::string_view text) {
  constexpr double day = 86400e9;
  const auto ns = whole(scaled(
      text,
      {{"ms", 1e6}, {"s", 1e9}, {"min", 60e9}, {"h", 3600e9}, {"d", day}, {"w", 7 * day}, {"y", 365.2425 * day}}));
  return ns ? std::optional<CampaignDuration>(CampaignDuration(*ns)) : std::nullopt;
}

std::optional<DecibelMilliwatt> parse_dBm(std::string_view text) {
  const auto dBm = scaled(text, {{"dBm", 1}});
  return dBm ? std::optional<DecibelMilliwatt>(DecibelMilliwatt(*dBm)) : std::nullopt;
}

std::optional<double> parse_watts(std::string_view text) {
  const auto watts = scaled(text, {{"mW", 1e-3}, {"W", 1}, {"kW", 1e3}});
  return watts && *watts >= 0 ? watts : std::nullopt;
}

namespace {
/// The largest unit that leaves at least 1; "0" for nothing.
std::string in_units(double value, std::initializer_list<Unit> ascending) {
  const Unit *best = ascending.begin();
  for (const auto &unit : ascending)
    if (std::abs(value) >= unit.factor * 0.99999)
      best = &unit;
  return fmt::format("{:.5g} {}", value / best->factor, best->name);
}
} // namespace

std::string format_duration(Duration d) {
  return in_units(static_cast<double>(d.count()), {{"ps", 1}, {"ns", 1e3}, {"us", 1e6}, {"ms", 1e9}, {"s", 1e12}});
}
std::string format_bit_rate(BitRate r) {
  return in_units(static_cast<double>(r.bits_per_second),
                  {{"b/s", 1}, {"kb/s", 1e3}, {"Mb/s", 1e6}, {"Gb/s", 1e9}, {"Tb/s", 1e12}});
}
std::string format_bytes(Bytes b) {
  return in_units(static_cast<double>(b.value),
                  {{"B", 1}, {"KiB", 0x1p10}, {"MiB", 0x1p20}, {"GiB", 0x1p30}, {"TiB", 0x1p40}});
}

} // namespace lightloom
