#include "sim/network/switch/deadlock.hpp"

#include "sim/network/assembly.hpp"

#include <algorithm>
#include <map>
#include <utility>

namespace lightloom {

namespace {
/// Depth-first search over the ports of one lane after another.
class Search {
public:
  explicit Search(const std::vector<WaitingPort> &ports) : ports_(ports), state_(ports.size()), length_(ports.size()) {
    for (std::size_t p = 0; p < ports.size(); ++p)
      if (ports[p].stopped)
        by_link_[{ports[p].lane, ports[p].link.value}] = p;
  }
  Standstill run() {
    Standstill found;
    std::size_t longest = none;
    for (const auto &[key, port] : by_link_) {
      if (visit(port, found.links)) {
        found.cycle = true;
        std::rotate(found.links.begin(), std::min_element(found.links.begin(), found.links.end()), found.links.end());
        return found;
      }
      if (longest == none || length_[port] > length_[longest])
        longest = port;
    }
    for (std::size_t p = longest; p != none; p = longest_after(p))
      found.links.push_back(ports_[p].link);
    return found;
  }

private:
  static constexpr std::size_t none = SIZE_MAX;
  enum class State : std::uint8_t { unseen, on_path, done };
  struct Step {
    std::size_t port;
    std::size_t next = 0; ///< index in waits_for
  };

  /// The waiting port for a link on the lane of port p, if it is one.
  std::size_t find(std::size_t p, LinkId link) const {
    const auto place = by_link_.find({ports_[p].lane, link.value});
    return place == by_link_.end() ? none : place->second;
  }
  /// Explores what is reached from a port; true when that closes a cycle, which then is in `cycle`.
  bool visit(std::size_t from, std::vector<LinkId> &cycle) {
    if (state_[from] != State::unseen)
      return false;
    std::vector<Step> path{{from}};
    state_[from] = State::on_path;
    while (!path.empty()) {
      const std::size_t port = path.back().port;
      if (path.back().next == ports_[port].waits_for.size()) {
        state_[port] = State::done;
        const std::size_t after = longest_after(port);
        length_[port] = after == none ? 1 : length_[after] + 1;
        path.pop_back();
        continue;
      }
      const std::size_t next = find(port, ports_[port].waits_for[path.back().next++]);
      if (next == none || state_[next] == State::done)
        continue;
      if (state_[next] == State::on_path) {
        auto first = std::find_if(path.begin(), path.end(), [next](const Step &s) { return s.port == next; });
        for (; first != path.end(); ++first)
          cycle.push_back(ports_[first->port].link);
        return true;
      }
      state_[next] = State::on_path;
      path.push_back({next});
    }
    return false;
  }
  /// Of the ports that a port waits for, all done: the one with the longest chain.
  std::size_t longest_after(std::size_t port) const {
    std::size_t longest = none;
    for (const LinkId link : ports_[port].waits_for)
      if (const std::size_t p = find(port, link); p != none && (longest == none || length_[p] > length_[longest]))
        longest = p;
    return longest;
  }

  const std::vector<WaitingPort> &ports_;
  std::map<std::pair<std::uint32_t, std::uint32_t>, std::size_t> by_link_; ///< (lane, link)
  std::vector<State> state_;
  std::vector<std::size_t> length_; ///< links of the longest chain from here
};

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

Standstill find_standstill(const std::vector<WaitingPort> &ports) { return Search(ports).run(); }

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
