// What callgrind counts: one call of `step`, which the compiler must not inline away (--toggle-collect).
#pragma once

template <class Step>
[[gnu::noinline]] void measured_region(Step step) {
  step();
}
