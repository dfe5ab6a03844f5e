#include "optics/fec_report.hpp"

#include "optics/fec_burst.hpp"
#include "sim/core/error.hpp"

#include <fmt/format.h>

namespace lightloom {

FecReport fec_report(const std::string &name, double ber, std::int64_t frame_bytes, int interleave,
                     const ErrorBursts &bursts) {
  const FecCode &code = fec_named(name);
  if (!(ber >= 0 && ber <= 0.5))
    throw Error(fmt::format("pre-FEC BER = {}", ber), "must be 0 … 0.5", "Try 2.4e-4.");
  if (frame_bytes < 1 || frame_bytes > (std::int64_t{16} << 20))
    throw Error(fmt::format("frame = {} B", frame_bytes), "must be 1 B … 16 MiB", "Try 1518.");
  if (interleave < 1 || interleave > 64)
    throw Error(fmt::format("interleave = {}", interleave), "must be 1 … 64 codewords", "Try 2 at 400G, 4 at 800G.");
  check_bursts(code, bursts);
  FecReport report;
  report.bursts = bursts;
  report.fec = code.name;
  report.pre_fec_ber = ber;
  report.frame_bytes = frame_bytes;
  report.interleave = interleave;
  report.symbol_error_ratio = symbol_error_ratio(code, ber);
  report.codeword_error_ratio = codeword_error_ratio(code, ber, bursts, interleave);
  report.post_fec_ber = post_fec_ber(code, ber, bursts, interleave);
  const CodewordShape shape{code.payload_octets, code.n > 0 ? interleave : 0};
  report.frame_loss_ratio = frame_loss_ratio(shape, report.codeword_error_ratio, Bytes(frame_bytes));
  return report;
}

} // namespace lightloom
