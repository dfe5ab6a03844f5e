#include "scenarios/results/fill_links.hpp"

#include "optics/fec.hpp"

#include <algorithm>
#include <vector>

namespace lightloom {

namespace {
const LinkReport &report_of(const BuiltRun &built, const Cable &cable) { return *built.hardware.optics[cable.tier]; }

/// As drawn, or at the data sheet's limits.
LinkState state_of(const BuiltRun &built, LinkId link) {
  if (!built.drawn.states.empty())
    return built.drawn.states[link.index()];
  const CableId cable(link.index() / 2);
  const Cable &ends = built.hardware.fabric.plan().cables[cable.index()];
  return Population(PopulationSpec{}, 0).state({cable, ends.tier, &report_of(built, ends)}, {}, 0, {});
}

/// Of so many codewords those that a receiver mends: neither clean nor beyond it. Errors as if independent.
double corrected_codewords(const FecCode &code, std::uint64_t codewords, double ber, double uncorrectable) {
  if (code.kind != FecKind::reed_solomon && code.kind != FecKind::concatenated)
    return not_known;
  double clean = 1; // every symbol right
  const double right = 1 - symbol_error_ratio(code, ber);
  for (int i = 0; i < code.n; ++i)
    clean *= right;
  return static_cast<double>(codewords) * std::max(0.0, 1 - clean - uncorrectable);
}

/// `end`: of the run.
void fill_link_counters(LinkRow &row, const LinkResult &counters, SimTime end) {
  row.tx_bytes = counters.tx_bytes;
  row.tx_frames = counters.tx_frames;
  row.corrupted_frames = counters.corrupted_frames;
  row.retried_frames = counters.retried_frames;
  row.dropped_frames = counters.dropped_frames;
  row.buffer_drops = counters.buffer_drops;
  row.trimmed_frames = counters.trimmed_frames;
  row.ecn_marked = counters.ecn_marked;
  row.pauses = counters.pauses;
  row.paused_ps = counters.paused.count();
  row.busy_ps = counters.busy.count();
  row.max_queue_bytes = counters.max_queue_bytes;
  if (const double ns = static_cast<double>(picoseconds(end)) * 1e-3; ns > 0)
    row.mean_queue_bytes = static_cast<double>(counters.waiting_byte_ns) / ns;
}

} // namespace

void fill_links(RunResults &r, const Scenario &s, const BuiltRun &built, const NetworkResult &n) {
  const auto &fabric = built.hardware.fabric;
  const auto &cables = fabric.plan().cables;
  const SimTime end = std::max(n.end, n.silent);
  for (std::size_t l = 0; l < n.links.size(); ++l) {
    const LinkId id(l);
    const Cable &cable = cables[l / 2];
    const auto &optics = report_of(built, cable);
    const LinkState state = state_of(built, id);
    LinkRow row;
    row.source = fabric.name(fabric.source(id));
    row.target = fabric.name(fabric.target(id));
    row.name = fabric.name(CableId(l / 2)) + (l % 2 == 0 ? "" : " back");
    row.tier = to_string(cable.tier);
    row.module = optics.module->name;
    row.rate_bps = cable.rate.bits_per_second;
    row.latency_ps = built.cable_latency[l / 2].count();
    row.pre_fec_ber = state.pre_fec_ber;
    const double uncorrectable =
        built.drawn.states.empty() ? optics.codeword_error_ratio : uncorrectable_ratio(optics, state.pre_fec_ber);
    row.frame_loss_ratio =
        frame_loss_ratio(codeword_shape(*optics.fec, cable.rate), uncorrectable, s.transport.mtu + s.transport.header);
    row.rx_power_dBm = state.received.value;
    row.margin_dB = state.margin.value;
    row.temperature_C = state.launch_case_celsius;
    row.bias_share = state.bias_share;
    row.corrected_codewords = corrected_codewords(*optics.fec, n.links[l].codewords, state.pre_fec_ber, uncorrectable);
    row.uncorrected_codewords = n.links[l].uncorrectable_codewords;
    fill_link_counters(row, n.links[l], end);
    r.links.push_back(std::move(row));
  }
}

namespace {
/// What one sampled link shows.
struct Gauge {
  LinkState state;
  CableId cable;
  bool dark = false;
  double pre_fec_ber = 0;

  void look(const std::vector<PlannedFault> &faults, SimTime at) {
    dark = false;
    pre_fec_ber = state.pre_fec_ber;
    for (const PlannedFault &f : faults) {
      if (f.cable != cable || at < f.from || at >= f.until)
        continue;
      if (f.kind == InjectPart::Kind::ber)
        pre_fec_ber = std::max(pre_fec_ber, f.ber);
      dark = dark || f.kind == InjectPart::Kind::down ||
             (f.kind == InjectPart::Kind::flap && (at - f.from) % (f.down_for + f.up_for) < f.down_for);
    }
  }
};
} // namespace

void fill_telemetry(RunResults &r, const BuiltRun &built, const NetworkResult &n) {
  Telemetry &t = r.telemetry;
  std::vector<Gauge> gauges;
  for (const LinkId id : n.telemetry.links) {
    t.links.push_back(r.links[id.index()].name);
    gauges.push_back({state_of(built, id), CableId(id.index() / 2)});
  }
  for (const SimTime time : n.telemetry.time) {
    t.time_ps.push_back(picoseconds(time));
    for (Gauge &gauge : gauges) {
      gauge.look(built.faults, time);
      t.rx_power_dBm.push_back(gauge.dark ? not_known : gauge.state.received.value);
      t.pre_fec_ber.push_back(gauge.dark ? not_known : gauge.pre_fec_ber);
      t.temperature_C.push_back(gauge.state.launch_case_celsius);
    }
  }
  t.utilization = n.telemetry.utilization;
  t.queue_bytes = n.telemetry.queue_bytes;
}

} // namespace lightloom
