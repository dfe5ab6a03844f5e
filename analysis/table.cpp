// Text tables: widths are those of the widest cell, two blanks between columns.

#include "analysis/table.hpp"

#include "sim/core/contract.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <utility>

namespace lightloom {
namespace {

constexpr const char *nothing = "–";

/// Characters of UTF-8, each taken as one column wide: bytes that do not continue a character.
std::size_t width_of(const std::string &text) {
  return static_cast<std::size_t>(
      std::count_if(text.begin(), text.end(), [](char c) { return (static_cast<unsigned char>(c) & 0xc0u) != 0x80u; }));
}

void append_padded(std::string &line, const std::string &text, std::size_t width, Table::Align align) {
  const std::string blanks(width - width_of(text), ' ');
  line += align == Table::Align::right ? blanks + text : text + blanks;
}

std::string quoted(const std::string &field) {
  if (field.find_first_of(",\"\r\n") == std::string::npos)
    return field;
  std::string out = "\"";
  for (const char c : field)
    out += c == '"' ? std::string("\"\"") : std::string(1, c);
  return out + "\"";
}

} // namespace

std::string format_number(double value, int digits) {
  if (!std::isfinite(value))
    return nothing;
  const double size = std::fabs(value);
  if (value == 0)
    return "0";
  if (size < 1e-3 || size >= 1e7)
    return fmt::format("{:.{}e}", value, digits - 1);
  const int whole = static_cast<int>(std::floor(std::log10(size))) + 1; // digits before the point; ≤ 0 below 0.1
  return fmt::format("{:.{}f}", value, std::max(0, digits - whole));
}

std::string format_percent(double share) {
  return std::isfinite(share) ? fmt::format("{:.1f} %", 100 * share) : nothing;
}

std::string format_change(double change) {
  if (!std::isfinite(change))
    return nothing;
  return std::fabs(change) < 0.05 ? "0.0" : fmt::format("{:+.1f}", change);
}

std::string format_seconds(double s) {
  if (!std::isfinite(s))
    return nothing;
  constexpr std::array<std::pair<double, const char *>, 4> units{{{1, "s"}, {1e-3, "ms"}, {1e-6, "us"}, {1e-9, "ns"}}};
  for (const auto &[size, unit] : units)
    if (std::fabs(s) >= size)
      return format_number(s / size) + " " + unit;
  return s == 0 ? "0 s" : format_number(s / 1e-12) + " ps";
}

std::string format_size(std::int64_t bytes) {
  constexpr std::array<std::pair<std::int64_t, const char *>, 3> units{
      {{1 << 30, "GiB"}, {1 << 20, "MiB"}, {1 << 10, "KiB"}}};
  for (const auto &[size, unit] : units)
    if (bytes >= size)
      return (bytes % size == 0 ? std::to_string(bytes / size)
                                : format_number(static_cast<double>(bytes) / static_cast<double>(size))) +
             " " + unit;
  return std::to_string(bytes) + " B";
}

std::string format_ratio(double ratio) {
  if (!std::isfinite(ratio))
    return nothing;
  return (ratio < 0.095 || ratio >= 100 ? format_number(ratio, 3) : fmt::format("{:.2f}", ratio)) + "×";
}

void Table::add(std::vector<std::string> cells) {
  EXPECTS(cells.size() <= columns_.size());
  cells.resize(columns_.size());
  rows_.push_back(std::move(cells));
}

void Table::add_rule() { rows_.emplace_back(); }

std::string Table::str() const {
  std::vector<std::vector<std::string>> lines;
  std::vector<std::string> titles, units;
  for (const Column &column : columns_) {
    titles.push_back(column.title);
    units.push_back(column.unit);
  }
  lines.push_back(titles);
  if (std::any_of(units.begin(), units.end(), [](const std::string &unit) { return !unit.empty(); }))
    lines.push_back(units);
  lines.emplace_back(); // a rule below the head
  lines.insert(lines.end(), rows_.begin(), rows_.end());
  std::vector<std::size_t> widths(columns_.size(), 0);
  for (const auto &cells : lines)
    for (std::size_t i = 0; i < cells.size(); ++i)
      widths[i] = std::max(widths[i], width_of(cells[i]));
  std::string text;
  for (const auto &cells : lines) {
    std::string line;
    for (std::size_t i = 0; i < columns_.size(); ++i) {
      line += i > 0 ? "  " : "";
      if (cells.empty())
        for (std::size_t dash = 0; dash < widths[i]; ++dash)
          line += "─";
      else
        append_padded(line, cells[i], widths[i], columns_[i].align);
    }
    line.erase(line.find_last_not_of(' ') + 1);
    text += line + "\n";
  }
  return text;
}

std::string wrapped(const std::string &head, const std::vector<std::string> &items, const char *separator) {
  constexpr std::size_t width = 100;
  std::string text, line = head;
  for (std::size_t i = 0; i < items.size(); ++i) {
    const std::string item = items[i] + (i + 1 < items.size() ? separator : ".");
    if (line.size() + item.size() > width) {
      text += line + "\n";
      line = " ";
    }
    line += item;
  }
  return text + line + "\n";
}

std::string csv(const std::vector<std::string> &titles, const std::vector<std::vector<std::string>> &rows) {
  std::string text;
  const auto line = [&](const std::vector<std::string> &fields) {
    for (std::size_t i = 0; i < fields.size(); ++i)
      text += (i > 0 ? "," : "") + quoted(fields[i]);
    text += "\n";
  };
  line(titles);
  for (const auto &row : rows)
    line(row);
  return text;
}

} // namespace lightloom
