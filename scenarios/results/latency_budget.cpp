#include "scenarios/results/latency_budget.hpp"

#include "analysis/table.hpp"
#include "scenarios/results/latency_changes.hpp"
#include "scenarios/results/latency_path.hpp"
#include "sim/core/parse_quantity.hpp"

#include <algorithm>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

namespace lightloom {

namespace {
constexpr Bytes default_size{64}; // a flag or a short control message

/// Lines in the order of the way.
class Lines {
public:
  Lines(const Scenario &s, const BuiltFabric &b, const LatencyPath &p, LatencyBudget &out)
      : s_(s), built_(b), path_(p), size_(p.part), out_(out), terms_(latency_terms(s, b)) {
    for (const auto &hop : p.hops)
      ++links_[hop.tier];
  }
  void write() {
    launch();
    copy("copy to the NIC", path_.feeding);
    add("NIC, sending", terms_.nic, "fabric.nic.latency: memory to wire");
    serialization();
    for (const Tier tier : all_tiers)
      if (links_[tier] > 0)
        light(tier);
    const auto switches = static_cast<std::int64_t>(path_.hops.size()) - 1;
    add(fmt::format("switches, {}", switches), switches * terms_.switching,
        fmt::format("fabric.switch.latency: {} × {}, {}", switches, format_duration(terms_.switching),
                    terms_.store_and_forward ? "from the last bit in" : "from the first bit in"));
    sending_again();
    add("NIC, receiving", terms_.nic, "fabric.nic.latency: wire to memory");
    copy("copy from the NIC", path_.taking);
  }

private:
  void add(std::string item, Duration time, std::string source) {
    out_.items.push_back({std::move(item), time, std::move(source)});
  }

  void launch() {
    add("application and launch", terms_.overhead,
        terms_.overhead > Duration{}
            ? "fabric.nic.overhead"
            : "fabric.nic.overhead = 0: a kernel launch, 2-5 us (estimate), is not in the run");
  }

  void copy(const char *item, Duration time) {
    add(item, time,
        terms_.bus.bits_per_second == 0
            ? "fabric.nic.pcie = \"none\": memory keeps up with the port"
            : fmt::format("fabric.nic.pcie = \"{}\": {}", s_.fabric.pcie, format_bit_rate(terms_.bus)));
  }

  void serialization() {
    const std::int64_t mtu = s_.transport.mtu.value;
    const std::int64_t frames = size_.value == 0 ? 1 : (size_.value + mtu - 1) / mtu;
    const std::int64_t wire = size_.value + frames * s_.transport.overhead().value;
    add("serialization", path_.hops.front().sending,
        fmt::format("{} B in {} frame{} at {}, headers and gaps included", wire, frames, frames == 1 ? "" : "s",
                    format_bit_rate(path_.hops.front().rate)));
  }

  void light(Tier tier) {
    const LinkReport &r = *built_.optics[tier];
    const auto n = links_[tier];
    const std::string links = fmt::format("{} link{}", n, n == 1 ? "" : "s");
    const std::string key = fmt::format("optics.{}", to_string(tier));
    if (s_.optics.tiers[tier].latency)
      return add(fmt::format("{} links, {}", to_string(tier), n), n * r.latency, key + ".latency, per link");
    const bool copper = r.module->medium == Medium::copper;
    add(fmt::format("{} modules, {}", to_string(tier), links), n * r.module_latency,
        fmt::format("{}.module: {}, both ends {}", key, r.module->name, format_duration(r.module_latency)));
    add(fmt::format("{} FEC, {}", to_string(tier), links), n * r.fec_latency,
        s_.optics.vendor_latency
            ? "optics.latency_basis = \"vendor\": inside the modules' figure"
            : fmt::format("optics.fec: {}, {} per link", r.fec->name, format_duration(r.fec_latency)));
    add(fmt::format("{} {}, {}", to_string(tier), copper ? "copper" : "fibre", links),
        n * (r.latency - r.module_latency - r.fec_latency),
        fmt::format("{}.length: {:g} m each, {} ns/m", key, r.length.value, copper ? "4.65" : "4.9"));
  }

  void sending_again() {
    for (const Tier tier : all_tiers) {
      Duration more{};
      BitRate rate;
      for (std::size_t h = 1; h < path_.hops.size(); ++h)
        if (path_.hops[h].tier == tier) {
          more += path_.hops[h].sending;
          rate = path_.hops[h].rate;
        }
      if (more != Duration{})
        add(fmt::format("serialization, {} links", to_string(tier)), more,
            fmt::format("{}: {}", terms_.store_and_forward ? "store and forward, sent again" : "other rates on the way",
                        format_bit_rate(rate)));
    }
  }

