#pragma once
// A scenario after loading: plain, typed, every default filled in. One struct per table of the file; the words are the
// contract's. `place` finds where a key stands in the user's file, for errors found later (a module that cannot reach,
// say).

#include "optics/catalogue.hpp"
#include "optics/fec.hpp"
#include "optics/fleet_life.hpp"
#include "optics/population.hpp"
#include "scenarios/extensions.hpp"
#include "scenarios/traffic_part.hpp"
#include "sim/core/error.hpp"
#include "sim/core/parameters.hpp"
#include "sim/core/quantity.hpp"
#include "sim/network/link_retry.hpp"
#include "sim/network/nic/transport_kind.hpp"
#include "sim/network/plain/fabric_plan.hpp"
#include "sim/network/switch/switch_spec.hpp"

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

namespace lightloom {

/// [cluster] and [gpu].
struct ClusterPart {
  std::uint32_t gpus = 128;
  std::uint32_t gpus_per_node = 8;
  std::string gpu = "B200-SXM";
  std::uint32_t scale_up_domain = 8;
  bool scale_up = true;       ///< cluster.scale_up.kind = "nvswitch"
  BitRate scale_up_bandwidth; ///< per GPU and direction
  Duration scale_up_latency{};
  std::optional<double> peak_flops; ///< [gpu] overrides of the catalogue
  std::optional<double> efficiency;
  std::optional<Bytes> memory;
  std::optional<BitRate> memory_bandwidth;
  double speed_spread = 0; ///< standard deviation of a GPU's speed
  double jitter = 0;       ///< standard deviation of a computation's time
};

/// [fabric.switch]: what a shared buffer does when it fills. Nothing: by the transport's kind (build/switches.cpp).
struct SharedBufferPart {
  double alpha = 1;
  std::optional<Bytes> queue_limit;
  bool no_queue_limit = false; ///< queue_limit = "none"
  std::optional<Bytes> ecn_min, ecn_max;
  std::optional<double> ecn_probability;
  bool pfc = false;
  std::optional<Bytes> pfc_xoff, pfc_xon, pfc_headroom;
  bool trimming = false;
  Bytes trimmed_size{};
};

/// [fabric].
struct FabricPart {
  std::string topology = "fat-tree"; ///< a name of topology_families()
  GivenParameters shape;             ///< what the file says of the family's own keys
  std::uint32_t radix = 64; ///< with switch_capacity and no radix given: what follows at the rate of the host links
  std::uint32_t rails = 1, planes = 1, nics_per_gpu = 1;
  double oversubscription = 1, spine_oversubscription = 1;
  std::optional<BitRate> switch_capacity;
  std::string pcie = "none"; ///< a name of host_bus_names()
  BitRate host_rate, leaf_rate, spine_rate, global_rate;
  Duration switch_latency{};
  std::optional<Bytes> switch_buffer;
  SharedBufferPart shared;
  bool store_and_forward = false;
  Duration nic_latency{};
  Duration nic_overhead{};
  Duration nic_reaction{};

  BitRate rate(Tier tier) const { return PerTier<BitRate>{host_rate, leaf_rate, spine_rate, global_rate}[tier]; }
};

/// [routing].
struct RoutingPart {
  std::string policy;
  PathChoice paths = PathChoice::spray; ///< policy and spray together
  Duration flowlet_gap{};
  Duration detection{};
  Duration reroute{};
};

/// [transport]: what does not depend on the fabric; the rest follows in build/transport.cpp.
struct TransportPart : TransportSpec {
  std::string congestion_control = "none"; ///< as the file writes it: "nscc+rccc"
  std::optional<Bytes> given_credits;      ///< nothing = auto
  std::optional<Duration> given_timeout;   ///< nothing = from the base round trip
  std::optional<Duration> given_base_rtt;  ///< nothing = auto

