#include "scenarios/loader.hpp"

#include "collectives/algorithm.hpp"
#include "collectives/gpu.hpp"
#include "scenarios/cross_checks.hpp"
#include "scenarios/key_checks.hpp"
#include "scenarios/located.hpp"
#include "scenarios/toml_document.hpp"
#include "sim/core/contract.hpp"
#include "sim/network/plain/fabric_plan.hpp"

#include <algorithm>
#include <filesystem>
#include <set>

namespace lightloom {

SourceLocation Scenario::place(const std::string &key) const {
  for (std::string k = key;;) {
    if (const auto found = places.find(k); found != places.end())
      return found->second;
    const auto dot = k.rfind('.');
    if (dot == std::string::npos)
      return {file, 0, 0};
    k.resize(dot);
  }
}

namespace {
/// Reads keys by path: the user's value when it is there and right, else the default of the schema.
class Reader {
public:
  Reader(const TomlDocument &document, std::vector<Problem> &problems) : document_(document) {
    for (const auto &[path, value] : document.values)
      if (const Key *key = find_key(path); key != nullptr)
        if (auto checked = check_value(*key, path, value, problems))
          values_.emplace(path, std::move(*checked));
  }

  bool has_table(const std::string &path) const { return document_.tables.contains(path); }

  /// The user's value, or nothing.
  const CheckedValue *given(const std::string &path) const {
    EXPECTS(find_key(path) != nullptr);
    const auto found = values_.find(path);
    return found == values_.end() ? nullptr : &found->second;
  }

  /// The user's value or the schema's default, which must then be a plain value.
  CheckedValue value(const std::string &path) const {
    if (const auto *v = given(path))
      return *v;
    const Key *key = find_key(path);
    return default_value(*key, key->fallback);
  }

