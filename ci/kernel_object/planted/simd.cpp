// A SIMD register.
void f() { asm volatile("movaps %xmm0, %xmm1"); }
