#include "models/smt/terms.hpp"

#include "models/smt/path.hpp"

namespace umbra::smt {

terms& terms::instance() {
  static terms one;
  return one;
}

const term* terms::keep(unsigned width, const z3::expr& e, const slices& parts) {
  generation& g = now();
  const auto [at, fresh] = g.by_ast.try_emplace(e);
  if (fresh) {
    Z3_inc_ref(context_, e);
    at->second = &g.kept.emplace_back(term{e, width, parts});
  }
  return at->second;
}

bits terms::variable(const std::string& name, unsigned width) {
  if (width == 0) return truth(context_.bool_const(name.c_str()));
  return integer({opaque(context_.bv_const(name.c_str(), width))});
}

bits terms::truth(const z3::expr& e) {
  if (e.is_true()) return {nullptr, 1};
  if (e.is_false()) return {nullptr, 0};
  if (const path* p = path::running()) {
    const bool turned = e.is_not();
    if (const std::optional<bool> known = p->known(turned ? e.arg(0) : e)) return {nullptr, *known != turned};
  }
  return {keep(0, e, {}), 0};
}

bits terms::integer(const slices& parts) {
  if (parts.size() == 1 && parts[0].known()) return {nullptr, parts[0].value};
  return {keep(width_of(parts), expression(parts), parts), 0};
}

slice terms::opaque(const z3::expr& e) {
  now().atoms.push_back(e);
  return {e, 0, 0, e.get_sort().bv_size()};
}

slice terms::choice(bits condition, const slices& first, const slices& second) {
  const slice s = opaque(z3::ite(truth(condition), expression(first), expression(second)));
  const bool known = first.size() == 1 && second.size() == 1 && first[0].known() && second[0].known();
  if (known) now().choices.insert_or_assign(s.atom, known_choice{condition, first[0].value, second[0].value});
  return s;
}

const terms::known_choice* terms::choice_of(Z3_ast atom) const {
  const auto at = now().choices.find(atom);
  return at == now().choices.end() ? nullptr : &at->second;
}

z3::expr terms::truth(bits b) {
  return b.symbol != nullptr ? z3::expr(context_, b.symbol->ast) : context_.bool_val(b.known != 0);
}

z3::expr terms::expression(unsigned width, bits b) {
  if (b.symbol != nullptr) return z3::expr(context_, b.symbol->ast);
  return context_.bv_val(b.known, width);
}

z3::expr terms::expression(const slice& s) {
  if (s.known()) return context_.bv_val(s.value, s.count);
  z3::expr atom(context_, s.atom);
  return s.count == atom.get_sort().bv_size() ? atom : atom.extract(s.low + s.count - 1, s.low);
}

z3::expr terms::expression(const slices& parts) {
  z3::expr e = expression(parts.back());
  for (std::size_t n = parts.size() - 1; n > 0; --n) e = z3::concat(e, expression(parts[n - 1]));
  return e;
}

slices terms::parts(unsigned width, bits b) const {
  if (b.symbol != nullptr) return b.symbol->parts;
  return {{nullptr, b.known & mask_of(width), 0, width}};
}

void terms::turn() {
  ++turn_;
  generation& g = now();
  for (const term& t : g.kept) Z3_dec_ref(context_, t.ast);
  g.by_ast.clear();
  g.kept.clear();
  g.atoms.clear();
  g.choices.clear();
}

}  // namespace umbra::smt
