#include "tools/mutate/operators.hpp"

#include <algorithm>

namespace umbra::tools {

namespace {

/// What a mistake within it is said to be in: a function, or a constant. One that works without being named (when an
/// object is made, converted or ends) has no identifier for its name.
std::string place_of(const syntax& n, const std::string& around) {
  if (n.kind == "CXXConstructorDecl" || n.kind == "CXXDestructorDecl" || n.kind == "CXXConversionDecl") {
    return n.name + "()";
  }
  if (n.kind == "FunctionDecl" || n.kind == "CXXMethodDecl") return n.name;
  return n.kind == "VarDecl" && around.empty() ? n.name : around;
}

/// Where a mistake would not be one of the program: what the compiler itself checks, or wrote.
bool is_closed(const syntax& n) {
  return n.implicit || n.kind == "StaticAssertDecl" || n.kind == "CXXDefaultArgExpr" ||
         n.kind == "CXXDefaultInitExpr" || n.kind.ends_with("Attr") || n.kind == "ConceptDecl" ||
         n.kind == "RequiresExpr";
}

}  // namespace

void mutation_finder::visit(const syntax& n, const std::string& function) {
  if (is_closed(n)) return;
  if (n.kind == "EnumDecl") learn_enumerators(n);
  const std::string where = place_of(n, function);
  if (const std::string* text = n.written() ? text_of_(n.file) : nullptr) {
    const pen p(n.file, *text, where, take_);
    mutate_operator(n, p);
    mutate_unary(n, p);
    mutate_call(n, p);
    mutate_condition(n, p);
    mutate_constant(n, p);
    mutate_enumerator(n, p);
    visit_statements(n, p);
  }
  if (n.kind == "CXXRewrittenBinaryOperator") {
    // Of `a != b` by way of an operator ==, only the operands are written anywhere.
    for (const syntax& made : n.inner) {
      for (const syntax& call : made.inner) {
        for (const syntax& operand : call.inner) visit(operand, where);
      }
    }
    return;
  }
  for (const syntax& child : n.inner) visit(child, where);
}

void mutation_finder::visit_statements(const syntax& n, const pen& p) {
  if (n.kind == "CompoundStmt") {
    for (const syntax& child : n.inner) mutate_statement(child, p);
    return;
  }
  // The last part of these is what they govern, and so is the one before an `else`.
  const bool governs = n.kind == "IfStmt" || n.kind == "WhileStmt" || n.kind == "ForStmt" ||
                       n.kind == "CXXForRangeStmt" || n.kind == "CaseStmt" || n.kind == "DefaultStmt";
  if (!governs || n.inner.empty()) return;
  mutate_statement(n.inner.back(), p);
  if (n.has_else && n.inner.size() > 1) mutate_statement(n.inner[n.inner.size() - 2], p);
}

void mutation_finder::learn_enumerators(const syntax& n) {
  std::vector<const syntax*> all;
  for (const syntax& child : n.inner) {
    if (child.kind == "EnumConstantDecl") all.push_back(&child);
  }
  for (std::size_t i = 0; i < all.size(); ++i) next_enumerator_[all[i]->identity] = all[(i + 1) % all.size()]->name;
}

void mutation_finder::mutate_enumerator(const syntax& n, const pen& p) const {
  if (n.kind != "DeclRefExpr" || n.refers != "EnumConstantDecl" || !p.holds(n)) return;
  const auto next = next_enumerator_.find(n.refers_to);
  const std::size_t name = n.end - std::min(n.end, n.name.size());
  if (next == next_enumerator_.end() || p.text().compare(name, n.name.size(), n.name) != 0) return;
  p.replace("enumerator", name, n.end, next->second);
}

}  // namespace umbra::tools
