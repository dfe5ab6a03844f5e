// Transport `ideal`: a lower bound. No headers beyond those asked for, no windows, acknowledgements without weight that
// say only that a message is whole. Follows no specification.
// Leaves out: everything a real transport does about congestion; losses are mended by time-outs and requests alone.

#include "sim/network/nic/transport_kind.hpp"
#include "sim/network/transport/reliable_connection.hpp"

namespace lightloom {

namespace {
class Ideal final : public ReliableConnection {
public:
  Ideal(Nic &nic, const TransportSpec &spec) : ReliableConnection(nic, spec) {
    rules.control_size = 0;
    rules.window = 1u << 30;
    rules.receive_window = 1u << 16;
    rules.selective = true;
    rules.ends_only = true;
  }
};
} // namespace

constinit const TransportKind ideal_transport{
    .name = "ideal",
    .meaning = "a lower bound",
    .make = make_transport<Ideal>,
    .buffers = TransportKind::Buffers::unlimited,
    .defaults = {.virtual_lanes = 1,
                 .retransmit_timeout = local_ack_timeout(14),
                 .timeout_source = "as infiniband",
                 .spray = true},
};

} // namespace lightloom
