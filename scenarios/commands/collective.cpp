// collective: message sizes from -b to -e by -f on a scenario's cluster; the table of nccl-tests.
// Source of columns and counts: NVIDIA nccl-tests, src/common.cu (count is per rank's part where an operation has
// parts).

#include "collectives/algorithm.hpp"
#include "scenarios/build.hpp"
#include "scenarios/commands/commands.hpp"
#include "scenarios/schema/loader.hpp"
#include "sim/core/parse_quantity.hpp"

#include <charconv>
#include <cmath>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

namespace lightloom {

namespace {
/// nccl-tests' default type.
constexpr std::int64_t float_bytes = 4;
constexpr std::size_t max_rows = 64;

/// "8", "1M" (binary, as nccl-tests reads it), "4KiB", "20MB".
std::int64_t parse_size(const std::string &option, const std::string &text) {
  if (const auto bytes = parse_bytes(text))
    return bytes->value;
  std::int64_t value = 0;
  const auto [end, code] = std::from_chars(text.data(), text.data() + text.size(), value);
  const std::string rest(end, text.data() + text.size());
  const int shift = rest.empty()                 ? 0
                    : rest == "K" || rest == "k" ? 10
                    : rest == "M" || rest == "m" ? 20
                    : rest == "G" || rest == "g" ? 30
                                                 : -1;
  if (code != std::errc{} || shift < 0 || value < 0 || value > (std::int64_t(1) << 40 >> shift))
    throw Error(option + " " + text, "not a size up to 1 TiB", "Try " + option + " 1MiB.");
  return value << shift;
}

std::vector<std::int64_t> sizes_of(const CommandLine &line) {
  const auto smallest = parse_size("-b", line.min_bytes);
  const auto largest = parse_size("-e", line.max_bytes);
  if (smallest < 1 || largest < smallest)
    throw Error("-b " + line.min_bytes + " -e " + line.max_bytes,
                "the smallest size must be at least 1 B and not above the largest", "");
  if (!(line.factor > 1))
    throw Error(fmt::format("-f {:g}", line.factor), "must be above 1", "Try -f 2.");
  std::vector<std::int64_t> sizes;
  for (double size = static_cast<double>(smallest); size <= static_cast<double>(largest); size *= line.factor) {
    if (sizes.size() == max_rows)
      throw Error(fmt::format("-f {:g}", line.factor), fmt::format("more than {} sizes", max_rows), "Try -f 2.");
    sizes.push_back(static_cast<std::int64_t>(std::llround(size)));
  }
  return sizes;
}

struct Row {
  std::int64_t size = 0, count = 0;
  CollectiveRow result;
};

const char *redop(CollectiveOp op) {
  return op == CollectiveOp::all_reduce || op == CollectiveOp::reduce_scatter ? "sum" : "none";
}

std::int64_t element_count(CollectiveOp op, std::int64_t size, std::uint32_t ranks) {
  const bool in_parts =
      op == CollectiveOp::all_gather || op == CollectiveOp::reduce_scatter || op == CollectiveOp::all_to_all;
  return size / float_bytes / (in_parts ? ranks : 1);
}

std::string to_json(const Scenario &s, const std::vector<Row> &rows, CollectiveOp op) {
  nlohmann::ordered_json j;
  j["name"] = s.name;
  j["op"] = to_string(op);
  j["ranks"] = s.cluster.gpus;
  j["rows"] = nlohmann::ordered_json::array();
  for (const auto &row : rows)
    j["rows"].push_back({{"size_bytes", row.size},
                         {"count", row.count},
                         {"type", "float"},
                         {"redop", redop(op)},
                         {"time_s", static_cast<double>(row.result.end_ps - row.result.start_ps) * 1e-12},
                         {"algbw_Bps", row.result.algbw_Bps},
                         {"busbw_Bps", row.result.busbw_Bps},
                         {"lower_bound_s", row.result.lower_bound_s},
                         {"algorithm", row.result.algorithm},
                         {"bottleneck", row.result.bottleneck}});
  return j.dump(2) + "\n";
}

std::string head(const Scenario &s, CollectiveOp op, const std::string &algorithm) {
  std::string text = fmt::format("# {}: {}, {}, {} ranks, one network port each\n#\n", s.name, to_string(op), algorithm,
                                 s.cluster.gpus);
  text += fmt::format("# {:>11} {:>13} {:>9} {:>7} {:>11} {:>8} {:>8}\n", "size", "count", "type", "redop", "time",
                      "algbw", "busbw");
  text += fmt::format("# {:>11} {:>13} {:>9} {:>7} {:>11} {:>8} {:>8}\n", "(B)", "(elements)", "", "", "(us)", "(GB/s)",
                      "(GB/s)");
  return text;
}

std::string to_text(const Row &row, CollectiveOp op) {
  return fmt::format("{:>13} {:>13} {:>9} {:>7} {:>11.2f} {:>8.2f} {:>8.2f}\n", row.size, row.count, "float", redop(op),
                     static_cast<double>(row.result.end_ps - row.result.start_ps) * 1e-6, row.result.algbw_Bps * 1e-9,
                     row.result.busbw_Bps * 1e-9);
}
} // namespace

ExitCode command_collective(const CommandLine &line) {
  const CollectiveOp op = parse_collective_op(line.op);
  const std::string algorithm = find_algorithm(op, line.algorithm).name;
  const auto sizes = sizes_of(line);
  Scenario s = load_scenario(line.files.front(), line.settings);
  s.job.reset();
  s.model.reset();
  s.traffic.clear();
  s.steps = 1;
  s.warmup_steps = 0;
  if (!line.json)
    print_result(head(s, op, algorithm));
  std::vector<Row> rows;
  double busbw = 0;
  for (const auto size : sizes) {
    s.collectives = {{line.op, algorithm, Bytes(size)}};
    const RunOutcome outcome = run_built(s, build_run(s), request_of(line));
    say_outcome(line, outcome);
    if (outcome.code != ExitCode::done)
      return outcome.code;
    rows.push_back({size, element_count(op, size, s.cluster.gpus), outcome.results.collectives.front()});
    busbw += rows.back().result.busbw_Bps;
    if (!line.json)
      print_result(to_text(rows.back(), op));
  }
  if (line.json)
    print_result(to_json(s, rows, op));
  else
    print_result(fmt::format("# Avg bus bandwidth    : {:g} GB/s\n", busbw / static_cast<double>(rows.size()) * 1e-9));
  return ExitCode::done;
}

} // namespace lightloom
