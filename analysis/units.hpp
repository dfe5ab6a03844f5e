#pragma once
// Units of the printed tables: one for all of a row, taken by its largest value.

#include <string>
#include <vector>

namespace lightloom {

/// A unit of a row: taken when the row's largest value reaches `from`. Decimals < 0: four significant digits.
struct Unit {
  double from, size;
  const char *before, *after;
  int decimals = -1;
};
using Units = std::vector<Unit>; ///< from large to small

extern const Units seconds_units, long_times, watts, dollars, dollars_per_rate, joules, bit_rates, byte_rates,
    per_second, energies_per_bit, counts, shares, plain;

/// The unit for all of a row.
Unit unit_of(const Units &units, const std::vector<double> &values);

/// "80.80 ms"; with an interval "80.80 ± 0.12 ms"; "–" when not finite.
std::string cell(double value, const Unit &unit, double ci95);
std::string cell(double value, const Unit &unit);

/// A value alone, in the unit that fits it.
std::string format_in(const Units &units, double value);

} // namespace lightloom
