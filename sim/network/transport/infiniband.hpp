#pragma once
// Transport `infiniband`: reliable connection (InfiniBand Architecture 1.5, chapter 9: RC; 9.7 for acknowledgements and
// time-outs). Packet sequence numbers over all messages of a queue pair, an acknowledgement for every few frames and at
// a message's end, a NAK for a gap, a local time-out with a bounded number of retries. Lossless by per-hop credits,
// which are the transmitter's business (sim/network/link.hpp). Optional congestion control by FECN and BECN
// (annex A10): a receiver echoes the mark of a frame on the acknowledgement it causes, and sender-side delays between
// frames come from transport/fecn_becn.hpp.
// Its frames, sequence numbers and recoveries are those of nic/nic.cpp and nic/receive.cpp, shared with `rocev2` and
// `ideal`.
// Leaves out: reads and atomics, RNR NAK, the 24 bits of a real PSN, CNPs of the annex (marks ride on
// acknowledgements), partition keys, migration. Selective recovery goes beyond the specification, which has go-back-N
// only.

#include "sim/network/transport/rules.hpp"

namespace lightloom {

TransportRules infiniband_rules(const TransportSpec &spec);

} // namespace lightloom
