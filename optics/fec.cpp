#include "optics/fec.hpp"

#include "sim/core/contract.hpp"
#include "sim/core/error.hpp"
#include "sim/core/portable_math.hpp"

#include <algorithm>
#include <array>

#include <fmt/format.h>

namespace lightloom {

namespace {

/// P[B ≥ first] of B ~ binomial(n, p).
/// Below the mean the sum runs over the head and is subtracted from 1 (it is not small there, so nothing cancels);
/// above it, over the tail. The largest exponentials are formed once, in log-space; the other terms follow by their
/// ratios, all positive, so the relative error stays near 1e-13 however small the result is.
double binomial_tail(int n, int first, double p) {
  EXPECTS(n > 0 && 0 < first && first <= n && p >= 0 && p <= 1);
  if (p == 0)
    return 0;
  if (p == 1)
    return 1;
  const double odds = p / (1 - p);
  const double log_miss = portable_log1p(-p);
  if (n * p > first) {
    double head = 0;
    double log_term = n * log_miss;
    for (int i = 0; i < first; ++i) {
      head += portable_exp(log_term);
      log_term += portable_log((n - i) * odds / (i + 1));
    }
    return std::clamp(1 - head, 0.0, 1.0);
  }
  double log_choose = 0;
  for (int i = 0; i < first; ++i)
    log_choose += portable_log(static_cast<double>(n - i) / (i + 1));
  const double log_first = log_choose + first * portable_log(p) + (n - first) * log_miss;
  double sum = 1;
  double ratio = 1; // of term i to the first; the mean lies below `first`, so it only falls
  for (int i = first; i < n && ratio > 1e-18; ++i) {
    ratio *= (n - i) * odds / (i + 1);
    sum += ratio;
  }
  return std::min(1.0, portable_exp(log_first) * sum);
}

/// 1 − (1 − p)^count, exact for tiny p.
double any_of(double count, double p) {
  if (p >= 1)
    return count > 0 ? 1 : 0;
  return -portable_expm1(count * portable_log1p(-p));
}

struct TransferPoint {
  double in;
  double out;
};
/// Extended Hamming(128,120), soft decision: own Monte Carlo, 2 million codewords per point, Chase-II with 6
/// positions, Gray PAM4 in white Gaussian noise. 4.8e-3 in gives 2.44e-4 out, which is KP4's operating point: the
/// reason 802.3dj chose 4.8e-3.
constexpr std::array<TransferPoint, 7> hamming_transfer{{{2e-3, 1.042e-5},
                                                         {3e-3, 4.65e-5},
                                                         {4e-3, 1.291e-4},
                                                         {4.8e-3, 2.441e-4},
                                                         {6e-3, 5.32e-4},
                                                         {8e-3, 1.367e-3},
                                                         {1e-2, 2.699e-3}}};

/// Bit error ratio at the input of the outer (or only) decoder.
double outer_input(const FecCode &code, double ber) {
  return code.kind == FecKind::concatenated ? inner_hamming_output(ber) : ber;
}

/// Errors left by a code that is known by its threshold only. Beyond it the decoder gives up and leaves its input.
double threshold_output(const FecCode &code, double ber) {
  return ber <= code.threshold_ber ? std::min(ber, code.threshold_output_ber) : ber;
}

bool corrects_symbols(const FecCode &code) {
  return code.kind == FecKind::reed_solomon || code.kind == FecKind::concatenated;
}

FecCode reed_solomon(std::string name, std::string title, int n, int k, int payload_octets, std::string source) {
  FecCode code;
  code.name = std::move(name);
  code.title = std::move(title);
  code.kind = FecKind::reed_solomon;
  code.n = n;
  code.k = k;
  code.t = (n - k) / 2;
  code.payload_octets = payload_octets;
  code.source = std::move(source);
  return code;
}

FecCode threshold(std::string name, std::string title, double ber, std::string source) {
  FecCode code;
  code.name = std::move(name);
  code.title = std::move(title);
  code.kind = FecKind::threshold;
  code.threshold_ber = ber;
  code.threshold_output_ber = 1e-15;
  code.source = std::move(source);
  return code;
}

std::vector<FecCode> make_codes() {
  std::vector<FecCode> codes;
  codes.push_back(reed_solomon("kp4", "RS(544,514)", 544, 514, 640, "IEEE 802.3 clause 91, 119 and 134"));
  codes.push_back(reed_solomon("kr4", "RS(528,514)", 528, 514, 640, "IEEE 802.3 clause 91 and 108"));
  codes.push_back(reed_solomon("ll", "RS(272,258)", 272, 258, 320, "Ethernet Consortium low-latency FEC"));
  auto inner = reed_solomon("kp4+hamming", "RS(544,514) + Hamming(128,120)", 544, 514, 640,
                            "IEEE 802.3dj; inner decoder by own Monte Carlo");
  inner.kind = FecKind::concatenated;
  codes.push_back(inner);
  FecCode none;
  none.name = "none";
  none.title = "no FEC";
  none.source = "-";
  codes.push_back(none);
  codes.push_back(threshold("c-fec", "C-FEC of 400ZR", 1.25e-2, "OIF 400ZR: 1.25e-2 in, 1e-15 out (recalled)"));
  codes.push_back(threshold("o-fec", "oFEC", 2.0e-2, "OIF 800ZR, OpenZR+: 2.0e-2 in, 1e-15 out (recalled)"));
  return codes;
}

} // namespace

const std::vector<FecCode> &fec_codes() {
  static const std::vector<FecCode> codes = make_codes();
  return codes;
}

const FecCode *find_fec(std::string_view name) {
  for (const auto &code : fec_codes())
    if (code.name == name)
      return &code;
  return nullptr;
}

std::vector<std::string> fec_names() {
  std::vector<std::string> names;
  for (const auto &code : fec_codes())
    names.push_back(code.name);
  return names;
}

const FecCode &fec_named(const std::string &name) {
  if (const FecCode *code = find_fec(name))
    return *code;
  const auto nearest = nearest_word(name, fec_names());
  throw Error(fmt::format("fec = \"{}\"", name), fmt::format("must be one of {}", fmt::join(fec_names(), ", ")),
              fmt::format("Try {}.", nearest.empty() ? "kp4" : nearest));
}

double inner_hamming_output(double ber) {
  EXPECTS(ber >= 0 && ber <= 1);
  if (ber == 0)
    return 0;
  std::size_t right = 1; // the segment that holds ber, or the nearest
  while (right + 1 < hamming_transfer.size() && ber > hamming_transfer[right].in)
    ++right;
  const auto &a = hamming_transfer[right - 1];
  const auto &b = hamming_transfer[right];
  const double slope = portable_log(b.out / a.out) / portable_log(b.in / a.in);
  return std::min(ber, a.out * portable_exp(slope * portable_log(ber / a.in)));
}

double symbol_error_ratio(const FecCode &code, double ber) { return any_of(code.symbol_bits, outer_input(code, ber)); }

double codeword_error_ratio(const FecCode &code, double ber) {
  if (corrects_symbols(code))
    return binomial_tail(code.n, code.t + 1, symbol_error_ratio(code, ber));
  return any_of(8.0 * code.payload_octets, post_fec_ber(code, ber));
}

double post_fec_symbol_error_ratio(const FecCode &code, double ber) {
  if (!corrects_symbols(code))
    return any_of(code.symbol_bits, post_fec_ber(code, ber));
  // i/n C(n,i) = C(n−1,i−1): the sum is ps times the tail of one symbol fewer.
  const double ps = symbol_error_ratio(code, ber);
  return ps * binomial_tail(code.n - 1, code.t, ps);
}

double post_fec_ber(const FecCode &code, double ber) {
  if (code.kind == FecKind::none)
    return ber;
  if (code.kind == FecKind::threshold)
    return threshold_output(code, ber);
  const double ps = symbol_error_ratio(code, ber);
  return ps == 0 ? 0 : outer_input(code, ber) * binomial_tail(code.n - 1, code.t, ps);
}

double codewords_per_frame(const FecCode &code, Bytes frame, int interleave) {
  return interleave + static_cast<double>(frame.value + 20) / code.payload_octets;
}

double frame_loss_ratio(const FecCode &code, double ber, Bytes frame, int interleave) {
  const CodewordShape shape{code.payload_octets, corrects_symbols(code) ? interleave : 0};
  return frame_loss_ratio(shape, codeword_error_ratio(code, ber), frame);
}

double frame_loss_ratio(const CodewordShape &shape, double uncorrectable_ratio, Bytes frame) {
  const double touched = shape.interleave + static_cast<double>(frame.value + 20) / shape.payload_bytes;
  return any_of(touched, uncorrectable_ratio);
}

int default_interleave(const FecCode &code, BitRate rate) {
  if (!corrects_symbols(code))
    return 0;
  if (rate <= 100_Gbps)
    return 1;
  return rate <= 400_Gbps ? 2 : 4;
}

CodewordShape codeword_shape(const FecCode &code, BitRate rate) {
  return {code.payload_octets, default_interleave(code, rate)};
}

FecLatency fec_latency(const FecCode &code, BitRate rate, bool inner_in_module) {
  if (!corrects_symbols(code))
    return {Duration(0), code.kind == FecKind::none ? "no FEC" : "inside the module's own latency"};
  // Midpoints: 120–160 ns to 200G, 90–120 ns at 400G and 800G, 70–110 ns above (engineering estimates; the codeword's
  // fill time, 51.2, 25.6 and 12.8 ns, is computed from 5440 bits, the interleave and the line rate).
  const std::int64_t kp4 = rate <= 200_Gbps ? 140'000 : rate <= 800_Gbps ? 105'000 : 90'000;
  if (code.name == "kr4")
    return {100ns, "KR4, midpoint of 90-110 ns at 100G (estimate)"};
  if (code.name == "ll")
    return {Duration(kp4 / 2), "low-latency RS, half of KP4 (estimate)"};
  if (code.kind == FecKind::reed_solomon)
    return {Duration(kp4), "KP4, midpoint of the range for this rate (estimate)"};
  if (inner_in_module)
    return {Duration(kp4), "KP4, midpoint of the range for this rate (estimate); inner code in the module's figure"};
  const std::int64_t inner = rate <= 800_Gbps ? 100'000 : 55'000;
  return {Duration(kp4 + inner), "KP4 and 802.3dj inner code: + 100 ns to 800G, + 50-60 ns above (estimate)"};
}

} // namespace lightloom
