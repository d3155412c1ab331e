// A function on a call stack.
#pragma once

#include <string>

namespace umbra::tools {

struct frame {
  std::string function;  ///< without arguments and the common namespace: "mmu::mmu::set_leaf"
  std::string file;      ///< from the top of the tree: "core/mmu/entries.cpp"; else as the compiler knew it
  unsigned line = 0;

  /// Of the core, and more than the integers that it is made of.
  bool in_core() const { return file.starts_with("core/") && !file.starts_with("core/word/"); }
};

}  // namespace umbra::tools
