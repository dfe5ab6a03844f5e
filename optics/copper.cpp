#include "optics/copper.hpp"

#include <fmt/format.h>

namespace lightloom {

Decibel copper_connectors(const Module &m) { return Decibel(m.lane_rate <= 100_Gbps ? 4.75 : 5.0); }

Budget budget_of_copper(const Module &m, const LinkOptics &link) {
  Budget b;
  b.law = LinkLaw::copper;
  const double cable = *m.copper_loss_dB_per_metre * link.length.value;
  const double connectors = copper_connectors(m).value;
  b.add("insertion loss the class allows, at Nyquist", m.copper_loss_budget->value, m.source_interface);
  b.add(fmt::format("cable, {:g} m at {:g} dB/m", link.length.value, *m.copper_loss_dB_per_metre), -cable,
        m.source_interface);
  b.add("two connectors with paddle cards", -connectors,
        m.lane_rate <= 100_Gbps ? "IEEE 802.3ck: 19.75 dB less 2 m at 7.5 dB/m (recalled)" : "estimate");
  b.loss = Decibel(cable + connectors);
  return b;
}

} // namespace lightloom
