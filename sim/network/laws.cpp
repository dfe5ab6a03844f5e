// Laws that every run must obey, whatever was simulated: frames and bytes are conserved, credits return, nothing is
// left behind.

#include "sim/network/assembly.hpp"

#include <fmt/format.h>

namespace lightloom {

namespace {
void check_frames(const NetworkResult &r, std::vector<std::string> &broken) {
  const auto data = r.frames_delivered + r.frames_discarded + r.frames_corrupted + r.frames_lost + r.frames_unroutable +
                    r.frames_held + r.frames_overflowed + r.frames_trimmed;
  if (data != r.frames_injected)
    broken.push_back(
        fmt::format("data frames: {} injected, {} delivered + {} discarded + {} corrupted + {} lost + {} unroutable + "
                    "{} held + {} overflowed + {} trimmed",
                    r.frames_injected, r.frames_delivered, r.frames_discarded, r.frames_corrupted, r.frames_lost,
                    r.frames_unroutable, r.frames_held, r.frames_overflowed, r.frames_trimmed));
  if (r.control_frames_injected != r.control_frames_delivered + r.control_frames_lost + r.control_frames_held)
    broken.push_back(fmt::format("acknowledgements: {} injected, {} delivered + {} lost + {} held",
                                 r.control_frames_injected, r.control_frames_delivered, r.control_frames_lost,
                                 r.control_frames_held));
}

/// A frame may be left where a port was stopped for good, which switch/standstill.hpp explains, and nowhere else.
void check_queues(const NetworkAssembly &a, std::vector<std::string> &broken) {
  for (const WaitingPort &port : waiting_ports(a))
    if (!port.stopped)
      broken.push_back(fmt::format("link {} lane {}: {} frames could leave and did not", port.link.value, port.lane,
                                   port.data_frames + port.control_frames));
}

void check_credits(const NetworkAssembly &a, std::vector<std::string> &broken) {
  if (!a.spec.transport.with_credits())
    return;
  const std::int64_t full_frame = a.spec.transport.full_frame().value;
  for (std::uint32_t l = 0; l < a.spec.links.size(); ++l) {
    Link &link = a.link_of(LinkId(l));
    for (std::uint32_t lane = 0; lane < a.spec.transport.virtual_lanes; ++lane) {
      auto &state = link.lane(lane);
      for (const Credit *credit = state.credits.front(); credit != nullptr; credit = state.credits.front()) {
        state.balance +=
            credit->bytes(full_frame); // credits are taken in only when needed; the rest is still in the channel
        state.credits.pop();
      }
      if (state.balance != a.spec.transport.credits.value)
        broken.push_back(fmt::format("link {} lane {}: {} B of credit at the end, {} B at the start", l, lane,
                                     state.balance, a.spec.transport.credits.value));
    }
  }
}

void check_messages(const NetworkAssembly &a, const NetworkResult &r, std::vector<std::string> &broken) {
  for (const auto &host : a.hosts)
    for (const auto &complaint : host->complaints())
      broken.push_back(complaint);
  if (!r.failed && r.standstill.links.empty() && r.bytes_sent != r.bytes_delivered)
    broken.push_back(fmt::format("{} B of messages posted, {} B delivered", r.bytes_sent, r.bytes_delivered));
}
} // namespace

std::vector<std::string> broken_laws(const NetworkAssembly &assembly, const NetworkResult &result) {
  std::vector<std::string> broken;
  check_frames(result, broken);
  check_queues(assembly, broken);
  if (result.standstill.links.empty()) // else frames that wait hold some
    check_credits(assembly, broken);
  check_messages(assembly, result, broken);
  return broken;
}

} // namespace lightloom
