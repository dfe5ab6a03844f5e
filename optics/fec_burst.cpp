#include "optics/fec_burst.hpp"

#include "sim/core/contract.hpp"
#include "sim/core/error.hpp"

#include <algorithm>
#include <array>

#include <fmt/format.h>

namespace lightloom {

namespace {
/// A burst's symbols are told apart by whether and how the burst ends in them, so that precoding's second error has its
/// place. Without precoding only `clean` and not matters.
enum State : std::size_t { clean, within, last_inside, last_behind, states };
using Step = std::array<std::array<double, states>, states>; // P by [from][to]

/// The line's PAM4 symbols per symbol of the code: the share of burst ends whose second error falls behind.
constexpr double behind = 1.0 / 5;

/// Above this symbol error ratio errors are noise of all sizes, whose bursts do not alternate, and precoding no longer
/// tames them: it counts as off (estimate; a bit error ratio of 0.028, beyond what any code here works at).
constexpr double closed_eye = 0.25;

/// The states of a wrong symbol, given that it is wrong.
std::array<double, states> wrong_states(double after_error) {
  return {0, after_error, (1 - after_error) * (1 - behind), (1 - after_error) * behind};
}

Step one_step(double ps, double after_error) {
  const auto wrong = wrong_states(after_error);
  const double begin = ps * (1 - after_error) / (1 - ps);
  Step step{};
  step[clean][clean] = 1 - begin;
  for (std::size_t to = within; to < states; ++to) {
    step[clean][to] = begin * wrong[to];
    step[within][to] = wrong[to];
  }
  step[last_inside][clean] = step[last_behind][clean] = 1;
  return step;
}

Step after(const Step &first, const Step &then) {
  Step both{};
  for (std::size_t from = 0; from < states; ++from)
    for (std::size_t via = 0; via < states; ++via)
      for (std::size_t to = 0; to < states; ++to)
        both[from][to] += first[from][via] * then[via][to];
  return both;
}

/// Whether the code finds the symbol wrong that a step leads to.
bool found_wrong(std::size_t from, std::size_t to, bool precoding) {
  if (!precoding)
    return to != clean;
  const bool begins = from == clean && to != clean;
  return begins || to == last_inside || from == last_behind;
}

bool corrects_symbols(const FecCode &code) {
  return code.kind == FecKind::reed_solomon || code.kind == FecKind::concatenated;
}
} // namespace

std::vector<double> burst_error_counts(int symbols, int highest, double ps, const ErrorBursts &bursts, int interleave) {
  EXPECTS(symbols > 0 && highest > 0 && interleave > 0 && ps >= 0 && ps < 1);
  const double after_error = std::max(bursts.after_error, ps);
  const bool precoding = bursts.precoding && ps <= closed_eye;
  const Step own = one_step(ps, after_error);
  Step others{}; // to the symbol before the codeword's own, over those of the other codewords
  for (std::size_t i = 0; i < states; ++i)
    others[i][i] = 1;
  for (int i = 1; i < interleave; ++i)
    others = after(others, own);

  const auto last = static_cast<std::size_t>(highest);
  std::vector<std::array<double, states>> now(last + 1), next(last + 1); // by errors so far and state
  now[0] = wrong_states(after_error);
  for (double &p : now[0])
    p *= ps;
  now[0][clean] = 1 - ps;
  for (int symbol = 0; symbol < symbols; ++symbol) {
    std::fill(next.begin(), next.end(), std::array<double, states>{});
    const auto reached = std::min(last, static_cast<std::size_t>(symbol));
    for (std::size_t errors = 0; errors <= reached; ++errors)
      for (std::size_t before = 0; before < states; ++before) {
        double here = 0;
        for (std::size_t from = 0; from < states; ++from)
          here += now[errors][from] * others[from][before];
        for (std::size_t to = 0; to < states; ++to)
          next[std::min(last, errors + (found_wrong(before, to, precoding) ? 1 : 0))][to] += here * own[before][to];
      }
    now.swap(next);
  }
  std::vector<double> counts(last + 1);
  for (std::size_t errors = 0; errors <= last; ++errors)
    for (const double p : now[errors])
      counts[errors] += p;
  return counts;
}

double codeword_error_ratio(const FecCode &code, double ber, const ErrorBursts &bursts, int interleave) {
  if (!bursts.any() || !corrects_symbols(code))
    return codeword_error_ratio(code, ber);
  const double ps = symbol_error_ratio(code, ber);
  return ps >= 1 ? 1 : std::min(1.0, burst_error_counts(code.n, code.t + 1, ps, bursts, interleave).back());
}

double post_fec_symbol_error_ratio(const FecCode &code, double ber, const ErrorBursts &bursts, int interleave) {
  if (!bursts.any() || !corrects_symbols(code))
    return post_fec_symbol_error_ratio(code, ber);
  const double ps = symbol_error_ratio(code, ber);
  if (ps >= 1)
    return 1;
  const auto counts = burst_error_counts(code.n, code.n, ps, bursts, interleave);
  double sum = 0;
  for (int i = code.n; i > code.t; --i)
    sum += i * counts[static_cast<std::size_t>(i)];
  return sum / code.n;
}

double post_fec_ber(const FecCode &code, double ber, const ErrorBursts &bursts, int interleave) {
  if (!bursts.any() || !corrects_symbols(code))
    return post_fec_ber(code, ber);
  const double ps = symbol_error_ratio(code, ber);
  if (ps == 0)
    return 0;
  // Bits wrong per wrong symbol as before the decoder.
  const double bits = code.kind == FecKind::concatenated ? inner_hamming_output(ber) : ber;
  return std::min(ber, post_fec_symbol_error_ratio(code, ber, bursts, interleave) * bits / ps);
}

void check_bursts(const FecCode &code, const ErrorBursts &bursts) {
  if (!(bursts.after_error >= 0 && bursts.after_error <= 0.99))
    throw Error(fmt::format("burst = {:g}", bursts.after_error),
                "the probability of an error after an error must be 0 … 0.99", "Try 0.5.");
  if (bursts.any() && !corrects_symbols(code))
    throw Error(fmt::format("bursts and precoding with fec = \"{}\"", code.name),
                "the model counts wrong symbols of a Reed-Solomon code", "Use kp4, kr4, ll or kp4+hamming.");
}

} // namespace lightloom
