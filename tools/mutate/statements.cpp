// Mutation operators that leave a statement out.
#include <algorithm>
#include <array>

#include "tools/mutate/operators.hpp"

namespace umbra::tools {

namespace {

bool is_one_of(const syntax& n, std::initializer_list<std::string_view> kinds) {
  return std::find(kinds.begin(), kinds.end(), n.kind) != kinds.end();
}

/// Whether it ends with a semicolon that is not its own, and does something.
bool is_effect(const syntax& n, const pen& p) {
  if (is_one_of(n, {"CallExpr", "CXXMemberCallExpr", "CompoundAssignOperator", "ExprWithCleanups", "BreakStmt",
                    "ContinueStmt"})) {
    return true;
  }
  if (n.kind == "BinaryOperator" || n.kind == "CXXOperatorCallExpr") {
    return p.of(n).find('=') != std::string::npos;
  }
  if (n.kind == "UnaryOperator") {
    const std::string text = p.of(n);
    return text.find("++") != std::string::npos || text.find("--") != std::string::npos;
  }
  return n.kind == "ReturnStmt" && n.inner.empty();
}

/// Whether it tells processors, or has them told, that a right is gone.
bool is_flush(const std::string& text) {
  constexpr std::array words{"flush", "kick", "invalidate", "invlpg", "invvpid"};
  return std::any_of(words.begin(), words.end(), [&](const char* w) { return text.find(w) != std::string::npos; });
}

}  // namespace

void mutate_statement(const syntax& n, const pen& p) {
  if (!p.holds(n)) return;
  if (n.kind == "IfStmt" && !n.has_else && !n.constant && !n.has_variable) {
    p.replace("guard", n, p.text()[n.end - 1] == '}' ? "{}" : "");
  } else if (is_effect(n, p)) {
    p.replace(is_flush(p.of(n)) ? "flush" : "statement", n, "");
  }
}

}  // namespace umbra::tools
