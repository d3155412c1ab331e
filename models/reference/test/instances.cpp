// The model's templates, instantiated with a memory and a history that are only declared. The build with opaque words,
// which runs nothing, compiles this, and so checks that the model keeps the rules about words and flags.
#include "models/reference/control_registers.hpp"
#include "models/reference/exits/judge.hpp"
#include "models/reference/stale.hpp"

namespace umbra::reference {

struct declared_memory {
  flag backed(word gpa) const;
  word read(word gpa, unsigned bytes) const;
};

struct declared_history {
  flag backed(word gpa) const;
  unsigned count(word gpa, unsigned bytes) const;
  version value(word gpa, unsigned bytes, unsigned i) const;
  unsigned root_count() const;
  root_version root(unsigned i) const;
  unsigned era_count() const;
  era period(unsigned i) const;
};

template translation walk(const declared_memory&, const registers&, word, const access&);
template cr_effect write_cr0(registers&, word, const declared_memory&);
template cr_effect write_cr3(registers&, word, const declared_memory&);
template cr_effect write_cr4(registers&, word, const declared_memory&);
template cr_effect write_efer(registers&, word, const declared_memory&);
template legal_ends ends_of(const guest_state&, const exit_information&, const exit_context&, const declared_memory&);
template flag explained(const declared_history&, const registers&, word, const access&, const observed&);

}  // namespace umbra::reference
