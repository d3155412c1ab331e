// One way through the code under exploration: the decisions that lead there, and what that code may ask.
//
// A path is run from the start each time. Decisions that an earlier run took are repeated (and compared: code that does
// not come to the same questions again is not deterministic); at the first new one, the solver says which ways are
// open. Scopes of the solver stay as they are between runs, so that a run pays only for its own part of the path.
#pragma once

#include <z3++.h>

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <unordered_map>
#include <utility>
#include <vector>

#include <word/word.hpp>

#include "models/smt/arena.hpp"
#include "models/smt/failure.hpp"
#include "models/smt/prefix.hpp"
#include "models/smt/solver.hpp"
#include "models/smt/witness.hpp"

namespace umbra::smt {

struct limits {
  unsigned effort = 50'000'000;     ///< of the solver for one question
  unsigned decisions = 20'000;      ///< on one path, forced ones included
  std::uint64_t paths = 5'000'000;  ///< in one exploration
};

/// An obligation that fails, with a case in which it does. Ends the path.
struct refutation {
  std::string what;
  std::string told;
};

/// An assumption does not hold anywhere on this path. Ends the path.
struct path_closed {};

struct path_counts {
  std::uint64_t forks = 0, forced = 0;        ///< decisions with two ways, with one
  std::uint64_t discharged = 0, obvious = 0;  ///< obligations, by the solver and without
};

class path {
 public:
  /// Explores below `from`.
  path(const limits&, prefix from);
  ~path();
  path(const path&) = delete;
  path& operator=(const path&) = delete;

  /// The one under exploration.
  static path& current();
  static path* running();

  // --- for the code under exploration, by way of its integers --------------------------------------------------------

  bool decide(bits condition);
  /// The value that a word has on this path; a path for each that it can have.
  std::uint64_t value_of(word);
  /// What the path's decisions and assumptions say of a condition word for word; the solver is not asked.
  std::optional<bool> known(const z3::expr& condition) const;
  /// Refutes unless `condition` holds wherever this path leads.
  void require(bits condition, const char* what) { prove(flag(condition, 0), what); }

  // --- for theorems
  // -----------------------------------------------------------------------------------------------------

  /// Any value. Each is another; `name` is for people.
  word any_word(const char* name);
  flag any_flag(const char* name);
  /// A value that must be `then` wherever one of the conditions holds: what a function gives for an argument, where
  /// others were asked about before. The conditions must not contradict each other.
  struct implication {
    flag condition;
    bits then;
  };
  bits any_that_agrees(const char* name, unsigned width, const std::vector<implication>&);
  /// From here on `f` holds. Where it cannot, the path ends.
  void assume(flag f);
  /// An obligation: throws `refutation` if `f` can fail here. The solver is asked about all those at once between which
  /// nothing was decided or assumed, so it may come later.
  void prove(flag f, const std::string& what);
  /// Fails without a question.
  [[noreturn]] void refute(const std::string& what);
  /// Memory until this run ends: zeroed, and taken back without destructors.
  void* allocate(std::size_t bytes) { return arena_.allocate(bytes); }
  template <class T, class... Arguments>
  T& make(Arguments&&... arguments) {
    return *new (allocate(sizeof(T))) T(std::forward<Arguments>(arguments)...);
  }
  /// Nothing more is wanted of this path.
  [[noreturn]] void close();
  /// In a case that people are to read, this holds if it can.
  void prefer(flag f) { preferred_.push_back(f); }
  /// Tells a case of this path to people: one in which an obligation fails, or just any. `failing`: which obligation,
  /// or null.
  using teller = std::function<std::string(const witness&, const char* failing)>;
  void on_case(teller f) { tell_ = std::move(f); }
  /// To be called where a path comes to its end while what on_case() looks at is still there.
  void conclude();

  // --- for the explorer
  // -------------------------------------------------------------------------------------------------

  void begin();
  /// The run came to its end: it asked all that earlier runs had asked.
  void end();
  /// From now on conclude() tells any case of each path.
  void want_cases() { wants_cases_ = true; }
  std::vector<std::string> take_cases() { return std::exchange(cases_, {}); }
  /// Prepares the next path; false if none is left.
  bool advance();
  /// Ways that are open and not yet taken, given away: advance() will not take them.
  std::vector<prefix> hand_over();
  unsigned forks() const;

  const path_counts& counts() const { return counts_; }
  std::uint64_t solver_calls() const { return solver_.calls(); }

 private:
  struct record {
    step_kind kind;
    z3::expr condition;
    bool taken = true;
    std::uint64_t value = 0;              ///< see prefix_step
    bool open = false;                    ///< the other way is still to be explored
    std::optional<z3::model> other = {};  ///< a case of it
  };

  bool settle(const z3::expr& condition, std::uint64_t value);
  std::optional<std::uint64_t> next_value() const;
  bool repeat(const z3::expr& condition, step_kind a, step_kind b, bool& taken);
  record& note(step_kind, const z3::expr&, bool taken, std::uint64_t value = 0);
  void learn(const z3::expr&, bool holds);
  void discharge();
  const z3::model& model();
  bool holds(const z3::expr&);
  void descend(const z3::expr& condition, bool taken);
  [[noreturn]] void refute_by(z3::model, const std::string& what);
  witness preferred_case(z3::model);
  prefix encoded(std::size_t count) const;

  limits limits_;
  prefix given_;
  solver solver_;
  struct obligation {
    z3::expr claim;
    std::string what;
  };
  std::vector<record> trail_;
  std::vector<obligation> due_;
  std::size_t next_ = 0;
  std::optional<z3::model> model_;
  std::unordered_map<Z3_ast, bool> known_;
  std::vector<z3::expr> kept_;  ///< whose addresses are keys there
  unsigned fresh_ = 0;
  arena arena_;
  std::vector<flag> preferred_;
  teller tell_;
  bool wants_cases_ = false;
  std::vector<std::string> cases_;
  path_counts counts_;
};

}  // namespace umbra::smt
