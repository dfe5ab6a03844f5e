// Transport `rocev2`: the reliable connection of InfiniBand (reliable_connection.hpp) over UDP (InfiniBand
// Architecture 1.5, annex A17, "RoCEv2") with DCQCN (Zhu et al., "Congestion Control for Large-Scale RDMA Deployments",
// SIGCOMM 2015).
//
// Receiver, the paper's notification point: a marked data frame causes a congestion notification (CNP) on the control
// lane, at most one per queue pair in dcqcn.notification_interval (figure 6). Sender, the reaction point: each queue
// pair is paced by its rate (congestion/dcqcn.hpp); a queue takes its turn at the port only once its own next departure
// is due. Lossless by PFC: a pause frame stops its priority at the NIC until it is told to go on. Leaves out: pause
// quanta (a pause holds until `go on`), ECN marks on acknowledgements.

#include "sim/network/nic/transport_kind.hpp"
#include "sim/network/transport/reliable_connection.hpp"

namespace lightloom {

constinit const TransportKind rocev2_transport{
    .name = "rocev2",
    .meaning = "a shared buffer with pauses",
    .make = make_transport<ReliableConnection>,
    .ethernet = true,
    .signal = CongestionSignal::notification,
    .defaults = {.header = Bytes(62),
                 .header_source = "Ethernet 14 + 4, IPv4 20, UDP 8, BTH 12, ICRC 4, K",
                 .control_header = Bytes(66),
                 .control_header_source = "with an AETH of 4 B, K",
                 .congestion_control = "dcqcn",
                 .go_back_n = true,
                 .retransmit_timeout = local_ack_timeout(10),
                 .timeout_source = "local ACK timeout of 4.096 us × 2^10, E",
                 .reaction = 400ns, // E
                 .pfc = true},
};

} // namespace lightloom
