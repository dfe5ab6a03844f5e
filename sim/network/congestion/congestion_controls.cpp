// The table of congestion controls: one line each.

#include "sim/network/congestion/congestion_control.hpp"
#include "sim/network/congestion/dcqcn.hpp"
#include "sim/network/congestion/fecn_becn.hpp"
#include "sim/network/congestion/nscc.hpp"
#include "sim/network/congestion/rccc.hpp"

#include <array>

namespace lightloom {

namespace {
/// A law with what a scenario gives of its parameters.
template <class Spec, CongestionLaw (*make)(const Spec &)> CongestionLaw made(const GivenParameters &given) {
  return make(with_parameters<Spec>(given));
}

constexpr std::array kinds{
    CongestionControlKind{"dcqcn", "dcqcn", "Zhu et al., SIGCOMM 2015, K", parameter_rows<DcqcnSpec>,
                          made<DcqcnSpec, dcqcn_law>},
    CongestionControlKind{"nscc", "nscc", "UEC 1.0, §3.6.13, and htsim, K", parameter_rows<NsccSpec>,
                          made<NsccSpec, nscc_law>},
    CongestionControlKind{"rccc", "rccc", "UEC 1.0, §3.6.14, K", parameter_rows<RcccSpec>, nullptr},
    CongestionControlKind{"fecn-becn", "fecn_becn", "InfiniBand annex A10, K", parameter_rows<FecnBecnSpec>,
                          made<FecnBecnSpec, fecn_becn_law>},
};
} // namespace

std::span<const CongestionControlKind> congestion_controls() { return kinds; }

} // namespace lightloom
