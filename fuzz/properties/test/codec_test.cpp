// Programs survive each of their written forms.
#include "fuzz/ops/codec.hpp"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include "fuzz/properties/arbitrary.hpp"

namespace umbra::fuzz::properties {
namespace {

rc::Gen<program> any_program() {
  return rc::gen::oneOf(programs(&draw_anything), rc::gen::arbitrary<program>());
}

RC_GTEST_PROP(codec, says_any_program_exactly, ()) {
  const program p = *any_program();
  const std::vector<std::uint8_t> raw = encode(p);
  RC_ASSERT(decode(raw) == p);
  RC_ASSERT(encode(decode(raw)) == raw);
}

RC_GTEST_PROP(codec, makes_a_canonical_program_of_any_bytes, (const std::vector<std::uint8_t>& bytes)) {
  const program p = decode(bytes);
  program again = p;
  canonicalise(again);
  RC_ASSERT(again == p);
  RC_ASSERT(decode(encode(p)) == p);
}

RC_GTEST_PROP(text, says_any_program_exactly_and_in_one_way, ()) {
  const program p = *any_program();
  const std::string text = to_text(p);
  program back;
  parse_error error;
  RC_ASSERT(from_text(text, back, error));
  RC_ASSERT(back == p);
  RC_ASSERT(to_text(back) == text);
}

RC_GTEST_PROP(text, refuses_or_understands_what_is_left_of_a_text, ()) {
  const std::string whole = to_text(*any_program());
  const auto length = *rc::gen::inRange<std::size_t>(0, whole.size() + 1);
  program read;
  parse_error error;
  if (from_text(std::string_view(whole).substr(0, length), read, error)) {
    program again = read;
    canonicalise(again);
    RC_ASSERT(again == read);
  } else {
    RC_ASSERT(!error.message.empty());
  }
}

}  // namespace
}  // namespace umbra::fuzz::properties
