#include "scenarios/schema/loader.hpp"

#include "scenarios/schema/cross_checks.hpp"
#include "scenarios/schema/extension_names.hpp"
#include "scenarios/schema/reader.hpp"

#include <algorithm>
#include <filesystem>
#include <utility>

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
void read_scenario(const Reader &r, Scenario &s) {
  s.name =
      r.given("scenario.name") != nullptr ? r.text("scenario.name") : std::filesystem::path(s.file).stem().string();
  s.seed = static_cast<std::uint64_t>(r.value("scenario.seed").whole);
  s.steps = r.count("scenario.steps");
  s.warmup_steps = r.count_or("scenario.warmup_steps", s.steps > 1 ? 1 : 0);
  s.tie_seed = r.given("scenario.tie_seed") ? static_cast<std::uint64_t>(r.value("scenario.tie_seed").whole) : 0;
  s.ties_by_id = r.text("scenario.ties") == "id";
  s.reuse_steps = r.flag("scenario.reuse_steps");
  if (r.given("scenario.telemetry") != nullptr)
    s.telemetry = r.duration("scenario.telemetry");
  s.telemetry_links = r.text("scenario.telemetry_links");
}

/// Large jobs move trains: frame by frame they would take hours.
constexpr std::uint32_t large_job_gpus = 512;

/// Needs the job.
void read_granularity(const Reader &r, Scenario &s) {
  auto &g = s.granularity;
  using Kind = GranularityPart::Kind;
  g.error = r.real("scenario.granularity_error");
  const bool large = s.job && (s.job->pipeline > 1 || s.cluster.gpus >= large_job_gpus);
  g.kind = large ? Kind::automatic : Kind::frame;
  if (const auto *given = r.given("scenario.granularity")) {
    g.kind = given->is_auto ? Kind::automatic : given->text == "frame" ? Kind::frame : Kind::size;
    g.size = Bytes(given->whole);
  }
  s.explain = r.flag_or("scenario.explain", s.job.has_value());
}

/// By place in the file, so that a reader walks it once; problems of the command line come first.
void sort_by_place(std::vector<Problem> &problems) {
  std::stable_sort(problems.begin(), problems.end(), [](const Problem &a, const Problem &b) {
    return std::pair(a.where.line, a.where.column) < std::pair(b.where.line, b.where.column);
  });
}

std::vector<Setting> command_line(const std::vector<std::string> &settings) {
  std::vector<Setting> all;
  for (const auto &text : settings)
    all.push_back(command_line_setting(text));
  return all;
}
} // namespace

Scenario scenario_from(const TomlDocument &document, const std::string &file, Extensions extensions) {
  std::vector<Problem> problems;
  check_names(document, problems);
  check_extensions(extensions);
  const Reader reader(document, extensions, problems);
  Scenario s;
  s.extensions = std::move(extensions);
  s.file = file;
  s.text = document.text;
  s.places = document.tables;
  for (const auto &[path, value] : document.values)
    s.places.emplace(path, value.where);
  read_scenario(reader, s);
  read_cluster(reader, s, problems);
  read_fabric(reader, s);
  read_routing_and_transport(reader, s);
  read_modules(reader, s, problems);
  read_optics(reader, s);
  read_fleet(reader, s);
  read_injections(reader, s);
  read_job(reader, s, problems);
  read_loads(reader, s);
  read_granularity(reader, s);
  // A key that was refused has its default now, and judging other keys against that would blame the wrong one.
  const auto sound = [&, found = problems.size()](std::initializer_list<const char *> tables) {
    return std::none_of(problems.begin(), problems.begin() + static_cast<std::ptrdiff_t>(found), [&](const Problem &p) {
      return std::any_of(tables.begin(), tables.end(), [&](const char *t) { return p.what.starts_with(t); });
    });
  };
  const bool loads_sound = sound({"scenario", "cluster", "job", "model", "[[job]]", "collective", "traffic"});
  const bool fabric_sound = sound({"fabric", "routing", "transport", "inject"});
  const bool optics_sound = sound({"fabric", "optics", "module"});
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

Scenario load_scenario(const std::string &file, const std::vector<std::string> &settings) {
  return scenario_from(read_toml(file, command_line(settings)), file);
}

Scenario load_scenario_text(const std::string &text, const std::string &file,
                            const std::vector<std::string> &settings) {
  return scenario_from(parse_toml_text(text, file, command_line(settings)), file);
}

} // namespace lightloom
