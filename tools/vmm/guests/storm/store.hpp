// The many ways in which software writes an entry.
#pragma once

#include <word/word.hpp>
#include "fuzz/guest/shared/random.hpp"

namespace umbra::guests::storm {

/// Makes the entry of `bytes` at linear address `at` hold `value`, by instructions that are drawn. Some write the next
/// entry, too, as it was or with another right, unless this one is `alone`: the next page is somewhere else.
void store(opguest::random&, unsigned long at, unsigned bytes, word value, bool alone);

}  // namespace umbra::guests::storm
