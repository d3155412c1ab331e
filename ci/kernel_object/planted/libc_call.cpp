// Calls the C library.
extern "C" int puts(const char*);

void f() { puts("hello"); }
