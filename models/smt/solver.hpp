// Z3, asked about conjunctions of conditions in nested scopes, each question within a limit that does not depend on
// time.
#pragma once

#include <z3++.h>

#include <cstdint>
#include <optional>

namespace umbra::smt {

class solver {
 public:
  /// `effort`: Z3's own unit of work (rlimit) that one question may take.
  solver(z3::context&, unsigned effort);

  void open_scope();
  void close_scopes(unsigned count);
  unsigned scopes() const { return scopes_; }

  /// From here on, until the scope is closed, `e` holds.
  void add(const z3::expr& e) { solver_.add(e); }
  /// Values under which all that was added holds; nothing if there are none. Throws `failure` where Z3 does not know.
  std::optional<z3::model> satisfiable();
  /// The same with one more condition, for this question only.
  std::optional<z3::model> satisfiable_with(const z3::expr&);

  std::uint64_t calls() const { return calls_; }

 private:
  z3::solver solver_;
  unsigned effort_;
  unsigned scopes_ = 0;
  std::uint64_t calls_ = 0;
};

}  // namespace umbra::smt
