#pragma once
// A code alone: what `lightloom optics --fec` answers.

#include "optics/fec.hpp"

#include <cstdint>
#include <string>

namespace lightloom {

/// What `lightloom optics --fec CODE --pre-fec-ber P --frame-bytes N [--interleave I]` prints (docs/CONTRACT.md).
struct FecReport {
  std::string fec;
  double pre_fec_ber = 0;
  std::int64_t frame_bytes = 0;
  int interleave = 1;
  double symbol_error_ratio = 0;
  ErrorBursts bursts;
  double codeword_error_ratio = 0;
  double post_fec_ber = 0;
  double frame_loss_ratio = 0;
};
/// Error for an unknown code, a BER outside 0 … 0.5, a frame below 1 or above 16 MiB, an interleave outside 1 … 64,
/// bursts of a code without symbols.
FecReport fec_report(const std::string &code, double pre_fec_ber, std::int64_t frame_bytes, int interleave = 1,
                     const ErrorBursts &bursts = {});

} // namespace lightloom
