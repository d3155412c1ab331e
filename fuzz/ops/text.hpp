// The text form of a program: one op a line, for people, for the repository, and for good.
//
//   umbra-ops 1
//   start level4              # real, paging_off, bits32, pae, level4
//   flags wp nxe              # or: none
//   write 0x2008 8 = 0x3067 cpl 3 ac
//
// to_text() is canonical; from_text() also takes comments, blank lines, any case of hexadecimal digits, decimal numbers,
// and leaves out set-up lines that keep their default.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

#include "fuzz/ops/program.hpp"

namespace umbra::fuzz {

/// The largest text that is read, bytes.
constexpr std::size_t text_limit = std::size_t{1} << 20;

std::string to_text(const program&);
/// One op as its line, without the newline.
std::string to_text(const op&);
/// The set-up lines, without the version line.
std::string to_text(const setup&);

struct parse_error {
  unsigned line = 0;    ///< from 1; 0: the text as a whole
  std::string message;  ///< one sentence
};

/// Whether the text says that it is a program: its first line starts with "umbra-ops".
bool is_text(std::string_view);
/// Parses a program; false and `error` if it is not one.
bool from_text(std::string_view text, program& out, parse_error& error);

}  // namespace umbra::fuzz
