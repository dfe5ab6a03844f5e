// Transport `infiniband`: reliable connection (reliable_connection.hpp), lossless by per-hop credits, which are the
// link's business (sim/network/link.hpp). Optional congestion control by FECN and BECN (annex A10): a receiver echoes
// the mark of a frame on the acknowledgement it causes, and sender-side delays between frames come from
// congestion/fecn_becn.hpp. Leaves out: CNPs of the annex (marks ride on acknowledgements).

#include "sim/network/nic/transport_kind.hpp"
#include "sim/network/transport/reliable_connection.hpp"

namespace lightloom {

constinit const TransportKind infiniband_transport{
    .name = "infiniband",
    .meaning = "per-hop credits",
    .make = make_transport<ReliableConnection>,
    .buffers = TransportKind::Buffers::credits,
    .signal = CongestionSignal::echo,
    .defaults = {.header = Bytes(30),
                 .header_source = "decision 0005",
                 .retransmit_timeout = local_ack_timeout(14),
                 .timeout_source = "local ACK timeout of 4.096 us × 2^14, the vendors' default",
                 .spray = true},
};

} // namespace lightloom
