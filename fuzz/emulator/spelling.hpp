// Ways to write an instruction that Unicorn 2.0.1 (QEMU 5.0's TCG) misreads, and the same instruction written so that
// it does not. What comes of it is then compared in full.
#pragma once

#include "fuzz/emulator/form.hpp"
#include "fuzz/emulator/unicorn_engine.hpp"

namespace umbra::emucheck {

/// The specimen as TCG is to read it: of the same length, and the same to a processor.
specimen spelt_for_unicorn(const form&, const specimen&);

/// Runs what is in the engine's memory, spelt so. Memory then holds the code as it was, where nobody has written. An
/// instruction that reads its own bytes, if they are spelt in another way, has read others: outcome::reads_code.
outcome run_spelt(unicorn_engine&, const form&, const specimen&);

}  // namespace umbra::emucheck
