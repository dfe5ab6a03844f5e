#pragma once
// A reference table of this folder: CSV with # comments, a header row, and quoted fields.

#include <cmath>
#include <fstream>
#include <map>
#include <stdexcept>
#include <string>
#include <vector>

namespace reference {

using Row = std::map<std::string, std::string>;

inline std::vector<std::string> fields(const std::string &line) {
  std::vector<std::string> result(1);
  bool quoted = false;
  for (const char c : line)
    if (c == '"')
      quoted = !quoted;
    else if (c == ',' && !quoted)
      result.emplace_back();
    else
      result.back() += c;
  return result;
}

/// One map per row, column → text. Throws when the file is missing or empty.
inline std::vector<Row> table(const std::string &name) {
  std::ifstream file(std::string(OPTICS_REFERENCE) + "/" + name);
  std::vector<Row> rows;
  std::vector<std::string> columns;
  for (std::string line; std::getline(file, line);) {
    if (line.empty() || line.front() == '#')
      continue;
    const auto values = fields(line);
    if (columns.empty()) {
      columns = values;
      continue;
    }
    Row row;
    for (std::size_t i = 0; i < columns.size(); ++i)
      row[columns[i]] = values.at(i);
    rows.push_back(row);
  }
  if (rows.empty())
    throw std::runtime_error("no rows in " + name);
  return rows;
}

inline double number(const Row &row, const std::string &column) { return std::stod(row.at(column)); }

/// |a − b| ÷ |b|.
inline double relative_error(double a, double b) { return std::abs(a - b) / std::abs(b); }

/// "RS(544,514)" → "kp4".
inline std::string code_name(const std::string &title) {
  return title == "RS(544,514)" ? "kp4" : title == "RS(528,514)" ? "kr4" : "ll";
}

} // namespace reference
