#pragma once
// Reed–Solomon codes when errors come in bursts.
//
// The symbols of a lane are a two-state Markov chain: wrong with the stationary ratio ps = 1 − (1 − p)^10 that the bit
// error ratio gives, and wrong after a wrong one with probability a. a at or below ps is independence. Symbols go to I
// interleaved codewords in turn, so a codeword sees every I-th: a burst is divided among them. The number of wrong
// symbols in a codeword follows exactly, symbol by symbol; all terms are positive, so small ratios keep their digits
// (to 1e-290).
// With precoding (1/(1+D) mod 4) a burst of any length leaves two errors on the line: where it begins, and right behind
// its end. A code's symbol is five PAM4 symbols, so the second falls into the burst's last symbol four times of five,
// and into the one behind it else (the end lies anywhere in its symbol: estimate).
// Where more than a quarter of the symbols are wrong precoding counts as off: the eye is closed, nothing alternates.
// Leaves out: bursts within a symbol, lanes that are multiplexed by bits, and that codewords which share a burst fail
// together: frame loss from the mean is then an upper bound.
// Sources: Gilbert, BSTJ 39, 1960 (the chain); IEEE 802.3 clause 135 (precoding); docs/validation/fec.md. Portable
// bits.

#include "optics/fec.hpp"

#include <vector>

namespace lightloom {

/// P[a codeword of `symbols` has i wrong ones], i = 0 … highest; the last entry holds all that have more. Of one of
/// `interleave` codewords that take the lane's symbols in turn; `symbol_error_ratio` is the chain's stationary ratio.
std::vector<double> burst_error_counts(int symbols, int highest, double symbol_error_ratio, const ErrorBursts &bursts,
                                       int interleave);

// As their namesakes of fec.hpp; the same bits where bursts.any() is false. Codes without symbols ignore the bursts:
// check_bursts refuses them.
double codeword_error_ratio(const FecCode &code, double ber, const ErrorBursts &bursts, int interleave);
double post_fec_symbol_error_ratio(const FecCode &code, double ber, const ErrorBursts &bursts, int interleave);
double post_fec_ber(const FecCode &code, double ber, const ErrorBursts &bursts, int interleave);

/// Error when the probability is outside 0 … 0.99, or the code has no symbols of its own.
void check_bursts(const FecCode &code, const ErrorBursts &bursts);

} // namespace lightloom
