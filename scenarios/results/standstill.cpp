#include "scenarios/results/standstill.hpp"

#include <algorithm>

#include <fmt/format.h>

namespace lightloom {

std::string directed_name(const Fabric &fabric, LinkId link) {
  const CableId id(link.value / 2);
  const std::string name = fabric.name(id);
  if (link == link_forward(id))
    return name;
  const std::size_t slash = name.rfind('/'), number = name.find('#', slash);
  const std::string end = number == std::string::npos ? "" : name.substr(number);
  return name.substr(slash + 1, number - slash - 1) + "/" + name.substr(0, slash) + end;
}

std::string describe(const Standstill &standstill, const Fabric &fabric) {
  constexpr std::size_t most_named = 16;
  const auto &links = standstill.links;
  std::string text;
  for (std::size_t i = 0; i < std::min(links.size(), most_named); ++i)
    text += (i == 0 ? "" : " → ") + directed_name(fabric, links[i]);
  if (links.size() > most_named)
    text += fmt::format(" → … ({} links in all)", links.size());
  if (standstill.cycle)
    return fmt::format("deadlock: each of these links waits for room behind the next: {} → {}", text,
                       directed_name(fabric, links.front()));
  return fmt::format("frames are stuck: {} stands still, and nothing behind it waits (a resume or a credit was lost){}",
                     directed_name(fabric, links.back()), links.size() > 1 ? "; before it " + text : "");
}

} // namespace lightloom
