// Mutation operators for expressions.
#include <array>
#include <optional>

#include "tools/mutate/operators.hpp"

namespace umbra::tools {

namespace {

struct exchange {
  std::string_view was, becomes, kind;
};

constexpr std::array exchanges{
    exchange{"<", "<=", "relation"},    exchange{"<=", "<", "relation"},    exchange{">", ">=", "relation"},
    exchange{">=", ">", "relation"},    exchange{"==", "!=", "relation"},   exchange{"!=", "==", "relation"},
    exchange{"&&", "||", "logic"},      exchange{"||", "&&", "logic"},      exchange{"+", "-", "arithmetic"},
    exchange{"-", "+", "arithmetic"},   exchange{"*", "/", "arithmetic"},   exchange{"/", "*", "arithmetic"},
    exchange{"%", "/", "arithmetic"},   exchange{"<<", ">>", "shift"},      exchange{">>", "<<", "shift"},
    exchange{"&", "|", "bits"},         exchange{"|", "&", "bits"},         exchange{"^", "&", "bits"},
    exchange{"+=", "-=", "arithmetic"}, exchange{"-=", "+=", "arithmetic"}, exchange{"<<=", ">>=", "shift"},
    exchange{">>=", "<<=", "shift"},    exchange{"&=", "|=", "bits"},       exchange{"|=", "&=", "bits"},
    exchange{"^=", "|=", "bits"},
};

/// An operator between its operands, as it is written.
struct infix {
  const syntax *left, *right;
  std::size_t begin, end;
  std::string_view sign;
};

/// Where the two operands of a binary expression are, whatever the compiler has made of it.
std::optional<std::pair<const syntax*, const syntax*>> operands(const syntax& n) {
  if (n.kind == "BinaryOperator" || n.kind == "CompoundAssignOperator") {
    if (n.inner.size() == 2) return std::pair{&n.inner[0], &n.inner[1]};
  } else if (n.kind == "CXXOperatorCallExpr") {
    if (n.inner.size() == 3) return std::pair{&n.inner[1], &n.inner[2]};
  } else if (n.kind == "CXXRewrittenBinaryOperator" && n.inner.size() == 1) {
    // `a != b` that calls an operator ==
    const syntax& inside = n.inner[0];
    if (inside.kind == "UnaryOperator" && inside.inner.size() == 1) return operands(inside.inner[0]);
  }
  return std::nullopt;
}

std::optional<infix> infix_of(const syntax& n, const pen& p) {
  const auto sides = operands(n);
  if (!sides || !p.holds(n) || !p.holds(*sides->first) || !p.holds(*sides->second)) return std::nullopt;
  const auto& [left, right] = *sides;
  if (left->end > right->begin) return std::nullopt;
  std::size_t begin = left->end, end = right->begin;
  const auto blank = [&](std::size_t at) { return p.text()[at] == ' ' || p.text()[at] == '\n'; };
  while (begin < end && blank(begin)) ++begin;
  while (begin < end && blank(end - 1)) --end;
  return infix{left, right, begin, end, std::string_view(p.text()).substr(begin, end - begin)};
}

/// Whether leaving out one side leaves something of the same type.
bool has_terms(std::string_view sign) {
  return sign == "&&" || sign == "||" || sign == "&" || sign == "|" || sign == "+" || sign == "^";
}

bool is_truth(const syntax& n) { return n.type == "bool" || n.type == "flag" || n.type == "umbra::flag"; }

bool is_comparison_of_equality(const syntax& n, const pen& p) {
  const auto i = infix_of(n, p);
  return i && (i->sign == "==" || i->sign == "!=");
}

void turn_round(std::string_view kind, const syntax& n, const pen& p) {
  // For these another operator says the same.
  if (!p.holds(n) || is_comparison_of_equality(n, p) || p.text()[n.begin] == '!') return;
  p.replace(kind, n, "!(" + p.of(n) + ")");
}

}  // namespace

void mutate_operator(const syntax& n, const pen& p) {
  const auto i = infix_of(n, p);
  if (!i) return;
  for (const exchange& e : exchanges) {
    if (e.was == i->sign) p.replace(e.kind, i->begin, i->end, std::string(e.becomes));
  }
  if (has_terms(i->sign)) {
    p.replace("term", n, p.of(*i->left));
    p.replace("term", n, p.of(*i->right));
  }
  if (i->sign == "-") p.replace("operands", n, p.of(*i->right) + " - " + p.of(*i->left));
}

void mutate_unary(const syntax& n, const pen& p) {
  if (n.kind != "UnaryOperator" || n.inner.size() != 1 || !p.holds(n)) return;
  const std::string text = p.of(n);
  if (text.starts_with("++") || text.starts_with("--")) {
    p.replace("step", n.begin, n.begin + 2, text[0] == '+' ? "--" : "++");
  } else if (n.postfix && (text.ends_with("++") || text.ends_with("--"))) {
    p.replace("step", n.end - 2, n.end, text.back() == '+' ? "--" : "++");
  } else if (text[0] == '!' || text[0] == '~' || text[0] == '-') {
    p.replace("unary", n.begin, n.begin + 1, "");
  }
}

void mutate_condition(const syntax& n, const pen& p) {
  const auto part = [&](std::size_t at) {
    if (at < n.inner.size()) turn_round("negate", n.inner[at], p);
  };
  if (n.kind == "IfStmt" && !n.constant && !n.has_variable) part(n.has_init ? 1 : 0);
  if (n.kind == "WhileStmt" && !n.has_variable) part(0);
  if (n.kind == "DoStmt") part(1);
  if (n.kind == "ForStmt") part(2);
  if (n.kind == "ConditionalOperator") part(0);
  if (n.kind == "ReturnStmt" && n.inner.size() == 1 && is_truth(n.inner[0]) &&
      n.inner[0].kind != "CXXBoolLiteralExpr") {
    turn_round("result", n.inner[0], p);
  }
}

}  // namespace umbra::tools
