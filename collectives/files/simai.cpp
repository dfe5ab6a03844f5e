// The reader of SimAI / AICB / ASTRA-sim 1.0 text workloads. Every word knows its place, so that every complaint does
// too.

#include "collectives/files/simai.hpp"

#include "collectives/files/text_words.hpp"
#include "sim/core/error.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <limits>
#include <map>
#include <utility>

namespace lightloom {
namespace {

constexpr std::size_t most_problems = 20;
constexpr std::int64_t most_bytes = 1'000'000'000'000'000; // 1 PB: above it transmission times leave 64 bits
constexpr std::int64_t most_ns = 1'000'000'000'000;        // 1000 s per entry
constexpr double most_total_ns = 4e15;                     // 46 days: int64 picoseconds hold 106

constexpr std::array parallelism_words = {"DATA",
                                          "MODEL",
                                          "HYBRID_DATA_MODEL",
                                          "HYBRID_MODEL_DATA",
                                          "HYBRID_DLRM",
                                          "HYBRID_DLRM_ENHANCED",
                                          "HYBRID_TRANSFORMER",
                                          "HYBRID_TRANSFORMER_FWD_IN_BCKWD",
                                          "HYBRID_CUSTOMIZED",
                                          "MICRO",
                                          "DISTRIBUTED_INFERENCE"};

struct CommWord {
  const char *word;
  CollectiveOp op;
};
constexpr std::array comm_words = {
    CommWord{"ALLREDUCE", CollectiveOp::all_reduce}, CommWord{"ALLGATHER", CollectiveOp::all_gather},
    CommWord{"REDUCESCATTER", CollectiveOp::reduce_scatter}, CommWord{"ALLTOALL", CollectiveOp::all_to_all},
    CommWord{"BROADCAST", CollectiveOp::broadcast}};

class Parser {
public:
  Parser(std::string_view text, const std::string &file) : text_(text) { workload_.file = file; }

  SimaiWorkload parse() {
    split_lines();
    if (lines_.empty())
      fail(1, 1, "an empty file",
           "a workload starts with its parallelism, such as HYBRID_TRANSFORMER_FWD_IN_BCKWD or MICRO");
    if (problems_.empty())
      header();
    if (problems_.empty())
      count();
    for (std::size_t i = 2; i < lines_.size() && problems_.size() < most_problems; ++i)
      if (!lines_[i].words.empty())
        layer(lines_[i]);
    if (problems_.empty())
      check_totals();
    if (!problems_.empty())
      throw Error(std::move(problems_));
    return std::move(workload_);
  }

private:
  struct Line {
    std::uint32_t number = 0;
    std::vector<Word> words;
    std::uint32_t end = 1; ///< column after the last character
  };

  void split_lines();
  void header();
  std::size_t header_pair(const std::vector<Word> &words, std::size_t at);
  void count();
  void layer(const Line &line);
  void check_totals();
  void fail(std::uint32_t line, std::uint32_t column, std::string what, std::string why = {},
            std::string suggestion = {}) {
    problems_.push_back({{workload_.file, line, column}, std::move(what), std::move(why), std::move(suggestion)});
  }
  void warn(std::uint32_t line, std::uint32_t column, const std::string &sentence) {
    if (workload_.warnings.size() < most_problems)
      workload_.warnings.push_back(fmt::format("{}:{}:{}: {}", workload_.file, line, column, sentence));
  }
  std::int64_t number(const Line &line, std::size_t at, const char *what, std::int64_t most);
  SimaiComm comm(const Line &line, std::size_t at, SimaiGroup plain_group);

