#pragma once
// Defaults of other layers' structs as a user would write them, exactly: so the schema cannot say another number than
// the struct has.

#include "sim/core/quantity.hpp"

#include <cstdint>
#include <string>

namespace lightloom {

/// The value in the largest unit that divides it, as in "500ns", "400Gbps", "16KiB"; numbers as they are.
std::string default_text(double v);
std::string default_text(std::uint32_t v);
std::string default_text(Duration d);
std::string default_text(BitRate r);
std::string default_text(Bytes b);
std::string default_text(Decibel d);
std::string default_text(CampaignDuration d);

} // namespace lightloom
