#pragma once
// Forward error correction: from the bit error ratio at the decoder's input to uncorrectable codewords and lost frames.
//
// Reed–Solomon codes by the exact binomial tail over independent symbol errors, in log-space, so that 1e-137 is as
// exact as 1e-3; errors in bursts: fec_burst.hpp. The soft inner Hamming(128,120) code of 802.3dj by a measured
// transfer table. Codes of coherent modules as a threshold. Leaves out: miscorrection (below 1/t! of the uncorrectable
// codewords, McEliece & Swanson 1986). Sources: IEEE 802.3 clauses 91, 119, 134; Ethernet Consortium low-latency FEC;
// OIF 400ZR. Formulas: docs/validation/fec.md. Every value is computed with portable_math only: it decides simulated
// events (decision 0006).

#include "sim/core/quantity.hpp"
#include "sim/network/plain/link_health.hpp"

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace lightloom {

/// How a code turns input errors into output errors.
enum class FecKind : std::uint8_t {
  none,         ///< no correction
  reed_solomon, ///< RS(n, k) over 10-bit symbols, corrects t
  concatenated, ///< inner Hamming(128,120) soft decision, then RS(n, k)
  threshold     ///< corrects to `threshold_output_ber` up to `threshold_ber`, nothing beyond it
};

/// Errors that come in bursts: a wrong decision is fed back and makes the next one wrong (decision-feedback
/// equalisers).
struct ErrorBursts {
  double after_error = 0; ///< P(symbol wrong | the one before it on the lane is); 0 = independent errors
  bool precoding = false; ///< 1/(1+D) mod 4: a burst of any length leaves two errors, where it begins and behind it
  bool any() const { return after_error > 0 || precoding; }
};

/// One code.
struct FecCode {
  std::string name;  ///< "kp4"
  std::string title; ///< "RS(544,514)"
  FecKind kind = FecKind::none;
  int n = 0; ///< symbols per codeword; 0 where there is no codeword of our own
  int k = 0;
  int symbol_bits = 10;
  int t = 0;                ///< symbols corrected
  int payload_octets = 640; ///< MAC octets per codeword
  double threshold_ber = 0;
  double threshold_output_ber = 0;
  std::string source;
};

/// kp4, kr4, ll, kp4+hamming, none, and the coherent codes c-fec and o-fec.
const std::vector<FecCode> &fec_codes();
/// The code of this exact name, or null.
const FecCode *find_fec(std::string_view name);
/// The code of this exact name; Error with the nearest name when there is none.
const FecCode &fec_named(const std::string &name);
std::vector<std::string> fec_names();

/// Bit error ratio behind the inner Hamming(128,120) decoder for `ber` before it. Between the points of the table:
/// straight lines in log-log. Outside (below 2e-3, above 1e-2): the slope of the nearest segment goes on, and the
/// output never exceeds the input. Below the table this is pessimistic: the true slope tends to the code's minimum
/// distance, 4.
double inner_hamming_output(double ber);

// Below, `ber` is the bit error ratio before all decoding, 0 … 1.

/// Error ratio of 10-bit symbols at the input of the (outer) code: 1 − (1 − p)^10.
double symbol_error_ratio(const FecCode &code, double ber);
/// Probability that a codeword cannot be corrected: Σ_{i>t} C(n,i) ps^i (1−ps)^(n−i). For none and threshold: that
/// `payload_octets` octets hold an error that was left.
double codeword_error_ratio(const FecCode &code, double ber);
/// Symbol error ratio after decoding, errors left in place: Σ_{i>t} (i/n) C(n,i) ps^i (1−ps)^(n−i).
double post_fec_symbol_error_ratio(const FecCode &code, double ber);
/// Bit error ratio after decoding: the symbol error ratio after × p ÷ ps.
double post_fec_ber(const FecCode &code, double ber);

/// Mean number of codewords that a frame touches: I + (N + 20)/O, with 20 octets of preamble and gap. [codewords]
double codewords_per_frame(const FecCode &code, Bytes frame, int interleave);
/// Probability that a frame of `frame` octets (without preamble and gap) is lost: 1 − (1 − UCR)^Ecw.
double frame_loss_ratio(const FecCode &code, double ber, Bytes frame, int interleave);
/// The same from a given uncorrectable ratio.
double frame_loss_ratio(const CodewordShape &shape, double uncorrectable_ratio, Bytes frame);

/// Codewords interleaved on a port of this rate: 1 to 100 Gb/s, 2 at 200 and 400 Gb/s, 4 above (IEEE 802.3bs, df,
/// dj). 0 for a code without codewords of its own (none, threshold): each octet counts on its own.
int default_interleave(const FecCode &code, BitRate rate);
/// Codeword shape for LinkHealth.
CodewordShape codeword_shape(const FecCode &code, BitRate rate);

/// Latency that encoding and decoding add to a link, once per link and direction; midpoints of the ranges of the
/// sources.
struct FecLatency {
  Duration total{};
  std::string source;
};
/// `inner_in_module`: the module's own latency already holds the inner code (rows with inner FEC), so only the outer
/// is added.
FecLatency fec_latency(const FecCode &code, BitRate rate, bool inner_in_module = false);

} // namespace lightloom
