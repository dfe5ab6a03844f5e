// The SimAI reader and its programs, on small samples written here.

#include "collectives/files/simai.hpp"

#include "sim/core/error.hpp"
#include "tests/property/collectives/interpreter.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <string>

using namespace lightloom;
using test::interpret;
using test::problems_of;

namespace {

/// tp 2, ep 2, 8 GPUs: dp 4. All group kinds occur.
const char *const sample =
    "HYBRID_TRANSFORMER_FWD_IN_BCKWD model_parallel_NPU_group: 2 ep: 2 pp: 1 vpp: 1 ga: 1 all_gpus: 8 checkpoints: 0 "
    "checkpoint_initiates: 0 pp_comm: 0\r\n"
    "3\r\n"
    "embedding\t-1\t1000\tALLREDUCE\t4096\t10\tNONE\t0\t20\tALLREDUCE\t80000\t5\r\n"
    "moe  \t -1\t 2000 \tALLTOALL_EP 6000 11 ALLTOALL_EP 6000 21 ALLGATHER_DP_EP 900 6\r\n"
    "\r\n"
    "norm -1 0 BROADCAST 100 12 REDUCESCATTER 64 22 REDUCESCATTER 77 7";

std::string error_of(const std::string &text) {
  try {
    parse_simai(text, "w.txt");
  } catch (const Error &e) { return e.what(); }
  return "no error";
}

const std::string head = "HYBRID_TRANSFORMER model_parallel_NPU_group: 4\n1\n";

} // namespace

TEST_CASE("a workload is read with its header, groups and times, whatever blanks lie between") {
  const SimaiWorkload w = parse_simai(sample, "w.txt");
  CHECK(w.parallelism == "HYBRID_TRANSFORMER_FWD_IN_BCKWD");
  CHECK(w.tensor == 2);
  CHECK(w.expert == 2);
  CHECK(*w.all_gpus == 8);
  CHECK(w.warnings.empty());
  REQUIRE(w.layers.size() == 3);
  CHECK(w.layers[0].forward == 1us);
  CHECK(w.layers[0].weight_gradient_comm.group == SimaiGroup::data);
  CHECK(w.layers[1].forward_comm.group == SimaiGroup::expert);
  CHECK(w.layers[1].weight_gradient_comm.group == SimaiGroup::data_expert);
  CHECK(*w.layers[1].weight_gradient_comm.op == CollectiveOp::all_gather);
  CHECK(!w.layers[0].input_gradient_comm.op);
  CHECK(w.layers[2].line == 6);
}

