#pragma once
// Contracts for our own bugs: EXPECTS (a caller's duty), ENSURES (a promise kept), ASSERT_THAT (an invariant).
// They throw BrokenContract, which main turns into exit code 4. A user's mistake is an Error (error.hpp), never a
// contract. EXPECTS and ENSURES are always on; ASSERT_THAT guards hot loops and is on in the dev preset
// (LIGHTLOOM_CHECKS).

#include <stdexcept>
#include <string>

namespace lightloom {

/// A bug in Lightloom: which promise, where.
class BrokenContract : public std::logic_error {
public:
  using std::logic_error::logic_error;
};

/// Throws BrokenContract with the kind of promise, its expression and its place; `detail` follows in brackets if any.
[[noreturn]] void broken_contract(const char *kind, const char *expression, const char *file, int line,
                                  const std::string &detail = {});

} // namespace lightloom

// NOLINTBEGIN(cppcoreguidelines-macro-usage)
#define LIGHTLOOM_CONTRACT_(kind, condition)                                                                           \
  ((condition) ? static_cast<void>(0) : ::lightloom::broken_contract(kind, #condition, __FILE__, __LINE__))
#define EXPECTS(condition) LIGHTLOOM_CONTRACT_("precondition", condition)
#define ENSURES(condition) LIGHTLOOM_CONTRACT_("postcondition", condition)
#ifdef LIGHTLOOM_CHECKS
#define ASSERT_THAT(condition) LIGHTLOOM_CONTRACT_("invariant", condition)
#else
#define ASSERT_THAT(condition) static_cast<void>(0)
#endif
// NOLINTEND(cppcoreguidelines-macro-usage)
