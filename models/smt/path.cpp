#include "models/smt/path.hpp"

#include <algorithm>
#include <utility>

#include "models/smt/terms.hpp"

namespace umbra::smt {

namespace {

path* under_exploration = nullptr;

terms& all() { return terms::instance(); }

/// The conditions under which decisions are kept: never a negation, so that both ways of asking find the same answer.
struct question {
  z3::expr condition;
  bool turned;
};
question question_of(bits b) {
  z3::expr e = all().truth(b);
  if (e.is_not()) return {e.arg(0), true};
  return {e, false};
}

}  // namespace

path::path(const limits& l, prefix from) : limits_(l), given_(std::move(from)), solver_(all().context(), l.effort) {
  under_exploration = this;
}

path::~path() { under_exploration = nullptr; }

path* path::running() { return under_exploration; }

path& path::current() {
  if (under_exploration == nullptr)
    throw failure(failure_kind::misuse, "A symbolic value was asked for its truth where no path is explored.");
  return *under_exploration;
}

void path::begin() {
  all().turn();
  next_ = 0;
  fresh_ = 0;
  known_.clear();
  kept_.clear();
  preferred_.clear();
  tell_ = nullptr;
  arena_.clear();
  due_.clear();
}

void path::end() {
  if (tell_ && !due_.empty())
    throw failure(failure_kind::misuse, "A path with obligations ended without a conclusion.");
  discharge();
  if (next_ != trail_.size() || next_ < given_.size())
    throw failure(failure_kind::diverged, "A path that was run again ended before it came to its known decisions.");
}

/// Whether this step is one that is known; `taken` is then how it went.
bool path::repeat(const z3::expr& condition, step_kind a, step_kind b, bool& taken) {
  if (next_ < trail_.size()) {
    const record& r = trail_[next_];
    if ((r.kind != a && r.kind != b) || !z3::eq(r.condition, condition))
      throw failure(failure_kind::diverged, "A path that was run again came to another question.");
    taken = r.taken;
  } else if (next_ < given_.size()) {
    const prefix_step& s = given_[next_];
    if ((s.kind != a && s.kind != b) || s.hash != condition.hash())
      throw failure(failure_kind::diverged, "A path that another process began came to another question.");
    taken = s.taken;
    trail_.push_back({s.kind, condition, taken, s.value});
    if (s.kind == step_kind::fork) descend(condition, taken);
    if (s.kind == step_kind::assumed) solver_.add(condition);
  } else {
    return false;
  }
  ++next_;
  return true;
}

path::record& path::note(step_kind k, const z3::expr& condition, bool taken, std::uint64_t value) {
  if (trail_.size() == limits_.decisions)
    throw failure(failure_kind::limit,
                  "A path has more than " + std::to_string(limits_.decisions) + " decisions: does a loop have an end?");
  ++next_;
  return trail_.emplace_back(record{k, condition, taken, value});
}

void path::descend(const z3::expr& condition, bool taken) {
  solver_.open_scope();
  solver_.add(taken ? condition : !condition);
}

const z3::model& path::model() {
  if (!model_) {
    model_ = solver_.satisfiable();
    if (!model_) throw failure(failure_kind::diverged, "A path that another process began cannot be taken.");
  }
  return *model_;
}

bool path::holds(const z3::expr& e) { return model().eval(e, true).is_true(); }

/// Goes the way that this path goes, or chooses one.
bool path::settle(const z3::expr& condition, std::uint64_t value) {
  bool taken = true;
  if (repeat(condition, step_kind::fork, step_kind::forced, taken)) return taken;
  discharge();
  taken = holds(condition);
  std::optional<z3::model> other = solver_.satisfiable_with(taken ? !condition : condition);
  record& r = note(other ? step_kind::fork : step_kind::forced, condition, taken, value);
  if (!other) {
    ++counts_.forced;
    return taken;
  }
  ++counts_.forks;
  r.open = true;
  r.other = std::move(other);
  descend(condition, taken);
  return taken;
}

bool path::decide(bits b) {
  if (b.symbol == nullptr) return b.known != 0;
  const question q = question_of(b);
  if (const std::optional<bool> known = this->known(q.condition)) return *known != q.turned;
  const bool taken = settle(q.condition, 0);
  learn(q.condition, taken);
  return taken != q.turned;
}

std::optional<bool> path::known(const z3::expr& condition) const {
  const auto at = known_.find(condition);
  if (at == known_.end()) return std::nullopt;
  return at->second;
}

/// Remembers a condition, and those that it is made of, as far as it settles them.
void path::learn(const z3::expr& e, bool holds) {
  if (e.is_not()) return learn(e.arg(0), !holds);
  if (!known_.try_emplace(e, holds).second) return;
  kept_.push_back(e);
  if (holds ? e.is_and() : e.is_or()) {
    for (unsigned n = 0; n < e.num_args(); ++n) learn(e.arg(n), holds);
  }
}

/// What an earlier run of this path asked about here.
std::optional<std::uint64_t> path::next_value() const {
  if (next_ < trail_.size()) return trail_[next_].value;
  if (next_ < given_.size()) return given_[next_].value;
  return std::nullopt;
}

std::uint64_t path::value_of(word w) {
  const bits b = raw(w);
  if (b.symbol == nullptr) return b.known;
  const z3::expr e = all().expression(64, b);
  for (;;) {
    const std::optional<std::uint64_t> known = next_value();
    const std::uint64_t value = known ? *known : witness(model()).value(64, b);
    const z3::expr is = e == all().context().bv_val(value, 64);
    if (settle(is, value)) {
      learn(is, true);
      return value;
    }
  }
}

word path::any_word(const char* name) {
  return word(all().variable(std::string(name) + '#' + std::to_string(fresh_++), 64), 0);
}

flag path::any_flag(const char* name) {
  return flag(all().variable(std::string(name) + '#' + std::to_string(fresh_++), 0), 0);
}

bits path::any_that_agrees(const char* name, unsigned width, const std::vector<implication>& known) {
  const std::string full = std::string(name) + '#' + std::to_string(fresh_++);
  for (const implication& i : known) {
    if (raw(i.condition).symbol == nullptr && raw(i.condition).known != 0) return i.then;
  }
  const bits value = all().variable(full, width);
  z3::expr_vector rules(all().context());
  const auto expression = [width](bits b) { return width == 0 ? all().truth(b) : all().expression(width, b); };
  for (const implication& i : known) {
    if (raw(i.condition).symbol == nullptr) continue;
    rules.push_back(z3::implies(all().truth(raw(i.condition)), expression(value) == expression(i.then)));
  }
  if (rules.empty()) return value;
  const z3::expr rule = z3::mk_and(rules);
  bool taken = true;
  if (repeat(rule, step_kind::assumed, step_kind::assumed, taken)) return value;
  discharge();
  // The case at hand says which condition holds in it, if any, and so what the new value is there.
  z3::expr mine = expression(width == 0 ? bits{nullptr, 0} : bits{nullptr, 0});
  for (const implication& i : known) {
    if (raw(i.condition).symbol != nullptr && holds(all().truth(raw(i.condition))))
      mine = model_->eval(expression(i.then), true);
  }
  z3::func_decl name_of_value = expression(value).decl();
  model_->add_const_interp(name_of_value, mine);
  note(step_kind::assumed, rule, true);
  solver_.add(rule);
  if (!holds(rule)) throw failure(failure_kind::misuse, "A function was given two values for one argument.");
  return value;
}

void path::assume(flag f) {
  const bits b = raw(f);
  if (b.symbol == nullptr) {
    if (b.known == 0) close();
    return;
  }
  const z3::expr e = all().truth(b);
  bool taken = true;
  if (!repeat(e, step_kind::assumed, step_kind::assumed, taken)) {
    discharge();
    const bool still = holds(e);
    note(step_kind::assumed, e, true);
    solver_.add(e);
    if (!still) {
      model_ = solver_.satisfiable();
      if (!model_) throw path_closed{};
    }
  }
  learn(e, true);
}

}  // namespace umbra::smt
