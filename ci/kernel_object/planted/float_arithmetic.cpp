// Floating point, which soft-float turns into calls.
double f(double* a) { return *a += 1.5; }
