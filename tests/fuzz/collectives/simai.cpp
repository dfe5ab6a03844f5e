// Broken workloads: random bytes, random words, truncations and mutations of a good file. The reader answers with a
// workload or with an Error whose every problem has a place; it never crashes. What it accepts can be planned or is
// refused by an Error.

#include "collectives/files/simai.hpp"
#include "sim/core/error.hpp"
#include "sim/core/random.hpp"

#include <doctest/doctest.h>

#include <array>
#include <string>

using namespace lightloom;

namespace {

const std::string good =
    "HYBRID_TRANSFORMER_FWD_IN_BCKWD model_parallel_NPU_group: 2 ep: 2 pp: 1 vpp: 1 ga: 1 all_gpus: 8 "
    "checkpoints: 1 0 checkpoint_initiates: 0 pp_comm 0\n"
    "3\n"
    "embedding\t-1\t1000\tALLREDUCE\t4096\t10\tNONE\t0\t20\tALLREDUCE\t80000\t5\n"
    "moe -1 2000 ALLTOALL_EP 6000 11 ALLTOALL_EP 6000 21 ALLGATHER_DP_EP 900 6\n"
    "norm -1 0 BROADCAST 100 12 REDUCESCATTER 64 22 REDUCESCATTER 77 7\n";

/// Reads and plans; true when the text was accepted as a workload.
bool survive(const std::string &text) {
  try {
    const SimaiWorkload w = parse_simai(text, "fuzz.txt");
    try {
      SimaiRun run;
      if (!w.all_gpus)
        run.gpus = 8;
      if (w.all_gpus.value_or(8) <= 4096)
        plan_simai(w, run);
    } catch (const Error &) {}
    return true;
  } catch (const Error &e) {
    CHECK(!e.problems().empty());
    for (const Problem &p : e.problems()) {
      CHECK(p.where.file == "fuzz.txt");
      CHECK(p.where.line >= 1);
      CHECK(p.where.column >= 1);
      for (const char c : p.what)
        CHECK((c >= ' ' && c < 127));
    }
    return false;
  }
}

} // namespace

TEST_CASE("random bytes never crash the reader") {
  RandomStream random(1, Purpose::test, 0);
  for (int i = 0; i < 3000; ++i) {
    std::string text(random.below(300), '\0');
    for (char &c : text)
      c = static_cast<char>(random.below(256));
    survive(text);
  }
}

TEST_CASE("random words of the format never crash the reader") {
  constexpr std::array words = {"MICRO",
                                "HYBRID_TRANSFORMER",
                                "HYBRID_CUSTOMIZED",
                                "DATA",
                                "NONE",
                                "ALLREDUCE",
                                "ALLTOALL_EP",
                                "_EP",
                                "_DP_EP",
                                "ALLGATHER_DP_EP",
                                "-1",
                                "0",
                                "1",
                                "99999999999999999999",
                                "2147483648",
                                "-9223372036854775808",
                                "1e9",
                                "\n",
                                "\n",
                                "\n",
                                "\t",
                                "ep:",
                                "pp:",
                                "checkpoints:",
                                "all_gpus:",
                                "pp_comm",
                                ":",
                                "model_parallel_NPU_group:"};
  RandomStream random(2, Purpose::test, 0);
  for (int i = 0; i < 5000; ++i) {
    std::string text = i % 2 == 0 ? "MICRO\n1\n" : "";
    for (std::uint64_t n = random.below(60); n > 0; --n)
      text += std::string(words[random.below(words.size())]) + " ";
    survive(text);
  }
}

TEST_CASE("every truncation of a good file is read or refused with a place") {
  CHECK(survive(good));
  for (std::size_t length = 0; length < good.size(); ++length)
    survive(good.substr(0, length));
}

TEST_CASE("every byte of a good file may be another one") {
  RandomStream random(3, Purpose::test, 0);
  for (std::size_t at = 0; at < good.size(); ++at)
    for (const char c : {'\0', '\n', '\t', ' ', '9', '-', 'A', '_', ':', '\xff'}) {
      std::string text = good;
      text[at] = c;
      survive(text);
    }
  for (int i = 0; i < 3000; ++i) { // and several at once, with pieces moved
    std::string text = good;
    for (int k = 0; k < 4; ++k)
      text[random.below(text.size())] = static_cast<char>(random.below(128));
    const std::size_t cut = random.below(text.size());
    survive(text.substr(cut) + text.substr(0, cut));
  }
}

TEST_CASE("a long line and many lines are no problem") {
  std::string line = "MICRO\n1\n";
  for (int i = 0; i < 100'000; ++i)
    line += "word ";
  survive(line);
  std::string many = "MICRO\n100000\n";
  for (int i = 0; i < 100'000; ++i)
    many += "a -1 1 NONE 0 1 NONE 0 1 ALLREDUCE 1 1\n";
  CHECK(survive(many));
}
