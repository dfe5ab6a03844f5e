#pragma once
// Names that extensions add to the choices of keys. The table of keys (schema/schema.hpp) knows nothing of extensions.

#include "scenarios/extensions.hpp"
#include "scenarios/schema/schema.hpp"

namespace lightloom {

/// The key, with the names of extensions among its choices.
Key with_names(Key key, const Extensions &extensions);

/// Throws Error with every extension whose name is empty or one of Lightloom's own, or which makes nothing.
void check_extensions(const Extensions &extensions);

} // namespace lightloom
