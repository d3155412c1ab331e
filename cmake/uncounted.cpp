// Answers the calls of coverage instrumentation in programs that no fuzzer drives: nobody counts there.
#include <cstdint>

extern "C" {
void __sanitizer_cov_8bit_counters_init(char*, char*) {}
void __sanitizer_cov_pcs_init(const std::uintptr_t*, const std::uintptr_t*) {}
void __sanitizer_cov_trace_pc_indir(std::uintptr_t) {}
}