  std::string text(const std::string &path) const { return value(path).text; }
  std::uint32_t count(const std::string &path) const { return static_cast<std::uint32_t>(value(path).whole); }
  std::uint32_t count_or(const std::string &path, std::uint32_t otherwise) const {
    const auto *v = given(path);
    return v != nullptr && !v->is_auto ? static_cast<std::uint32_t>(v->whole) : otherwise;
  }
  double real(const std::string &path) const { return value(path).real; }
  Duration duration(const std::string &path) const { return Duration(value(path).whole); }
  BitRate rate(const std::string &path) const { return BitRate(value(path).whole); }
  Bytes bytes(const std::string &path) const { return Bytes(value(path).whole); }
  template <class T> std::optional<T> optional_whole(const std::string &path) const {
    const auto *v = given(path);
    return v != nullptr && !v->is_auto ? std::optional<T>(T(v->whole)) : std::nullopt;
  }
  std::optional<double> optional_real(const std::string &path) const {
    const auto *v = given(path);
    return v != nullptr ? std::optional<double>(v->real) : std::nullopt;
  }

private:
  const TomlDocument &document_;
  std::map<std::string, CheckedValue> values_;
};

void read_scenario(const Reader &r, Scenario &s) {
  s.name =
      r.given("scenario.name") != nullptr ? r.text("scenario.name") : std::filesystem::path(s.file).stem().string();
  s.seed = static_cast<std::uint64_t>(r.value("scenario.seed").whole);
  s.steps = r.count("scenario.steps");
  s.warmup_steps = r.count_or("scenario.warmup_steps", s.steps > 1 ? 1 : 0);
  s.tie_seed = r.given("scenario.tie_seed") ? static_cast<std::uint64_t>(r.value("scenario.tie_seed").whole) : 0;
  s.ties_by_id = r.text("scenario.ties") == "id";
}

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
}

void read_fabric(const Reader &r, Scenario &s) {
  auto &f = s.fabric;
  f.topology = r.text("fabric.topology");
  f.dragonfly_plus = f.topology == "dragonfly-plus";
  const BitRate every = r.rate("fabric.link_rate");
  const auto rate = [&](const char *path) { return r.optional_whole<BitRate>(path).value_or(every); };
  f.host_rate = rate("fabric.rates.host");
  f.leaf_rate = rate("fabric.rates.leaf");
  f.spine_rate = rate("fabric.rates.spine");
  f.global_rate = rate("fabric.rates.global");
  f.radix = r.count("fabric.radix");
  if (const auto capacity = r.optional_whole<BitRate>("fabric.switch.capacity");
      capacity && r.given("fabric.radix") == nullptr)
    f.radix =
        static_cast<std::uint32_t>(std::min<std::int64_t>(capacity->bits_per_second / every.bits_per_second, 1024));
  f.levels = r.count_or("fabric.levels", 0);
  f.spines = r.count_or("fabric.spines", 0);
  f.oversubscription = r.real("fabric.oversubscription");
  f.switch_latency = r.duration("fabric.switch.latency");
  f.switch_buffer = r.optional_whole<Bytes>("fabric.switch.buffer");
  f.store_and_forward = r.text("fabric.switch.forwarding") == "store-and-forward";
  f.nic_latency = r.duration("fabric.nic.latency");
  f.nic_overhead = r.duration("fabric.nic.overhead");
  f.groups = r.count("fabric.groups");
  f.leaves_per_group = r.count("fabric.leaves_per_group");
  f.spines_per_group = r.count("fabric.spines_per_group");
  f.hosts_per_leaf = r.count("fabric.hosts_per_leaf");
  f.global_links_per_spine = r.count_or("fabric.global_links_per_spine", f.groups > 1 ? f.groups - 1 : 1);
}

void read_routing_and_transport(const Reader &r, Scenario &s) {
  auto &o = s.routing;
  o.policy = r.given("routing.policy") != nullptr ? r.text("routing.policy")
             : s.fabric.dragonfly_plus            ? "minimal"
                                                  : "spray";
  o.spray = o.policy == "spray";
  o.detection = r.duration("routing.detection");
  o.reroute = r.duration("routing.reroute");
  auto &t = s.transport;
  t.ideal = r.text("transport.kind") == "ideal";
  t.mtu = r.bytes("transport.mtu");
  t.header = r.optional_whole<Bytes>("transport.header").value_or(Bytes(t.ideal ? 0 : 30));
  t.virtual_lanes = r.count_or("transport.virtual_lanes", t.ideal ? 1 : 2);
  t.credits = r.optional_whole<Bytes>("transport.credits");
  t.ack_every = r.count("transport.ack_every");
  t.window_frames = r.count("transport.window_frames");
  t.go_back_n = r.text("transport.recovery") == "go-back-n";
  t.retransmit_timeout = r.duration("transport.retransmit_timeout");
  t.retry_count = r.count("transport.retry_count");
}

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

/// Module names of cables with fixed ends have no connectors of their own.
bool fixed_ends(const std::string &module) {
  for (const char *kind : {"-DAC", "-ACC", "-AEC", "-AOC"})
    if (module.find(kind) != std::string::npos)
      return true;
  return false;
}

void read_optics(const Reader &r, Scenario &s) {
  const char *names[] = {"host", "leaf", "spine", "global"};
  const BitRate rates[] = {s.fabric.host_rate, s.fabric.leaf_rate, s.fabric.spine_rate, s.fabric.global_rate};
  for (std::size_t i = 0; i < 4; ++i) {
    const std::string at = std::string("optics.") + names[i];
    OpticsTierPart t = default_tier(static_cast<Tier>(i), rates[i]);
    if (r.given(at + ".module") != nullptr) {
      t.module = r.text(at + ".module");
      t.module_chosen = false;
    }
    if (i == 0 && !fixed_ends(t.module))
      t.connectors = 2;
    if (fixed_ends(t.module))
      t.connectors = 0;
    if (const auto length = r.optional_real(at + ".length"))
      t.length_m = *length;
    t.connectors = r.count_or(at + ".connectors", t.connectors);
    t.latency = r.optional_whole<Duration>(at + ".latency");
    t.pre_fec_ber = r.optional_real(at + ".pre_fec_ber");
    s.optics.tiers[i] = t;
  }
  s.optics.case_temperature_c = r.real("optics.case_temperature");
  s.optics.vendor_latency = r.text("optics.latency_basis") == "vendor";
  s.optics.fec = r.text("optics.fec");
}

void read_injections(const Reader &r, Scenario &s) {
  for (std::size_t i = 0; r.has_table("inject." + std::to_string(i)); ++i) {
    const std::string at = "inject." + std::to_string(i);
    InjectPart p;
    p.at = r.duration(at + ".at");
    p.link = r.text(at + ".link");
    p.switch_name = r.text(at + ".switch");
    p.nic = r.text(at + ".nic");
    p.ber_step = r.text(at + ".kind") == "ber";
    p.lasts = r.optional_whole<Duration>(at + ".for");
    p.ber = r.optional_real(at + ".ber").value_or(0);
    s.inject.push_back(p);
  }
}

void read_job(const Reader &r, Scenario &s, const TomlDocument &document, std::vector<Problem> &problems) {
  if (r.has_table("job.1"))
    problems.push_back(
        {document.tables.at("job.1"), "[[job]] more than once", "several jobs are not in this version", "Keep one."});
  if (r.has_table("model")) {
    ModelPart m;
    const auto shape = [&](const char *name) {
      const std::string path = std::string("model.") + name;
      if (r.given(path) == nullptr && std::string(name) != "feed_forward" && !document.values.contains(path))
        problems.push_back(
            {document.tables.at("model"), path + " is missing", "a [model] table gives the whole shape", ""});
      return r.count_or(path, 0);
    };
    m.layers = shape("layers");
    m.hidden = shape("hidden");
    m.heads = shape("heads");
    m.sequence = shape("sequence");
    m.vocabulary = shape("vocabulary");
    m.feed_forward = shape("feed_forward");
    s.model = m;
  }
  if (!r.has_table("job.0"))
    return;
  JobPart j;
  if (const auto *workload = r.given("job.0.workload"))
    j.workload = (std::filesystem::path(s.file).parent_path() / workload->text).string();
  if (j.workload.empty() && (r.given("job.0.model") != nullptr || !s.model))
    j.model = r.text("job.0.model");
  j.tensor = r.count_or("job.0.tensor", s.cluster.scale_up ? s.cluster.gpus_per_node : 1);
  j.data = r.count_or("job.0.data", std::max(1u, s.cluster.gpus / std::max(1u, j.tensor)));
  j.micro_batch = r.count("job.0.micro_batch");
  j.global_batch = r.count_or("job.0.global_batch", static_cast<std::uint32_t>(std::min<std::uint64_t>(
                                                        1'000'000'000u, std::uint64_t(j.micro_batch) * j.data)));
  j.bucket = r.optional_whole<Bytes>("job.0.bucket");
  s.job = j;
}

void read_loads(const Reader &r, Scenario &s) {
  for (std::size_t i = 0; r.has_table("collective." + std::to_string(i)); ++i) {
    const std::string at = "collective." + std::to_string(i);
    CollectivePart c;
    c.op = r.text(at + ".op");
    c.algorithm = r.text(at + ".algorithm");
    if (c.algorithm == "auto")
      c.algorithm = find_algorithm(parse_collective_op(c.op), "auto").name;
    c.size = r.bytes(at + ".size");
    s.collectives.push_back(c);
  }
  for (std::size_t i = 0; r.has_table("traffic." + std::to_string(i)); ++i) {
    const std::string at = "traffic." + std::to_string(i);
    TrafficPart t;
    t.pattern = r.text(at + ".pattern");
    t.size = r.bytes(at + ".size");
    t.fan_in = r.count_or(at + ".fan_in", std::min(64u, s.cluster.gpus > 1 ? s.cluster.gpus - 1 : 1));
    s.traffic.push_back(t);
  }
}

/// By place in the file, so that a reader walks it once; problems of the command line come first.
void sort_by_place(std::vector<Problem> &problems) {
  std::stable_sort(problems.begin(), problems.end(), [](const Problem &a, const Problem &b) {
    return std::pair(a.where.line, a.where.column) < std::pair(b.where.line, b.where.column);
  });
}

Scenario from_document(const TomlDocument &document, const std::string &file) {
  std::vector<Problem> problems;
  check_names(document, problems);
  const Reader reader(document, problems);
  Scenario s;
  s.file = file;
  s.text = document.text;
  s.places = document.tables;
  for (const auto &[path, value] : document.values)
    s.places.emplace(path, value.where);
  read_scenario(reader, s);
  read_cluster(reader, s, problems);
  read_fabric(reader, s);
  read_routing_and_transport(reader, s);
  read_optics(reader, s);
  read_injections(reader, s);
  read_job(reader, s, document, problems);
  read_loads(reader, s);
  // A key that was refused has its default now, and judging other keys against that would blame the wrong one.
  const auto sound = [&, found = problems.size()](std::initializer_list<const char *> tables) {
    return std::none_of(problems.begin(), problems.begin() + static_cast<std::ptrdiff_t>(found), [&](const Problem &p) {
      return std::any_of(tables.begin(), tables.end(), [&](const char *t) { return p.what.starts_with(t); });
    });
  };
  const bool loads_sound = sound({"scenario", "cluster", "job", "model", "[[job]]", "collective", "traffic"});
  const bool fabric_sound = sound({"fabric", "routing", "transport", "inject"});
  const bool optics_sound = sound({"fabric", "optics"});
  if (loads_sound)
    check_loads(s, problems);
  if (fabric_sound)
    check_network(s, problems);
  if (optics_sound)
    check_modules(s, problems);
  if (!problems.empty()) {
    sort_by_place(problems);
    throw Error(std::move(problems));
  }
  return s;
}
} // namespace

Scenario load_scenario(const std::string &file, const std::vector<std::string> &settings) {
  return from_document(read_toml(file, settings), file);
}

Scenario load_scenario_text(const std::string &text, const std::string &file,
                            const std::vector<std::string> &settings) {
  return from_document(parse_toml_text(text, file, settings), file);
}

} // namespace lightloom
