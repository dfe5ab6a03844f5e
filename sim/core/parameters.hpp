#pragma once
// Parameters that a model declares itself, once, beside its spec struct:
//
//     struct DcqcnSpec { double g = 1.0 / 256; Duration alpha_interval{55us}; … };
//     template <class Visit> void visit_parameters(DcqcnSpec &d, Visit &&visit) {
//       visit("g", d.g, 1e-6, 1.0, "gain of alpha");
//       visit("alpha_interval", d.alpha_interval, 1e-9, 1.0, "without a notification for so long, alpha decays");
//     }
//
// Name, field, least and greatest value (inclusive; seconds, bit/s, bytes, counts or ratios) and meaning; the defaults
// are the struct's own. Where a default follows from something else a sixth argument says it in words, "the fewest";
// the word "auto" users may write, too. The scenario schema, its checks and its reader follow from these rows, so a
// model brings its keys along and nobody else names them.

#include "sim/core/quantity.hpp"

#include <cstdint>
#include <functional>
#include <map>
#include <string>
#include <type_traits>
#include <variant>
#include <vector>

namespace lightloom {

/// What a parameter may be.
using ParameterValue = std::variant<double, std::uint32_t, Duration, BitRate, Bytes>;

/// One parameter as users see it.
struct ParameterRow {
  std::string name;
  ParameterValue fallback; ///< the default
  double low = 0;          ///< range, inclusive, in SI base units: seconds, bit/s, bytes, counts, ratios
  double high = 0;
  std::string meaning;  ///< one line
  std::string in_words; ///< not empty: the default where it is no figure
};

/// A value that a scenario gives: `real` for ratios, `whole` for the others (counts, picoseconds, bit/s, bytes).
struct GivenParameter {
  std::int64_t whole = 0;
  double real = 0;
};
/// Values by parameter name; what is not there keeps its default.
using GivenParameters = std::map<std::string, GivenParameter, std::less<>>;

/// The rows of a spec struct, in the order declared.
template <class Spec> std::vector<ParameterRow> parameter_rows() {
  std::vector<ParameterRow> rows;
  Spec spec;
  visit_parameters(spec, [&](const char *name, const auto &field, double low, double high, const char *meaning,
                             const char *in_words = "") {
    rows.push_back({name, field, low, high, meaning, in_words});
  });
  return rows;
}

/// A spec with its defaults and what was given; ranges were checked where it was read.
template <class Spec> Spec with_parameters(const GivenParameters &given) {
  Spec spec;
  visit_parameters(spec, [&](const char *name, auto &field, double, double, const char *, const char * = "") {
    using Field = std::remove_reference_t<decltype(field)>;
    const auto found = given.find(name);
    if (found == given.end())
      return;
    if constexpr (std::is_same_v<Field, double>)
      field = found->second.real;
    else
      field = static_cast<Field>(found->second.whole);
  });
  return spec;
}

/// Every value of a spec by name; with_parameters gives the spec back.
template <class Spec> GivenParameters given_parameters(Spec spec) {
  GivenParameters given;
  visit_parameters(spec, [&](const char *name, const auto &field, double, double, const char *, const char * = "") {
    using Field = std::remove_cvref_t<decltype(field)>;
    GivenParameter &value = given[name];
    if constexpr (std::is_same_v<Field, double>)
      value.real = field;
    else if constexpr (std::is_same_v<Field, std::uint32_t>)
      value.whole = field;
    else if constexpr (std::is_same_v<Field, Duration>)
      value.whole = field.count();
    else if constexpr (std::is_same_v<Field, BitRate>)
      value.whole = field.bits_per_second;
    else
      value.whole = field.value;
  });
  return given;
}

} // namespace lightloom
