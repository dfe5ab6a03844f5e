// Mutated scenario files: whatever the bytes, loading ends, either right or with located problems of exit code 2. Never
// a crash, never another exception. Mutations are drawn by Philox, so a failure can be repeated by its number.

#include "scenarios/schema/loader.hpp"
#include "scenarios/schema/schema.hpp"
#include "scenarios/shipped.hpp"
#include "sim/core/random.hpp"

#include <doctest/doctest.h>

using namespace lightloom;

namespace {
/// What a careless editor, or an attacker, might put anywhere.
const std::vector<std::string> tokens = {"=",
                                         "\"",
                                         "[",
                                         "]",
                                         "[[",
                                         "]]",
                                         "{",
                                         "}",
                                         "\n",
                                         "#",
                                         ".",
                                         ",",
                                         "-1",
                                         "1e400",
                                         "999999999999999999999",
                                         "\"800GB\"",
                                         "\"-5ns\"",
                                         "nan",
                                         "inf",
                                         "true",
                                         "1979-05-27",
                                         "[1, 2]",
                                         "'",
                                         "\"\"\"",
                                         "\\u0000",
                                         "\xff\xfe",
                                         "µ",
                                         "\"1e300Tbps\"",
                                         "0x7fffffffffffffff",
                                         "[job]\n",
                                         "[[job]]\n",
                                         "job = 1\n",
                                         "[fabric.switch.latency]\n"};

std::string mutate(std::string text, RandomStream &draw) {
  const auto times = 1 + draw.below(4);
  for (std::uint64_t i = 0; i < times && !text.empty(); ++i) {
    const auto at = static_cast<std::size_t>(draw.below(text.size()));
    const auto length = static_cast<std::size_t>(1 + draw.below(12));
    switch (draw.below(5)) {
    case 0:
      text.erase(at, length);
      break;
    case 1:
      text.insert(at, tokens[static_cast<std::size_t>(draw.below(tokens.size()))]);
      break;
    case 2:
      text[at] = static_cast<char>(draw.below(256));
      break;
    case 3:
      text.insert(at, text.substr(static_cast<std::size_t>(draw.below(text.size())), length));
      break;
    default:
      text.replace(at, length, tokens[static_cast<std::size_t>(draw.below(tokens.size()))]);
      break;
    }
  }
  return text;
}

/// True when the text was accepted.
bool survives(const std::string &text, const std::vector<std::string> &settings = {}) {
  try {
    load_scenario_text(text, "fuzz.toml", settings);
    return true;
  } catch (const Error &e) {
    CHECK(e.code() == ExitCode::bad_input);
    CHECK(!e.problems().empty());
    for (const auto &p : e.problems()) {
      CHECK(!p.where.file.empty());
      CHECK(!p.what.empty());
    }
    return false;
  }
}
} // namespace

TEST_CASE("Mutated scenario files are accepted or refused with located problems") {
  const auto names = shipped_scenarios();
  int accepted = 0, refused = 0;
  for (std::uint32_t i = 0; i < 6000; ++i) {
    CAPTURE(i);
    RandomStream draw(20, Purpose::test, i);
    const auto text = mutate(*shipped_scenario(names[i % names.size()]), draw);
    ++(survives(text) ? accepted : refused);
  }
  CHECK(accepted > 100); // mutations of comments and names change nothing
  CHECK(refused > 1000);
}

TEST_CASE("Any key set to any token is accepted or refused with located problems") {
  const auto text = *shipped_scenario("gpt-800g");
  for (const auto &key : schema()) {
    std::string path = key.path;
    if (const auto star = path.find('*'); star != std::string::npos)
      path.replace(star, 1, "0");
    for (const auto &token : tokens)
      survives(text, {path + "=" + token});
  }
}
