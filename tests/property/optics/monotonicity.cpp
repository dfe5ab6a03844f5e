// What must rise with what, over random links and error ratios.

#include "optics/fec_burst.hpp"
#include "optics/link.hpp"
#include "sim/core/random.hpp"

#include <cmath>
#include <doctest/doctest.h>

using namespace lightloom;

namespace {
/// Log-uniform between low and high.
double log_uniform(RandomStream &random, double low, double high) {
  return low * std::pow(high / low, random.uniform());
}

LinkOptics random_link(RandomStream &random) {
  LinkOptics link;
  const auto &catalogue = module_catalogue();
  const Module &m = catalogue[random.below(catalogue.size())];
  link.module = m.name;
  link.length = Metres(m.reach.value * random.uniform());
  link.connectors = static_cast<int>(random.below(9));
  link.case_temperature = 70 * random.uniform();
  if (!m.is_cable())
    link.splices = static_cast<int>(random.below(5));
  if (link_law(m) != LinkLaw::light)
    return link;
  link.dispersion_apart = random.below(2) == 1;
  link.years = 10 * random.uniform();
  if (random.below(2) == 1)
    link.reflectance = Decibel(-60 + 50 * random.uniform());
  return link;
}

// Where the binomial's sum changes from tail to head, rounding may step back by this much.
constexpr double rounding = 1 - 1e-12;
} // namespace

TEST_CASE("more bit errors, more symbol errors, codeword errors, residual errors and lost frames") {
  RandomStream random(7, Purpose::test, 0);
  for (const auto &code : fec_codes())
    for (int trial = 0; trial < 400; ++trial) {
      const double low = log_uniform(random, 1e-14, 0.4);
      const double high = low * (1 + random.uniform() * 0.2);
      CAPTURE(code.name);
      CAPTURE(low);
      CHECK(symbol_error_ratio(code, high) >= symbol_error_ratio(code, low) * rounding);
      CHECK(codeword_error_ratio(code, high) >= codeword_error_ratio(code, low) * rounding);
      CHECK(post_fec_ber(code, high) >= post_fec_ber(code, low) * rounding);
      CHECK(frame_loss_ratio(code, high, Bytes(1518), 2) >= frame_loss_ratio(code, low, Bytes(1518), 2) * rounding);
    }
}

TEST_CASE("ratios stay within 0 and 1, and a code never adds errors") {
  RandomStream random(7, Purpose::test, 1);
  for (const auto &code : fec_codes())
    for (int trial = 0; trial < 400; ++trial) {
      const double ber = log_uniform(random, 1e-40, 0.5);
      CAPTURE(code.name);
      CAPTURE(ber);
      const double ucr = codeword_error_ratio(code, ber);
      CHECK((ucr >= 0 && ucr <= 1));
      CHECK(post_fec_ber(code, ber) <= ber);
      const double flr = frame_loss_ratio(code, ber, Bytes(1518), 4);
      CHECK((flr >= 0 && flr <= 1));
    }
}

TEST_CASE("longer frames and more interleaving meet more codewords") {
  RandomStream random(7, Purpose::test, 2);
  const FecCode &kp4 = fec_named("kp4");
  for (int trial = 0; trial < 400; ++trial) {
    const double ber = log_uniform(random, 1e-6, 1e-3);
    const Bytes frame(static_cast<std::int64_t>(64 + random.below(9000)));
    const int interleave = static_cast<int>(1 + random.below(4));
    const double ratio = frame_loss_ratio(kp4, ber, frame, interleave);
    CHECK(frame_loss_ratio(kp4, ber, frame + Bytes(64), interleave) > ratio);
    CHECK(frame_loss_ratio(kp4, ber, frame, interleave + 1) > ratio);
    CHECK(ratio >= codeword_error_ratio(kp4, ber) * rounding); // touches at least one codeword
  }
}

TEST_CASE("the lines of a budget add up to its margin, and received power is launch less loss") {
  for (std::uint32_t trial = 0; trial < 500; ++trial) {
    RandomStream random(8, Purpose::test, trial);
    const auto report = link_report(random_link(random));
    CAPTURE(report.module->name);
    CHECK(report.budget.empty() == (report.law == LinkLaw::reach));
    double sum = 0;
    for (const auto &line : report.budget)
      sum += line.value_dB;
    CHECK(sum == doctest::Approx(report.margin.value).epsilon(1e-12));
    if (report.has_budget)
      CHECK(report.received_power <= *report.module->launch_oma - report.loss);
  }
}

TEST_CASE(
    "whatever the law: a longer link has less margin, more bit errors and more lost frames, beyond its reach too") {
  for (std::uint32_t trial = 0; trial < 600; ++trial) {
    RandomStream random(10, Purpose::test, trial);
    auto link = random_link(random);
    link.beyond_reach = true;
    link.length = Metres(find_module(link.module)->reach.value * (0.01 + 3 * random.uniform()));
    const auto before = link_report(link);
    link.length = Metres(link.length.value * (1 + random.uniform()));
    const auto after = link_report(link);
    CAPTURE(before.module->name);
    CHECK(after.margin <= before.margin);
    CHECK(after.pre_fec_ber >= before.pre_fec_ber);
    CHECK(after.frame_loss_ratio >= before.frame_loss_ratio * rounding);
    CHECK(after.latency > before.latency);
  }
}

TEST_CASE("likelier bursts spoil more codewords, and interleaving fewer of them") {
  const FecCode &kp4 = fec_named("kp4");
  for (std::uint32_t trial = 0; trial < 60; ++trial) {
    RandomStream random(11, Purpose::test, trial);
    const double ber = log_uniform(random, 1e-8, 1e-3);
    const double a = 0.9 * random.uniform();
    const double more = a + (0.95 - a) * random.uniform();
    const int interleave = static_cast<int>(1 + random.below(4));
    const double ratio = codeword_error_ratio(kp4, ber, {a, false}, interleave);
    CHECK(codeword_error_ratio(kp4, ber, {more, false}, interleave) >= ratio * rounding);
    CHECK(codeword_error_ratio(kp4, ber, {a, false}, interleave + 1) <= ratio / rounding);
    CHECK(ratio >= codeword_error_ratio(kp4, ber) * rounding); // never better than independent errors
    CHECK(ratio <= 1);
  }
}

TEST_CASE("more loss or more heat: less power, less margin, more bit errors") {
  for (std::uint32_t trial = 0; trial < 300; ++trial) {
    RandomStream random(9, Purpose::test, trial);
    auto link = random_link(random);
    const auto before = link_report(link);
    CAPTURE(before.module->name);
    if (!before.has_budget)
      continue;
    auto lossier = link;
    ++lossier.connectors;
    auto longer = link;
    longer.length = Metres(std::min(before.module->reach.value, link.length.value * 1.1));
    auto hotter = link;
    hotter.case_temperature = std::min(70.0, link.case_temperature + 5);
    for (const auto &change : {lossier, longer, hotter}) {
      const auto after = link_report(change);
      CHECK(after.margin <= before.margin);
      CHECK(after.received_power <= before.received_power);
      CHECK(after.pre_fec_ber >= before.pre_fec_ber);
      CHECK(after.frame_loss_ratio >= before.frame_loss_ratio * rounding);
    }
    CHECK(link_report(longer).latency >= before.latency);
  }
}
