// Rows of the catalogue's file: what contradicts itself or uses a word nobody knows is not loaded.

#include "optics/catalogue.hpp"
#include "sim/core/contract.hpp"

#include <doctest/doctest.h>
#include <map>
#include <string>
#include <utility>
#include <vector>

using namespace lightloom;

namespace {
/// One row in the form of the file: the columns named, the others as a sound 800G-DR8 has them.
std::string row(const std::map<std::string, std::string> &other = {}) {
  const std::vector<std::pair<std::string, std::string>> sound = {{"module", "X"},
                                                                  {"kind", "dsp"},
                                                                  {"rate_gbps", "800"},
                                                                  {"lanes", "8"},
                                                                  {"lane_gbps", "100"},
                                                                  {"modulation", "PAM4"},
                                                                  {"medium", "SMF"},
                                                                  {"reach_m", "500"},
                                                                  {"form_factor", "OSFP"},
                                                                  {"connector", "MPO-16"},
                                                                  {"wavelengths", "1"},
                                                                  {"fibres_per_direction", "8"},
                                                                  {"wavelength_nm", "1310"},
                                                                  {"tx_oma_min_dbm", "-0.8"},
                                                                  {"tx_oma_minus_tdecq_min_dbm", "-2.2"},
                                                                  {"rx_sens_oma_dbm", "-4.4"},
                                                                  {"srs_oma_dbm", "-1.9"},
                                                                  {"secq_db", "3.4"},
                                                                  {"eff_sens_s0_dbm", "-5.3"},
                                                                  {"channel_loss_budget_db", "3.0"},
                                                                  {"mpi_alloc_db", "0.1"},
                                                                  {"pre_fec_ber_limit", "2.4e-4"},
                                                                  {"extinction_ratio_db", "3.5"},
                                                                  {"tdecq_max_db", "3.4"},
                                                                  {"osnr_required_db", ""},
                                                                  {"osnr_launch_db", ""},
                                                                  {"copper_loss_db_per_m", ""},
                                                                  {"copper_loss_budget_db", ""},
                                                                  {"max_case_c", "70"},
                                                                  {"fec", "KP4-host"},
                                                                  {"power_w_typ", "15"},
                                                                  {"power_w_lo", "11"},
                                                                  {"power_w_hi", "18"},
                                                                  {"pj_per_bit_typ", "18.75"},
                                                                  {"latency_ns_end_typ", "50"},
                                                                  {"latency_ns_end_lo", "8"},
                                                                  {"latency_ns_end_hi", "150"},
                                                                  {"price_usd_per_gbps_typ", "0.78"},
                                                                  {"price_lo", "0.5"},
                                                                  {"price_hi", "3.83"},
                                                                  {"fit_seed_basis", "343"},
                                                                  {"fit_field_basis", "2000"},
                                                                  {"flap_per_link_year", "0.8"},
                                                                  {"note", "\"with, comma\""}};
  std::string head;
  std::string line;
  const auto add = [&](const std::string &column, const std::string &value) {
    const auto given = other.find(column);
    head += (head.empty() ? "" : ",") + column;
    line += (line.empty() ? "" : ",") + (given == other.end() ? value : given->second);
  };
  for (const auto &[column, value] : sound)
    add(column, value);
  for (const char *group : {"optics", "interface", "power", "latency", "price", "fit"}) {
    add(std::string("tag_") + group, "S");
    add(std::string("mark_") + group, "datasheet");
    add(std::string("source_") + group, "a data sheet");
  }
  return head + "\n" + line + "\n";
}

} // namespace

TEST_CASE("a row that contradicts itself, or says what nobody knows, is not loaded") {
  const auto good = parse_module_catalogue(row());
  REQUIRE(good.size() == 1);
  CHECK(good[0].note == "with, comma");
  using Other = std::map<std::string, std::string>;
  for (const Other &wrong :
       {Other{{"lanes", "4"}}, Other{{"eff_sens_s0_dbm", "-5.2"}}, Other{{"fec", "KP7"}}, Other{{"power_w_lo", "16"}},
        Other{{"pj_per_bit_typ", "20"}}, Other{{"secq_db", "abc"}}, Other{{"kind", "dps"}}, Other{{"medium", "SMT"}},
        Other{{"modulation", "QPSK"}}, Other{{"mark_power", "guess"}}, Other{{"tag_power", "X"}},
        Other{{"fibres_per_direction", "4"}}, Other{{"connector", "none"}}, Other{{"kind", "dac"}},
        Other{{"copper_loss_budget_db", "20"}}}) {
    CAPTURE(wrong.begin()->first);
    CHECK_THROWS_AS(parse_module_catalogue(row(wrong)), BrokenContract);
  }
  CHECK_THROWS_AS(parse_module_catalogue("module,rate_gbps\nX,800,1\n"), BrokenContract);
  const auto once = row();
  CHECK_THROWS_AS(parse_module_catalogue(once + once.substr(once.find('\n') + 1)), BrokenContract);
}
