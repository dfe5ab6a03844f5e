#pragma once
// Several values in one word of the command line, as `sweep --vary KEY=SPEC` and a length sweep of `optics` take them
// (docs/CONTRACT.md):
//
//   a,b,c         each as a scenario key takes it; a comma inside "…", {…} or […] belongs to the value
//   lo:hi:n       n values evenly apart, both ends among them: 0dB:3dB:7, 32:64:3
//   lo:hi:n:log   n values, each the same factor above the last: 1e-6:1e-3:4:log, 30m:2km:12:log
//
// A range is told from a value with colons in it ("leaf:0/spine:3") by its beginning, which is a number. The ends of a
// range stay as they were typed; what is between has the unit of the first end and nine significant digits, so that
// the middle of 1e-6:1e-4:3:log is 1e-05 and counts stay whole. Leaves out: a list of ranges.

#include "sim/core/error.hpp"

#include <string>
#include <vector>

namespace lightloom {

/// The values of `spec`, in order, each as one would write it for one run; at least one. Throws Error (bad_input) at
/// `where` when it is empty, holds an empty value or is not a range that this version can cut.
std::vector<std::string> expand_values(const std::string &spec, const SourceLocation &where);

} // namespace lightloom
