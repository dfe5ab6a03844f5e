#include "scenarios/schema/schema.hpp"
#include "scenarios/schema/key_checks.hpp"

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

TEST_CASE("Words beside a quantity are listed and taken, and have no range") {
  const Key *key = find_key("scenario.granularity");
  REQUIRE(key != nullptr);
  std::vector<Problem> problems;
  for (const char *text : {"frame", "auto", "256KiB"}) {
    TomlValue value;
    value.kind = TomlValue::Kind::text;
    value.text = text;
    CHECK(check_value(*key, key->path, value, problems).has_value());
  }
  CHECK(problems.empty());
  const auto listing = schema_listing();
  CHECK(listing.find("or \"frame\" or \"auto\"") != std::string::npos);
}

TEST_CASE("Keys of the contract's training job, fabric and granularity work in this version") {
  for (const char *path :
       {"scenario.granularity", "fabric.rails", "fabric.planes", "fabric.nic.per_gpu", "fabric.nic.pcie",
        "fabric.switch.capacity", "job.pipeline", "job.interleave", "job.schedule", "job.expert", "model.experts"}) {
    CAPTURE(path);
    const Key *key = find_key(path);
    REQUIRE(key != nullptr);
    CHECK(!key->not_yet);
    CHECK(key->only.empty());
  }
}
