#pragma once
// Transport `rocev2`: the reliable connection of InfiniBand over UDP (InfiniBand Architecture 1.5, annex A17, "RoCEv2")
// with DCQCN (Zhu et al., "Congestion Control for Large-Scale RDMA Deployments", SIGCOMM 2015).
//
// Receiver, the paper's notification point: a marked data frame causes a congestion notification (CNP) on the control
// lane, at most one per queue pair in spec.dcqcn.notification_interval (figure 6). Sender, the reaction point: each
// queue pair is paced by its rate (transport/dcqcn.hpp); a queue takes its turn at the port only once its own next
// departure is due. Sequence numbers, acknowledgements, NAKs (once per gap under go-back-N, the missing range under
// selective repeat), time-outs and retries are those of `infiniband`, shared in nic/nic.cpp and nic/receive.cpp.
// Lossless by PFC: a pause frame stops its priority at the NIC until it is told to go on. Leaves out: reads and
// atomics, the 24 bits of a real PSN, RNR NAK, pause quanta (a pause holds until `go on`), ECN marks on
// acknowledgements.

#include "sim/network/transport/rules.hpp"

namespace lightloom {

TransportRules rocev2_rules(const TransportSpec &spec);

} // namespace lightloom
