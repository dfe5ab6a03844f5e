#pragma once
// A scenario file → Scenario, with every problem found at once and located. Three passes: TOML
// (schema/toml_document.hpp), each key on its own against the schema (type, unit, range, what this version has), then
// keys against each other (schema/cross_checks.hpp).

#include "scenarios/scenario.hpp"
#include "scenarios/schema/toml_document.hpp"

#include <string>
#include <vector>

namespace lightloom {

/// Reads and checks `file`, with "key=value" settings of the command line. Throws Error with all problems: system when
/// it cannot be read, else bad_input.
Scenario load_scenario(const std::string &file, const std::vector<std::string> &settings = {});

/// The same from text; `file` only for locations and relative paths.
Scenario load_scenario_text(const std::string &text, const std::string &file,
                            const std::vector<std::string> &settings = {});

/// From a document that is read already; its keys may name what `extensions` hold.
Scenario scenario_from(const TomlDocument &document, const std::string &file, Extensions extensions = {});

} // namespace lightloom
