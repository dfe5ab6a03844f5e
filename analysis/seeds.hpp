#pragma once
// Several seeds of one run as one summary.

#include "analysis/summary.hpp"

#include <vector>

namespace lightloom {

/// Means of all measured numbers over the seeds; a collective or a line of waiting that some seeds lack counts by those
/// that have it, or as 0 time. Complete when all are. Digest, counters and facts are the first seed's, the predicted
/// error is the greatest. Requires at least one; one alone is returned as it is.
RunSummary mean_of(const std::vector<RunSummary> &seeds);

} // namespace lightloom
