// Sizes and decimals of the units.

#include "analysis/units.hpp"

#include "analysis/table.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

namespace lightloom {

const Units seconds_units{
    {1, 1, "", " s"}, {1e-3, 1e-3, "", " ms"}, {1e-6, 1e-6, "", " us"}, {1e-9, 1e-9, "", " ns"}, {0, 1e-12, "", " ps"}};
const Units long_times{{2 * 86400, 86400, "", " d"}, {2 * 3600, 3600, "", " h"}, {0, 1, "", " s"}};
const Units watts{{1e6, 1e6, "", " MW"}, {1e4, 1e3, "", " kW"}, {0, 1, "", " W"}};
const Units dollars{{1e6, 1e6, "$ ", " M"}, {1e4, 1e3, "$ ", " k"}, {0, 1, "$ ", "", 0}};
const Units dollars_per_rate{{0, 1, "$ ", ""}};
const Units joules{{1e6, 1e6, "", " MJ"}, {1e3, 1e3, "", " kJ"}, {1, 1, "", " J"}, {0, 1e-3, "", " mJ"}};
const Units bit_rates{{1e12, 1e12, "", " Tb/s"}, {0, 1e9, "", " Gb/s"}};
const Units byte_rates{{0, 1e9, "", " GB/s"}};
const Units per_second{{1e7, 1e6, "", " M/s"}, {0, 1, "", " /s"}};
const Units energies_per_bit{{0, 1, "", " pJ/bit"}};
const Units counts{{0, 1, "", "", 0}};
const Units shares{{0, 0.01, "", " %", 1}};
const Units plain{{0, 1, "", ""}};

Unit unit_of(const Units &units, const std::vector<double> &values) {
  double largest = 0;
  for (const double value : values)
    largest = std::isfinite(value) ? std::max(largest, std::fabs(value)) : largest;
  const auto found = std::find_if(units.begin(), units.end(), [&](const Unit &unit) { return largest >= unit.from; });
  return found == units.end() ? units.back() : *found;
}

std::string cell(double value, const Unit &unit, double ci95) {
  if (!std::isfinite(value))
    return "–";
  const double scaled = value / unit.size;
  const auto number = [&](double one) {
    return unit.decimals < 0 ? format_number(one) : fmt::format("{:.{}f}", one, unit.decimals);
  };
  if (!std::isfinite(ci95))
    return unit.before + number(scaled) + unit.after;
  // As many decimals as the value has; the interval is never rounded to nothing.
  const std::string text = number(scaled);
  const std::size_t point = text.find('.');
  int decimals = point == std::string::npos ? 0 : static_cast<int>(text.size() - point - 1);
  const double half = ci95 / unit.size;
  while (half > 0 && decimals < 9 && half < 0.95 * std::pow(10, -decimals))
    ++decimals;
  return fmt::format("{}{:.{}f} ± {:.{}f}{}", unit.before, scaled, decimals, half, decimals, unit.after);
}

std::string cell(double value, const Unit &unit) { return cell(value, unit, std::nan("")); }

std::string format_in(const Units &units, double value) { return cell(value, unit_of(units, {value})); }

} // namespace lightloom
