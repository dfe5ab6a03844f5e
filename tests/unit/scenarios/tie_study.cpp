// The law of ties: over 20 tie seeds no host or port is favoured, and times move little. Reports the spread.

#include "scenarios/commands/tie_study.hpp"

#include <doctest/doctest.h>

using namespace lightloom;

TEST_CASE("Over 20 tie seeds no sender of an incast completes systematically early or late") {
  ExitCode code = ExitCode::done;
  const TieStudy study = study_ties(CommandLine{}, code);
  CHECK(code == ExitCode::done);
  REQUIRE(study.senders.size() == 31);
  CHECK(study.expected_rank == 16);
  // √((31² − 1) / (12 × 20)) = √(960 / 240) = 2
  CHECK(study.standard_error == doctest::Approx(2));
  double sum = 0;
  for (const auto &sender : study.senders)
    sum += sender.mean_rank;
  CHECK(sum == doctest::Approx(31 * 16)); // the ranks of a run are 1 … 31, each once
  CHECK(study.fair());
  MESSAGE(to_text(study));
}

TEST_CASE("The order of ties moves a contended time, and an incast through one switch not at all") {
  ExitCode code = ExitCode::done;
  const TieStudy study = study_ties(CommandLine{}, code, 4);
  REQUIRE(study.times.size() == 3);
  CHECK(study.times[0].spread.deviation > 0);
  CHECK(study.times[0].spread.deviation < 0.01 * study.times[0].spread.mean); // a step of rings
  CHECK(study.times[1].spread.deviation > 0);                                 // an all-to-all
  // The receiver's port is never idle, whoever goes first.
  CHECK(study.times[2].spread.max == study.times[2].spread.min);
}

TEST_CASE("A sender that always completes first is found") {
  TieStudy study;
  study.senders = {{"host:1", 1}, {"host:2", 2.4}, {"host:3", 2.6}};
  study.expected_rank = 2;
  study.standard_error = 0.2;
  study.farthest = 0;
  CHECK(study.off(0) == doctest::Approx(-5));
  CHECK_FALSE(study.fair());
}
