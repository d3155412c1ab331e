#include "fuzz/guest/system/host/subject.hpp"

#include <stdexcept>

#include "core/emulate/emulator.hpp"
#include "fuzz/guest/system/host/state.hpp"
#include "fuzz/guest/system/shared/memory.hpp"
#include "models/machine/machine.hpp"

namespace umbra::system_guest {

namespace {

using emulate::verdict;
using vcpu::general_registers;

x86::features features_of(const opguest::environment& e) {
  x86::features f;
  f.maxphyaddr = e.maxphyaddr;
  f.nx = e.no_execute;
  f.long_mode = e.long_mode;
  f.gbpages = e.gbpages;
  f.smep = e.smep;
  f.smap = e.smap;
  return f;
}

/// Steps until which a specimen must have ended.
constexpr unsigned most_steps = 64;

}  // namespace

struct subject::parts {
  explicit parts(const opguest::environment& e) : cpu(mmu, 0, features_of(e)) {
    if (!mmu.create()) throw std::runtime_error("no shadow pages");
    memory::slot_request r;
    r.pages = layout::end >> 12;
    if (mmu.set_slot(0, r) != memory::status::ok) throw std::runtime_error("no slot");
    if (!cpu.create()) throw std::runtime_error("no vCPU");
    paint_fixed([this](auto at, auto value, unsigned bytes) { store(at, value, bytes); });
    clean = host.memory().journal().size();
  }

  void store(std::uint32_t at, std::uint64_t value, unsigned bytes) {
    host.memory().store(machine::ram::address_of_frame(0) + at, value, bytes);
  }
  std::uint64_t load(std::uint32_t at, unsigned bytes) const {
    return host.memory().load(machine::ram::address_of_frame(0) + at, bytes);
  }

  /// Userspace: ports that nobody has read as ones.
  static void answer(io::request& q) {
    for (unsigned n = 0; n < q.count && !q.write; ++n) q.data[n] = ~std::uint64_t{0} >> (64 - 8 * q.bytes);
  }

  /// Executes instructions until something else than completion comes of one.
  prediction drive() {
    prediction p;
    p.how = prediction::end::stuck;
    while (p.steps < most_steps) {
      emulate::result r = emulator.step();
      while (r.next == verdict::device) {
        // Memory that does not exist: no specimen means to go there.
        if (emulator.request().space == io::space::memory) return p;
        answer(emulator.request());
        r = emulator.finish();
      }
      if (r.next != verdict::done && r.next != verdict::again) return end(p, r);
      ++p.steps;
      if (r.trap) {
        vcpu::register_set& now = cpu.state();
        now.dr6 = (now.dr6 & ~x86::dr6::breakpoints) | x86::dr6::bs;
        return event(p, static_cast<unsigned>(x86::exception::debug));
      }
    }
    return p;
  }

  prediction end(prediction p, const emulate::result& r) {
    general_registers& now = cpu.state().general;
    switch (r.next) {
      case verdict::fault:
        if (r.event.vector == x86::exception::page_fault) now.cr2 = r.event.address.value;
        if (r.event.vector == x86::exception::debug) cpu.state().dr6 |= r.event.dr6;
        return event(p, static_cast<unsigned>(r.event.vector), r.event.has_code ? r.event.code : 0);
      case verdict::interrupt:
        // Delivery pushes the address behind the instruction.
        now.rip = now.rip + r.length;
        return event(p, static_cast<unsigned>(r.number));
      case verdict::elsewhere:
        p.how = prediction::end::elsewhere;
        return p;
      case verdict::halted:
        p.how = prediction::end::halted;
        return p;
      default:
        p.how = prediction::end::unsupported;
        return p;
    }
  }

  static prediction event(prediction p, unsigned vector, std::uint64_t code = 0) {
    p.how = prediction::end::event;
    p.what.vector = vector;
    p.what.error = static_cast<std::uint32_t>(code);
    return p;
  }

  machine::machine host;
  memory::space space{host.host()};
  mmu::mmu mmu{space};
  vcpu::vcpu cpu;
  io::bus bus;
  emulate::emulator emulator{cpu, bus};
  std::size_t clean = 0;  ///< length of the journal before any specimen
};

subject::subject(const opguest::environment& e) : parts_(std::make_unique<parts>(e)) {}
subject::~subject() = default;

prediction subject::run(const specimen& s) {
  parts& p = *parts_;
  machine::ram& ram = p.host.memory();
  ram.undo(p.clean);
  ram.journal().sign(machine::author::host);
  paint(s, [&p](auto at, auto value, unsigned bytes) { p.store(at, value, bytes); });
  ram.journal().sign(machine::author::core);
  std::array<std::uint32_t, layout::watched_dwords()> before;
  for_each_watched(
      [&](std::uint32_t at, unsigned index) { before[index] = static_cast<std::uint32_t>(p.load(at, 4)); });
  if (!p.cpu.restore(s.before[SLOT_CR0], s.before[SLOT_CR3], s.before[SLOT_CR4], s.before[SLOT_EFER]))
    throw std::logic_error("a specimen has control registers that do not go together");
  p.cpu.state() = state_of(s, [&p](std::uint32_t at) { return p.load(at, 8); });
  prediction made = p.drive();
  made.what.after = slots_of(s, p.cpu);
  for_each_watched([&](std::uint32_t at, unsigned index) {
    const auto now = static_cast<std::uint32_t>(p.load(at, 4));
    if (now != before[index]) made.what.memory[at] = now;
  });
  return made;
}

std::string subject::complaints() {
  machine::incident_log& log = parts_->host.incidents();
  std::string text;
  if (log.count() != 0) text = log.at(0).text;
  log.clear();
  return text;
}

}  // namespace umbra::system_guest
