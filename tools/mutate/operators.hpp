// The mutation operators: single mistakes that a person could have made, found in the tree of a source file.
#pragma once

#include <map>
#include <string>

#include "tools/mutate/pen.hpp"

namespace umbra::tools {

// Each looks at one node and proposes what it can make of it.

/// `<` for `<=`, `&&` for `||`, `+` for `-`, one side of an `&` left out, ...
void mutate_operator(const syntax&, const pen&);
/// `!`, `~` and `-` left out, `++` for `--`.
void mutate_unary(const syntax&, const pen&);
/// both() for either(), a condition of select() turned round, two arguments of one type exchanged, ...
void mutate_call(const syntax&, const pen&);
/// The condition of an `if`, a loop or a `?:` turned round; a returned truth turned round.
void mutate_condition(const syntax&, const pen&);
/// A number one more or less, a mask with one bit less or moved, true for false.
void mutate_constant(const syntax&, const pen&);
/// A statement in the list of them (or alone under an `if` or a loop) left out.
void mutate_statement(const syntax&, const pen&);

/// Finds them all in one dump; `enumerators_` is why it has a state.
class mutation_finder {
 public:
  /// `text_of` gives the text of a file that the compiler opened, or null if it is none to mutate.
  using texts = std::function<const std::string*(const std::string& file)>;
  mutation_finder(texts text_of, pen::taker take) : text_of_(std::move(text_of)), take_(std::move(take)) {}

  void visit(const syntax& declaration) { visit(declaration, ""); }

 private:
  void visit(const syntax&, const std::string& function);
  void visit_statements(const syntax&, const pen&);
  void learn_enumerators(const syntax&);
  void mutate_enumerator(const syntax&, const pen&) const;

  texts text_of_;
  pen::taker take_;
  std::map<std::string, std::string> next_enumerator_;  ///< by the identity of the one before; the last has the first
};

}  // namespace umbra::tools
