// Mixing up quantities does not compile. Each case is a pair in TWIN: what one means, which must compile, and the
// mistake, which must not. Without the twin, a case could fail for a reason that is not the mistake. cases.py compiles
// this file twice: as it is, without an error, and with -DMISTAKE, with an error in the line of every TWIN.

#include "sim/core/id.hpp"
#include "sim/core/quantity.hpp"

using namespace lightloom;

#ifdef MISTAKE
#define TWIN(right, wrong) wrong
#else
#define TWIN(right, wrong) right
#endif

[[maybe_unused]] constexpr SimTime start = at_picoseconds(10);
[[maybe_unused]] constexpr Duration span = 500ns;

constexpr auto instant_plus_instant = TWIN(start + span, start + start);
constexpr SimTime instant_from_duration = TWIN(SimTime(span), span);
constexpr Duration duration_from_instant = TWIN(start - start, start);
constexpr Duration duration_from_number = TWIN(Duration(500), 500);
// Fractions of a picosecond do not vanish silently.
using FractionalNanoseconds = std::chrono::duration<double, std::nano>;
constexpr Duration duration_from_fraction = TWIN(std::chrono::nanoseconds(1), FractionalNanoseconds(1.5));
constexpr bool instant_compared_with_duration = TWIN(start < at_picoseconds(20), start < span);
// Simulated time is not the time of the machine.
inline auto other_clock(std::chrono::steady_clock::time_point now) { return TWIN(now - now, now - start); }
constexpr auto bytes_plus_rate = TWIN(4_KiB + 4_KiB, 4_KiB + 800_Gbps);
constexpr Bytes bytes_from_number = TWIN(Bytes(4096), 4096);
constexpr std::int64_t number_from_bytes = TWIN((4_KiB).value, 4_KiB);
constexpr BitRate rate_from_number = TWIN(800_Gbps, 800'000'000'000);
constexpr bool rate_compared_with_bytes = TWIN(400_Gbps < 800_Gbps, 4_KiB < 800_Gbps);
constexpr auto arguments_swapped = TWIN(transmission_time(4_KiB, 1_Tbps), transmission_time(1_Tbps, 4_KiB));
// Two powers in dBm do not add as logarithms; a power and a gain do.
constexpr auto power_plus_power = TWIN(1.0_dBm + 3.0_dB, 1.0_dBm + 1.0_dBm);
// One order only: power first, then what happens to it on the way.
constexpr auto gain_plus_power = TWIN(1.0_dBm + 3.0_dB, 3.0_dB + 1.0_dBm);
constexpr auto gain_minus_power = TWIN(1.0_dBm - 3.0_dB, 3.0_dB - 1.0_dBm);
constexpr DecibelMilliwatt power_from_gain = TWIN(1.0_dBm, 1.0_dB);
constexpr Decibel gain_from_power = TWIN(1.0_dBm - 3.0_dBm, 1.0_dBm);
constexpr bool gain_compared_with_power = TWIN(1.0_dB < 2.0_dB, 1.0_dB < 2.0_dBm);
constexpr Metres metres_from_number = TWIN(50_m, 50.0);
constexpr HostId host_from_switch = TWIN(HostId(3), SwitchId(3));
constexpr HostId id_from_number = TWIN(HostId(3), 3);
constexpr std::size_t number_from_id = TWIN(HostId(3).index(), HostId(3));
constexpr bool node_compared_with_host = TWIN(NodeId(3) == NodeId(3), NodeId(3) == HostId(3));
constexpr LinkId link_from_cable = TWIN(LinkId(2 * CableId(1).value), CableId(1));
constexpr auto id_plus_id = TWIN(HostId(1).value + HostId(2).value, HostId(1) + HostId(2));