  const Scenario &s_;
  const BuiltFabric &built_;
  const LatencyPath &path_;
  Bytes size_;
  LatencyBudget &out_;
  LatencyTerms terms_;
  PerTier<std::int64_t> links_{};
};

HostId host_named(const BuiltFabric &b, const std::string &option, const std::string &name) {
  const NodeId node = b.fabric.find_node(name);
  if (!b.fabric.plan().is_host(node))
    throw Error(option + " " + name, "not a host", fmt::format("Try host:0 … host:{}.", b.fabric.hosts() - 1));
  return HostId(node.value);
}

struct Ends {
  HostId from, to;
};

Ends choose_ends(const BuiltFabric &b, const LatencyWalk &walk, const LatencyRequest &r, LatencyBudget &out) {
  if (b.fabric.hosts() < 2)
    throw Error("a latency needs two hosts", "the fabric has one", "Raise cluster.gpus.");
  Ends e{HostId(0), HostId(0)};
  if (!r.from.empty())
    e.from = host_named(b, "--from", r.from);
  if (!r.to.empty())
    e.to = host_named(b, "--to", r.to);
  if (r.to.empty())
    e.to = walk.farthest(e.from);
  else if (r.from.empty() && e.to == e.from)
    e.from = walk.farthest(e.to);
  if (e.from == e.to)
    throw Error("--from and --to are both " + b.fabric.name(e.from), "a message crosses the network between two hosts",
                "Name another one.");
  if (r.from.empty() || r.to.empty())
    out.choices.push_back(fmt::format("{} to {}: as far apart as hosts can be, {} links", b.fabric.name(e.from),
                                      b.fabric.name(e.to), walk.hops(e.from, e.to)));
  return e;
}

Bytes size_of(const LatencyRequest &r, LatencyBudget &out) {
  if (r.size.empty()) {
    out.choices.push_back("size: " + format_bytes(default_size));
    return default_size;
  }
  const auto size = parse_bytes(r.size);
  if (!size)
    throw Error("--size " + r.size, fmt::format("not a size in {}", bytes_units), "Try 64B or 4KiB.");
  return *size;
}

/// Stalls that the budget leaves out: the sender of a long message hears of its first frames too late.
void add_stalls(const Scenario &s, const LatencyPath &path, const LatencyTerms &terms, LatencyBudget &out) {
  const auto &t = s.transport;
  const Bytes frame = t.full_frame();
  const std::int64_t frames = (path.part.value + t.mtu.value - 1) / t.mtu.value;
  if (t.ideal())
    return;
  Duration one_way{}; // of a message's first bit, without NICs
  for (const auto &hop : path.hops)
    one_way += terms.link[hop.tier] + terms.switching;
  const BitRate rate = path.hops.front().rate;
  if (frames > t.window_frames && transmission_time(frame * t.window_frames, rate) < 2 * one_way)
    out.notes.push_back(fmt::format("transport.window_frames = {} is less than the path holds: the sender waits for "
                                    "acknowledgements, which is not in it",
                                    t.window_frames));
  for (const auto &hop : path.hops) {
    const Duration round = 2 * terms.link[hop.tier] + terms.switching + 2 * transmission_time(frame, hop.rate);
    if (t.given_credits && t.given_credits->value < frame.value * frames &&
        transmission_time(*t.given_credits, hop.rate) < round) {
      out.notes.push_back(fmt::format("transport.credits = {} is less than a link holds: frames wait for credit, which "
                                      "is not in it",
                                      format_bytes(*t.given_credits)));
      return;
    }
  }
}

/// What the budget leaves out of this scenario.
void add_notes(const Scenario &s, const BuiltFabric &b, Ends ends, LatencyBudget &out) {
  if (!s.inject.empty())
    out.notes.push_back("[[inject]] is left out: the network is whole");
  if (s.optics.latency_spread > 0)
    out.notes.push_back(fmt::format("modules at their nominal latency; optics.latency_spread = {:g} % moves each",
                                    100 * s.optics.latency_spread));
  if (b.fabric.ports_per_host() > 1)
    out.notes.push_back(fmt::format("cut into {} parts, one per port of a host; this is the part that arrives last",
                                    b.fabric.ports_per_host()));
  if (s.granularity.kind != GranularityPart::Kind::frame)
    out.notes.push_back("frame by frame; trains (scenario.granularity) add what a run says");
  if (const auto node = s.cluster.gpus_per_node; s.cluster.scale_up && ends.from.value / node == ends.to.value / node)
    out.notes.push_back("the two GPUs share a scale-up domain, which a job would use instead");
}
} // namespace

LatencyBudget latency_budget(const Scenario &s, const BuiltFabric &b, const LatencyRequest &request) {
  LatencyBudget out;
  out.name = s.name;
  const LatencyWalk walk(s, b);
  const Ends ends = choose_ends(b, walk, request, out);
  out.from = b.fabric.name(ends.from);
  out.to = b.fabric.name(ends.to);
  out.size = size_of(request, out);
  const LatencyPath path = walk.path(ends.from, ends.to, out.size, latency_terms(s, b));
  Lines(s, b, path, out).write();
  out.total = path.total;
  add_notes(s, b, ends, out);
  add_stalls(s, path, latency_terms(s, b), out);
  if (!request.target.empty()) {
    const auto target = parse_duration(request.target);
    if (!target || *target <= Duration{})
      throw Error("--target " + request.target, fmt::format("not a time above 0 in {}", duration_units), "Try 5us.");
    out.target = latency_changes(s, b, ends.from, ends.to, out.size, path, *target);
  }
  return out;
}

namespace {
std::string nanoseconds(Duration d) { return fmt::format("{:.3f}", static_cast<double>(d.count()) * 1e-3); }

double share(Duration part, Duration whole) {
  return whole.count() > 0 ? static_cast<double>(part.count()) / static_cast<double>(whole.count()) : 0;
}

std::string target_text(const LatencyTarget &t) {
  using Align = Table::Align;
  std::string text = fmt::format("\ntarget {}: {}\n", format_duration(t.target), t.verdict);
  for (const auto &c : t.chosen)
    text += "  " + c.what + "\n";
  if (t.changes.empty())
    return text;
  Table table({{"change", "", Align::left}, {"saves", "ns"}, {"enough", "", Align::left}, {"how", "", Align::left}});
  for (const auto &c : t.changes)
    table.add({c.item, nanoseconds(c.saves), c.enough ? "yes" : "no", c.what});
  return text + "\n" + table.str();
}
} // namespace

std::string to_text(const LatencyBudget &b) {
  using Align = Table::Align;
  std::string text =
      fmt::format("{}: {} of {} to {}, alone in the network\n\n", b.name, format_bytes(b.size), b.from, b.to);
  Table table({{"part", "", Align::left}, {"time", "ns"}, {"share", ""}, {"from", "", Align::left}});
  for (const auto &i : b.items)
    table.add({i.item, nanoseconds(i.time), format_percent(share(i.time, b.total)), i.source});
  table.add_rule();
  table.add({"posted to delivered", nanoseconds(b.total), "", ""});
  text += table.str();
  for (const auto &line : b.choices)
    text += "chosen: " + line + "\n";
  for (const auto &line : b.notes)
    text += "note: " + line + "\n";
  return b.target ? text + target_text(*b.target) : text;
}

std::string to_json(const LatencyBudget &b) {
  using Json = nlohmann::ordered_json;
  Json j{{"name", b.name}, {"from", b.from}, {"to", b.to}, {"size_bytes", b.size.value}};
  j["latency_s"] = seconds(b.total);
  j["items"] = Json::array();
  for (const auto &i : b.items)
    j["items"].push_back(
        {{"item", i.item}, {"seconds", seconds(i.time)}, {"share", share(i.time, b.total)}, {"source", i.source}});
  j["choices"] = b.choices;
  j["notes"] = b.notes;
  j["target_s"] = nullptr;
  j["met"] = nullptr;
  j["changes"] = Json::array();
  if (b.target) {
    const auto &t = *b.target;
    const auto list = [](const std::vector<LatencyChange> &changes) {
      Json all = Json::array();
      for (const auto &c : changes)
        all.push_back({{"item", c.item}, {"change", c.what}, {"saves_s", seconds(c.saves)}, {"enough", c.enough}});
      return all;
    };
    j["target_s"] = seconds(t.target);
    j["met"] = t.met;
    j["changes"] = list(t.changes);
    j["chosen"] = list(t.chosen);
    j["latency_with_chosen_s"] = seconds(t.together);
    j["verdict"] = t.verdict;
  }
  return j.dump(2) + "\n";
}

} // namespace lightloom
