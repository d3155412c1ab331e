// Mutation operators for calls.
#include <algorithm>
#include <array>

#include "tools/mutate/operators.hpp"

namespace umbra::tools {

namespace {

/// The name of what is called: below casts, the function or member that is referred to.
std::pair<const syntax*, std::string> callee(const syntax& n) {
  const syntax* c = n.inner.empty() ? nullptr : &n.inner[0];
  while (c != nullptr && c->kind == "ImplicitCastExpr" && !c->inner.empty()) c = &c->inner[0];
  return {c, c == nullptr ? "" : c->name};
}

/// What counts for whether two arguments could have been confused.
std::string plain_type(std::string type) {
  for (const std::string_view word : {"const ", "umbra::"}) {
    for (std::size_t at; (at = type.find(word)) != std::string::npos;) type.erase(at, word.size());
  }
  return type;
}

bool has_no_order(std::string_view name) {
  constexpr std::array names{"both", "either", "min", "max"};
  return std::find(names.begin(), names.end(), name) != names.end();
}

}  // namespace

void mutate_call(const syntax& n, const pen& p) {
  if ((n.kind != "CallExpr" && n.kind != "CXXMemberCallExpr") || !p.holds(n)) return;
  const auto [what, name] = callee(n);
  std::vector<const syntax*> given;
  for (std::size_t at = 1; at < n.inner.size(); ++at) {
    if (!p.holds(n.inner[at])) return;
    given.push_back(&n.inner[at]);
  }
  const auto rename = [&](std::string_view kind, std::string_view was, const std::string& becomes) {
    if (name != was || what == nullptr || !p.holds(*what)) return;
    const std::size_t begin = what->end - std::min(what->end, was.size());
    if (p.text().compare(begin, was.size(), was) == 0) p.replace(kind, begin, what->end, becomes);
  };
  rename("logic", "both", "either");
  rename("logic", "either", "both");
  rename("relation", "min", "max");
  rename("relation", "max", "min");
  if ((name == "both" || name == "either") && given.size() == 2) {
    for (const syntax* side : given) p.replace("term", n, "(" + p.of(*side) + ")");
  }
  if (name == "negate" && given.size() == 1) p.replace("unary", n, "(" + p.of(*given[0]) + ")");
  if ((name == "when" || name == "select") && !given.empty()) {
    p.replace("negate", *given[0], "!(" + p.of(*given[0]) + ")");
  }
  if (name == "when" && given.size() == 2) p.replace("term", n, "(" + p.of(*given[1]) + ")");
  if (has_no_order(name)) return;
  for (std::size_t at = 0; at + 1 < given.size(); ++at) {
    const syntax &a = *given[at], &b = *given[at + 1];
    if (a.end > b.begin || plain_type(a.type) != plain_type(b.type)) continue;
    p.replace("arguments", a.begin, b.end, p.of(b) + p.text().substr(a.end, b.begin - a.end) + p.of(a));
  }
}

}  // namespace umbra::tools
