#pragma once
// Which FEC blocks of a directed link hold a codeword that cannot be corrected, on the link's own clock.
//
// A link that is up sends blocks without pause, busy or idle. A block is `interleave` codewords, dealt out symbol by
// symbol, so every octet's neighbourhood lies in all of them: what overlaps a block with one bad codeword is lost.
//
//     block    |   b   : c0 c1 c2 c3   |  b + 1  : c4 c5 c6 c7  |        B = interleave × payload × 8 ÷ rate
//     time     b·B                (b + 1)·B                (b + 2)·B     from the begin of the health segment
//     frames     ▒▒▒▒▒▒▒▒▒▒▒  ▒▒▒▒▒▒▒▒▒▒▒▒ ▒▒▒▒▒▒▒▒▒▒                    c5 is bad: the second and the third die
//     together
//
// Each codeword is bad on its own with the segment's ratio p: the number of good ones before the next bad one is
// ⌊Exp(1) ÷ −log(1 − p)⌋ (geometric skip). Whole numbers count codewords, 128 bits turn them into picoseconds, so
// nothing drifts at rates whose block takes no whole number of them. Without FEC (interleave 0) every octet is a
// codeword and a block of its own, bad with 1 − (1 − p)^(1 ÷ payload).
//
// The bad blocks are a function of (seed, link, health) alone, not of who looks when: codewords come in stretches of a
// power of two, with 16,384 bad ones or more expected in each, and a stretch has a random stream of its own. Whoever
// looks away for longer skips whole stretches; how many bad codewords these held is then drawn from the normal
// approximation of the binomial law, and only the count of them, never an instant, depends on that.
//
// Leaves out: alignment markers and the lane distribution; a block in which a segment begins or ends is cut there;
// errors that come in bursts of codewords (the ratio may hold them, optics/fec.hpp).
// Source: IEEE 802.3 clauses 91, 119 (interleaving); decision 0006 (portable bits).

#include "sim/core/random.hpp"
#include "sim/network/plain/link_health.hpp"

#include <cstddef>
#include <cstdint>

namespace lightloom {

/// Walks over the bad blocks of one link in the order of time.
class CodewordClock {
public:
  /// `health` must outlive the clock; `draws`: the link's own stream.
  CodewordClock(const LinkHealth &health, RandomStream draws);

  /// The next bad block, [bad_from, bad_until), in whole picoseconds from floor to ceiling: a frame on the wire in
  /// [d, e) meets it if bad_from < e and bad_until > d. `never` when there is none any more.
  SimTime bad_from() const { return bad_from_; }
  SimTime bad_until() const { return bad_until_; }
  /// Forgets blocks that end at or before `t`.
  void pass(SimTime t);
  /// Uncorrectable codewords of all blocks that begin before `t` (without FEC: octets), t no earlier than any pass().
  std::uint64_t uncorrectable_before(SimTime t) const;
  std::uint64_t draws() const { return drawn_; }

private:
  void begin_segment(std::size_t segment);
  void begin_stretch(std::int64_t stretch);
  void skip_to(std::int64_t codeword);
  void draw(std::int64_t wanted);
  void settle();
  std::int64_t blocks_begun(SimTime t) const;
  std::int64_t blocks_over(SimTime t) const;
  SimTime segment_end() const;
  std::uint64_t drawn_in(std::int64_t stretch, std::int64_t stretches);

  const LinkHealth *health_;
  RandomStream segments_;     ///< a seed per segment
  std::uint64_t seed_ = 0;    ///< of this segment
  RandomStream in_stretch_;   ///< draws of this stretch
  std::size_t segment_ = 0;   ///< may lie ahead of the time: those between hold no bad block
  double per_codeword_ = 0;   ///< −log(1 − p)
  double ratio_ = 0;          ///< p
  int shift_ = 0;             ///< log2 of the codewords of a stretch
  std::int64_t stretch_ = 0;  ///< number of this stretch in its segment
  std::int64_t cursor_ = 0;   ///< first codeword of the segment not yet judged
  std::int64_t next_bad_ = 0; ///< in the segment; last_ or more: none
  std::int64_t last_ = 0;     ///< codewords of the segment
  SimTime bad_from_ = never;
  SimTime bad_until_ = never;
  std::uint64_t uncorrectable_ = 0; ///< before next_bad_
  std::uint64_t drawn_ = 0;
};

/// Codewords of all blocks of a link that begin before `t`, while it is up (without FEC: octets).
std::uint64_t codewords_before(const LinkHealth &health, SimTime t);

} // namespace lightloom
