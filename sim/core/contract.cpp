#include "sim/core/contract.hpp"

namespace lightloom {

void broken_contract(const char *kind, const char *expression, const char *file, int line, const std::string &detail) {
  std::string text = std::string("broken ") + kind + ": " + expression + " at " + file + ":" + std::to_string(line);
  if (!detail.empty())
    text += " (" + detail + ")";
  throw BrokenContract(text);
}

} // namespace lightloom
