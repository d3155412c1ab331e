// What a path owes: obligations, refutations, and cases for people.
#include "models/smt/path.hpp"
#include "models/smt/terms.hpp"

namespace umbra::smt {

void path::prove(flag f, const std::string& what) {
  const bits b = raw(f);
  if (b.symbol == nullptr) {
    if (b.known == 0) refute(what);
    ++counts_.obvious;
    return;
  }
  const z3::expr e = terms::instance().truth(b);
  bool taken = true;
  if (!repeat(e, step_kind::proved, step_kind::proved, taken)) {
    note(step_kind::proved, e, true);
    due_.push_back({e, what});
  }
  learn(e, true);
}

/// Asks about the obligations that are due, in one question.
void path::discharge() {
  if (due_.empty()) return;
  const std::vector<obligation> due = std::exchange(due_, {});
  z3::expr_vector failing(terms::instance().context());
  for (const obligation& o : due) failing.push_back(!o.claim);
  const std::optional<z3::model> against = solver_.satisfiable_with(z3::mk_or(failing));
  if (!against) {
    counts_.discharged += due.size();
    return;
  }
  for (const obligation& o : due) {
    if (!against->eval(o.claim, true).is_false()) continue;
    solver_.add(!o.claim);  // the path ends here, and its cases are those in which this obligation fails
    refute_by(*against, o.what);
  }
}

void path::close() {
  discharge();
  throw path_closed{};
}

void path::refute(const std::string& what) {
  discharge();
  refute_by(model(), what);
}

void path::refute_by(z3::model m, const std::string& what) {
  throw refutation{what, tell_ ? tell_(preferred_case(std::move(m)), what.c_str()) : std::string{}};
}

witness path::preferred_case(z3::model m) {
  solver_.open_scope();
  for (const flag f : preferred_) {
    const z3::expr e = terms::instance().truth(raw(f));
    if (m.eval(e, true).is_true()) {
      solver_.add(e);
    } else if (std::optional<z3::model> better = solver_.satisfiable_with(e)) {
      solver_.add(e);
      m = std::move(*better);
    }
  }
  solver_.close_scopes(1);
  return witness(std::move(m));
}

void path::conclude() {
  discharge();
  if (wants_cases_ && tell_) cases_.push_back(tell_(preferred_case(model()), nullptr));
  tell_ = nullptr;
}

}  // namespace umbra::smt
