#include "scenarios/schema/congestion_names.hpp"

namespace lightloom {

bool asks_for(std::string_view joined, std::string_view one) {
  for (std::size_t begin = 0; begin <= joined.size();) {
    const std::size_t end = std::min(joined.find('+', begin), joined.size());
    if (joined.substr(begin, end - begin) == one)
      return true;
    begin = end + 1;
  }
  return false;
}

namespace {
template <class Fits> std::vector<std::string> names_of(const Fits &fits) {
  std::vector<std::string> names{"none"};
  std::vector<std::string> laws; // that go together with credits of the receiver
  for (const CongestionControlKind &control : congestion_controls()) {
    const CongestionSignal signal = control.law != nullptr ? control.law({}).signal : CongestionSignal::none;
    if (!fits(control, signal))
      continue;
    names.emplace_back(control.name);
    if (control.law == nullptr)
      for (const auto &law : laws)
        names.push_back(law + "+" + control.name);
    else if (signal == CongestionSignal::answers)
      laws.emplace_back(control.name);
  }
  return names;
}
} // namespace

std::vector<std::string> congestion_control_names() {
  return names_of([](const CongestionControlKind &, CongestionSignal) { return true; });
}

std::vector<std::string> congestion_control_names(const TransportKind &kind) {
  return names_of([&](const CongestionControlKind &control, CongestionSignal signal) {
    return control.law != nullptr ? signal == kind.signal : kind.receiver_credits;
  });
}

} // namespace lightloom
