// What a build has to know of stores to tables; native build: nothing.
//
// The simulated machine, which must tell what an input has changed, puts a <word/watch.hpp> of its own earlier on the
// include path.
#pragma once

#include <word/word.hpp>

namespace umbra::watch {

/// `words[index]` is about to become `value`.
constexpr void store(const word*, word, word) {}

}  // namespace umbra::watch
