// Instantiates the reference model, which is templates over guest memory.
#include "models/reference/control_registers.hpp"
#include "models/reference/walk.hpp"

namespace umbra::reference {

namespace {
/// One entry everywhere.
struct uniform {
  word entry{};
  flag backed(word) const { return negate(entry == word{0}); }
  word read(word, unsigned) const { return entry; }
};
}  // namespace

translation walk_uniform(word entry, const registers& r, word gva, const access& by) {
  return walk(uniform{entry}, r, gva, by);
}

flag write_all(word entry, registers& r, word value) {
  const uniform memory{entry};
  flag faults = write_cr0(r, value, memory).faults;
  faults = either(faults, write_cr3(r, value, memory).faults);
  faults = either(faults, write_cr4(r, value, memory).faults);
  return either(faults, write_efer(r, value, memory).faults);
}

}  // namespace umbra::reference
