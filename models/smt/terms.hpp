// The solver's terms that the path under exploration has made.
#pragma once

#include <z3++.h>

#include <array>
#include <cstdint>
#include <deque>
#include <string>
#include <unordered_map>

#include "models/smt/bits.hpp"
#include "models/smt/slices.hpp"

namespace umbra::smt {

/// A value that is not known in full.
struct term {
  Z3_ast ast;
  unsigned width;  ///< 0: a truth value
  slices parts;    ///< of an integer: its normal form, of which `ast` is the expression
};

class terms {
 public:
  /// The process has one: terms are made by operators, which can be handed nothing.
  static terms& instance();

  z3::context& context() { return context_; }

  /// A name for any value of `width` bits; 0: for a truth value. The same name is the same value.
  bits variable(const std::string& name, unsigned width);
  bits truth(const z3::expr&);
  bits integer(const slices&);
  /// What the solver alone can make of some operands: a run of bits by itself.
  slice opaque(const z3::expr&);

  /// One of two, by a condition that is not known.
  slice choice(bits condition, const slices& first, const slices& second);
  /// A choice between two known values.
  struct known_choice {
    bits condition;
    std::uint64_t first, second;
  };
  const known_choice* choice_of(Z3_ast atom) const;

  z3::expr truth(bits);
  z3::expr expression(unsigned width, bits);
  z3::expr expression(const slices&);
  z3::expr expression(const slice&);
  slices parts(unsigned width, bits) const;

  /// A new path starts. Terms of the last one are kept for as long as it runs, since most of it will be made again;
  /// older ones are let go.
  void turn();

 private:
  struct generation {
    std::deque<term> kept;
    std::unordered_map<Z3_ast, const term*> by_ast;
    std::deque<z3::expr> atoms;
    std::unordered_map<Z3_ast, known_choice> choices;
  };
  generation& now() { return generations_[turn_ & 1]; }
  const generation& now() const { return generations_[turn_ & 1]; }
  const term* keep(unsigned width, const z3::expr&, const slices&);

  z3::context context_;
  std::array<generation, 2> generations_;
  unsigned turn_ = 0;
};

}  // namespace umbra::smt
