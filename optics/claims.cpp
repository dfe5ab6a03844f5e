#include "optics/claims.hpp"

#include "optics/bill.hpp"
#include "optics/link.hpp"

namespace lightloom {

namespace {
constexpr Metres short_fibre{1};
constexpr std::int64_t gpus = 100'000;
constexpr std::int64_t cables_per_gpu = 3; // host, leaf and spine tier of a non-blocking three-level fat-tree

LinkReport link(const char *module, LatencyBasis basis, Metres length = short_fibre) {
  LinkOptics optics;
  optics.module = module;
  optics.length = length;
  optics.latency_basis = basis;
  return link_report(optics);
}

/// Both ends and the code, without the way between. [ns]
double ends_ns(const char *module, LatencyBasis basis) {
  const LinkReport report = link(module, basis);
  return seconds(report.module_latency + report.fec_latency) * 1e9;
}

double one_end_ns(const char *module, LatencyBasis basis) {
  return seconds(link(module, basis).module_latency) * 1e9 / 2;
}

double fleet_megawatts(const char *module) { return optics_bill({{module, cables_per_gpu * gpus}}).power_W * 1e-6; }

/// A claim in which latency plays no part.
Claim plain(std::string text, std::string source, SourceTag tag, std::string unit, double low, double high,
            double figure, std::string how) {
  return {std::move(text), std::move(source), tag, std::move(unit), low, high, figure, figure, std::move(how)};
}

void add_latency(std::vector<Claim> &claims) {
  using enum LatencyBasis;
  const auto seed = SourceTag::read_in_source;
  const double fibre = seconds(link("800G-DR8", split, Metres(500)).propagation) * 1e9 / 500;
  claims.push_back(plain("fibre delays by about 5 ns per metre", "conference summary", seed, "ns/m", 4.75, 5.25, fibre,
                         "500 m of silica, group index 1.469"));
  claims.push_back({"a pluggable module with DSP takes 100 to 300 ns", "conference summary", seed, "ns", 100, 300,
                    ends_ns("800G-DR8", split), ends_ns("800G-DR8", vendor),
                    "800G-DR8: both ends and the FEC of one direction"});
  claims.push_back({"the same, read as one module end without FEC", "conference summary", seed, "ns", 100, 300,
                    one_end_ns("800G-DR8", split), one_end_ns("800G-DR8", vendor), "800G-DR8: one end"});
  claims.push_back({"LPO saves about 20 ns", "conference summary", seed, "ns", 15, 25,
                    ends_ns("800G-DR8", split) - ends_ns("800G-DR8-LPO", split),
                    ends_ns("800G-DR8", vendor) - ends_ns("800G-DR8-LPO", vendor),
                    "both ends, 800G-DR8 less 800G-DR8-LPO"});
  claims.push_back({"CPO takes less than 10 ns", "conference summary", seed, "ns", 0, 10,
                    one_end_ns("800G-CPO-BCM", split), one_end_ns("800G-CPO-BCM", vendor), "800G-CPO-BCM: one end"});
}

void add_power(std::vector<Claim> &claims) {
  const auto seed = SourceTag::read_in_source;
  const auto picojoules = [](const char *module) { return module_named(module).picojoules_per_bit; };
  claims.push_back(plain("optics of 100,000 GPUs draw about 40 MW", "conference summary", seed, "MW", 36, 44,
                         fleet_megawatts("800G-DR8"), "three tiers of 800G-DR8: six module ends per GPU"));
  claims.push_back(plain("the same with 1.6T modules", "conference summary", seed, "MW", 36, 44,
                         fleet_megawatts("1.6T-DR8"), "three tiers of 1.6T-DR8: six module ends per GPU"));
  claims.push_back(plain("40 MW are six module ends per GPU", "conference summary", seed, "ends per GPU", 5.4, 6.6,
                         40e6 / gpus / module_named("1.6T-DR8").power_watts.high,
                         "1.6T-DR8 at its greatest power; scale-up optics would have to make up for the rest"));
  claims.push_back(plain("DSP pluggables take 14 to 22 pJ/bit at 800G", "public reports", seed, "pJ/bit", 14, 22,
                         picojoules("800G-DR8"), "800G-DR8"));
  claims.push_back(plain("LPO takes about 10 pJ/bit", "conference summary", seed, "pJ/bit", 9, 11,
                         picojoules("800G-DR8-LPO"), "800G-DR8-LPO"));
  claims.push_back(plain("CPO takes 7 pJ/bit (Broadcom)", "conference summary", seed, "pJ/bit", 6.3, 7.7,
                         picojoules("800G-CPO-BCM"), "800G-CPO-BCM"));
  claims.push_back(plain("CPO takes 5.6 pJ/bit (NVIDIA)", "conference summary", seed, "pJ/bit", 5.04, 6.16,
                         picojoules("1.6T-CPO-NV"), "1.6T-CPO-NV"));
  claims.push_back(plain("CPO saves 65 % of a pluggable's power", "Meta/Broadcom study, secondary report", seed, "%",
                         58.5, 71.5, 100 * (1 - picojoules("800G-CPO-BCM") / picojoules("800G-DR8")),
                         "800G-CPO-BCM, 800G-DR8"));
}

void add_reliability(std::vector<Claim> &claims) {
  const Module &pluggable = module_named("800G-DR8"), &packaged = module_named("800G-CPO-BCM");
  const auto seed = SourceTag::read_in_source;
  claims.push_back(plain("CPO is ten times more resilient", "NVIDIA by trade press", seed, "×", 9, 11,
                         pluggable.fit_field / packaged.fit_field,
                         "field failures per end, 800G-DR8 over 800G-CPO-BCM"));
  claims.push_back(plain("the same, counted in flaps", "NVIDIA by trade press", seed, "×", 9, 11,
                         pluggable.flaps_per_link_year / packaged.flaps_per_link_year,
                         "flaps per link and year, the same modules"));
  claims.push_back(plain("CPO fails about five times less (Meta)", "Meta/Broadcom study, secondary report", seed, "×",
                         4.5, 5.5, pluggable.fit_field / packaged.fit_field, "field failures per end"));
}
} // namespace

double waiting_share_needed(double cut, double saved, double days) { return saved / (cut * days); }

std::vector<Claim> published_claims() {
  std::vector<Claim> claims;
  add_latency(claims);
  add_power(claims);
  add_reliability(claims);
  claims.push_back(plain("10 % less communication latency saves 10 of 90 to 100 days", "conference summary",
                         SourceTag::read_in_source, "% of time waiting", 0, 100,
                         100 * waiting_share_needed(0.1, 10, 95),
                         "share of its time that the job must wait for latency alone: above 100 % no job can"));
  return claims;
}

} // namespace lightloom
