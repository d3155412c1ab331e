// Which processor a vCPU's thread runs on.
#pragma once

namespace umbra::vmm {

/// Moves the calling thread to the n-th of the processors that are online, modulo their number.
void run_on(unsigned n);

}  // namespace umbra::vmm
