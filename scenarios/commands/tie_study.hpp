#pragma once
// What the order of simultaneous frames does to results: the same scenarios over many tie seeds, everything else equal.
// Two questions. How far does a step time move? Is a host or port favoured? For the second, an incast of alike senders
// through one switch: when ties are drawn fairly every order of completion is as likely as any other, so the mean rank
// of each sender over k seeds is (n + 1) / 2 with standard error √((n² − 1) / 12 k). Leaves out: senders at different
// distances, which are not alike, and spray phases, which belong to the seed and not to ties.

#include "scenarios/cli.hpp"

#include <cstdint>
#include <string>
#include <vector>

namespace lightloom {

/// Of one time over the tie seeds. [s]
struct Spread {
  double min = 0, mean = 0, max = 0;
  double deviation = 0; ///< standard deviation, n − 1 in the denominator
};

/// A sender of the incast.
struct SenderRank {
  std::string host;
  double mean_rank = 0; ///< 1 = completed first
};

/// Times and orders of completion over all tie seeds.
struct TieStudy {
  std::uint32_t seeds = 0;
  struct Time {
    std::string scenario, what;
    Spread spread;
  };
  std::vector<Time> times; ///< step time of a job, completion of an all-to-all and of an incast
  std::vector<SenderRank> senders;
  double expected_rank = 0;
  double standard_error = 0; ///< of a mean rank
  std::size_t farthest = 0;  ///< the sender whose mean rank is farthest from the expected one
  std::uint64_t link_hops = 0;
  std::string digest; ///< of all runs
  /// How far a sender's mean rank is off, in standard errors.
  double off(std::size_t sender) const { return (senders[sender].mean_rank - expected_rank) / standard_error; }
  /// All senders within four standard errors: by chance, one study in 500 would fail.
  bool fair() const;
};

/// Runs tie seeds 1 … seeds. Settings of the command line apply. Throws Error for settings that do not fit; a run that
/// does not complete sets `code` and ends the study.
TieStudy study_ties(const CommandLine &line, ExitCode &code, std::uint32_t seeds = 20);

/// As `bench` prints it.
std::string to_text(const TieStudy &study);

} // namespace lightloom
