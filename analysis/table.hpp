#pragma once
// Aligned text tables for the terminal: numbers to the right, words to the left, units in the head.

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

namespace lightloom {

/// How a cell's number is written.
/// `digits` significant digits, no exponent between 1e-3 and 1e7; "–" when not finite.
std::string format_number(double value, int digits = 4);
/// "5.3 %"; "–" when not finite.
std::string format_percent(double share);
/// "+0.3", "-15.6", "0.0": a change with one decimal, without a sign when it shows as nought; "–" when not finite.
std::string format_change(double change);
/// A time of any size with its unit, four digits: "68.31 ms"; "–" when not finite.
std::string format_seconds(double s);
/// A size for people: whole units exactly ("20 MiB"), else four digits ("75.07 MiB").
std::string format_size(std::int64_t bytes);
/// "1.34×"; "–" when not finite.
std::string format_ratio(double ratio);

/// A table built row by row.
class Table {
public:
  enum class Align { left, right };
  struct Column {
    std::string title;
    std::string unit; ///< second line of the head; may be empty
    Align align = Align::right;
  };
  explicit Table(std::vector<Column> columns) : columns_(std::move(columns)) {}
  /// One cell per column; missing ones are empty. More cells than columns break a contract.
  void add(std::vector<std::string> cells);
  /// A thin line across.
  void add_rule();
  std::size_t rows() const { return rows_.size(); }
  /// Each line ends with a newline and no trailing blanks. Width counts characters of UTF-8, not bytes.
  std::string str() const;

private:
  std::vector<Column> columns_;
  std::vector<std::vector<std::string>> rows_; ///< a rule is a row without cells
};

/// Items joined by commas and wrapped at 100 columns, later lines indented by two; ends with a full stop and newline.
std::string wrapped(const std::string &head, const std::vector<std::string> &items, const char *separator = ",");
/// Columns separated by commas, fields quoted where needed (RFC 4180). Units join the titles: "time_s".
std::string csv(const std::vector<std::string> &titles, const std::vector<std::vector<std::string>> &rows);

} // namespace lightloom