  std::string_view text_;
  SimaiWorkload workload_;
  std::vector<Line> lines_; ///< lines 1 and 2 as they are; then all others
  std::vector<Problem> problems_;
};

void Parser::split_lines() {
  std::uint32_t number = 0;
  for (std::size_t start = 0; start < text_.size();) {
    const std::size_t end = std::min(text_.find('\n', start), text_.size());
    const std::string_view line = text_.substr(start, end - start);
    lines_.push_back({++number, words_of(line), static_cast<std::uint32_t>(line.size() + 1)});
    start = end + 1;
  }
}

void Parser::header() {
  const auto &words = lines_[0].words;
  if (words.empty()) {
    fail(1, 1, "no parallelism word", "line 1 names it, such as HYBRID_TRANSFORMER_FWD_IN_BCKWD or MICRO");
    return;
  }
  std::vector<std::string> known(parallelism_words.begin(), parallelism_words.end());
  workload_.parallelism = shown(words[0].text);
  if (std::find(known.begin(), known.end(), words[0].text) == known.end()) {
    const std::string near = nearest_word(workload_.parallelism, known);
    fail(1, words[0].column, "parallelism \"" + workload_.parallelism + "\"", "not a word of this format",
         near.empty() ? "Is this a SimAI, AICB or ASTRA-sim 1.0 workload?" : "Did you mean " + near + "?");
    return;
  }
  for (std::size_t i = 1; i < words.size() && problems_.size() < most_problems;)
    i = header_pair(words, i);
}

/// Takes `key: value` (or `key value`) at word `at`; answers where the next pair starts.
std::size_t Parser::header_pair(const std::vector<Word> &words, std::size_t at) {
  const Word key = words[at];
  std::string_view name = key.text;
  if (name.ends_with(':'))
    name.remove_suffix(1);
  const auto value = at + 1 < words.size() ? integer(words[at + 1].text) : std::nullopt;
  if (!value) {
    const std::uint32_t column = at + 1 < words.size() ? words[at + 1].column : key.column;
    fail(1, column, "no whole number after \"" + shown(key.text) + "\"", "line 1 holds key: value pairs");
    return words.size();
  }
  const auto take = [&](std::uint32_t &into, std::int64_t least) {
    if (*value < least || *value > 100'000'000)
      fail(1, words[at + 1].column, fmt::format("{} = {}", name, *value),
           fmt::format("must be {} to 100000000", least));
    else
      into = static_cast<std::uint32_t>(*value);
  };
  if (name == "model_parallel_NPU_group") {
    take(workload_.tensor, 1);
  } else if (name == "ep") {
    take(workload_.expert, 1);
  } else if (name == "pp") {
    take(workload_.pipeline, 1);
  } else if (name == "vpp") {
    take(workload_.virtual_pipeline, 1);
  } else if (name == "ga") {
    take(workload_.accumulation, 1);
  } else if (name == "all_gpus") {
    std::uint32_t gpus = 0;
    take(gpus, 1);
    workload_.all_gpus = gpus;
  } else if (name == "checkpoints" || name == "checkpoint_initiates") { // a count, then that many layer numbers
    std::uint32_t &count = name == "checkpoints" ? workload_.checkpoints : workload_.checkpoint_initiates;
    take(count, 0);
    const std::size_t listed = words.size() - at - 2;
    if (count > listed)
      fail(1, key.column, fmt::format("{} = {}", name, count), fmt::format("only {} words follow", listed));
    return std::min(words.size(), at + 2 + count);
  } else if (name == "pp_comm") {
    if (*value < 0 || *value > most_bytes)
      fail(1, words[at + 1].column, fmt::format("pp_comm = {}", *value), "must be 0 to 1 PB");
    else
      workload_.pipeline_bytes = Bytes(*value);
  } else {
    warn(1, key.column, "unknown key \"" + shown(name) + "\" is not used.");
  }
  return at + 2;
}

void Parser::count() {
  if (lines_.size() < 2 || lines_[1].words.empty()) {
    fail(2, 1, "no number of layers", "line 2 holds it");
    return;
  }
  const auto &words = lines_[1].words;
  const auto value = integer(words[0].text);
  if (!value || *value < 0 || *value > std::numeric_limits<std::uint32_t>::max())
    fail(2, words[0].column, "number of layers \"" + shown(words[0].text) + "\"", "must be a whole number");
  else if (words.size() > 1)
    fail(2, words[1].column, "\"" + shown(words[1].text) + "\" after the number of layers",
         "line 2 holds nothing else");
  else
    workload_.stated_layers = static_cast<std::uint32_t>(*value);
}

std::int64_t Parser::number(const Line &line, std::size_t at, const char *what, std::int64_t most) {
  const Word &word = line.words[at];
  const auto value = integer(word.text);
  if (!value) {
    fail(line.number, word.column, fmt::format("{} \"{}\"", what, shown(word.text)), "must be a whole number");
    return 0;
  }
  if (*value < 0 || *value > most) {
    fail(line.number, word.column, fmt::format("{} = {}", what, *value), fmt::format("must be 0 to {}", most));
    return 0;
  }
  return *value;
}

/// Words `at` (the communication) and `at` + 1 (its bytes).
SimaiComm Parser::comm(const Line &line, std::size_t at, SimaiGroup plain_group) {
  SimaiComm result;
  result.bytes = Bytes(number(line, at + 1, "bytes", most_bytes));
  std::string_view word = line.words[at].text;
  if (word == "NONE") {
    if (result.bytes.value > 0)
      warn(line.number, line.words[at + 1].column,
           fmt::format("NONE with {} bytes moves nothing.", result.bytes.value));
    result.bytes = Bytes(0);
    return result;
  }
  result.group = workload_.parallelism == "MICRO" ? SimaiGroup::all : plain_group;
  for (const auto &[suffix, group] : {std::pair{std::string_view("_DP_EP"), SimaiGroup::data_expert},
                                      std::pair{std::string_view("_EP"), SimaiGroup::expert}})
    if (word.ends_with(suffix)) {
      word.remove_suffix(suffix.size());
      result.group = group;
      break;
    }
  for (const CommWord &known : comm_words)
    if (word == known.word) {
      result.op = known.op;
      return result;
    }
  const std::string near =
      nearest_word(shown(word), {"NONE", "ALLREDUCE", "ALLGATHER", "REDUCESCATTER", "ALLTOALL", "BROADCAST"});
  fail(line.number, line.words[at].column, "communication \"" + shown(line.words[at].text) + "\"",
       "is NONE, ALLREDUCE, ALLGATHER, REDUCESCATTER, ALLTOALL or BROADCAST, perhaps with _EP or _DP_EP",
       near.empty() ? "" : "Did you mean " + near + "?");
  return result;
}

void Parser::layer(const Line &line) {
  const std::size_t expected = workload_.parallelism == "HYBRID_CUSTOMIZED" ? 13 : 12;
  if (line.words.size() != expected) {
    const bool more = line.words.size() > expected;
    fail(line.number, more ? line.words[expected].column : line.end, fmt::format("{} columns", line.words.size()),
         fmt::format("a layer has {}: name, dependency, then compute, communication, bytes for forward, input gradient "
                     "and weight gradient, then update delay{}",
                     expected, expected == 13 ? ", parallelism" : ""));
    return;
  }
  const auto time = [&](std::size_t at, const char *what) { return Duration(number(line, at, what, most_ns) * 1000); };
  SimaiLayer layer;
  layer.line = line.number;
  layer.name = shown(line.words[0].text);
  if (!integer(line.words[1].text))
    fail(line.number, line.words[1].column, "dependency \"" + shown(line.words[1].text) + "\"",
         "must be a whole number, usually -1");
  layer.forward = time(2, "forward compute");
  layer.forward_comm = comm(line, 3, SimaiGroup::tensor);
  layer.input_gradient = time(5, "input-gradient compute");
  layer.input_gradient_comm = comm(line, 6, SimaiGroup::tensor);
  layer.weight_gradient = time(8, "weight-gradient compute");
  layer.weight_gradient_comm = comm(line, 9, SimaiGroup::data);
  layer.update = time(11, "update delay");
  workload_.layers.push_back(std::move(layer));
}

void Parser::check_totals() {
  if (workload_.layers.empty())
    fail(3, 1, "no layers", "one line per layer follows line 2");
  double ns = 0;
  for (const SimaiLayer &l : workload_.layers)
    ns += static_cast<double>((l.forward + l.input_gradient + l.weight_gradient).count()) * 1e-3 +
          static_cast<double>(l.update.count()) * 1e-3;
  if (ns > most_total_ns)
    fail(3, 1, fmt::format("{:.3g} s of compute in one step", ns * 1e-9), "simulated time holds 106 days");
  if (workload_.stated_layers != workload_.layers.size())
    warn(2, lines_[1].words[0].column,
         fmt::format("line 2 says {} layers, the file has {}; the file's lines are used.", workload_.stated_layers,
                     workload_.layers.size()));
}

} // namespace

const char *to_string(SimaiGroup group) {
  switch (group) {
  case SimaiGroup::none:
    return "none";
  case SimaiGroup::tensor:
    return "tensor";
  case SimaiGroup::data:
    return "data";
  case SimaiGroup::expert:
    return "expert";
  case SimaiGroup::data_expert:
    return "data-expert";
  case SimaiGroup::all:
    return "all";
  }
  return "";
}

SimaiWorkload parse_simai(std::string_view text, const std::string &file) { return Parser(text, file).parse(); }

SimaiWorkload load_simai(const std::string &path) { return parse_simai(text_of_file(path), path); }

SimaiSummary summarize(const SimaiWorkload &workload) {
  SimaiSummary summary;
  summary.parallelism = workload.parallelism;
  summary.layers = static_cast<std::uint32_t>(workload.layers.size());
  summary.tensor = workload.tensor;
  summary.expert = workload.expert;
  summary.pipeline = workload.pipeline;
  summary.all_gpus = workload.all_gpus;
  summary.warnings = workload.warnings;
  std::map<std::pair<CollectiveOp, SimaiGroup>, std::pair<std::uint64_t, Bytes>> rows;
  for (const SimaiLayer &l : workload.layers) {
    summary.forward_compute += l.forward;
    summary.input_gradient_compute += l.input_gradient;
    summary.weight_gradient_compute += l.weight_gradient;
    summary.update += l.update;
    for (const SimaiComm *c : {&l.forward_comm, &l.input_gradient_comm, &l.weight_gradient_comm})
      if (c->op) {
        auto &row = rows[{*c->op, c->group}];
        ++row.first;
        row.second += c->bytes;
      }
  }
  for (const auto &[key, row] : rows)
    summary.communications.push_back({to_string(key.first), to_string(key.second), row.first, row.second});
  return summary;
}

} // namespace lightloom
