// check, info and import: look at files, simulate nothing.

#include "analysis/hdf5_file.hpp"
#include "analysis/hdf5_reader.hpp"
#include "analysis/table.hpp"
#include "collectives/files/simai.hpp"
#include "scenarios/build.hpp"
#include "scenarios/commands/commands.hpp"
#include "scenarios/schema/loader.hpp"
#include "scenarios/schema/schema.hpp"
#include "sim/core/parse_quantity.hpp"

#include <algorithm>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

namespace lightloom {

namespace {
using Json = nlohmann::ordered_json;

/// What a right scenario comes to before it runs.
struct Checked {
  ClusterBill bill;
  std::vector<JobMemory> memory;
  std::vector<std::string> warnings;
};

/// Everything short of simulating: a scenario without a load is complete for `topology`.
Checked check_scenario(const CommandLine &line, const std::string &file) {
  const Scenario s = load_scenario(file, line.settings);
  if (!s.job && s.collectives.empty() && s.traffic.empty())
    return {build_fabric_of(s).cluster, {}, {}};
  BuiltRun run = build_run(s);
  return {std::move(run.hardware.cluster), std::move(run.memory), std::move(run.warnings)};
}

/// The stage that needs the most memory; requires one.
const JobMemory &fullest(const std::vector<JobMemory> &stages) {
  return *std::max_element(stages.begin(), stages.end(),
                           [](const JobMemory &a, const JobMemory &b) { return a.total < b.total; });
}

std::string to_text(const std::string &file, const Checked &checked) {
  std::string text = file + ": right\n";
  text += fmt::format("  cluster: {:.1f} kW, {:.2f} million USD\n", checked.bill.power_W * 1e-3,
                      checked.bill.cost_usd * 1e-6);
  if (!checked.memory.empty())
    text += "  memory of a GPU: " + describe(fullest(checked.memory)) + "\n";
  return text;
}

Json to_json(const std::string &file, const Checked &checked) {
  Json j = {{"file", file}, {"ok", true}};
  j["cluster"] = {{"power_W", checked.bill.power_W}, {"cost_usd", checked.bill.cost_usd}};
  if (!checked.memory.empty()) {
    const JobMemory &m = fullest(checked.memory);
    j["memory"] = {{"weights_bytes", m.weights.value},     {"gradients_bytes", m.gradients.value},
                   {"optimizer_bytes", m.optimizer.value}, {"activations_bytes", m.activations.value},
                   {"total_bytes", m.total.value},         {"capacity_bytes", m.capacity.value}};
  }
  j["warnings"] = checked.warnings;
  return j;
}

Json schema_json() {
  Json keys = Json::array();
  for (const auto &key : schema()) {
    Json j = {
        {"key", key.path}, {"type", describe(key.type)}, {"default", key.fallback}, {"range", describe_range(key)}};
    j["choices"] = key.choices;
    j["not_in_this_version"] = key.not_yet;
    j["source"] = key.source;
    j["description"] = key.description;
    keys.push_back(std::move(j));
  }
  return {{"keys", keys}};
}
} // namespace

ExitCode command_check(const CommandLine &line) {
  if (line.schema)
    print_result(line.json ? schema_json().dump(2) + "\n" : schema_listing());
  else if (line.files.empty())
    throw Error("check", "no scenario named", "Name one, or use --schema.");
  std::vector<Problem> problems;
  ExitCode code = ExitCode::bad_input;
  Json checked = Json::array();
  for (const auto &file : line.files)
    try {
      const Checked right = check_scenario(line, file);
      checked.push_back(to_json(file, right));
      if (!line.json)
        print_result(to_text(file, right));
      for (const auto &warning : right.warnings)
        say(line, file + ": warning: " + warning);
    } catch (const Error &e) {
      problems.insert(problems.end(), e.problems().begin(), e.problems().end());
      code = e.code();
    }
  if (!problems.empty())
    throw Error(std::move(problems), code);
  if (line.json && !line.schema)
    print_result(Json({{"scenarios", checked}}).dump(2) + "\n");
  return ExitCode::done;
}

ExitCode command_info(const CommandLine &line) {
  const auto &file = line.files.front();
  if (!is_hdf5(file))
    throw Error(Problem{{file, 0, 0}, "not a results file", "it is not HDF5", "Use lightloom check for a scenario."});
  const FileOutline what = outline(file);
  print_result(line.json ? to_json(what) : to_text(what));
  return ExitCode::done;
}

namespace {
Json to_json(const std::string &file, const SimaiSummary &s) {
  Json j = {{"file", file},       {"parallelism", s.parallelism}, {"layers", s.layers},
            {"tensor", s.tensor}, {"expert", s.expert},           {"pipeline", s.pipeline}};
  j["all_gpus"] = s.all_gpus ? Json(*s.all_gpus) : Json(nullptr);
  j["forward_compute_s"] = seconds(s.forward_compute);
  j["input_gradient_compute_s"] = seconds(s.input_gradient_compute);
  j["weight_gradient_compute_s"] = seconds(s.weight_gradient_compute);
  j["update_s"] = seconds(s.update);
  j["communications"] = Json::array();
  for (const auto &row : s.communications)
    j["communications"].push_back(
        {{"op", row.op}, {"group", row.group}, {"count", row.count}, {"bytes", row.bytes.value}});
  j["warnings"] = s.warnings;
  return j;
}

std::string to_text(const std::string &file, const SimaiSummary &s) {
  std::string text =
      fmt::format("{}\n  {} layers, {}, tensor {}, expert {}, pipeline {}, GPUs {}\n", file, s.layers, s.parallelism,
                  s.tensor, s.expert, s.pipeline, s.all_gpus ? std::to_string(*s.all_gpus) : "not stated");
  text += fmt::format("  compute per step: forward {}, input gradients {}, weight gradients {}, update {}\n",
                      format_duration(s.forward_compute), format_duration(s.input_gradient_compute),
                      format_duration(s.weight_gradient_compute), format_duration(s.update));
  Table t({{"communication", "", Table::Align::left},
           {"group", "", Table::Align::left},
           {"count", ""},
           {"bytes per rank", ""}});
  for (const auto &row : s.communications)
    t.add({row.op, row.group, std::to_string(row.count), format_bytes(row.bytes)});
  return text + t.str();
}
} // namespace

ExitCode command_import_simai(const CommandLine &line) {
  Json all = Json::array();
  for (const auto &file : line.files) {
    const SimaiSummary s = summarize(load_simai(file));
    if (line.json)
      all.push_back(to_json(file, s));
    else
      print_result(to_text(file, s));
    for (const auto &warning : s.warnings)
      say(line, "warning: " + warning);
  }
  if (line.json)
    print_result((all.size() == 1 ? all.front() : Json({{"workloads", all}})).dump(2) + "\n");
  return ExitCode::done;
}

} // namespace lightloom
