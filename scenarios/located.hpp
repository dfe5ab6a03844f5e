#pragma once
// Errors from topology, collectives and optics know what is wrong but not where it stands: this gives them their place.

#include "scenarios/scenario.hpp"

#include <utility>

namespace lightloom {

/// Runs `work`; a problem without a place gets that of `key`, or of the key its text begins with. `only`: problems
/// whose text begins so.
template <class Work>
auto located(const Scenario &scenario, const std::string &key, Work &&work, const std::string &only = {}) {
  try {
    return std::forward<Work>(work)();
  } catch (const Error &e) {
    auto problems = e.problems();
    for (auto &p : problems)
      if (p.where.file.empty() && p.what.starts_with(only)) {
        auto word = p.what.substr(0, p.what.find_first_of(" =(:"));
        if (word.starts_with("job.") && !scenario.given(word))
          word.insert(4, "0."); // a single [job] is the first of [[job]]
        p.where = scenario.place(scenario.given(word) ? word : key);
      }
    throw Error(std::move(problems), e.code());
  }
}

} // namespace lightloom
