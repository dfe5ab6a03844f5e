#include "sim/core/error.hpp"

#include <algorithm>
#include <numeric>

namespace lightloom {

std::string to_string(const Problem &p) {
  std::string text;
  if (!p.where.file.empty()) {
    text = p.where.file;
    if (p.where.line > 0)
      text += ":" + std::to_string(p.where.line) + ":" + std::to_string(p.where.column);
    text += ": ";
  }
  text += p.what;
  if (!p.why.empty())
    text += " (" + p.why + ")";
  text += ".";
  if (!p.suggestion.empty())
    text += " " + p.suggestion;
  return text;
}

namespace {
std::string joined(const std::vector<Problem> &problems) {
  std::string text;
  for (const auto &p : problems)
    text += (text.empty() ? "" : "\n") + to_string(p);
  return text;
}
} // namespace

Error::Error(std::vector<Problem> problems, ExitCode code)
    : std::runtime_error(joined(problems)), problems_(std::move(problems)), code_(code) {}
Error::Error(Problem problem, ExitCode code) : Error(std::vector<Problem>{std::move(problem)}, code) {}
Error::Error(std::string what, std::string why, std::string suggestion, ExitCode code)
    : Error(Problem{{}, std::move(what), std::move(why), std::move(suggestion)}, code) {}

std::string nearest_word(const std::string &word, const std::vector<std::string> &known) {
  const auto distance = [](const std::string &a, const std::string &b) { // Levenshtein, one row
    std::vector<std::size_t> row(b.size() + 1);
    std::iota(row.begin(), row.end(), std::size_t{0});
    for (std::size_t i = 0; i < a.size(); ++i) {
      std::size_t diagonal = row[0];
      row[0] = i + 1;
      for (std::size_t j = 0; j < b.size(); ++j) {
        const std::size_t substituted = diagonal + (a[i] == b[j] ? 0 : 1);
        diagonal = row[j + 1];
        row[j + 1] = std::min({row[j] + 1, row[j + 1] + 1, substituted});
      }
    }
    return row.back();
  };
  std::string best;
  std::size_t best_distance = 2 + word.size() / 3;
  for (const auto &candidate : known)
    if (const auto d = distance(word, candidate); d < best_distance) {
      best_distance = d;
      best = candidate;
    }
  return best;
}

} // namespace lightloom
