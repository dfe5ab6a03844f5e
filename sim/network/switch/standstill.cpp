#include "sim/network/switch/standstill.hpp"

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
} // namespace

Standstill find_standstill(const std::vector<WaitingPort> &ports) { return Search(ports).run(); }

} // namespace lightloom
