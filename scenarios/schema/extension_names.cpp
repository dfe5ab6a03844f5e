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
  Named policies{"routing.policy", {}}, algorithms{"collective.*.algorithm", {}}, data{"job.*.data_algorithm", {}};
  for (const auto &[name, factory] : extensions.routing_policies)
    policies.names.push_back(name);
  for (const CollectiveAlgorithm &row : extensions.collective_algorithms) {
    algorithms.names.push_back(row.name);
    if (row.op == CollectiveOp::all_reduce)
      data.names.push_back(row.name);
  }
  Named controls{"transport.congestion_control", {}};
  for (const CongestionLaw &law : extensions.congestion_controls)
    controls.names.push_back(law.name);
  Named topologies{"fabric.topology", {}};
  for (const TopologyFamily &family : extensions.topologies)
    topologies.names.push_back(family.name);
  return {policies, algorithms, data, controls, topologies};
}

/// Adds a problem when an extension cannot go by its name; `taken`: Lightloom has one of that name.
void check_name(const std::string &what, const std::string &name, bool taken, std::vector<Problem> &problems) {
  if (name.empty())
    problems.push_back({{}, what, "a name has at least one letter", "Give it a name."});
  else if (taken)
    problems.push_back({{}, what, "Lightloom has one of that name", "Give it another name."});
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
  const auto is_choice = [](const char *key, const std::string &name) {
    const auto &choices = find_key(key)->choices;
    return std::find(choices.begin(), choices.end(), name) != choices.end();
  };
  for (const auto &[name, factory] : extensions.routing_policies) {
    const std::string what = fmt::format("a routing policy \"{}\" brought along", name);
    check_name(what, name, is_choice("routing.policy", name), problems);
    if (!factory)
      problems.push_back({{}, what, "its factory is empty", ""});
  }
  for (const CollectiveAlgorithm &row : extensions.collective_algorithms) {
    const std::string what = fmt::format("an algorithm \"{}\" for {} brought along", row.name, to_string(row.op));
    const auto &own = collective_algorithms();
    const bool taken = std::any_of(own.begin(), own.end(), [&](const CollectiveAlgorithm &other) {
      return other.op == row.op && other.name == row.name;
    });
    check_name(what, row.name, taken || row.name == "auto", problems);
    if (!row.make || !row.sends_to)
      problems.push_back({{}, what, "make or sends_to is empty", ""});
  }
  for (const TopologyFamily &family : extensions.topologies) {
    const std::string what = fmt::format("a topology \"{}\" brought along", family.name);
    check_name(what, family.name, is_choice("fabric.topology", family.name), problems);
    if (family.build == nullptr)
      problems.push_back({{}, what, "build is empty", ""});
  }
  for (const CongestionLaw &law : extensions.congestion_controls) {
    const std::string what = fmt::format("a congestion control \"{}\" brought along", law.name);
    check_name(what, law.name, is_choice("transport.congestion_control", law.name), problems);
    if (law.name.find('+') != std::string::npos)
      problems.push_back({{}, what, "a + joins names", "Give it another name."});
    if (!law)
      problems.push_back({{}, what, "make is empty", "per_queue() makes a law."});
  }
  if (!problems.empty())
    throw Error(std::move(problems));
}

} // namespace lightloom
