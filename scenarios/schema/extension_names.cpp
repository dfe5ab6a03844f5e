#include "scenarios/schema/extension_names.hpp"

#include "sim/core/error.hpp"

#include <algorithm>
#include <utility>

#include <fmt/format.h>

namespace lightloom {

namespace {
/// A key that takes names of extensions, and those that there are.
struct Named {
  const char *key;
  std::vector<std::string> names;
};

std::vector<Named> named(const Extensions &extensions) {
  Named policies{"routing.policy", {}};
  for (const auto &[name, factory] : extensions.routing_policies)
    policies.names.push_back(name);
  return {policies};
}
} // namespace

Key with_names(Key key, const Extensions &extensions) {
  for (const auto &[path, names] : named(extensions))
    if (key.path == path)
      key.choices.insert(key.choices.end(), names.begin(), names.end());
  return key;
}

void check_extensions(const Extensions &extensions) {
  std::vector<Problem> problems;
  const auto refuse = [&](const char *key, const std::string &name, const char *why) {
    problems.push_back({{}, fmt::format("an extension \"{}\" of {}", name, key), why, "Give it another name."});
  };
  for (const auto &[path, names] : named(extensions)) {
    const Key &key = *find_key(path);
    for (const auto &name : names)
      if (name.empty())
        refuse(path, name, "a name has at least one letter");
      else if (std::count(key.choices.begin(), key.choices.end(), name) +
                   std::count(key.later.begin(), key.later.end(), name) >
               0)
        refuse(path, name, "Lightloom has one of that name");
  }
  for (const auto &[name, factory] : extensions.routing_policies)
    if (!factory)
      problems.push_back({{}, fmt::format("an extension \"{}\" of routing.policy", name), "its factory is empty", ""});
  if (!problems.empty())
    throw Error(std::move(problems));
}

} // namespace lightloom
