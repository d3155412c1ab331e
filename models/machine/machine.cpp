#include "models/machine/machine.hpp"

#include "models/machine/active.hpp"

namespace umbra::machine {

machine::machine() { set_active(this); }

machine::~machine() {
  if (active() == this) set_active(nullptr);
}

void machine::reset(const image* base) {
  host_.count = {};
  host_.memory.reset(base);
  host_.tables.reset();
  host_.heap.reset();
  for (processor& cpu : host_.cpus) cpu.reset();
  settle();
}

/// No operation is going on, nothing has gone wrong, nothing is about to.
void machine::settle() {
  host_.incidents.clear();
  host_.races.reset();
  host_.locked = false;
  allow_allocations();
  set_active(this);
}

void machine::save(snapshot& to) const {
  host_.memory.save(to.memory);
  host_.tables.save(to.tables);
  host_.heap.save(to.heap);
  for (unsigned id = 0; id < vcpu_limit; ++id) host_.cpus[id].save(to.cpus[id]);
  to.count = host_.count;
}

void machine::restore(const snapshot& from) {
  host_.memory.restore(from.memory);
  restore_the_rest(from);
}

void machine::restore(const snapshot& from, const image* base) {
  host_.memory.restore(from.memory, base);
  restore_the_rest(from);
}

void machine::restore_the_rest(const snapshot& from) {
  host_.tables.restore(from.tables);
  host_.heap.restore(from.heap);
  for (unsigned id = 0; id < vcpu_limit; ++id) host_.cpus[id].restore(from.cpus[id]);
  host_.count = from.count;
  settle();
}

bool machine::guest_write_via(unsigned id, std::uint64_t gva, std::uint64_t value, unsigned bytes, request by) {
  processor& writer = cpu(id);
  by.write = true;
  const auto in_page = static_cast<unsigned>(0x1000 - (gva & 0xfff));
  const unsigned first = bytes < in_page ? bytes : in_page;
  // What does not get through is an exit that this vCPU has yet to take: the write does not happen now.
  if (!writer.probe(gva, by).ok || (first < bytes && !writer.probe(gva + first, by).ok)) return false;
  const result low = writer.access(gva, by);
  const result high = first < bytes ? writer.access(gva + first, by) : low;
  // The first fill may have evicted a cached entry that the second page's probe went through: that page may fault now.
  if (!low.ok || !high.ok) return false;
  memory().store(low.hpa, value, first);
  if (first < bytes) memory().store(high.hpa, value >> (8 * first), bytes - first);
  return true;
}

}  // namespace umbra::machine
