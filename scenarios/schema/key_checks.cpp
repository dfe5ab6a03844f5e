#include "scenarios/schema/key_checks.hpp"

#include "sim/core/contract.hpp"
#include "sim/core/parse_quantity.hpp"

#include <algorithm>
#include <charconv>

#include <fmt/format.h>

namespace lightloom {

namespace {
using Kind = TomlValue::Kind;

std::string shown(const TomlValue &v) { return v.kind == Kind::text ? "\"" + v.text + "\"" : v.text; }

const char *units_of(KeyType type) {
  switch (type) {
  case KeyType::duration:
    return duration_units;
  case KeyType::bit_rate:
    return bit_rate_units;
  case KeyType::bytes:
  case KeyType::bytes_or_count:
    return bytes_units;
  case KeyType::metres:
    return metres_units;
  case KeyType::celsius:
    return "C";
  case KeyType::decibel:
    return "dB";
  case KeyType::long_time:
    return campaign_duration_units;
  case KeyType::dBm:
    return "dBm";
  case KeyType::watts:
    return "mW, W or kW";
  default:
    return "";
  }
}

/// What "Try …" proposes for a quantity of the wrong type or unit.
std::string example(const Key &key) {
  switch (key.type) {
  case KeyType::duration:
    return "Try \"500ns\".";
  case KeyType::bit_rate:
    return "Try \"800Gbps\".";
  case KeyType::bytes:
  case KeyType::bytes_or_count:
    return "Try \"4KiB\".";
  case KeyType::metres:
    return "Try \"20m\".";
  case KeyType::celsius:
    return "Try \"45C\".";
  case KeyType::decibel:
    return "Try \"1.5dB\".";
  case KeyType::long_time:
    return "Try \"2y\".";
  case KeyType::dBm:
    return "Try \"-2.2dBm\".";
  case KeyType::watts:
    return "Try \"15W\".";
  case KeyType::flag:
    return "Write true or false, without quotes.";
  case KeyType::count:
    return "Try " +
           (key.fallback.find_first_not_of("0123456789") == std::string::npos && !key.fallback.empty()
                ? key.fallback
                : std::string("8")) +
           ".";
  case KeyType::ratio:
    return "Try 1.0.";
  case KeyType::text:
  case KeyType::choice:
    return "Put it in quotes.";
  }
  return "";
}

bool is_quantity(KeyType t) {
  return t == KeyType::duration || t == KeyType::bit_rate || t == KeyType::bytes || t == KeyType::bytes_or_count ||
         t == KeyType::metres || t == KeyType::celsius || t == KeyType::decibel || t == KeyType::dBm ||
         t == KeyType::watts || t == KeyType::long_time;
}

/// Fills whole/real from a text with a unit; false when the unit or number is wrong.
bool parse_quantity(KeyType type, const std::string &text, CheckedValue &out) {
  const auto set_whole = [&](std::optional<std::int64_t> v) {
    if (v) {
      out.whole = *v;
      out.real = static_cast<double>(*v);
    }
    return v.has_value();
  };
  const auto set_real = [&](std::optional<double> v) {
    if (v)
      out.real = *v;
    return v.has_value();
  };
  switch (type) {
  case KeyType::duration: {
    const auto d = parse_duration(text);
    return set_whole(d ? std::optional(d->count()) : std::nullopt);
  }
  case KeyType::bit_rate: {
    const auto r = parse_bit_rate(text);
    return set_whole(r ? std::optional(r->bits_per_second) : std::nullopt);
  }
  case KeyType::bytes:
  case KeyType::bytes_or_count: {
    const auto b = parse_bytes(text);
    return set_whole(b ? std::optional(b->value) : std::nullopt);
  }
  case KeyType::metres: {
    const auto m = parse_metres(text);
    return set_real(m ? std::optional(m->value) : std::nullopt);
  }
  case KeyType::celsius:
    return set_real(parse_celsius(text));
  case KeyType::decibel: {
    const auto dB = parse_decibel(text);
    return set_real(dB ? std::optional(dB->value) : std::nullopt);
  }
  case KeyType::long_time: {
    const auto t = parse_campaign_duration(text);
    return set_whole(t ? std::optional(t->count()) : std::nullopt);
  }
  case KeyType::dBm: {
    const auto dBm = parse_dBm(text);
    return set_real(dBm ? std::optional(dBm->value) : std::nullopt);
  }
  case KeyType::watts:
    return set_real(parse_watts(text));
  default:
    return false;
  }
}

/// The same number with the known unit nearest to the one given ("400GBps" → "400Gbps"); "" when none is near.
std::string with_nearest_unit(const Key &key, const std::string &text) {
  std::vector<std::string> units;
  std::string word;
  for (const char c : std::string(units_of(key.type)) + " ")
    if (c == ' ' || c == ',') {
      if (!word.empty() && word != "or")
        units.push_back(word);
      word.clear();
    } else {
      word += c;
    }
  const auto digits = text.find_last_of("0123456789") + 1; // npos + 1 = 0
  const auto unit = text.substr(digits);
  const auto near = nearest_word(unit, units);
  CheckedValue ignored;
  const std::string candidate = text.substr(0, digits) + near;
  return digits > 0 && !unit.empty() && !near.empty() && parse_quantity(key.type, candidate, ignored) ? candidate : "";
}

Problem problem(const std::string &path, const TomlValue &v, std::string why, std::string suggestion) {
  return {v.where, path + " = " + shown(v), std::move(why), std::move(suggestion)};
}

/// Words that may stand in place of a quantity.
std::vector<std::string> words_of(const Key &key) {
  auto words = key.words;
  if (key.auto_allowed)
    words.emplace_back("auto");
  return words;
}

/// ", \"frame\" or \"auto\"" for error messages.
std::string describe_words(const Key &key) {
  return key.words.empty() ? "" : fmt::format(", or \"{}\"", fmt::join(words_of(key), "\" or \""));
}

/// True when the value is one of the key's words, which have no range.
bool is_word(const Key &key, const TomlValue &v) {
  return v.kind == Kind::text && std::find(key.words.begin(), key.words.end(), v.text) != key.words.end();
}

/// Type and unit. Choices are checked as text here.
std::optional<CheckedValue> typed(const Key &key, const std::string &path, const TomlValue &v,
                                  std::vector<Problem> &problems) {
  CheckedValue out;
  out.text = v.text;
  if (key.auto_allowed && v.kind == Kind::text && v.text == "auto") {
    out.is_auto = true;
    return out;
  }
  if (is_word(key, v))
    return out;
  const auto wrong_type = [&] {
    problems.push_back(problem(path, v, "must be " + describe(key.type) + describe_words(key), example(key)));
    return std::nullopt;
  };
  switch (key.type) {
  case KeyType::text:
  case KeyType::choice:
    return v.kind == Kind::text ? std::optional(out) : wrong_type();
  case KeyType::flag:
    out.flag = v.flag;
    return v.kind == Kind::flag ? std::optional(out) : wrong_type();
  case KeyType::count:
    out.whole = v.whole;
    out.real = v.real;
    return v.kind == Kind::whole ? std::optional(out) : wrong_type();
  case KeyType::ratio:
    out.real = v.real;
    return v.kind == Kind::real || v.kind == Kind::whole ? std::optional(out) : wrong_type();
  default:
    break;
  }
  if (key.type == KeyType::bytes_or_count && v.kind == Kind::whole) {
    out.whole = v.whole;
    out.real = v.real;
    return out;
  }
  if (v.kind != Kind::text)
    return wrong_type();
  if (!parse_quantity(key.type, v.text, out)) {
    auto near = with_nearest_unit(key, v.text);
    if (near.empty())
      near = nearest_word(v.text, words_of(key));
    problems.push_back(
        problem(path, v, std::string("not a number with one of the units ") + units_of(key.type) + describe_words(key),
                near.empty() ? example(key) : "Did you mean \"" + near + "\"?"));
    return std::nullopt;
  }
  return out;
}

/// The value in the unit of the key's range.
double in_range_unit(const Key &key, const CheckedValue &v) {
  return key.type == KeyType::duration ? v.real * 1e-12 : key.type == KeyType::long_time ? v.real * 1e-9 : v.real;
}

bool check_choice(const Key &key, const std::string &path, const TomlValue &v, std::vector<Problem> &problems) {
  if (key.choices.empty() || std::find(key.choices.begin(), key.choices.end(), v.text) != key.choices.end())
    return true;
  const std::string have = fmt::format("{}", fmt::join(key.choices, ", "));
  const bool known = std::find(key.later.begin(), key.later.end(), v.text) != key.later.end();
  if (known) {
    problems.push_back(problem(path, v, "not in this version", "Use " + have + "."));
  } else {
    auto all = key.choices;
    all.insert(all.end(), key.later.begin(), key.later.end());
    const auto near = nearest_word(v.text, all);
    const bool works = std::find(key.choices.begin(), key.choices.end(), near) != key.choices.end();
    problems.push_back(problem(path, v, "must be one of " + have,
                               near.empty() ? ""
                               : works      ? "Did you mean \"" + near + "\"?"
                                            : "\"" + near + "\" is not in this version."));
  }
  return false;
}
} // namespace

std::optional<CheckedValue> check_value(const Key &key, const std::string &path, const TomlValue &v,
                                        std::vector<Problem> &problems) {
  if (key.not_yet) {
    problems.push_back(problem(path, v, "not in this version: " + key.description, "Leave it out."));
    return std::nullopt;
  }
  auto out = typed(key, path, v, problems);
  if (!out)
    return std::nullopt;
  if (out->is_auto || is_word(key, v))
    return out;
  if (!check_choice(key, path, v, problems))
    return std::nullopt;
  const double value = in_range_unit(key, *out);
  if ((key.low != 0 || key.high != 0) && !(value >= key.low && value <= key.high)) {
    problems.push_back(problem(path, v, "out of range " + describe_range(key), ""));
    return std::nullopt;
  }
  if (!key.only.empty() && v.text != key.only) {
    problems.push_back(problem(path, v, "not in this version: " + key.description, "Use " + key.only + "."));
    return std::nullopt;
  }
  return out;
}

CheckedValue default_value(const Key &key, const std::string &text) {
  CheckedValue out;
  out.text = text;
  if (key.auto_allowed && text == "auto") {
    out.is_auto = true;
    return out;
  }
  if (key.type == KeyType::flag) {
    out.flag = text == "true";
  } else if (key.type != KeyType::text && key.type != KeyType::choice &&
             !(is_quantity(key.type) && parse_quantity(key.type, text, out))) {
    const auto [end, code] = std::from_chars(text.data(), text.data() + text.size(), out.real);
    EXPECTS(code == std::errc{} && end == text.data() + text.size()); // the schema's own default
    out.whole = static_cast<std::int64_t>(out.real);
  }
  return out;
}

void check_names(const TomlDocument &document, std::vector<Problem> &problems) {
  const auto unknown = [&](const std::string &path, const SourceLocation &where) {
    const auto near = nearest_key(path);
    problems.push_back(
        {where, path, "unknown key", near.empty() ? "See lightloom check --schema." : "Did you mean " + near + "?"});
  };
  std::vector<std::string> unknown_tables;
  const auto inside_unknown = [&](const std::string &path) {
    return std::any_of(unknown_tables.begin(), unknown_tables.end(),
                       [&](const std::string &t) { return path.starts_with(t + "."); });
  };
  for (const auto &[path, where] : document.tables)
    if (!inside_unknown(path) && !is_schema_table(path)) {
      if (const Key *key = find_key(path); key != nullptr)
        problems.push_back({where, path + " is a table", "must be " + describe(key->type), ""});
      else
        unknown(path, where);
      unknown_tables.push_back(path);
    }
  for (const auto &[path, value] : document.values) {
    if (inside_unknown(path) || find_key(path) != nullptr)
      continue;
    if (is_schema_table(path) || is_array_table(path))
      problems.push_back(
          {value.where, path + " = " + shown(value), "is a table of keys, not a value", "Write [" + path + "]."});
    else
      unknown(path, value.where);
  }
}

} // namespace lightloom