  bool ideal() const { return kind->buffers == TransportKind::Buffers::unlimited; }
  bool shared_buffer() const { return kind->buffers == TransportKind::Buffers::shared; }
  bool go_back_n() const { return recovery == Recovery::go_back_n; }
};

/// One tier of [optics]; which of them are used depends on the fabric.
struct OpticsTierPart {
  std::string module;
  double length_m = 0;
  std::uint32_t connectors = 0;
  std::optional<Duration> latency;   ///< for hand calculation
  std::optional<double> pre_fec_ber; ///< replaces the budget's
  bool module_chosen = false;        ///< by default from the link's rate
};

/// [optics.maintenance]: when and how links are mended, and what the job tolerates.
struct MaintenancePart {
  std::string policy = "all"; ///< or one of maintenance_policies
  MaintenanceSpec repairs;    ///< its policy is set by who studies
  CampaignDuration patience = std::chrono::minutes(1);
  CampaignDuration restart = std::chrono::minutes(10);
  CampaignDuration checkpoint = std::chrono::minutes(30);
  double communication_share = 0.3; ///< of the step time
};

/// [optics]; tiers in the order of Tier: host, leaf, spine, global.
struct OpticsPart {
  PerTier<OpticsTierPart> tiers;
  ModuleCatalogue modules; ///< the program's, with what [[module]] adds and changes
  double case_temperature_c = 45;
  bool vendor_latency = false;
  double latency_spread = 0; ///< half width of the spread of module latencies
  std::string fec = "auto";
  ErrorBursts bursts; ///< of every link's errors
  LinkRetrySpec llr;
  PopulationSpec population; ///< its case_celsius is case_temperature_c
  TelemetryThresholds telemetry;
  MaintenancePart maintenance;
};

/// One [[inject]]; exactly one of link, switch and nic is not empty.
struct InjectPart {
  Duration at{};
  std::string link, switch_name, nic;
  enum class Kind : std::uint8_t { down, flap, ber, degrade, slow };
  Kind kind = Kind::down;
  std::optional<Duration> lasts;    ///< nothing = never repaired
  std::optional<Duration> down, up; ///< flap: how long in turn
  double ber = 0;                   ///< ber
  double factor = 1;                ///< slow: the rate that is left
  std::uint32_t lanes = 0;          ///< degrade: those that are left
};

/// [job].
struct JobPart {
  std::string model; ///< catalogue name; "" with a [model] table or a workload
  std::uint32_t tensor = 1, pipeline = 1, data = 1, expert = 1;
  std::uint32_t expert_tensor = 0; ///< 0 = as tensor
  bool sequence_parallel = false;
  std::uint32_t sequence = 0; ///< 0 = the model's
  std::uint32_t micro_batch = 1;
  std::uint32_t global_batch = 1;
  bool interleaved = false; ///< schedule = "interleaved-1f1b"
  bool no_schedule = false; ///< schedule = "none"
  std::uint32_t interleave = 1;
  std::uint32_t first_stage_layers = 0, last_stage_layers = 0; ///< 0 = as many as the others
  std::uint32_t zero = 0;
  bool overlap = true;
  std::string recompute = "none";
  bool flash_attention = true;
  std::uint32_t gradient_bytes = 2;
  std::optional<Bytes> bucket;
  std::string data_algorithm = "ring";
  std::string placement = "tp-dp-pp";
  std::string workload; ///< path of a SimAI/AICB file, resolved against the scenario's folder; or ""
};

/// [model]; 0 where a default follows from other keys.
struct ModelPart {
  std::uint32_t layers = 0, hidden = 0, heads = 0, kv_heads = 0, sequence = 0, vocabulary = 0, feed_forward = 0;
  bool gated = false;
  std::uint32_t experts = 0, active_experts = 0, shared_experts = 0, expert_feed_forward = 0, dense_layers = 0;
};

/// What moves as one unit.
struct GranularityPart {
  enum class Kind : std::uint8_t { frame, size, automatic };
  Kind kind = Kind::frame;
  Bytes size{};        ///< of a train, kind = size
  double error = 0.01; ///< kind = automatic
};

/// One [[collective]].
struct CollectivePart {
  std::string op = "all-reduce";
  std::string algorithm = "ring";
  Bytes size{};
};

/// Everything.
struct Scenario {
  std::string file;
  std::string text; ///< the whole file after --set
  std::string name;
  std::uint64_t seed = 1;
  std::uint32_t steps = 1;
  std::uint32_t warmup_steps = 0;
  std::uint64_t tie_seed = 0; ///< 0 = as seed
  bool ties_by_id = false;
  GranularityPart granularity;
  bool reuse_steps = false;
  bool explain = false;                ///< why GPUs are idle
  Duration telemetry{};                ///< between samples of links; 0 = none
  std::string telemetry_links = "all"; ///< or their names, between commas
  ClusterPart cluster;
  FabricPart fabric;
  RoutingPart routing;
  TransportPart transport;
  OpticsPart optics;
  std::vector<InjectPart> inject;
  std::optional<JobPart> job;
  std::optional<ModelPart> model;
  std::vector<CollectivePart> collectives;
  std::vector<TrafficPart> traffic;
  std::optional<double> campaign_tokens; ///< of the whole training
  Extensions extensions;                 ///< what keys name beside Lightloom's own parts

  std::map<std::string, SourceLocation> places;
  /// Where a key stands; the nearest table around it, or the file, when it was left out.
  SourceLocation place(const std::string &key) const;
  /// Whether the user wrote this key (or table).
  bool given(const std::string &key) const { return places.contains(key); }
};

} // namespace lightloom
