#include "scenarios/schema/value_list.hpp"

#include "sim/core/parse_quantity.hpp"
#include "sim/core/portable_math.hpp"

#include <charconv>
#include <cmath>
#include <cstddef>
#include <optional>
#include <string_view>
#include <utility>

#include <fmt/format.h>

namespace lightloom {

namespace {
/// More than anybody runs; a slip of the finger is told at once.
constexpr long most_values = 10'000;

/// A number with what follows it.
struct Quantity {
  double number = 0;
  std::string unit;
};

std::optional<Quantity> quantity(std::string_view text) {
  if (text.starts_with('+'))
    text.remove_prefix(1);
  Quantity q;
  const auto [end, code] = std::from_chars(text.data(), text.data() + text.size(), q.number);
  if (code != std::errc{} || !std::isfinite(q.number))
    return std::nullopt;
  auto rest = text.substr(static_cast<std::size_t>(end - text.data()));
  if (rest.starts_with(' '))
    rest.remove_prefix(1);
  q.unit = rest;
  return q;
}

/// How much of its base unit a unit is, with the base unit's name; nothing for units without multiples.
std::optional<std::pair<double, char>> scale(const std::string &unit) {
  const std::string one = "1" + unit;
  if (const auto t = parse_duration(one))
    return std::pair(static_cast<double>(t->count()), 's');
  if (const auto r = parse_bit_rate(one))
    return std::pair(static_cast<double>(r->bits_per_second), 'b');
  if (const auto b = parse_bytes(one))
    return std::pair(static_cast<double>(b->value), 'B');
  if (const auto m = parse_metres(one))
    return std::pair(m->value, 'm');
  return std::nullopt;
}

std::string trimmed(const std::string &text) {
  const auto first = text.find_first_not_of(" \t");
  return first == std::string::npos ? std::string() : text.substr(first, text.find_last_not_of(" \t") + 1 - first);
}

/// At a separator outside quotes and brackets.
std::vector<std::string> split(const std::string &text, char separator) {
  std::vector<std::string> parts{""};
  char quote = 0;
  int depth = 0;
  for (const char c : text) {
    if (quote != 0)
      quote = c == quote ? '\0' : quote;
    else if (c == '"' || c == '\'')
      quote = c;
    else if (c == '{' || c == '[')
      ++depth;
    else if (c == '}' || c == ']')
      --depth;
    if (c == separator && quote == 0 && depth <= 0)
      parts.emplace_back();
    else
      parts.back() += c;
  }
  for (auto &part : parts)
    part = trimmed(part);
  return parts;
}

/// Nine significant digits; whole numbers as such.
std::string number_text(double value) {
  const double rounded = quantity(fmt::format("{:.9g}", value))->number;
  constexpr double most_whole = 1e15;
  if (std::abs(rounded) < most_whole && rounded == std::floor(rounded))
    return fmt::format("{:.0f}", rounded == 0 ? 0.0 : rounded); // not -0
  return fmt::format("{}", rounded);
}

/// lo:hi:n or lo:hi:n:log, taken apart.
class Range {
public:
  Range(const std::vector<std::string> &parts, const SourceLocation &where) : parts_(parts), where_(where) {
    if (parts.size() < 3 || parts.size() > 4)
      refuse(fmt::format("a range of {} parts", parts.size()), "it is lo:hi:n or lo:hi:n:log", "Try 1:4:4.");
    lo_ = end(parts[0]);
    hi_ = end(parts[1]);
    const auto count = quantity(parts[2]);
    if (!count || !count->unit.empty() || count->number != std::floor(count->number) || count->number < 2 ||
        count->number > most_values)
      refuse(fmt::format("\"{}\" values", parts[2]),
             fmt::format("a range has 2 to {} of them, both ends included", most_values), "");
    count_ = static_cast<std::size_t>(count->number);
    if (parts.size() == 4 && parts[3] != "log")
      refuse("\"" + parts[3] + "\"", "the fourth part of a range can only be log", "Leave it out for even steps.");
    log_ = parts.size() == 4;
    same_unit();
    if (log_ && (lo_.number <= 0 || hi_.number <= 0))
      refuse("a logarithmic range from " + parts[0] + " to " + parts[1], "both ends must be above 0",
             "Leave :log out, or begin above 0.");
  }

  std::vector<std::string> values() const {
    std::vector<std::string> texts{parts_[0]};
    const double factor = log_ ? portable_log(hi_.number / lo_.number) : 0;
    for (std::size_t i = 1; i + 1 < count_; ++i) {
      const double share = static_cast<double>(i) / static_cast<double>(count_ - 1);
      const double value =
          log_ ? lo_.number * portable_exp(factor * share) : lo_.number + (hi_.number - lo_.number) * share;
      texts.push_back(number_text(value) + lo_.unit);
    }
    texts.push_back(parts_[1]);
    return texts;
  }

private:
  [[noreturn]] void refuse(std::string what, std::string why, std::string suggestion) const {
    throw Error(Problem{where_, std::move(what), std::move(why), std::move(suggestion)});
  }

  Quantity end(const std::string &text) const {
    const auto q = quantity(text);
    if (!q)
      refuse("\"" + text + "\"", "the ends of a range are numbers, with a unit where the key takes one", "");
    return *q;
  }

  /// Brings the upper end to the unit of the lower.
  void same_unit() {
    if (lo_.unit == hi_.unit)
      return;
    const auto of_lo = scale(lo_.unit), of_hi = scale(hi_.unit);
    if (!of_lo || !of_hi || of_lo->second != of_hi->second)
      refuse("a range from " + parts_[0] + " to " + parts_[1], "its ends have different units",
             "Give both ends one unit.");
    hi_.number *= of_hi->first / of_lo->first;
    hi_.unit = lo_.unit;
  }

  const std::vector<std::string> &parts_;
  const SourceLocation &where_;
  Quantity lo_, hi_;
  std::size_t count_ = 0;
  bool log_ = false;
};
} // namespace

std::vector<std::string> expand_values(const std::string &spec, const SourceLocation &where) {
  const auto list = split(spec, ',');
  for (const auto &value : list)
    if (value.empty())
      throw Error(Problem{where, list.size() == 1 ? "no value" : "an empty value",
                          "values are a,b,c or lo:hi:n or lo:hi:n:log",
                          list.size() == 1 ? "" : "Leave out the comma too many."});
  if (list.size() > static_cast<std::size_t>(most_values))
    throw Error(
        Problem{where, fmt::format("{} values", list.size()), fmt::format("at most {}", most_values), "Name fewer."});
  const auto parts = split(list.front(), ':');
  const bool ranged = parts.size() > 1 && quantity(parts.front()).has_value();
  if (!ranged)
    return list;
  if (list.size() > 1)
    throw Error(Problem{where, "a range among other values", "values are a,b,c or lo:hi:n or lo:hi:n:log",
                        "Write its values out."});
  return Range(parts, where).values();
}

} // namespace lightloom
