#pragma once
// The version that CMake states (project VERSION), for --version and results files.

namespace lightloom {

#ifdef LIGHTLOOM_VERSION
inline constexpr const char *version = LIGHTLOOM_VERSION;
#else
inline constexpr const char *version = "0.1.0";
#endif

} // namespace lightloom
