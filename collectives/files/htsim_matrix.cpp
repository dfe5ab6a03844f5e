// The reader of htsim's connection matrices. Written from the format as its generators and its reader have it; every
// word knows its place.

#include "collectives/files/htsim_matrix.hpp"

#include "collectives/files/text_words.hpp"
#include "sim/core/error.hpp"
#include "sim/core/parse_quantity.hpp"

#include <algorithm>
#include <array>
#include <set>
#include <utility>

#include <fmt/format.h>

namespace lightloom {
namespace {

constexpr std::size_t most_problems = 20;
constexpr std::int64_t most_nodes = 65536;
constexpr std::size_t most_connections = 4'000'000;       // × most_bytes fits 64 bits
constexpr std::int64_t most_bytes = 1'000'000'000'000;    // of a flow, as in [[traffic]]
constexpr std::int64_t most_id = 4'294'967'295;           // 32 bits
constexpr Duration most_start(3'600'000'000'000'000);     // an hour: int64 picoseconds hold 106 days
constexpr Duration suspicious_start(1'000'000'000'000ll); // a second

class Parser {
public:
  Parser(const std::string &file, const HtsimReading &reading) : reading_(reading) { matrix_.file = file; }

  HtsimMatrix parse(std::string_view text) {
    for (const std::string_view line : lines_of(text)) {
      ++line_;
      const auto words = words_of(line.substr(0, line.find('#')));
      if (!words.empty())
        read(words);
      if (problems_.size() >= most_problems)
        throw Error(std::move(problems_));
    }
    check_counts();
    if (problems_.empty())
      check_triggers();
    if (problems_.empty())
      check_starts();
    if (problems_.empty())
      check_times();
    if (!problems_.empty())
      throw Error(std::move(problems_));
    add_notes();
    return std::move(matrix_);
  }

private:
  using Words = std::vector<Word>;
  /// A number of the header, and where it stands.
  struct Stated {
    std::optional<std::int64_t> value;
    std::uint32_t line = 0;
  };

  void fail_at(std::uint32_t line, std::uint32_t column, std::string what, std::string why, std::string advice = "") {
    problems_.push_back({{matrix_.file, line, column}, std::move(what), std::move(why), std::move(advice)});
  }
  void fail(const Word &word, std::string what, std::string why, std::string advice = "") {
    fail_at(line_, word.column, std::move(what), std::move(why), std::move(advice));
  }

  void read(const Words &words) {
    const std::string_view first = words[0].text;
    for (std::size_t i = 0; i < header_names.size(); ++i)
      if (first == header_names[i])
        return header(words, header_[i]);
    if (first == "trigger")
      return trigger(words);
    if (first == "failure")
      return fail(words[0], "a failure line", "a matrix names switches of htsim's own fat tree",
                  "Take it out and use [[inject]] with the names of this fabric.");
    if (first.find("->") != std::string_view::npos)
      return connection(words);
    fail(words[0], shown(first), "no line of a connection matrix begins so",
         "Lines are Nodes, Connections, Triggers, SOURCE->DESTINATION, trigger.");
  }

  /// The number after words[i]; nothing, with a complaint, when there is none in the range.
  std::optional<std::int64_t> number(const Words &words, std::size_t i, std::int64_t low, std::int64_t high) {
    const std::string name(words[i].text);
    if (i + 1 >= words.size()) {
      fail(words[i], name + " without a number", "the line ends");
      return std::nullopt;
    }
    const auto value = integer(words[i + 1].text);
    if (!value || *value < low || *value > high) {
      fail(words[i + 1], name + " " + shown(words[i + 1].text),
           fmt::format("must be a whole number from {} to {}", low, high));
      return std::nullopt;
    }
    return value;
  }

  void header(const Words &words, Stated &stated) {
    if (stated.line != 0)
      return fail(words[0], std::string(words[0].text) + " again", fmt::format("line {} has it", stated.line));
    stated.line = line_;
    stated.value = number(words, 0, 0, words[0].text == "Nodes" ? most_nodes : most_id);
    if (words.size() > 2)
      fail(words[2], shown(words[2].text), "nothing may follow the number");
    if (&stated == header_.data() && stated.value)
      matrix_.nodes = static_cast<std::uint32_t>(*stated.value);
  }

  /// "19->0".
  bool ends(const Word &word, HtsimConnection &c) {
    const std::size_t arrow = word.text.find("->");
    const auto source = integer(word.text.substr(0, arrow));
    const auto destination = integer(word.text.substr(arrow + 2));
    if (!source || !destination || *source < 0 || *destination < 0) {
      fail(word, shown(word.text), "must be two hosts such as 19->0");
      return false;
    }
    for (const std::int64_t host : {*source, *destination})
      if (host >= matrix_.nodes) {
        fail(word, shown(word.text),
             header_[0].value ? fmt::format("hosts are 0 to {}", std::int64_t{matrix_.nodes} - 1)
                              : "Nodes must come first");
        return false;
      }
    if (*source == *destination) {
      fail(word, shown(word.text), "a host does not send to itself over the network");
      return false;
    }
    c.source = static_cast<std::uint32_t>(*source);
    c.destination = static_cast<std::uint32_t>(*destination);
    return true;
  }

  bool start(const Words &words, std::size_t i, HtsimConnection &c) {
    const char *unit = reading_.start_unit == HtsimReading::Unit::microseconds ? "us" : "ps";
    const auto time = i + 1 < words.size() ? parse_duration(std::string(words[i + 1].text) + unit) : std::nullopt;
    if (!time || *time > most_start) {
      fail(words[std::min(i + 1, words.size() - 1)],
           "start " + (i + 1 < words.size() ? shown(words[i + 1].text) : std::string()),
           fmt::format("must be a number of {}, at most an hour", unit));
      return false;
    }
    c.start = *time;
    return true;
  }

  bool size(const Words &words, std::size_t i, HtsimConnection &c) {
    const auto bytes = number(words, i, 0, most_bytes);
    if (!bytes)
      return false;
    c.size = Bytes(*bytes);
    if (*bytes > 0)
      return true;
    if (!reading_.size) {
      fail(words[i + 1], "size 0", "an endless flow: it has no completion time",
           "Set traffic.size, which takes its place.");
      return false;
    }
    c.size = *reading_.size;
    return true;
  }

  /// An id of a flow or a trigger after words[i].
  bool id(const Words &words, std::size_t i, std::uint32_t &out) {
    const auto value = number(words, i, 1, most_id);
    out = static_cast<std::uint32_t>(value.value_or(0));
    return value.has_value();
  }

  /// Reads the word at i and its value; false when it was wrong.
  bool attribute(const Words &words, std::size_t i, HtsimConnection &c) {
    const std::string_view name = words[i].text;
    if (name == "start")
      return start(words, i, c);
    if (name == "size")
      return size(words, i, c);
    if (name == "id")
      return id(words, i, c.id);
    if (name == "trigger")
      return id(words, i, c.trigger);
    if (name == "send_done_trigger")
      return id(words, i, c.send_done_trigger);
    if (name == "recv_done_trigger")
      return id(words, i, c.recv_done_trigger);
    if (name == "prio") {
      ++priorities_;
      return number(words, i, 0, most_id).has_value();
    }
    const std::string near = nearest_word(
        std::string(name), {"start", "size", "id", "trigger", "send_done_trigger", "recv_done_trigger", "prio"});
    fail(words[i], shown(name), "no such word in a connection", near.empty() ? "" : "Did you mean " + near + "?");
    return false;
  }

  void connection(const Words &words) {
    ++connection_lines_;
    HtsimConnection c;
    c.line = line_;
    if (!ends(words[0], c))
      return;
    std::set<std::string_view> seen;
    for (std::size_t i = 1; i < words.size(); i += 2) {
      if (!seen.insert(words[i].text).second)
        return fail(words[i], shown(words[i].text) + " again", "once per connection");
      if (!attribute(words, i, c))
        return;
    }
    if (seen.contains("start") == seen.contains("trigger"))
      return fail(words[0], shown(words[0].text),
                  seen.contains("start") ? "has both start and trigger" : "has neither start nor trigger",
                  "A flow has one of them.");
    if (!seen.contains("size"))
      return fail(words[0], shown(words[0].text) + " without size", "how many bytes the flow has");
    if (c.id != 0 && !ids_.insert(c.id).second)
      return fail(words[0], fmt::format("id {} again", c.id), "ids of flows are unique");
    if (matrix_.connections.size() == most_connections)
      return fail(words[0], "too many connections", fmt::format("at most {}", most_connections));
    matrix_.connections.push_back(c);
  }

  void trigger(const Words &words) {
    ++trigger_lines_;
    HtsimTrigger t;
    t.line = line_;
    std::uint32_t number_of_it = 0;
    int kinds = 0;
    for (std::size_t i = 1; i < words.size(); ++i) {
      const std::string_view name = words[i].text;
      using Kind = HtsimTrigger::Kind;
      if (name == "id" || name == "count") {
        if (!id(words, i++, name == "id" ? number_of_it : t.count))
          return;
      } else if (name == "oneshot" || name == "multishot" || name == "barrier") {
        t.kind = name == "oneshot" ? Kind::oneshot : name == "multishot" ? Kind::multishot : Kind::barrier;
        ++kinds;
      } else {
        return fail(words[i], shown(name), "no such word in a trigger",
                    "A trigger is: trigger id 1 oneshot, multishot, or barrier count 4.");
      }
    }
    if (number_of_it == 0 || kinds != 1)
      return fail(words[0], "trigger", number_of_it == 0 ? "has no id" : "must be one of oneshot, multishot, barrier");
    if (!matrix_.triggers.emplace(number_of_it, t).second)
      fail(words[0], fmt::format("trigger {} again", number_of_it), "ids of triggers are unique");
  }

  void check_counts() {
    const std::array<std::size_t, 4> found = {0, connection_lines_, trigger_lines_, 0};
    for (std::size_t i = 0; i < header_names.size(); ++i) {
      const Stated &stated = header_[i];
      if (i < 2 && stated.line == 0)
        fail_at(1, 1, fmt::format("{} is missing", header_names[i]), "the first lines of a matrix count its contents");
      if (i > 0 && stated.value && static_cast<std::uint64_t>(*stated.value) != found[i])
        fail_at(stated.line, 1, fmt::format("{} {}", header_names[i], *stated.value),
                i == 3 ? "failures are not read from a matrix" : fmt::format("the file has {}", found[i]),
                i == 3 ? "Use [[inject]]." : "");
    }
  }

  /// Every trigger that is named exists and is activated as often as it needs.
  void check_triggers() {
    std::map<std::uint32_t, std::pair<std::size_t, std::size_t>> uses; // activations, flows
    for (const HtsimConnection &c : matrix_.connections)
      for (const std::uint32_t t : {c.send_done_trigger, c.recv_done_trigger, c.trigger})
        if (t != 0 && !matrix_.triggers.contains(t))
          fail_at(c.line, 1, fmt::format("trigger {}", t), "the file has no line for it",
                  fmt::format("Add: trigger id {} oneshot", t));
    for (const HtsimConnection &c : matrix_.connections) {
      uses[c.send_done_trigger].first += 1;
      uses[c.recv_done_trigger].first += 1;
      uses[c.trigger].second += 1;
    }
    for (const auto &[number_of_it, t] : matrix_.triggers) {
      const auto [activations, flows] = uses[number_of_it];
      const auto wrong = [&, n = number_of_it](const std::string &why) {
        fail_at(t.line, 1, fmt::format("trigger {}", n), why);
      };
      using Kind = HtsimTrigger::Kind;
      if (flows == 0)
        ++idle_triggers_;
      else if (t.kind == Kind::oneshot && activations != 1)
        wrong(fmt::format("oneshot, and {} flows activate it: exactly one may", activations));
      else if (t.kind == Kind::barrier && (t.count == 0 || activations != t.count))
        wrong(fmt::format("a barrier of count {}, and {} flows activate it", t.count, activations));
      else if (t.kind == Kind::multishot && activations < flows)
        wrong(fmt::format("{} activations start one flow each, and {} flows wait for them", activations, flows));
    }
  }

  /// Flows whose triggers wait for one another would never start.
  void check_starts() {
    std::map<std::uint32_t, std::vector<std::size_t>> waiting; // by trigger
    std::vector<std::size_t> started;
    for (std::size_t i = 0; i < matrix_.connections.size(); ++i)
      if (const std::uint32_t t = matrix_.connections[i].trigger; t != 0)
        waiting[t].push_back(i);
      else
        started.push_back(i);
    std::map<std::uint32_t, std::size_t> activations;
    std::vector<bool> starts(matrix_.connections.size());
    for (std::size_t k = 0; k < started.size(); ++k) {
      const HtsimConnection &c = matrix_.connections[started[k]];
      starts[started[k]] = true;
      for (const std::uint32_t t : {c.send_done_trigger, c.recv_done_trigger}) {
        if (t == 0)
          continue;
        const std::size_t n = activations[t]++;
        const HtsimTrigger &trigger = matrix_.triggers.at(t);
        const auto &flows = waiting[t];
        if (trigger.kind == HtsimTrigger::Kind::multishot) {
          if (n < flows.size())
            started.push_back(flows[n]);
        } else if (trigger.kind == HtsimTrigger::Kind::oneshot || n + 1 == trigger.count) {
          started.insert(started.end(), flows.begin(), flows.end());
        }
      }
    }
    const auto never = std::find(starts.begin(), starts.end(), false);
    if (never != starts.end()) {
      const HtsimConnection &c = matrix_.connections[static_cast<std::size_t>(never - starts.begin())];
      fail_at(c.line, 1, fmt::format("{}->{} never starts", c.source, c.destination),
              fmt::format("its trigger {} waits, through other flows, for this one", c.trigger));
    }
  }

  /// Frame by frame a run ends before (sim/engine: times of messages have 47 bits).
  static constexpr Duration too_late{140'000'000'000'000};
  void check_times() {
    for (const HtsimConnection &c : matrix_.connections)
      if (c.start >= too_late)
        fail_at(c.line, 1,
                fmt::format("{}->{} starts {} into the run", c.source, c.destination, format_duration(c.start)),
                "frame by frame, runs end at 140 s",
                reading_.start_unit == HtsimReading::Unit::microseconds
                    ? "If the file is of a newer htsim, its starts are in ps: traffic.0.start_unit = \"ps\"."
                    : "");
  }

  void add_notes() {
    Duration last{};
    for (const HtsimConnection &c : matrix_.connections)
      last = std::max(last, c.start);
    if (reading_.start_unit == HtsimReading::Unit::microseconds && last >= suspicious_start)
      matrix_.notes.push_back(fmt::format("flows start up to {} into the run, their start read in us; newer versions "
                                          "of htsim write ps (traffic.start_unit)",
                                          format_duration(last)));
    if (priorities_ > 0)
      matrix_.notes.push_back(fmt::format("prio of {} connections is not used", priorities_));
    if (idle_triggers_ > 0)
      matrix_.notes.push_back(fmt::format("{} triggers start no flow", idle_triggers_));
  }

  static constexpr std::array<const char *, 4> header_names = {"Nodes", "Connections", "Triggers", "Failures"};
  HtsimReading reading_;
  HtsimMatrix matrix_;
  std::vector<Problem> problems_;
  std::uint32_t line_ = 0;
  std::array<Stated, 4> header_;
  std::size_t connection_lines_ = 0;
  std::size_t trigger_lines_ = 0;
  std::size_t priorities_ = 0;
  std::size_t idle_triggers_ = 0;
  std::set<std::uint32_t> ids_;
};

} // namespace

HtsimMatrix parse_htsim_matrix(const std::string &text, const std::string &file, const HtsimReading &reading) {
  return Parser(file, reading).parse(text);
}

HtsimMatrix load_htsim_matrix(const std::string &path, const HtsimReading &reading) {
  return parse_htsim_matrix(text_of_file(path), path, reading);
}

} // namespace lightloom
