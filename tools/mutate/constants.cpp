// Mutation operators for literals.
#include <fmt/format.h>

#include <bit>
#include <cctype>
#include <cstdint>
#include <cstdlib>

#include "tools/mutate/operators.hpp"

namespace umbra::tools {

namespace {

/// A number as it is written, without the marks of its type.
struct number {
  std::uint64_t value = 0;
  bool mask = false;  ///< written so that its bits are seen
  std::string suffix;
};

bool parse(const std::string& text, number& out) {
  std::string digits;
  for (const char c : text) {
    if (c != '\'') digits += c;
  }
  if (digits.empty() || std::isdigit(static_cast<unsigned char>(digits[0])) == 0) return false;
  const bool binary = digits.starts_with("0b"), hexadecimal = digits.starts_with("0x");
  char* end = nullptr;
  out.value = std::strtoull(digits.c_str() + (binary ? 2 : 0), &end, binary ? 2 : hexadecimal ? 16 : 10);
  out.suffix = end;
  out.mask = binary || hexadecimal;
  return out.suffix.find_first_not_of("uUlLzZ") == std::string::npos;
}

}  // namespace

void mutate_constant(const syntax& n, const pen& p) {
  if (!p.holds(n)) return;
  const std::string text = p.of(n);
  if (n.kind == "CXXBoolLiteralExpr") p.replace("boolean", n, text == "true" ? "false" : "true");
  number written;
  if (n.kind != "IntegerLiteral" || !parse(text, written)) return;
  const std::uint64_t v = written.value;
  const auto propose = [&](std::string_view kind, std::uint64_t value) {
    p.replace(kind, n, fmt::format(fmt::runtime(written.mask ? "{:#x}{}" : "{}{}"), value, written.suffix));
  };
  if (!written.mask || v < 2) {
    propose("off-by-one", v + 1);
    if (v > 0) propose("off-by-one", v - 1);
    return;
  }
  propose("constant-bits", v & (v - 1));
  if (!std::has_single_bit(v)) propose("constant-bits", v & ~std::bit_floor(v));
  // The neighbour of the lowest bit, in its stead: a wrong column of a table in the manual.
  const std::uint64_t low = v & (~v + 1);
  const std::uint64_t neighbour = low > 1 ? low >> 1 : low << 1;
  if ((v & neighbour) == 0) propose("constant-bits", (v & ~low) | neighbour);
}

}  // namespace umbra::tools
