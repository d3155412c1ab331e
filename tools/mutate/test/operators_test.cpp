// What each mutation operator makes of a few lines, and what none may touch.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tools/cli/process.hpp"
#include "tools/cli/test/scratch.hpp"
#include "tools/cli/tree.hpp"
#include "tools/mutate/operators.hpp"

namespace umbra::tools {
namespace {

using ::testing::Contains;
using ::testing::IsEmpty;
using ::testing::IsSupersetOf;
using ::testing::Not;
using ::testing::UnorderedElementsAre;

class operators : public ::testing::Test {
 protected:
  /// Every change that is proposed for a source text, as "operator: the line as it would be".
  std::vector<std::string> changes(const std::string& lines) {
    const std::string text = "namespace umbra {\n" + lines + "\n}\n";
    const std::string source = place_ / "source.cpp", dump = place_ / "dump";
    write_file(source, text);
    run({.words = {"clang++-19", "-std=c++20", "-w", "-fsyntax-only", "-Xclang", "-ast-dump=json", "-Xclang",
                   "-ast-dump-filter=umbra", source},
         .environment = {{"CCACHE_DISABLE", "1"}},
         .output = dump});
    std::vector<std::string> all;
    mutation_finder finder(
        [&](const std::string& file) { return file == source ? &text : nullptr; },
        [&](const proposal& p) { all.push_back(p.kind + ": " + squeezed(lines_touched(text, p.change).becomes)); });
    read_syntax(read_file(dump), [&](const syntax& s) { finder.visit(s); });
    return all;
  }
  scratch place_;
};

TEST_F(operators, relations_and_terms) {
  EXPECT_THAT(
      changes("bool f(int a, int b) { return a < b && b; }"),
      UnorderedElementsAre("relation: bool f(int a, int b) { return a <= b && b; }",
                           "logic: bool f(int a, int b) { return a < b || b; }",
                           "term: bool f(int a, int b) { return a < b; }", "term: bool f(int a, int b) { return b; }",
                           "result: bool f(int a, int b) { return !(a < b && b); }"));
}

TEST_F(operators, arithmetic_bits_and_shifts) {
  EXPECT_THAT(changes("int f(int a, int b) { return (a - b) & (a << b); }"),
              IsSupersetOf({"arithmetic: int f(int a, int b) { return (a + b) & (a << b); }",
                            "operands: int f(int a, int b) { return (b - a) & (a << b); }",
                            "bits: int f(int a, int b) { return (a - b) | (a << b); }",
                            "shift: int f(int a, int b) { return (a - b) & (a >> b); }"}));
  EXPECT_THAT(changes("void f(int& a) { a |= 1; }"),
              UnorderedElementsAre("bits: void f(int& a) { a &= 1; }", "off-by-one: void f(int& a) { a |= 2; }",
                                   "off-by-one: void f(int& a) { a |= 0; }", "statement: void f(int& a) { ; }"));
}

TEST_F(operators, conditions) {
  EXPECT_THAT(changes("int f(bool a) { if (a) return 7; return a ? 8 : 9; }"),
              IsSupersetOf({"negate: int f(bool a) { if (!(a)) return 7; return a ? 8 : 9; }",
                            "guard: int f(bool a) { ; return a ? 8 : 9; }",
                            "negate: int f(bool a) { if (a) return 7; return !(a) ? 8 : 9; }"}));
  EXPECT_THAT(changes("void f(bool a) { while (a) a = false; }"),
              IsSupersetOf(
                  {"negate: void f(bool a) { while (!(a)) a = false; }", "statement: void f(bool a) { while (a) ; }"}));
}

TEST_F(operators, an_equality_is_turned_round_once) {
  const auto all = changes("int f(int a, int b) { if (a == b) return 7; return 8; }");
  EXPECT_THAT(all, Contains("relation: int f(int a, int b) { if (a != b) return 7; return 8; }"));
  EXPECT_THAT(all, Not(Contains(::testing::StartsWith("negate"))));
}

TEST_F(operators, an_operator_of_a_class_and_one_that_is_rewritten) {
  const std::string type = "struct s { int x; bool operator==(const s&) const = default; s operator+(int) const; };\n";
  EXPECT_THAT(changes(type + "bool f(s a, s b) { return a != b; }"),
              UnorderedElementsAre("relation: bool f(s a, s b) { return a == b; }"));
  EXPECT_THAT(changes(type + "s f(s a) { return a + 4; }"), Contains("arithmetic: s f(s a) { return a - 4; }"));
}

TEST_F(operators, numbers_and_masks) {
  EXPECT_THAT(changes("const int a = 12;"),
              UnorderedElementsAre("off-by-one: const int a = 13;", "off-by-one: const int a = 11;"));
  EXPECT_THAT(changes("const unsigned long a = 0x1'4000ull;"),
              UnorderedElementsAre("constant-bits: const unsigned long a = 0x10000ull;",
                                   "constant-bits: const unsigned long a = 0x4000ull;",
                                   "constant-bits: const unsigned long a = 0x12000ull;"));
  EXPECT_THAT(changes("const bool a = true;"), UnorderedElementsAre("boolean: const bool a = false;"));
}

TEST_F(operators, enumerators_and_arguments) {
  EXPECT_THAT(changes("enum class e { a, b };\nint f(e, e, int);\nint x = f(e::a, e::b, 0);"),
              IsSupersetOf({"enumerator: int x = f(e::b, e::b, 0);", "enumerator: int x = f(e::a, e::a, 0);",
                            "arguments: int x = f(e::b, e::a, 0);"}));
}

TEST_F(operators, the_words_of_the_core) {
  const std::string words =
      "using flag = bool;\nflag both(flag, flag); flag either(flag, flag); flag negate(flag);\n"
      "template <class T> T select(flag c, T a, T b);\n";
  EXPECT_THAT(changes(words + "flag f(flag a, flag b) { return both(a, negate(b)); }"),
              UnorderedElementsAre("logic: flag f(flag a, flag b) { return either(a, negate(b)); }",
                                   "term: flag f(flag a, flag b) { return (a); }",
                                   "term: flag f(flag a, flag b) { return (negate(b)); }",
                                   "unary: flag f(flag a, flag b) { return both(a, (b)); }",
                                   "result: flag f(flag a, flag b) { return !(both(a, negate(b))); }"));
  EXPECT_THAT(changes(words + "int f(flag a, int b, int c) { return select(a, b, c); }"),
              UnorderedElementsAre("negate: int f(flag a, int b, int c) { return select(!(a), b, c); }",
                                   "arguments: int f(flag a, int b, int c) { return select(a, c, b); }"));
}

TEST_F(operators, a_flush_that_is_left_out_has_a_name_of_its_own) {
  EXPECT_THAT(changes("void flush_all(); void f() { flush_all(); }"),
              UnorderedElementsAre("flush: void flush_all(); void f() { ; }"));
}

TEST_F(operators, steps_and_signs) {
  EXPECT_THAT(changes("int f(int a) { ++a; a--; return -a; }"),
              UnorderedElementsAre(
                  "step: int f(int a) { --a; a--; return -a; }", "step: int f(int a) { ++a; a++; return -a; }",
                  "statement: int f(int a) { ; a--; return -a; }", "statement: int f(int a) { ++a; ; return -a; }",
                  "unary: int f(int a) { ++a; a--; return a; }"));
}

TEST_F(operators, what_the_compiler_checks_or_macros_say_is_left_alone) {
  EXPECT_THAT(changes("static_assert(1 + 1 == 2);"), IsEmpty());
  EXPECT_THAT(changes("#define CHECK(c) do { if (!(c)) __builtin_trap(); } while (false)\n"
                      "void f(int a) { CHECK(a < 3); }"),
              IsEmpty());
}

}  // namespace
}  // namespace umbra::tools
