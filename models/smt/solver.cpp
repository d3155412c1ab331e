#include "models/smt/solver.hpp"

#include <string>

#include "models/smt/failure.hpp"

namespace umbra::smt {

solver::solver(z3::context& c, unsigned effort) : solver_(c), effort_(effort) {
  z3::params p(c);
  p.set("rlimit", effort_);
  solver_.set(p);
}

void solver::open_scope() {
  solver_.push();
  ++scopes_;
}

void solver::close_scopes(unsigned count) {
  solver_.pop(count);
  scopes_ -= count;
}

std::optional<z3::model> solver::satisfiable() {
  ++calls_;
  switch (solver_.check()) {
    case z3::sat:
      return solver_.get_model();
    case z3::unsat:
      return std::nullopt;
    case z3::unknown:
      break;
  }
  throw failure(failure_kind::unknown, "Z3 gave up on a question (" + solver_.reason_unknown() + "); its limit is " +
                                           std::to_string(effort_) + ".");
}

std::optional<z3::model> solver::satisfiable_with(const z3::expr& e) {
  solver_.push();
  std::optional<z3::model> found;
  try {
    solver_.add(e);
    found = satisfiable();
  } catch (...) {
    solver_.pop();
    throw;
  }
  solver_.pop();
  return found;
}

}  // namespace umbra::smt
