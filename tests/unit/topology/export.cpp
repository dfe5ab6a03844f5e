// Exports hold every node and every cable once.

#include "topology/export.hpp"
#include "tests/unit/topology/specs.hpp"

#include <doctest/doctest.h>
#include <sstream>

using namespace lightloom;

namespace {

std::size_t occurrences(const std::string &text, const std::string &word) {
  std::size_t count = 0;
  for (std::size_t at = text.find(word); at != std::string::npos; at = text.find(word, at + word.size()))
    ++count;
  return count;
}

} // namespace

TEST_CASE("GraphML holds every node and every cable with its properties") {
  const Fabric fabric = build_fabric(specs::fat_tree(16, 8, 2));
  std::ostringstream out;
  write_graphml(fabric, out);
  const std::string text = out.str();
  CHECK(occurrences(text, "<node ") == fabric.plan().nodes());
  CHECK(occurrences(text, "<edge ") == fabric.plan().cables.size());
  CHECK(text.find(">leaf:3/spine:1#1<") != std::string::npos);
  CHECK(text.find("attr.name=\"rate_bps\" attr.type=\"long\"") != std::string::npos);
  CHECK(occurrences(text, ">800000000000<") == fabric.plan().cables.size());
  CHECK(text.find("</graphml>") != std::string::npos);
}

TEST_CASE("DOT names nodes and labels cables") {
  const Fabric fabric = build_fabric(specs::dragonfly_plus(3, 2));
  std::ostringstream out;
  write_dot(fabric, out);
  const std::string text = out.str();
  CHECK(text.find("graph G {") == 0);
  CHECK(occurrences(text, "--") == fabric.plan().cables.size());
  CHECK(text.find("\"host:0\"--\"leaf:0\"") != std::string::npos);
  CHECK(text.find("tier=global") != std::string::npos);
}

TEST_CASE("two exports of one fabric are the same bytes") {
  const Fabric fabric = build_fabric(specs::fat_tree(40, 8, 3));
  std::ostringstream one;
  std::ostringstream two;
  write_graphml(fabric, one);
  write_graphml(build_fabric(specs::fat_tree(40, 8, 3)), two);
  CHECK(one.str() == two.str());
}

TEST_CASE("exports say the plane where there are several") {
  std::ostringstream one;
  std::ostringstream two;
  write_graphml(build_fabric(specs::planes_and_nics(8, 1, 1)), one);
  write_graphml(build_fabric(specs::planes_and_nics(8, 2, 1)), two);
  CHECK(one.str().find("plane") == std::string::npos);
  CHECK(two.str().find("attr.name=\"plane\"") != std::string::npos);
  CHECK(two.str().find("host:3/1/leaf:") != std::string::npos);
}
