#pragma once
// Errors a user can mend. Message grammar (docs/CONTRACT.md): `file:line:column: <problem> (<why>). <suggestion>`.

#include <cstdint>
#include <stdexcept>
#include <string>
#include <vector>

namespace lightloom {

/// Where in a user's file; empty file = the command line or nowhere in particular.
struct SourceLocation {
  std::string file;
  std::uint32_t line = 0;
  std::uint32_t column = 0;
};

/// One problem in the message grammar.
struct Problem {
  SourceLocation where;
  std::string what;       ///< "fabric.radix = 63"
  std::string why;        ///< "must be even for a fat-tree"; may be empty
  std::string suggestion; ///< "Try 64."; may be empty
};

/// `file:line:column: what (why). suggestion`
std::string to_string(const Problem &problem);

/// What the process answers with (docs/CONTRACT.md).
enum class ExitCode : int { done = 0, failed_check = 1, bad_input = 2, system = 3, bug = 4, interrupted = 130 };

/// Something the user can mend: wrong scenario or command line (bad_input), or a file or system failure (system).
/// Carries one or more problems; what() is one line per problem.
class Error : public std::runtime_error {
public:
  explicit Error(std::vector<Problem> problems, ExitCode code = ExitCode::bad_input);
  explicit Error(Problem problem, ExitCode code = ExitCode::bad_input);
  /// A problem without a place in a file.
  explicit Error(std::string what, std::string why = {}, std::string suggestion = {},
                 ExitCode code = ExitCode::bad_input);
  const std::vector<Problem> &problems() const { return problems_; }
  ExitCode code() const { return code_; }

private:
  std::vector<Problem> problems_;
  ExitCode code_;
};

/// The word of `known` nearest to `word` by edit distance, or "" when none is near (distance > 1 + size/3).
std::string nearest_word(const std::string &word, const std::vector<std::string> &known);

} // namespace lightloom
