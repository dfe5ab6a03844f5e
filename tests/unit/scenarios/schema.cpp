#include "scenarios/schema.hpp"
#include "scenarios/key_checks.hpp"

#include <set>

#include <doctest/doctest.h>

using namespace lightloom;

TEST_CASE("Every key has one row, a description, and a default or a reason to have none") {
  std::set<std::string> seen;
  for (const auto &key : schema()) {
    CAPTURE(key.path);
    CHECK(seen.insert(key.path).second);
    CHECK(!key.description.empty());
    CHECK(key.low <= key.high);
    if (key.type == KeyType::choice)
      CHECK(!key.choices.empty());
  }
}

TEST_CASE("The listing has a line for every key") {
  const auto text = schema_listing();
  for (const auto &key : schema())
    CHECK(text.find("\n" + key.path + " ") != std::string::npos);
}

TEST_CASE("A single table and an array of tables name the same keys") {
  CHECK(schema_pattern("job.data") == "job.*.data");
  CHECK(schema_pattern("job.0.data") == "job.*.data");
  CHECK(schema_pattern("inject.12.at") == "inject.*.at");
  CHECK(schema_pattern("fabric.switch.latency") == "fabric.switch.latency");
  CHECK(find_key("job.data") == find_key("job.3.data"));
  CHECK(find_key("fabric.radx") == nullptr);
  CHECK(is_schema_table("inject.2"));
  CHECK(is_schema_table("fabric.nic"));
  CHECK(!is_schema_table("fabric.radix"));
}

TEST_CASE("The nearest key is sought among its neighbours first, then everywhere") {
  CHECK(nearest_key("fabric.radx") == "fabric.radix");
  CHECK(nearest_key("inject.0.knd") == "inject.0.kind");
  CHECK(nearest_key("fabrik") == "fabric");
  CHECK(nearest_key("job.radix") == "fabric.radix");
  CHECK(nearest_key("zzzzzzzzzzzz").empty());
}
