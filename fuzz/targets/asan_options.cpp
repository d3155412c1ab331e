// Frames on a fake stack cost a sixth of the speed, and the tests run with them.
#if __has_feature(address_sanitizer)
extern "C" const char* __asan_default_options() { return "detect_stack_use_after_return=0"; }
// Unicorn does not give everything back.
extern "C" const char* __lsan_default_suppressions() { return "leak:libunicorn"; }
#endif
