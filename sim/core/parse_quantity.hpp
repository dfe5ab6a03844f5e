#pragma once
// Quantities as users write them: "800Gbps", "4KiB", "500ns", "20m", "1.5dB", "35C", "54d" (docs/CONTRACT.md).

#include "sim/core/quantity.hpp"

#include <optional>
#include <string>
#include <string_view>

namespace lightloom {

// Each returns nothing when the text is not a number directly followed by one of the units (a blank between is
// allowed), is negative where that makes no sense, or does not fit. Decimal fractions are exact where the result is
// whole ("1.6Tbps").

/// ps ns us ms s min h d. The result must fit int64 picoseconds (106 days) and is rounded to whole picoseconds.
std::optional<Duration> parse_duration(std::string_view text);
/// bps Kbps Mbps Gbps Tbps (decimal), also "Gb/s". GB/s and GiB/s are refused: a rate is in bits.
std::optional<BitRate> parse_bit_rate(std::string_view text);
/// B KB MB GB TB (decimal) KiB MiB GiB TiB (binary).
std::optional<Bytes> parse_bytes(std::string_view text);
/// mm cm m km.
std::optional<Metres> parse_metres(std::string_view text);
/// C; degrees Celsius.
std::optional<double> parse_celsius(std::string_view text);
/// dB; may be negative.
std::optional<Decibel> parse_decibel(std::string_view text);
/// s min h d w y, and ms; y is std::chrono::years, 365.2425 d. Rounded to whole nanoseconds, below 292 years.
std::optional<CampaignDuration> parse_campaign_duration(std::string_view text);
/// dBm.
std::optional<DecibelMilliwatt> parse_dBm(std::string_view text);
/// mW W kW, in W; not negative.
std::optional<double> parse_watts(std::string_view text);

/// Lists the units a parser takes, for error messages: "ns, us, ms, s …".
inline constexpr const char *duration_units = "ps, ns, us, ms, s, min, h or d";
inline constexpr const char *campaign_duration_units = "ms, s, min, h, d, w or y";
inline constexpr const char *bit_rate_units = "bps, Kbps, Mbps, Gbps or Tbps";
inline constexpr const char *bytes_units = "B, KB, MB, GB, TB, KiB, MiB, GiB or TiB";
inline constexpr const char *metres_units = "mm, cm, m or km";

/// As users read them: 581.92 ns, 61.2 ms; three to five significant digits.
std::string format_duration(Duration d);
/// 800 Gb/s, 1.6 Tb/s.
std::string format_bit_rate(BitRate r);
/// 4 KiB, 1.5 GiB (binary).
std::string format_bytes(Bytes b);

} // namespace lightloom
