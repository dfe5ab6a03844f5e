// Prints the figures of docs/validation/codeword-clock.md: 10⁹ codewords at each of three bit error ratios, on a busy
// link, on an idle one and by the symbol-by-symbol sampler; bursts at 1e-3. Takes some minutes on three cores.

#include "optics/fec.hpp"
#include "tests/validation/network/codeword_laws.hpp"

#include <array>
#include <fmt/format.h>
#include <functional>
#include <thread>

using namespace lightloom;
using namespace lightloom::test;

namespace {

constexpr std::uint64_t codewords = 1'000'000'000;
constexpr std::array<double, 3> bers{5e-4, 7e-4, 1e-3};
const SimTime end = SimTime{} + 6400ms;

void in_parallel(const std::function<void(std::size_t)> &work) {
  std::vector<std::thread> threads;
  for (std::size_t i = 0; i < bers.size(); ++i)
    threads.emplace_back(work, i);
  for (auto &thread : threads)
    thread.join();
}

void counts() {
  std::array<std::uint64_t, 3> sampled{}, idle{};
  std::array<Bursts, 3> busy;
  const auto ratio = [](std::size_t i) { return codeword_error_ratio(fec_named("kp4"), bers[i]); };
  in_parallel([&](std::size_t i) {
    sampled[i] = bad_by_symbols(bers[i], codewords, 1 + i);
    idle[i] = bench_clock(bench_health(ratio(i)), 6).uncorrectable_before(end);
    busy[i] = send_back_to_back(ratio(i), 6, 4116, end);
  });
  fmt::print("| BER | expected | 99 % interval | busy link | idle link | symbol by symbol | apart |\n");
  for (std::size_t i = 0; i < bers.size(); ++i) {
    const double mean = ratio(i) * static_cast<double>(codewords);
    const auto [low, high] = poisson_interval(mean);
    fmt::print("| {:g} | {:.2f} | {} … {} | {} | {} | {} | {:+.2f} |\n", bers[i], mean, low, high, busy[i].bad, idle[i],
               sampled[i], apart(busy[i].bad, sampled[i]));
  }
}

void bursts() {
  constexpr std::array<std::int64_t, 3> frames{64, 1518, 4096};
  std::array<Bursts, 3> all;
  const double ratio = codeword_error_ratio(fec_named("kp4"), 1e-3);
  in_parallel([&](std::size_t i) {
    all[i] = send_back_to_back(ratio, 7 + i, frames[i] + frame_gap_bytes, SimTime{} + 1600ms);
  });
  fmt::print("| frame [B] | sent | lost | law | apart | bursts of k | k + 1 | share of these | law | chi-square |\n");
  for (std::size_t i = 0; i < frames.size(); ++i) {
    const Bursts &b = all[i];
    const std::int64_t wire = frames[i] + frame_gap_bytes;
    const auto n = static_cast<double>(b.frames);
    const double lost = n * (1 - std::pow(1 - ratio, 4 + static_cast<double>(wire) / 640));
    const double error = std::sqrt(lost * Bursts::clumping(wire));
    const std::uint64_t k = Bursts::fewest(wire);
    fmt::print("| {} | {} | {} | {:.1f} | {:+.2f} | {}: {} | {}: {} | {:.4f} | {:.4f} | {:.2f} |\n", frames[i],
               b.frames, b.lost, lost, (static_cast<double>(b.lost) - lost) / error, k, b.length[k], k + 1,
               b.length[k + 1],
               static_cast<double>(b.length[k + 1]) / static_cast<double>(b.length[k] + b.length[k + 1]),
               Bursts::share_of_more(wire), b.chi_square(wire));
    if (b.impossible(wire) > 0)
      fmt::print("{} bursts of another length\n", b.impossible(wire));
  }
}

} // namespace

int main(int count, char **) {
  if (count == 1) // any argument: the second table only
    counts();
  bursts();
}
