// What the compiler may call.

extern "C" void* memset(void* to, int value, decltype(sizeof(0)) count) {
  void* const start = to;
  asm volatile("rep stosb" : "+D"(to), "+c"(count) : "a"(value) : "memory");
  return start;
}
extern "C" void* memcpy(void* to, const void* from, decltype(sizeof(0)) count) {
  void* const start = to;
  asm volatile("rep movsb" : "+D"(to), "+S"(from), "+c"(count) : : "memory");
  return start;
}
