// What the core does for Linux (glue.h).

#include "core/module/core.hpp"

#include "core/module/placement.hpp"
#include "core/platform/lock.hpp"

namespace {

using namespace umbra;

/// Chosen once, when the module is loaded: every processor of a machine offers the same.
constinit vmx::controls controls{};
constinit std::uint64_t cr4_allowed = 0;

umbra_slot_status status_of(memory::status s) {
  switch (s) {
    case memory::status::ok:
      return umbra_slot_ok;
    case memory::status::bad_request:
      return umbra_slot_bad_request;
    case memory::status::overlap:
      return umbra_slot_overlap;
    case memory::status::out_of_memory:
      return umbra_slot_out_of_memory;
    case memory::status::no_backing:
      break;
  }
  return umbra_slot_no_backing;
}

memory::slot_request request_of(const umbra_slot& s) {
  memory::slot_request r;
  r.base = {s.base};
  r.pages = s.pages;
  r.userspace_page = s.userspace_page;
  r.read_only = s.read_only != 0;
  return r;
}

}  // namespace

const vmx::controls& module::chosen_controls() { return controls; }

const char* umbra_core_probe(int* with_vpid) {
  platform::host processor;
  vmx::capabilities can;
  if (!can.read(processor)) return "VMX";
  cr4_allowed = can.cr4.may;
  const char* lacking = controls.choose(can);
  *with_vpid = controls.has_vpid();
  return lacking;
}

int umbra_core_virtual_nmis() { return controls.has_virtual_nmis(); }

unsigned long umbra_core_cr4_allowed() { return cr4_allowed; }

umbra_core* umbra_core_create(umbra_vm* vm, const umbra_core_options* o) {
  auto* c = module::make<umbra_core>(platform::host{vm, o->direct_map}, o->emulate != 0);
  if (c == nullptr) return nullptr;
  if (o->check != 0) c->host.check = module::make<module::live_check>(c->host);
  if ((o->check == 0 || c->host.check != nullptr) && c->mmu.create()) return c;
  umbra_core_destroy(c);
  return nullptr;
}

void umbra_core_destroy(umbra_core* c) {
  if (c == nullptr) return;
  module::live_check* check = c->host.check;
  module::destroy(c);
  module::destroy(check);
}

umbra_slot_status umbra_core_check_slot(umbra_core* c, unsigned id, const umbra_slot* s) {
  return status_of(c->memory.check(id, request_of(*s)));
}

umbra_slot_status umbra_core_set_slot(umbra_core* c, unsigned id, const umbra_slot* s) {
  if (c->host.check == nullptr) return status_of(c->mmu.set_slot(id, request_of(*s)));
  if (!c->host.check->prepare(*s)) return umbra_slot_out_of_memory;
  const memory::status done = c->mmu.set_slot(id, request_of(*s));
  c->host.check->conclude(id, *s, done == memory::status::ok);
  return status_of(done);
}

unsigned long umbra_core_check_limit() { return invariants::workspace::frame_limit; }

int umbra_core_check(umbra_core* c, umbra_violation* out) {
  const invariants::violation v = c->host.check->check(*c);
  if (!v) return 0;
  // Both texts are literals, so they end with a zero.
  *out = {invariants::text(v.which).data(), v.what, v.page, v.index, v.expected, v.found};
  return 1;
}
