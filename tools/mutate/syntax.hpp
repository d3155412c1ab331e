// What clang's parser makes of a source file, as far as mutation operators need it. It comes from clang's own dump of
// its tree (-ast-dump=json), so that nothing but the compiler has to be there.
#pragma once

#include <cstddef>
#include <filesystem>
#include <functional>
#include <string>
#include <vector>

namespace umbra::tools {

struct syntax {
  std::string kind;                ///< clang's name: "IfStmt", "BinaryOperator", ...; "" for a part that is left out
  std::string name;                ///< what is declared, or referred to
  std::string type;                ///< of an expression or declaration
  std::string refers, refers_to;   ///< kind and identity of the declaration that is referred to
  std::string identity;            ///< of this node, in this dump
  std::string file;                ///< as the compiler opened it
  std::size_t begin = 0, end = 0;  ///< bytes in the file; the same if it is written nowhere
  bool macro = false;              ///< comes out of one
  bool implicit = false;           ///< the compiler wrote it
  bool postfix = false;
  bool has_init = false, has_variable = false, has_else = false, constant = false;  ///< parts that an `if` has
  std::vector<syntax> inner;

  bool written() const { return !macro && !implicit && end > begin; }
};

/// Reads a dump, one declaration at the top after another, and hands over each. Throws `error` if it is not one.
void read_syntax(const std::string& dump, const std::function<void(const syntax&)>& take);

}  // namespace umbra::tools
