#pragma once
// Elementary functions from + − × ÷ (and √, which IEEE 754 rounds exactly), so that their bits do not depend on the CPU
// (decision 0006). Slower than libm and meant for set-up and rare draws. Relative error below 4e-16 (log), 1e-15 (exp),
// 1e-13 (erfc).

namespace lightloom {

/// Natural logarithm of x > 0 (normal or subnormal); −infinity at 0, NaN below.
double portable_log(double x);
/// log(1 + x) for x > −1, accurate near 0.
double portable_log1p(double x);
/// e^x; 0 on underflow, infinity on overflow.
double portable_exp(double x);
/// e^x − 1, accurate near 0.
double portable_expm1(double x);
/// Complementary error function; relative accuracy holds far into the tail (x up to 26).
double portable_erfc(double x);
/// 10^x.
double portable_exp10(double x);
/// cos(2π turns), |turns| below 2^50; absolute error below 4e-16.
double portable_cosine_of_turns(double turns);
/// The x that a standard normal variable is below with probability p, 0 < p < 1; relative error about 1e-16.
double portable_normal_quantile(double p);

} // namespace lightloom
