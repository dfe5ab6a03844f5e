#include "scenarios/sweep/plan.hpp"

#include "scenarios/build.hpp"
#include "scenarios/schema/key_checks.hpp"
#include "scenarios/schema/loader.hpp"
#include "scenarios/schema/value_list.hpp"
#include "scenarios/sweep/side_by_side.hpp"
#include "scenarios/version.hpp"

#include <algorithm>
#include <map>
#include <mutex>
#include <utility>

#include <fmt/format.h>

namespace lightloom {

namespace {
/// A sweep of more runs is a slip of the finger, or wants another design.
constexpr std::size_t most_runs = 100'000;

Problem at_vary(const std::string &vary, std::string what, std::string why, std::string suggestion) {
  return {{"--vary " + vary, 0, 0}, std::move(what), std::move(why), std::move(suggestion)};
}

/// Whether a key can be varied at all; a problem when it cannot.
bool can_vary(const std::string &key, const std::string &vary, const std::vector<VariedKey> &before,
              const std::vector<std::string> &settings, std::vector<Problem> &problems) {
  const std::size_t found = problems.size();
  if (key.empty())
    problems.push_back(
        at_vary(vary, "not KEY=SPEC", "a scenario key, = and its values", "Try --vary fabric.radix=32,64."));
  else if (find_key(key) == nullptr && !is_schema_table(key)) {
    const auto near = nearest_key(key);
    problems.push_back(at_vary(vary, key, "unknown key",
                               near.empty() ? "See lightloom check --schema." : "Did you mean " + near + "?"));
  } else if (key == "scenario.seed")
    problems.push_back(at_vary(vary, "scenario.seed is not varied",
                               "replicas have seeds of their own, the same in every combination",
                               "Use --replicas, and --seed for the first."));
  else if (std::any_of(before.begin(), before.end(), [&](const VariedKey &v) { return v.key == key; }))
    problems.push_back(at_vary(vary, key + " is varied twice", "", "Put all its values into one --vary."));
  else if (std::any_of(settings.begin(), settings.end(),
                       [&](const std::string &s) { return s.starts_with(key + "="); }))
    problems.push_back(at_vary(vary, key + " is set too", "--set and --vary name the same key", "Leave out --set."));
  return problems.size() == found;
}

/// The unit that checked values of a type are in; nothing for words.
const char *unit_of(KeyType type) {
  switch (type) {
  case KeyType::text:
  case KeyType::choice:
  case KeyType::flag:
    return nullptr;
  case KeyType::duration:
    return "ps";
  case KeyType::bit_rate:
    return "bit/s";
  case KeyType::bytes:
  case KeyType::bytes_or_count:
    return "B";
  case KeyType::metres:
    return "m";
  case KeyType::celsius:
    return "C";
  default:
    return "1";
  }
}

/// The problems of all combinations, each once. One that stands in the scenario's file but not in all combinations says
/// with which values it comes.
class Gathered {
public:
  void add(std::size_t combination, const Error &error) {
    for (const Problem &problem : error.problems()) {
      const auto [place, is_new] = index_.try_emplace(to_string(problem), found_.size());
      if (is_new)
        found_.push_back({problem, combination, 0});
      ++found_[place->second].times;
    }
    code_ = error.code();
  }
  void raise(const SweepPlan &plan) {
    if (found_.empty())
      return;
    std::vector<Problem> problems;
    for (Found &f : found_) {
      if (f.times < plan.combinations() && !f.problem.where.file.starts_with("--vary "))
        f.problem.suggestion +=
            (f.problem.suggestion.empty() ? "With " : " It comes with ") + plan.name(f.combination) + ".";
      problems.push_back(std::move(f.problem));
    }
    throw Error(std::move(problems), code_);
  }

private:
  struct Found {
    Problem problem;
    std::size_t combination; ///< the first that has it
    std::size_t times;
  };
  std::vector<Found> found_;
  std::map<std::string, std::size_t> index_;
  ExitCode code_ = ExitCode::bad_input;
};
} // namespace

SweepPlan::SweepPlan(const SweepRequest &request) : request_(request) {
  text_ = read_toml(request_.file, {}).text;
  std::vector<Setting> given;
  for (const auto &setting : request_.settings)
    given.push_back(command_line_setting(setting));
  given_ = parse_toml_text(text_, request_.file, given).text;
  std::vector<Problem> problems;
  read_varied(problems);
  if (problems.empty() && runs() > most_runs)
    problems.push_back({{},
                        fmt::format("{} combinations × {} replicas", combinations(), replicas()),
                        fmt::format("more than {} runs", most_runs),
                        "Vary fewer keys at once, or fewer values."});
  if (!problems.empty())
    throw Error(std::move(problems));
}

void SweepPlan::read_varied(std::vector<Problem> &problems) {
  for (const auto &vary : request_.vary) {
    const auto equals = vary.find('=');
    VariedKey varied{vary.substr(0, equals == std::string::npos ? 0 : equals), {}};
    if (!can_vary(varied.key, vary, varied_, request_.settings, problems))
      continue;
    try {
      varied.values = expand_values(vary.substr(equals + 1), {"--vary " + vary, 0, 0});
    } catch (const Error &e) {
      problems.insert(problems.end(), e.problems().begin(), e.problems().end());
      continue;
    }
    // Beyond the limit the product is only compared with it.
    combinations_ = std::min<std::size_t>(combinations_ * varied.values.size(), most_runs + 1);
    varied_.push_back(std::move(varied));
  }
}

const std::string &SweepPlan::value(std::size_t key, std::size_t combination) const {
  for (std::size_t later = varied_.size(); --later > key;)
    combination /= varied_[later].values.size();
  return varied_[key].values[combination % varied_[key].values.size()];
}

std::string SweepPlan::name(std::size_t combination) const {
  std::string text;
  for (std::size_t k = 0; k < varied_.size(); ++k)
    text += (k > 0 ? " " : "") + varied_[k].key + "=" + value(k, combination);
  return text;
}

std::vector<Setting> SweepPlan::settings(std::size_t combination) const {
  std::vector<Setting> all;
  for (const auto &setting : request_.settings)
    all.push_back(command_line_setting(setting));
  for (std::size_t k = 0; k < varied_.size(); ++k) {
    const std::string &key = varied_[k].key, &text = value(k, combination);
    all.push_back({key, text, {"--vary " + key + "=" + text, 0, 0}});
  }
  return all;
}

void SweepPlan::check(std::uint32_t threads, const std::function<void(std::size_t)> &progress) {
  std::vector<std::pair<std::size_t, Error>> refused; // in the order of combinations
  std::mutex mutex;
  side_by_side(combinations(), threads, progress, [&](std::size_t combination) {
    try {
      const Scenario s = scenario_from(parse_toml_text(text_, request_.file, settings(combination)), request_.file);
      if (combination == 0) { // nobody else writes these
        seed_ = s.seed;
        name_ = s.name;
      }
      build_run(s);
    } catch (const Error &e) {
      const std::lock_guard lock(mutex);
      refused.emplace_back(combination, e);
    }
  });
  std::sort(refused.begin(), refused.end(), [](const auto &a, const auto &b) { return a.first < b.first; });
  Gathered gathered;
  for (const auto &[combination, error] : refused)
    gathered.add(combination, error);
  gathered.raise(*this);
}

Scenario SweepPlan::scenario(std::size_t run) const {
  auto all = settings(run / replicas());
  all.push_back({"scenario.seed", std::to_string(seed(run)), {"the seed of run " + std::to_string(run), 0, 0}});
  return scenario_from(parse_toml_text(text_, request_.file, all), request_.file);
}

void SweepPlan::fill_numbers(SweepParameter &parameter) const {
  const Key *key = find_key(parameter.key);
  const char *unit = key == nullptr ? nullptr : unit_of(key->type);
  if (unit == nullptr)
    return;
  std::vector<double> numbers;
  std::vector<Problem> ignored;
  for (const auto &text : parameter.texts) {
    const auto document = parse_toml_text("", request_.file, {{"value", text, {}}});
    const auto found = document.values.find("value");
    if (found == document.values.end())
      return;
    const TomlValue &value = found->second;
    const bool word = std::find(key->words.begin(), key->words.end(), value.text) != key->words.end();
    const auto checked = check_value(*key, parameter.key, value, ignored);
    if (!checked || checked->is_auto || word)
      return;
    numbers.push_back(checked->real);
  }
  parameter.numbers = std::move(numbers);
  parameter.unit = unit;
}

SweepResults SweepPlan::empty() const {
  SweepResults sweep;
  sweep.lightloom_version = version;
  sweep.command = request_.command;
  sweep.scenario_toml = given_;
  sweep.name = name_;
  sweep.seed = seed_;
  sweep.replicas = replicas();
  sweep.whole_runs = request_.whole_runs;
  for (std::size_t k = 0; k < varied_.size(); ++k) {
    SweepParameter parameter;
    parameter.key = varied_[k].key;
    for (std::size_t c = 0; c < combinations(); ++c)
      parameter.texts.push_back(value(k, c));
    fill_numbers(parameter);
    sweep.parameters.push_back(std::move(parameter));
  }
  sweep.rows.resize(runs());
  for (std::size_t run = 0; run < runs(); ++run)
    sweep.rows[run].seed = seed(run);
  return sweep;
}

} // namespace lightloom
