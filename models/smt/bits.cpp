// The operators. What is only bookkeeping of bits is done here, on the normal form; the solver gets the rest, no wider
// than it must be.
#include "models/smt/bits.hpp"

#include <algorithm>
#include <bit>
#include <functional>
#include <optional>

#include "models/smt/path.hpp"
#include "models/smt/terms.hpp"

namespace umbra::smt {

namespace {

terms& all() { return terms::instance(); }
slices parts(unsigned width, bits b) { return all().parts(width, b); }

slice zeros(unsigned count) { return {nullptr, 0, 0, count}; }

/// The bits that are the same in all values.
struct knowledge {
  std::uint64_t zeros = 0, ones = 0;
  std::uint64_t possible(unsigned width) const { return ~zeros & mask_of(width); }
};
knowledge known_of(unsigned width, bits b) {
  if (b.symbol == nullptr) return {~b.known & mask_of(width), b.known};
  knowledge k;
  unsigned at = 0;
  for (const slice& s : b.symbol->parts) {
    if (s.known()) {
      k.ones |= s.value << at;
      k.zeros |= (~s.value & mask_of(s.count)) << at;
    }
    at += s.count;
  }
  return k;
}

bool is_known(bits b, std::uint64_t value) { return b.symbol == nullptr && b.known == value; }
bool identical(bits a, bits b) { return a.symbol != nullptr && b.symbol != nullptr && a.symbol->ast == b.symbol->ast; }

/// An error of the code under exploration if it can fail.
void require(bits condition, const char* what) { path::current().require(condition, what); }

/// Bit by bit, where `resolve` can say of a known run and the other operand what the result is; else by the solver.
using resolution = std::function<slice(const slice& run, const slice& other)>;
using combination = std::function<z3::expr(const z3::expr&, const z3::expr&)>;
bits bitwise(unsigned width, bits a, bits b, const resolution& resolve, const combination& combine,
             const std::function<slice(const slice&)>& of_equals) {
  slices result;
  for (const pairing& p : paired(parts(width, a), parts(width, b))) {
    if (p.a == p.b && !p.a.known()) {
      append(result, of_equals(p.a));
      continue;
    }
    if (!p.a.known() && !p.b.known()) {
      append(result, all().opaque(combine(all().expression(p.a), all().expression(p.b))));
      continue;
    }
    const slice& fixed = p.a.known() ? p.a : p.b;
    const slice& other = p.a.known() ? p.b : p.a;
    unsigned at = 0;
    for (const slice& run : runs_of(fixed)) {
      append(result, resolve(run, other.part(at, run.count)));
      at += run.count;
    }
  }
  return all().integer(result);
}

slice inverted(const slice& s) {
  if (s.known()) return {nullptr, ~s.value & mask_of(s.count), 0, s.count};
  return all().opaque(~all().expression(s));
}

/// How many low bits no carry or borrow can come from: in each, `a`'s or `b`'s is known to be 0 (`b`'s alone, to
/// subtract).
unsigned quiet_bits(unsigned width, std::uint64_t quiet) {
  return std::min<unsigned>(width, static_cast<unsigned>(std::countr_one(quiet)));
}

}  // namespace

bits conjunction(unsigned width, bits a, bits b) {
  return bitwise(
      width, a, b, [](const slice& run, const slice& other) { return run.value != 0 ? other : zeros(run.count); },
      [](const z3::expr& x, const z3::expr& y) { return x & y; }, [](const slice& s) { return s; });
}

bits disjunction(unsigned width, bits a, bits b) {
  return bitwise(
      width, a, b, [](const slice& run, const slice& other) { return run.value != 0 ? run : other; },
      [](const z3::expr& x, const z3::expr& y) { return x | y; }, [](const slice& s) { return s; });
}

bits exclusive(unsigned width, bits a, bits b) {
  return bitwise(
      width, a, b, [](const slice& run, const slice& other) { return run.value != 0 ? inverted(other) : other; },
      [](const z3::expr& x, const z3::expr& y) { return x ^ y; }, [](const slice& s) { return zeros(s.count); });
}

bits complement(unsigned width, bits a) {
  slices result;
  for (const slice& s : parts(width, a)) append(result, inverted(s));
  return all().integer(result);
}

bits sum(unsigned width, bits a, bits b) {
  const knowledge of_a = known_of(width, a), of_b = known_of(width, b);
  const unsigned quiet = quiet_bits(width, of_a.zeros | of_b.zeros);
  if (quiet == width) return disjunction(width, a, b);
  const slices low_a = cut(parts(width, a), 0, quiet), low_b = cut(parts(width, b), 0, quiet);
  slices result;
  if (quiet > 0) result = parts(quiet, disjunction(quiet, all().integer(low_a), all().integer(low_b)));
  // No sum of the upper parts is above that of their largest values: bits beyond it stay 0.
  const unsigned rest = width - quiet;
  const std::uint64_t most_a = of_a.possible(width) >> quiet, most_b = of_b.possible(width) >> quiet;
  unsigned used = rest;
  if (most_a <= mask_of(rest) - most_b) used = std::max(1u, static_cast<unsigned>(std::bit_width(most_a + most_b)));
  const slices high_a = cut(parts(width, a), quiet, used), high_b = cut(parts(width, b), quiet, used);
  append(result, all().opaque(all().expression(high_a) + all().expression(high_b)));
  if (used < rest) append(result, zeros(rest - used));
  return all().integer(result);
}

bits difference(unsigned width, bits a, bits b) {
  if (identical(a, b)) return {nullptr, 0};
  const unsigned quiet = quiet_bits(width, known_of(width, b).zeros);
  if (quiet == width) return a;
  slices result = cut(parts(width, a), 0, quiet);
  const slices high_a = cut(parts(width, a), quiet, width - quiet), high_b = cut(parts(width, b), quiet, width - quiet);
  append(result, all().opaque(all().expression(high_a) - all().expression(high_b)));
  return all().integer(result);
}

bits product(unsigned width, bits a, bits b) {
  if (a.symbol == nullptr && b.symbol != nullptr) return product(width, b, a);
  if (is_known(b, 0)) return {nullptr, 0};
  if (b.symbol == nullptr && std::has_single_bit(b.known))
    return shifted_left(width, a, {nullptr, static_cast<std::uint64_t>(std::countr_zero(b.known))});
  return all().integer({all().opaque(all().expression(width, a) * all().expression(width, b))});
}

bits quotient(unsigned width, bits a, bits b) {
  require(negation(equal(width, b, {})), "a divisor is not zero");
  return all().integer({all().opaque(z3::udiv(all().expression(width, a), all().expression(width, b)))});
}

bits remainder(unsigned width, bits a, bits b) {
  require(negation(equal(width, b, {})), "a divisor is not zero");
  return all().integer({all().opaque(z3::urem(all().expression(width, a), all().expression(width, b)))});
}

bits shifted_left(unsigned width, bits a, bits distance) {
  if (distance.symbol != nullptr || distance.known >= width) {
    require(below(width, distance, {nullptr, width}), "a shift is shorter than the integer");
    return all().integer({all().opaque(z3::shl(all().expression(width, a), all().expression(width, distance)))});
  }
  const auto n = static_cast<unsigned>(distance.known);
  if (n == 0) return a;
  slices result{zeros(n)};
  for (const slice& s : cut(parts(width, a), 0, width - n)) append(result, s);
  return all().integer(result);
}

bits shifted_right(unsigned width, bits a, bits distance) {
  if (distance.symbol != nullptr || distance.known >= width) {
    require(below(width, distance, {nullptr, width}), "a shift is shorter than the integer");
    return all().integer({all().opaque(z3::lshr(all().expression(width, a), all().expression(width, distance)))});
  }
  const auto n = static_cast<unsigned>(distance.known);
  if (n == 0) return a;
  slices result = cut(parts(width, a), n, width - n);
  append(result, zeros(n));
  return all().integer(result);
}

bits resized(unsigned from, unsigned to, bits a) {
  if (from == to) return a;
  if (to < from) return all().integer(cut(parts(from, a), 0, to));
  slices result = parts(from, a);
  append(result, zeros(to - from));
  return all().integer(result);
}

bits sign_extended(unsigned from, unsigned to, bits a) {
  if (from == to) return a;
  slices result = parts(from, a);
  const slice sign = cut(result, from - 1, 1).front();
  const unsigned added = to - from;
  if (sign.known()) {
    append(result, {nullptr, sign.value != 0 ? mask_of(added) : 0, 0, added});
  } else {
    append(result, all().opaque(z3::sext(all().expression(sign), added - 1)));
  }
  return all().integer(result);
}

namespace {

/// Whether a known value is that of a choice between two known values, if that is what the other slice is.
std::optional<bits> equals_choice(const slice& a, const slice& b) {
  if (a.known() == b.known()) return std::nullopt;
  const slice& fixed = a.known() ? a : b;
  const slice& open = a.known() ? b : a;
  const terms::known_choice* c = all().choice_of(open.atom);
  if (c == nullptr) return std::nullopt;
  const bool first = slice{nullptr, c->first, 0, 64}.part(open.low, open.count).value == fixed.value;
  const bool second = slice{nullptr, c->second, 0, 64}.part(open.low, open.count).value == fixed.value;
  if (first && second) return bits{nullptr, 1};
  if (first) return c->condition;
  return second ? negation(c->condition) : bits{nullptr, 0};
}

/// In an order that does not depend on who asks.
bits same_slices(const slice& a, const slice& b) {
  const z3::expr x = all().expression(a), y = all().expression(b);
  return all().truth(x.hash() <= y.hash() ? x == y : y == x);
}

}  // namespace

bits equal(unsigned width, bits a, bits b) {
  if (both_known(a, b)) return {nullptr, a.known == b.known};
  // Part by part, so that what the path knows of two parts (that two frames differ, say) counts.
  bits result{nullptr, 1};
  for (const pairing& p : paired(parts(width, a), parts(width, b))) {
    if (p.a == p.b) continue;
    if (p.a.known() && p.b.known()) return {nullptr, 0};
    const std::optional<bits> known = equals_choice(p.a, p.b);
    result = all_of(result, known ? *known : same_slices(p.a, p.b));
    if (is_known(result, 0)) return result;
  }
  return result;
}

bits below(unsigned width, bits a, bits b) {
  if (both_known(a, b)) return {nullptr, a.known < b.known};
  const knowledge of_a = known_of(width, a), of_b = known_of(width, b);
  if (of_a.possible(width) < of_b.ones) return {nullptr, 1};
  if (of_a.ones >= of_b.possible(width)) return {nullptr, 0};
  // Upper bits that are the same do not matter.
  const std::vector<pairing> pairs = paired(parts(width, a), parts(width, b));
  std::size_t count = pairs.size();
  while (count > 0 && pairs[count - 1].a == pairs[count - 1].b) --count;
  if (count == 0) return {nullptr, 0};
  slices left, right;
  for (std::size_t n = 0; n < count; ++n) {
    append(left, pairs[n].a);
    append(right, pairs[n].b);
  }
  return all().truth(z3::ult(all().expression(left), all().expression(right)));
}

bits negation(bits a) {
  if (a.symbol == nullptr) return {nullptr, a.known == 0};
  const z3::expr e = all().truth(a);
  return all().truth(e.is_not() ? e.arg(0) : !e);
}

bits all_of(bits a, bits b) {
  if (a.symbol == nullptr) return a.known != 0 ? b : a;
  if (b.symbol == nullptr) return b.known != 0 ? a : b;
  if (identical(a, b)) return a;
  return all().truth(all().truth(a) && all().truth(b));
}

bits any_of(bits a, bits b) {
  if (a.symbol == nullptr) return a.known != 0 ? a : b;
  if (b.symbol == nullptr) return b.known != 0 ? b : a;
  if (identical(a, b)) return a;
  return all().truth(all().truth(a) || all().truth(b));
}

bits same(bits a, bits b) {
  if (a.symbol == nullptr) return a.known != 0 ? b : negation(b);
  if (b.symbol == nullptr) return b.known != 0 ? a : negation(a);
  if (identical(a, b)) return {nullptr, 1};
  return all().truth(all().truth(a) == all().truth(b));
}

bits chosen(unsigned width, bits condition, bits a, bits b) {
  if (condition.symbol == nullptr) return condition.known != 0 ? a : b;
  const z3::expr c = all().truth(condition);
  if (width == 0) {
    if (identical(a, b) || (both_known(a, b) && a.known == b.known)) return a;
    if (both_known(a, b)) return a.known != 0 ? condition : negation(condition);
    if (a.symbol == nullptr) return a.known != 0 ? any_of(condition, b) : all_of(negation(condition), b);
    if (b.symbol == nullptr) return b.known != 0 ? any_of(negation(condition), a) : all_of(condition, a);
    return all().truth(z3::ite(c, all().truth(a), all().truth(b)));
  }
  slices result, left, right;
  const auto settle = [&] {
    if (left.empty()) return;
    append(result, all().choice(condition, left, right));
    left.clear();
    right.clear();
  };
  for (const pairing& p : paired(parts(width, a), parts(width, b))) {
    for (const pairing& run : runs_of_agreement(p)) {
      if (run.a == run.b) {
        settle();
        append(result, run.a);
      } else {
        append(left, run.a);
        append(right, run.b);
      }
    }
  }
  settle();
  return all().integer(result);
}

bool decide(bits condition) { return path::current().decide(condition); }

}  // namespace umbra::smt
