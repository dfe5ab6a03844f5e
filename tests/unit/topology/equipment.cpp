// The catalogue of equipment and the bill of a cluster.

#include "topology/equipment.hpp"

#include "tests/unit/topology/specs.hpp"

#include <doctest/doctest.h>

using namespace lightloom;

TEST_CASE("every figure is positive, tagged and sourced, and rows of switches and NICs ascend by rate") {
  BitRate last{};
  EquipmentKind kind = EquipmentKind::gpu;
  for (const EquipmentItem &item : equipment_catalogue()) {
    CAPTURE(item.name);
    CHECK(item.power_W > 0);
    CHECK(item.price_usd > 0);
    for (const char tag : {item.power_tag, item.price_tag})
      CHECK((tag == 'S' || tag == 'K' || tag == 'E'));
    CHECK(std::string(item.power_source).size() > 5);
    CHECK(std::string(item.price_source).size() > 5);
    if (item.kind == EquipmentKind::nic || item.kind == EquipmentKind::network_switch)
      CHECK((item.kind != kind || item.rate > last));
    if (item.kind == EquipmentKind::gpu)
      CHECK(find_equipment(EquipmentKind::server, item.name) != nullptr);
    kind = item.kind;
    last = item.rate;
  }
}

TEST_CASE("between two rows figures are interpolated, outside they are in proportion, and the source says so") {
  const EquipmentFigures exact = equipment_at(EquipmentKind::network_switch, 51'200_Gbps);
  CHECK(exact.power_W == 900);
  CHECK(exact.source.find("interpolated") == std::string::npos);
  const EquipmentFigures between = equipment_at(EquipmentKind::network_switch, 38'400_Gbps); // the middle
  CHECK(between.power_W == doctest::Approx((747 + 900) / 2.0).epsilon(1e-12));
  CHECK(between.source.find("interpolated between 25.6T switch and 51.2T switch (E)") == 0);
  const EquipmentFigures twice = equipment_at(EquipmentKind::network_switch, 204'800_Gbps);
  CHECK(twice.power_W == doctest::Approx(3600).epsilon(1e-12));
  CHECK(twice.source.find("in proportion to the 102.4T switch (E)") == 0);
  const EquipmentFigures half = equipment_at(EquipmentKind::nic, 100_Gbps);
  CHECK(half.power_W == doctest::Approx(10).epsilon(1e-12));
}

TEST_CASE("the lines of a bill are counts × figures and add up to its sums, and a NIC has a port per plane") {
  FabricSpec spec = specs::fat_tree(128, 64, 2);
  spec.planes = 2;
  const Fabric fabric = build_fabric(spec);
  const std::vector<ClusterLine> optics{{EquipmentKind::optics, "800G-DR8", 512, 7680, 300'000, "its row"}};
  const ClusterBill bill = cluster_bill(fabric, "H100-SXM", 128, optics);
  REQUIRE(bill.lines.size() == 5);
  CHECK(bill.lines[0].power_W == 128 * 700);
  CHECK(bill.lines[1].power_W == 128 * 550);
  CHECK(bill.lines[2].count == 128);
  CHECK(bill.lines[2].name == "1.6 Tb/s NIC"); // 2 × 800 Gb/s
  CHECK(bill.lines[2].power_W == 128 * 80);
  CHECK(bill.lines[2].cost_usd == 128 * 4500);
  CHECK(bill.lines[3].count == fabric.switches());
  CHECK(bill.lines[3].name == "51.2 Tb/s switch"); // radix 64 × 800 Gb/s
  CHECK(bill.lines[4].name == "800G-DR8");
  double power = 0;
  double cost = 0;
  for (const ClusterLine &line : bill.lines) {
    power += line.power_W;
    cost += line.cost_usd;
    CHECK(!line.source.empty());
  }
  CHECK(bill.power_W == power);
  CHECK(bill.cost_usd == cost);
  CHECK(bill.missing.empty());
}

TEST_CASE("NICs of a GPU count each, at the rate of its ports into all planes") {
  FabricSpec spec = specs::fat_tree(8, 64, 2);
  spec.rates = LinkRates::all(200_Gbps);
  spec.planes = 4;
  spec.nics_per_gpu = 2;
  const ClusterBill bill = cluster_bill(build_fabric(spec), "H100-SXM", 8);
  CHECK(bill.lines[2].count == 16);
  CHECK(bill.lines[2].name == "800 Gb/s NIC"); // 4 × 200 Gb/s
  CHECK(bill.lines[2].power_W == 16 * 45);
}

TEST_CASE("equal switch silicon has equal power, whatever the number of ports") {
  FabricSpec spec = specs::fat_tree(64, 0, 2);
  spec.switch_capacity = 51'200_Gbps;
  for (const BitRate rate : {800_Gbps, 1'600_Gbps}) {
    spec.rates = LinkRates::all(rate);
    const ClusterBill bill = cluster_bill(build_fabric(spec), "B200-SXM", 64);
    CHECK(bill.lines[3].name == "51.2 Tb/s switch");
    CHECK(bill.lines[3].power_W == 900.0 * static_cast<double>(bill.lines[3].count));
  }
}

TEST_CASE("a GPU that is not in the catalogue is missing by name, and figures of the scenario stand in") {
  const Fabric fabric = build_fabric(specs::fat_tree(8, 64, 2));
  const ClusterBill unknown = cluster_bill(fabric, "X1", 8);
  CHECK(unknown.missing == std::vector<std::string>{"power or price of GPU X1", "the server around GPU X1"});
  CHECK(unknown.lines.front().power_W == 0);
  const ClusterBill given = cluster_bill(fabric, "X1", 8, {}, {1200, 50'000});
  CHECK(given.lines.front().power_W == 9600);
  CHECK(given.lines.front().cost_usd == 400'000);
  CHECK(given.lines.front().source == "as given");
  CHECK(given.missing == std::vector<std::string>{"the server around GPU X1"});
}
