#pragma once
// Moved to path_choice.hpp; goes when its users have followed.
#include "sim/network/path_choice.hpp" // IWYU pragma: export
