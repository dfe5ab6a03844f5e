#include "collectives/op.hpp"

#include "sim/core/contract.hpp"
#include "sim/core/error.hpp"

#include <string>

namespace lightloom {

const char *to_string(CollectiveOp op) {
  switch (op) {
  case CollectiveOp::all_reduce:
    return "all-reduce";
  case CollectiveOp::all_gather:
    return "all-gather";
  case CollectiveOp::reduce_scatter:
    return "reduce-scatter";
  case CollectiveOp::all_to_all:
    return "all-to-all";
  case CollectiveOp::broadcast:
    return "broadcast";
  case CollectiveOp::send:
    return "send";
  }
  EXPECTS(false && "a CollectiveOp");
  return "";
}

const std::vector<CollectiveOp> &collective_ops() {
  static const std::vector<CollectiveOp> ops = {CollectiveOp::all_reduce,     CollectiveOp::all_gather,
                                                CollectiveOp::reduce_scatter, CollectiveOp::all_to_all,
                                                CollectiveOp::broadcast,      CollectiveOp::send};
  return ops;
}

CollectiveOp parse_collective_op(std::string_view name) {
  std::vector<std::string> known;
  for (const CollectiveOp op : collective_ops()) {
    if (name == to_string(op))
      return op;
    known.emplace_back(to_string(op));
  }
  const std::string near = nearest_word(std::string(name), known);
  std::string all;
  for (const auto &word : known)
    all += (all.empty() ? "" : ", ") + word;
  throw Error("unknown operation \"" + std::string(name) + "\"", "operations are " + all,
              near.empty() ? "" : "Did you mean \"" + near + "\"?");
}

double busbw_factor(CollectiveOp op, std::uint32_t ranks) {
  EXPECTS(ranks >= 1);
  const double n = ranks;
  switch (op) {
  case CollectiveOp::all_reduce:
    return 2 * (n - 1) / n;
  case CollectiveOp::all_gather:
  case CollectiveOp::reduce_scatter:
  case CollectiveOp::all_to_all:
    return (n - 1) / n;
  case CollectiveOp::broadcast:
  case CollectiveOp::send:
    return ranks == 1 ? 0 : 1;
  }
  return 0;
}

Bytes group_traffic(CollectiveOp op, std::uint32_t ranks, Bytes bytes) {
  EXPECTS(ranks >= 1);
  const std::int64_t others = static_cast<std::int64_t>(ranks) - 1;
  if (op == CollectiveOp::send)
    return others == 0 ? Bytes(0) : bytes;
  return bytes * ((op == CollectiveOp::all_reduce ? 2 : 1) * others);
}

Bytes busiest_port_traffic(CollectiveOp op, std::uint32_t ranks, Bytes bytes, std::uint32_t domain) {
  EXPECTS(domain >= 1 && ranks >= 1 && ranks % domain == 0);
  if (ranks == domain)
    return Bytes(0);
  if (domain == 1 && (op == CollectiveOp::broadcast || op == CollectiveOp::send))
    return bytes;
  return Bytes(group_traffic(op, ranks / domain, bytes).value / static_cast<std::int64_t>(ranks));
}

} // namespace lightloom
