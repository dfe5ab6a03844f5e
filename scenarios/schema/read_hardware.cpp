// [cluster], [gpu], [fabric], [optics] and [[inject]] of a scenario.

#include "collectives/training/gpu.hpp"
#include "scenarios/located.hpp"
#include "scenarios/schema/reader.hpp"
#include "sim/network/plain/fabric_plan.hpp"
#include "topology/builder.hpp"

#include <algorithm>

namespace lightloom {

namespace {
/// Module and length of a tier when left out: what is commonly bought for the rate. NIC to leaf in copper, the rest in
/// fibre.
OpticsTierPart default_tier(Tier tier, BitRate rate) {
  const auto gbps = rate.bits_per_second / 1'000'000'000;
  OpticsTierPart t;
  t.module_chosen = true;
  t.length_m = tier == Tier::host ? (gbps <= 400 ? 2 : 3) : tier == Tier::leaf ? 50 : 200;
  t.connectors = tier == Tier::host ? 0 : tier == Tier::leaf ? 2 : 4;
  if (tier == Tier::host)
    t.module = gbps <= 400 ? "400G-DAC" : gbps <= 800 ? "800G-AEC" : gbps <= 1600 ? "1.6T-AEC" : "3.2T-DR8";
  else
    t.module = gbps <= 400 ? "400G-DR4" : gbps <= 800 ? "800G-DR8" : gbps <= 1600 ? "1.6T-DR8" : "3.2T-DR8";
  return t;
}
} // namespace

void read_cluster(const Reader &r, Scenario &s, std::vector<Problem> &problems) {
  auto &c = s.cluster;
  c.gpus = r.count("cluster.gpus");
  c.gpus_per_node =
      r.given("cluster.gpus_per_node") != nullptr ? r.count("cluster.gpus_per_node") : std::min(8u, c.gpus);
  c.gpu = r.text("cluster.gpu");
  c.scale_up = r.text("cluster.scale_up.kind") == "nvswitch";
  c.scale_up_domain = r.count_or("cluster.scale_up.domain", c.gpus_per_node);
  if (const auto given = r.optional_whole<BitRate>("cluster.scale_up.bandwidth"))
    c.scale_up_bandwidth = *given;
  else
    try {
      c.scale_up_bandwidth = located(s, "cluster.gpu", [&] { return find_gpu(c.gpu).scale_up; });
    } catch (const Error &e) { problems.insert(problems.end(), e.problems().begin(), e.problems().end()); }
  c.scale_up_latency = r.duration("cluster.scale_up.latency");
  c.peak_flops = r.optional_real("gpu.peak_flops");
  c.efficiency = r.optional_real("gpu.efficiency");
  c.memory = r.optional_whole<Bytes>("gpu.memory");
  c.memory_bandwidth = r.optional_whole<BitRate>("gpu.memory_bandwidth");
  c.speed_spread = r.real("cluster.speed_spread");
  c.jitter = r.real("cluster.jitter");
}

void read_fabric(const Reader &r, Scenario &s) {
  auto &f = s.fabric;
  f.topology = r.text("fabric.topology");
  for (const ParameterRow &row : find_family(f.topology, families_with(s.extensions.topologies)).parameters())
    if (const auto *given = r.given("fabric." + row.name); given != nullptr && !given->is_auto)
      f.shape[row.name] = {given->whole, given->real};
  const BitRate every = r.rate("fabric.link_rate");
  const auto rate = [&](const char *path) { return r.optional_whole<BitRate>(path).value_or(every); };
  f.host_rate = rate("fabric.rates.host");
  f.leaf_rate = rate("fabric.rates.leaf");
  f.spine_rate = rate("fabric.rates.spine");
  f.global_rate = rate("fabric.rates.global");
  f.radix = r.count("fabric.radix");
  f.switch_capacity = r.optional_whole<BitRate>("fabric.switch.capacity");
  if (f.switch_capacity && r.given("fabric.radix") == nullptr)
    f.radix = static_cast<std::uint32_t>(
        std::min<std::int64_t>(f.switch_capacity->bits_per_second / f.host_rate.bits_per_second, max_radix));
  f.rails = r.count("fabric.rails");
  f.planes = r.count("fabric.planes");
  f.nics_per_gpu = r.count("fabric.nic.per_gpu");
  f.pcie = r.text("fabric.nic.pcie");
  f.oversubscription = r.given("fabric.oversubscription.leaf") != nullptr ? r.real("fabric.oversubscription.leaf")
                                                                          : r.real("fabric.oversubscription");
  f.spine_oversubscription = r.real("fabric.oversubscription.spine");
  f.switch_latency = r.duration("fabric.switch.latency");
  f.switch_buffer = r.optional_whole<Bytes>("fabric.switch.buffer");
  f.store_and_forward = r.text("fabric.switch.forwarding") == "store-and-forward";
  f.nic_latency = r.duration("fabric.nic.latency");
  f.nic_overhead = r.duration("fabric.nic.overhead");
}

namespace {
LaneMasking lane_masking(const std::string &name) {
  return name == "one" ? LaneMasking::one : name == "half" ? LaneMasking::half : LaneMasking::none;
}

PopulationSpec read_population(const Reader &r, double case_celsius) {
  const auto path = [](const char *name) { return std::string("optics.population.") + name; };
  const auto real = [&](const char *name) { return r.real(path(name)); };
  const auto dB = [&](const char *name) { return Decibel(r.real(path(name))); };
  const auto time = [&](const char *name) { return CampaignDuration(r.value(path(name)).whole); };
  PopulationSpec p;
  p.drawn = r.text(path("model")) == "drawn";
  p.age = time("age");
  p.time_of_day = time("time_of_day");
  p.launch_above = dB("launch_above"), p.launch_spread = dB("launch_spread");
  p.sensitivity_above = dB("sensitivity_above"), p.sensitivity_spread = dB("sensitivity_spread");
  p.lot_spread = dB("lot_spread");
  p.connector_loss = dB("connector_loss"), p.connector_spread = dB("connector_spread");
  p.dirty_share = real("dirty_share");
  p.dirt_low = dB("dirt_low"), p.dirt_high = dB("dirt_high");
  if (const auto dirt = r.optional_real(path("dirt")))
    p.dirt_low = p.dirt_high = Decibel(*dirt);
  p.gross_share = real("gross_share");
  p.gross_low = dB("gross_low"), p.gross_high = dB("gross_high");
  p.cleaned = r.flag(path("cleaned"));
  p.case_celsius = case_celsius;
  p.case_spread = real("case_spread"), p.daily_swing = real("daily_swing");
  p.ageing_per_year = dB("ageing_per_year"), p.ageing_spread = dB("ageing_spread");
  p.activation_energy_eV = real("activation_energy_eV");
  p.contaminations_per_link_year = real("contaminations_per_link_year");
  p.steps_per_link_year = real("steps_per_link_year");
  p.step_low = dB("step_low"), p.step_high = dB("step_high");
  p.lane_failures_factor = real("lane_failures_factor");
  p.lane_masking = lane_masking(r.text(path("lane_masking")));
  p.module_failures_factor = real("module_failures_factor");
  p.repaired = r.flag(path("repaired"));
  p.flaps_factor = real("flaps_factor");
  p.flap_median = time("flap_median"), p.flap_p95 = time("flap_p95");
  return p;
}
} // namespace

void read_optics(const Reader &r, Scenario &s) {
  for (const Tier tier : all_tiers) {
    const std::string at = std::string("optics.") + to_string(tier);
    OpticsTierPart t = default_tier(tier, s.fabric.rate(tier));
    if (r.given(at + ".module") != nullptr) {
      t.module = r.text(at + ".module");
      t.module_chosen = false;
    }
    const Module *module = s.optics.modules.find(t.module);
    const bool fixed_ends = module != nullptr && module->is_cable();
    if (tier == Tier::host && !fixed_ends)
      t.connectors = 2;
    if (fixed_ends)
      t.connectors = 0;
    if (const auto length = r.optional_real(at + ".length"))
      t.length_m = *length;
    t.connectors = r.count_or(at + ".connectors", t.connectors);
    t.latency = r.optional_whole<Duration>(at + ".latency");
    t.pre_fec_ber = r.optional_real(at + ".pre_fec_ber");
    s.optics.tiers[tier] = t;
  }
  s.optics.case_temperature_c = r.real("optics.case_temperature");
  s.optics.population = read_population(r, s.optics.case_temperature_c);
  s.optics.vendor_latency = r.text("optics.latency_basis") == "vendor";
  s.optics.latency_spread = r.real("optics.latency_spread");
  s.optics.fec = r.text("optics.fec");
  s.optics.bursts = {r.real("optics.burst"), r.flag("optics.precoding")};
  auto &llr = s.optics.llr;
  llr.enabled = r.flag("optics.llr");
  llr.most = r.count("optics.llr_retries");
  llr.turnaround = r.duration("optics.llr_turnaround");
  llr.buffer = r.optional_whole<Bytes>("optics.llr_buffer").value_or(Bytes{});
}

namespace {
InjectPart::Kind fault_kind(const std::string &name) {
  using enum InjectPart::Kind;
  return name == "flap" ? flap : name == "ber" ? ber : name == "degrade" ? degrade : name == "slow" ? slow : down;
}
} // namespace

void read_injections(const Reader &r, Scenario &s) {
  for (std::size_t i = 0; r.has_table("inject." + std::to_string(i)); ++i) {
    const std::string at = "inject." + std::to_string(i);
    InjectPart p;
    p.at = r.duration(at + ".at");
    p.link = r.text(at + ".link");
    p.switch_name = r.text(at + ".switch");
    p.nic = r.text(at + ".nic");
    p.kind = fault_kind(r.text(at + ".kind"));
    p.lasts = r.optional_whole<Duration>(at + ".for");
    p.down = r.optional_whole<Duration>(at + ".down");
    p.up = r.optional_whole<Duration>(at + ".up");
    p.ber = r.optional_real(at + ".ber").value_or(0);
    p.factor = r.optional_real(at + ".factor").value_or(1);
    p.lanes = r.count_or(at + ".lanes", 0);
    s.inject.push_back(p);
  }
}

} // namespace lightloom
