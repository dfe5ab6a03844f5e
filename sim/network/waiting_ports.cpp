// Which ports of switches hold frames when nothing more can happen, and for whom they wait (switch/standstill.hpp).

#include "sim/network/assembly.hpp"

#include <algorithm>
#include <map>
#include <utility>

namespace lightloom {

namespace {
/// A node's ports: the links that leave it, in the order of its cables.
std::vector<std::vector<LinkId>> outgoing_links(const FabricPlan &fabric) {
  std::vector<std::vector<LinkId>> links(fabric.nodes());
  for (std::uint32_t c = 0; c < fabric.cables.size(); ++c) {
    links[fabric.cables[c].a.index()].push_back(link_forward(CableId(c)));
    links[fabric.cables[c].b.index()].push_back(link_backward(CableId(c)));
  }
  return links;
}

/// Whether the first frame of a lane was told to stop or has no credit. Takes in the credits that have come.
bool is_stopped(Switch::OutPort &port, std::uint32_t lane) {
  if (lane == 0 && port.stopped_until == never)
    return true;
  const Frame &frame = port.queue(lane).front();
  return port.link.earliest(lane, frame.size, frame.time, never, overdraft_of(frame)) == never;
}
} // namespace

std::vector<WaitingPort> waiting_ports(const NetworkAssembly &assembly) {
  const FabricPlan &fabric = assembly.spec.fabric;
  const auto outgoing = outgoing_links(fabric);
  std::vector<WaitingPort> result;
  std::map<std::pair<LinkId, std::uint32_t>, std::vector<LinkId>> holders; // (link it came by, lane) → queued for
  for (std::uint32_t s = 0; s < assembly.switches.size(); ++s) {
    const auto &links = outgoing[fabric.node(SwitchId(s)).index()];
    for (std::uint32_t p = 0; p < links.size(); ++p)
      for (std::uint32_t lane = 0; lane < assembly.spec.transport.virtual_lanes; ++lane) {
        Switch::OutPort &port = assembly.switches[s]->out(p);
        if (port.queue(lane).empty())
          continue;
        WaitingPort waiting;
        waiting.link = links[p];
        waiting.lane = lane;
        waiting.stopped = is_stopped(port, lane);
        port.queue(lane).for_each([&](const Frame &frame) {
          (frame.kind == Frame::Kind::data ? waiting.data_frames : waiting.control_frames) += frame.frames();
          auto &of_link = holders[{reverse(links[frame.in_port]), lane}];
          if (std::find(of_link.begin(), of_link.end(), links[p]) == of_link.end())
            of_link.push_back(links[p]);
        });
        result.push_back(std::move(waiting));
      }
  }
  for (WaitingPort &port : result)
    port.waits_for = holders[{port.link, port.lane}];
  return result;
}

} // namespace lightloom
