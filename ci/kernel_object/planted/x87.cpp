// An x87 instruction.
void f() { asm volatile("fldz"); }
