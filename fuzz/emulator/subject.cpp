#include "fuzz/emulator/subject.hpp"

#include <stdexcept>
#include <string>

#include "core/emulate/emulator.hpp"
#include "core/x86/entry.hpp"
#include "models/machine/machine.hpp"

namespace umbra::emucheck {

namespace {

/// In host frames: the little memory first, then page tables.
constexpr unsigned ram_frames = ram_bytes >> 12, first_table = 32;

}  // namespace

struct subject::parts {
  explicit parts(unsigned bits) : bits(bits) {
    if (!mmu.create()) throw std::runtime_error("no shadow pages");
    show(0, 0, 0, ram_frames);
    if (bits == 32) show(1, alias32 >> 12, 0, ram_frames);
    if (bits == 64) show(1, first_table, first_table, 16);
    if (!cpu.create()) throw std::runtime_error("no vCPU");
    if (bits == 32) cpu.write_cr0(x86::cr0::pe | x86::cr0::et);
    if (bits == 64) enter_long_mode();
  }

  void show(unsigned slot, std::uint64_t frame, std::uint64_t backing, std::uint64_t pages) {
    memory::slot_request r;
    r.base = {frame};
    r.pages = pages;
    r.userspace_page = backing;
    if (mmu.set_slot(slot, r) != memory::status::ok) throw std::runtime_error("no slot");
  }

  static std::uint64_t table(unsigned n) { return (std::uint64_t{first_table} + n) << 12; }
  void set_entry(unsigned n, std::uint64_t index, std::uint64_t target) {
    using namespace x86::entry;
    host.memory().store(machine::ram::address_of_frame(first_table + n) + 8 * index,
                        target | present | write | user | accessed | dirty, 8);
  }

  /// Maps 64 KiB at `linear` with tables n, n + 1 and n + 2 below the root, which is table 0.
  void map(std::uint64_t linear, unsigned n) {
    set_entry(0, linear >> 39 & 511, table(n));
    set_entry(n, linear >> 30 & 511, table(n + 1));
    set_entry(n + 1, linear >> 21 & 511, table(n + 2));
    for (std::uint64_t page = 0; page < ram_frames; ++page) set_entry(n + 2, (linear >> 12 & 511) + page, page << 12);
  }

  void enter_long_mode() {
    using namespace x86;
    map(0, 1);
    // The same first gigabytes: only another directory.
    set_entry(1, alias32 >> 30 & 511, table(4));
    set_entry(4, alias32 >> 21 & 511, table(5));
    for (std::uint64_t page = 0; page < ram_frames; ++page) set_entry(5, (alias32 >> 12 & 511) + page, page << 12);
    set_entry(1, alias64 >> 30 & 511, table(6));
    set_entry(6, alias64 >> 21 & 511, table(7));
    for (std::uint64_t page = 0; page < ram_frames; ++page) set_entry(7, (alias64 >> 12 & 511) + page, page << 12);
    cpu.write_cr4(cr4::pae);
    cpu.write_cr3(table(0));
    cpu.write_efer(efer::lme | efer::nxe);
    cpu.write_cr0(cr0::pe | cr0::pg | cr0::et);
  }

  void load(const cpu_state& b) {
    using namespace x86;
    vcpu::register_set& r = cpu.state();
    r = {};
    for (unsigned n = 0; n < 16; ++n) r.general.set(n, b.gpr[n]);
    r.general.rip = b.rip;
    r.general.rflags = b.rflags;
    r.segments.gdtr = {gdt_at, gdt_bytes - 1};
    r.segments.idtr = {0, 0x3ff};
    for (unsigned n = 0; n < 6; ++n) {
      vcpu::segment& s = r.segments[static_cast<vcpu::segment_name>(n)];
      const bool code = n == static_cast<unsigned>(vcpu::segment_name::cs);
      if (bits == 16) {
        s = {b.selector[n], std::uint64_t{b.selector[n]} << 4, 0xffff,
             code ? segment_rights::real_code : segment_rights::real_data};
      } else {
        const std::uint64_t size = code && bits == 64 ? segment_rights::long_mode : segment_rights::big;
        s = {protected_selector(n), 0, 0xffff'ffff,
             (code ? segment_rights::real_code : segment_rights::real_data) | size | segment_rights::granularity};
      }
    }
    if (bits != 16) {
      r.segments[vcpu::segment_name::fs].base = b.fs_base;
      r.segments[vcpu::segment_name::gs].base = b.gs_base;
    }
  }

  /// Plays userspace: ports answer, memory that does not exist ends the experiment.
  emulate::result drive(outcome& out) {
    emulate::result r = emulator.step();
    for (unsigned rounds = 0; rounds < 4096; ++rounds) {
      if (r.next == emulate::verdict::again) {
        r = emulator.step();
        continue;
      }
      if (r.next != emulate::verdict::device) break;
      io::request& q = emulator.request();
      if (q.space == io::space::memory) break;
      const auto port = static_cast<std::uint16_t>(q.address);
      for (unsigned n = 0; n < q.count; ++n) {
        if (q.write) {
          out.outputs.push_back({port, static_cast<std::uint8_t>(q.bytes), static_cast<std::uint32_t>(q.data[n])});
        } else {
          q.data[n] = port_value(port, out.inputs++);
        }
      }
      r = emulator.finish();
    }
    return r;
  }

  unsigned bits;
  machine::machine host;
  memory::space space{host.host()};
  mmu::mmu mmu{space};
  vcpu::vcpu cpu{mmu, 0, x86::features{}};
  io::bus bus;
  emulate::emulator emulator{cpu, bus};
};

subject::subject(unsigned bits) : parts_(std::make_unique<parts>(bits)) {}
subject::~subject() = default;

ram_image& subject::ram() {
  // The frames of the little memory are the first ones, and lie side by side.
  return *reinterpret_cast<ram_image*>(const_cast<std::byte*>(parts_->host.memory().frame(0)));
}

outcome subject::run(const specimen& s) {
  using emulate::verdict;
  parts& p = *parts_;
  p.host.memory().journal().clear();
  p.load(s.before);
  outcome out;
  const emulate::result r = p.drive(out);
  switch (r.next) {
    case verdict::done:
      out.kind = outcome_kind::done;
      break;
    case verdict::halted:
      out.kind = outcome_kind::halted;
      break;
    case verdict::fault:
      out.kind = outcome_kind::fault;
      out.vector = static_cast<unsigned>(r.event.vector);
      break;
    case verdict::interrupt:
      out.kind = outcome_kind::interrupt;
      out.vector = static_cast<unsigned>(r.number);
      break;
    case verdict::device:
      out.kind = outcome_kind::nowhere;
      break;
    default:
      out.kind = outcome_kind::other;
      break;
  }
  out.after = state_of(p.cpu.state());
  return out;
}

std::string subject::complaints() {
  machine::incident_log& log = parts_->host.incidents();
  std::string text;
  if (log.count() != 0) text = log.at(0).text;
  log.clear();
  return text;
}

}  // namespace umbra::emucheck
