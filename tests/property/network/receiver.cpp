// The receiving end of a flow against a model: a set of sequence numbers that never forgets.

#include "sim/core/random.hpp"
#include "sim/network/nic/queue_pair.hpp"

#include <algorithm>
#include <doctest/doctest.h>
#include <set>
#include <vector>

using namespace lightloom;

namespace {

constexpr std::int64_t full = 1000;
constexpr std::uint64_t base = 0xffffff00ull; // 256 before the numbers wrap

/// Messages of random length; the sizes of last frames tell them apart.
struct Stream {
  std::vector<bool> last;
  std::vector<std::int64_t> payload;
  std::vector<std::int64_t> messages;
  explicit Stream(RandomStream &random) {
    while (last.size() < 3000) {
      const std::uint64_t frames = 1 + random.below(random.below(4) == 0 ? 200 : 3);
      const auto tail = static_cast<std::int64_t>(random.below(full));
      for (std::uint64_t f = 0; f < frames; ++f) {
        last.push_back(f + 1 == frames);
        payload.push_back(f + 1 == frames ? tail : full);
      }
      messages.push_back(full * static_cast<std::int64_t>(frames - 1) + tail);
    }
  }
};

void live(std::uint64_t seed, bool selective, std::uint64_t reach, std::uint64_t longest_train) {
  RandomStream random(seed, Purpose::test, 0);
  const Stream stream(random);
  constexpr std::uint32_t window = 256;
  ReceiveQueue queue;
  queue.expected = queue.highest = queue.message_first = static_cast<std::uint32_t>(base);
  std::set<std::uint64_t> early; // model: what came before its turn
  std::uint64_t expected = 0, order_count = 0;
  std::vector<ReceiveQueue::Finished> finished;
  while (expected < stream.last.size()) {
    const bool lucky = random.below(3) == 0; // otherwise anything near: old, next, early, too early
    std::uint64_t s = lucky ? expected : expected + random.below(reach);
    s = s >= 40 && random.below(6) == 0 ? s - random.below(40) : s;
    if (s >= stream.last.size())
      continue;
    ReceiveQueue::Arrival train{static_cast<std::uint32_t>(base + s), 1, stream.payload[s], stream.last[s]};
    for (std::uint64_t length = 1 + random.below(longest_train); train.count < length && !train.last; ++train.count) {
      train.payload += stream.payload[s + train.count];
      train.last = stream.last[s + train.count];
    }
    const std::uint64_t end = s + train.count;
    const auto taken = queue.take(train, selective, window, full, finished);
    using Verdict = ReceiveQueue::Verdict;
    Verdict right = Verdict::refused;
    std::uint32_t fresh = 0;
    const std::uint64_t from = std::max(s, expected);
    if (end <= expected) {
      right = Verdict::duplicate;
    } else if (from == expected || (selective && end - expected <= window)) {
      for (std::uint64_t f = from; f < end; ++f)
        fresh += early.insert(f).second ? 1 : 0;
      right = from == expected ? Verdict::in_order : fresh > 0 ? Verdict::early : Verdict::duplicate;
      while (early.erase(expected) > 0)
        ++expected;
    }
    REQUIRE(taken.verdict == right);
    REQUIRE(taken.frames == fresh);
    REQUIRE(queue.expected == static_cast<std::uint32_t>(base + expected));
    ++order_count;
  }
  std::vector<std::int64_t> sizes;
  auto first = static_cast<std::uint32_t>(base);
  for (const auto &message : finished) {
    sizes.push_back(message.bytes);
    CHECK(message.first == first);
    first = message.last + 1;
  }
  CHECK(sizes == stream.messages);
  CHECK(order_count > stream.last.size() / longest_train);
  CHECK(queue.early_last_sizes.empty());
}

} // namespace

TEST_CASE("Selective: every message once, in order, whole, however frames are lost, repeated and shuffled, also across "
          "2^32") {
  for (std::uint64_t seed = 1; seed <= 20; ++seed)
    for (const std::uint64_t reach : {2, 20, 64, 255, 400})
      for (const std::uint64_t longest_train : {1, 2, 16, 100})
        live(seed, true, reach, longest_train);
}

TEST_CASE("Go-back-N: only the next frame is taken, and every message once, in order, whole, also across 2^32") {
  for (std::uint64_t seed = 1; seed <= 20; ++seed)
    for (const std::uint64_t reach : {2, 20, 400})
      for (const std::uint64_t longest_train : {1, 16})
        live(seed, false, reach, longest_train);
}

TEST_CASE("Precedence of sequence numbers goes around: a number precedes the half circle after it") {
  CHECK(precedes(1, 2));
  CHECK_FALSE(precedes(2, 2));
  CHECK(precedes(0xffffffffu, 0));
  CHECK_FALSE(precedes(0, 0xffffffffu));
  CHECK(precedes(0xfffffff0u, 0x7fffffefu));
}
