// Thread-local storage.
thread_local int depth;

int f() { return ++depth; }
