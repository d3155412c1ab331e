// Which opcodes of the architecture the emulator does not have, so that none is missing unnoticed.
#pragma once

#include <string>
#include <vector>

namespace umbra::emucheck {

/// Instructions that Zydis counts to the general-purpose and system sets and that the decoder refuses, beside those of
/// a list that says why; one line each. Empty if nothing was forgotten.
std::vector<std::string> forgotten_opcodes();

/// Those of the list that the decoder does not refuse any more.
std::vector<std::string> outdated_omissions();

}  // namespace umbra::emucheck
