#include "scenarios/build/host_bus.hpp"

#include "sim/core/contract.hpp"

#include <algorithm>
#include <cmath>

namespace lightloom {

const std::vector<HostBus> &host_buses() {
  // K (recalled): PCI Express base specification 4.0 and 5.0: 16 and 32 GT/s per lane, 128b/130b. A memory write of
  // 256 B takes 24 B more: header of four words, framing 4 B, LCRC 4 B. 6.0: 64 GT/s; a flit of 256 B holds 236 B of
  // packets beside link layer, CRC and FEC; a packet of 256 B takes a header of four words and no framing of its own.
  static const char *const k =
      "PCI Express base specification, recalled: lanes x GT/s, 128b/130b or 236 B of a 256 B flit, 256 B per packet";
  static const std::vector<HostBus> all = {
      {"gen4x16", 16 * 16e9, 128.0 / 130, 256.0 / 280, k},
      {"gen5x16", 16 * 32e9, 128.0 / 130, 256.0 / 280, k},
      {"gen6x16", 16 * 64e9, 236.0 / 256, 256.0 / 272, k},
  };
  return all;
}

std::vector<std::string> host_bus_names() {
  std::vector<std::string> names{"none"};
  for (const auto &bus : host_buses())
    names.emplace_back(bus.name);
  return names;
}

BitRate usable_rate(std::string_view name) {
  if (name == "none")
    return {};
  const auto &all = host_buses();
  const auto bus = std::find_if(all.begin(), all.end(), [&](const HostBus &b) { return b.name == name; });
  EXPECTS(bus != all.end());
  // Whole Mb/s: the figure is not known more closely than that, and an integer has the same bits everywhere.
  return BitRate(std::llround(bus->raw_bps * bus->encoding * bus->packets / 1e6) * 1'000'000);
}

} // namespace lightloom
