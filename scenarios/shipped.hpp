#pragma once
// The scenario files that come with Lightloom, compiled in, so that `bench` runs the same files a user reads.

#include <optional>
#include <string>
#include <vector>

namespace lightloom {

/// "gpt-800g", …
std::vector<std::string> shipped_scenarios();
/// The text of scenarios/NAME.toml; nothing when there is none.
std::optional<std::string> shipped_scenario(const std::string &name);

} // namespace lightloom
