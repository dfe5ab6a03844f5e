#include "optics/lots.hpp"

#include "sim/core/error.hpp"
#include "sim/core/random.hpp"

#include <fmt/format.h>

namespace lightloom {

namespace {

/// Uniform in (−1, 1), a multiple of 2^-52, from the lot's own counter.
double deviation(const ModuleLots &lots, Tier tier, std::uint32_t side, std::uint32_t lot) {
  const auto words = philox(lots.seed, Purpose::module_lot, 2 * static_cast<std::uint32_t>(tier) + side, lot);
  const std::uint64_t bits = (std::uint64_t{words[0]} << 32 | words[1]) >> 11;
  return (2 * static_cast<double>(bits) + 1) * 0x1p-53 - 1;
}

} // namespace

double module_latency_factor(const ModuleLots &lots, Tier tier, CableId cable, bool one_part) {
  if (!(lots.spread >= 0 && lots.spread <= 0.5))
    throw Error(fmt::format("a latency spread of {:g} between lots of modules", lots.spread), "must be 0 … 0.5",
                "Try 0.05.");
  if (lots.size == 0)
    throw Error("lots of 0 module ends", "a lot holds at least one", "Try 32.");
  if (lots.spread == 0)
    return 1;
  const std::uint32_t lot = cable.value / lots.size;
  const double a = deviation(lots, tier, 0, lot);
  return 1 + lots.spread * (one_part ? a : (a + deviation(lots, tier, 1, lot)) / 2);
}

} // namespace lightloom