TEST_CASE("a workload runs forward, then backward, and waits for its gradients") {
  SimaiRun run;
  run.scale_up = {8, 3'600_Gbps, 300ns};
  run.steps = 2;
  const JobPlan plan = plan_simai(parse_simai(sample, "w.txt"), run);
  const auto result = interpret(plan);
  CHECK_MESSAGE(result.problems.empty(), problems_of(result));
  // per step: (1000 + 2000 + 0) + (10 + 11 + 12) + (20 + 21 + 22) + (5 + 6 + 7) ns
  CHECK(result.computed[5] == 2 * Duration(3'114'000));
  // network, both steps: DP all-reduce 80,000 B in 2 groups of 4; two EP all-to-alls of 6,000 B in 4 groups of 2;
  // DP_EP all-gather of 900 B in 4 groups of 2; DP reduce-scatter of 77 B in 2 groups of 4
  const std::int64_t step = 2 * (2 * 3 * 80'000) + 2 * 4 * 6'000 + 4 * 900 + 2 * 3 * 77;
  CHECK(plan.network_bytes.value == 2 * step);
  CHECK(plan.collectives.size() == 2 * 8);
  CHECK(std::count_if(plan.collectives.begin(), plan.collectives.end(), [](const auto &c) { return c.scale_up; }) ==
        2 * 3);
}

TEST_CASE("ranks meet in the groups SimAI gives them") {
  // tp 2, ep 2, dp 4: rank 1 has tensor position 1. DP: 1 3 5 7. EP: {1, 3}, {5, 7}. DP_EP: {1, 5}, {3, 7}.
  const JobPlan plan = plan_simai(parse_simai(sample, "w.txt"), {{}, {2, 3'600_Gbps, 300ns}, 1});
  const auto peers = plan.program(1)->sends_to();
  std::vector<std::pair<std::uint32_t, std::uint32_t>> found;
  for (const Peer &p : peers)
    found.emplace_back(p.channel, p.rank);
  // stream 0: EP partner 3. stream 1: DP ring neighbour 3, DP_EP partner 5.
  CHECK(found == std::vector<std::pair<std::uint32_t, std::uint32_t>>{{0, 3}, {1, 3}, {1, 5}});
}

TEST_CASE("without a scale-up domain that holds the tensor group everything goes over the network") {
  const JobPlan plan = plan_simai(parse_simai(sample, "w.txt"), {8, {}, 1});
  CHECK(std::none_of(plan.collectives.begin(), plan.collectives.end(), [](const auto &c) { return c.scale_up; }));
  const auto result = interpret(plan);
  CHECK_MESSAGE(result.problems.empty(), problems_of(result));
}

TEST_CASE("MICRO runs its collective over all GPUs of the scenario") {
  const SimaiWorkload w = parse_simai("MICRO\n1\nconv1 -1 5 NONE 0 5 NONE 0 5  ALLTOALL 1000 5\n", "w.txt");
  const JobPlan plan = plan_simai(w, {5, {}, 1});
  REQUIRE(plan.collectives.size() == 1);
  CHECK(plan.collectives[0].ranks == 5);
  CHECK(plan.network_bytes.value == 4 * 1000);
  CHECK_THROWS_AS(plan_simai(w, {{}, {}, 1}), Error); // nobody says how many GPUs
}

TEST_CASE("a count that does not match the lines is a warning, and the lines are used") {
  const SimaiWorkload w =
      parse_simai("MICRO\n839\na -1 1 NONE 0 1 NONE 0 1 NONE 0 1\nb -1 1 NONE 0 1 NONE 0 1 NONE 0 1\n", "w.txt");
  CHECK(w.layers.size() == 2);
  REQUIRE(w.warnings.size() == 1);
  CHECK(w.warnings[0] == "w.txt:2:1: line 2 says 839 layers, the file has 2; the file's lines are used.");
}

TEST_CASE("every error names its line and column") {
  CHECK(error_of("").find("w.txt:1:1: ") == 0);
  CHECK(error_of("HYBRID_TRANSFORMR\n1\n").find("w.txt:1:1: parallelism \"HYBRID_TRANSFORMR\"") == 0);
  CHECK(error_of("HYBRID_TRANSFORMR\n1\n").find("Did you mean HYBRID_TRANSFORMER?") != std::string::npos);
  CHECK(error_of("MICRO\n").find("w.txt:2:1: ") == 0);
  CHECK(error_of("MICRO\n three\n").find("w.txt:2:2: ") == 0);
  CHECK(error_of("MICRO\n1 2\n").find("w.txt:2:3: ") == 0);
  CHECK(error_of("MICRO\n0\n").find("w.txt:3:1: no layers") == 0);
  CHECK(error_of("HYBRID_TRANSFORMER model_parallel_NPU_group: eight\n1\n").find("w.txt:1:46: ") == 0);
  CHECK(error_of("HYBRID_TRANSFORMER model_parallel_NPU_group: 0\n1\n").find("w.txt:1:46: ") == 0);
  CHECK(error_of("HYBRID_TRANSFORMER ep:\n1\n").find("w.txt:1:20: ") == 0);
  CHECK(error_of("HYBRID_TRANSFORMER checkpoints: 3 1\n1\n").find("w.txt:1:20: ") == 0);
  CHECK(error_of(head + "a -1 1 ALLREDUSE 8 1 NONE 0 1 NONE 0 1\n").find("w.txt:3:8: communication \"ALLREDUSE\"") ==
        0);
  CHECK(error_of(head + "a -1 1 ALLREDUSE 8 1 NONE 0 1 NONE 0 1\n").find("Did you mean ALLREDUCE?") !=
        std::string::npos);
  CHECK(error_of(head + "a -1 -5 NONE 0 1 NONE 0 1 NONE 0 1\n").find("w.txt:3:6: forward compute = -5") == 0);
  CHECK(error_of(head + "a -1 1 NONE 0 1 NONE 0 1 NONE\n").find("w.txt:3:30: 10 columns") == 0);
  CHECK(error_of(head + "a -1 1 NONE 0 1 NONE 0 1 NONE 0 1 extra\n").find("w.txt:3:35: 13 columns") == 0);
  CHECK(error_of(head + "a -1 1.5 NONE 0 1 NONE 0 1 NONE 0 1\n").find("w.txt:3:6: ") == 0);
  CHECK(error_of(head + "a -1 1 NONE 99999999999999999999 1 NONE 0 1 NONE 0 1\n").find("w.txt:3:13: ") == 0);
}

TEST_CASE("all problems of a file are listed at once, up to twenty") {
  std::string text = head;
  for (int i = 0; i < 50; ++i)
    text += "a -1 x NONE 0 1 NONE 0 1 NONE 0 1\n";
  try {
    parse_simai(text, "w.txt");
    FAIL("no error");
  } catch (const Error &e) { CHECK(e.problems().size() == 20); }
}

TEST_CASE("what this version cannot run is refused by name, not run as something else") {
  const auto refused = [](const std::string &header, std::uint32_t gpus, const std::string &word) {
    const SimaiWorkload w = parse_simai(header + "\n1\na -1 1 ALLREDUCE 8 1 NONE 0 1 NONE 0 1\n", "w.txt");
    try {
      plan_simai(w, {gpus, {}, 1});
      FAIL("no error");
    } catch (const Error &e) {
      CHECK_MESSAGE(std::string(e.what()).find(word) != std::string::npos, e.what());
      CHECK(std::string(e.what()).find("w.txt") != std::string::npos);
    }
  };
  refused("HYBRID_TRANSFORMER pp: 2 pp_comm 8", 8, "pipeline");
  refused("HYBRID_DLRM", 8, "HYBRID_DLRM");
  refused("HYBRID_DATA_MODEL", 8, "HYBRID_DATA_MODEL");
  refused("HYBRID_TRANSFORMER model_parallel_NPU_group: 3", 8, "divide");
  refused("HYBRID_TRANSFORMER ep: 3", 8, "ep");
  refused("HYBRID_TRANSFORMER all_gpus: 16", 8, "all_gpus = 16");
  refused("HYBRID_TRANSFORMER checkpoints: 1 0", 8, "recomputation");
}

TEST_CASE("the summary adds up compute and bytes by operation and group") {
  const SimaiSummary s = summarize(parse_simai(sample, "w.txt"));
  CHECK(s.layers == 3);
  CHECK(s.forward_compute == 3us);
  CHECK(s.weight_gradient_compute == 63ns);
  REQUIRE(s.communications.size() == 7);
  const auto row = std::find_if(s.communications.begin(), s.communications.end(),
                                [](const auto &r) { return r.op == "all-to-all" && r.group == "expert"; });
  REQUIRE(row != s.communications.end());
  CHECK(row->count == 2);
  CHECK(row->bytes == Bytes(12'000));
}

TEST_CASE("a file that cannot be read is a system error") {
  try {
    load_simai("/nowhere/at/all.txt");
    FAIL("no error");
  } catch (const Error &e) { CHECK(e.code() == ExitCode::system); }
}
