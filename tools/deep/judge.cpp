#include "tools/deep/judge.hpp"

#include <algorithm>
#include <cstdio>
#include <optional>

#include "core/x86/address.hpp"
#include "models/reference/memory_map.hpp"
#include "models/reference/walk.hpp"
#include "proofs/sound.hpp"

namespace umbra::tools {

namespace {

using reference::translation;

/// The word at an index: whichever of those that are not zero is there, or zero.
word chosen(const snapshot::frame& words, word index) {
  word v{0};
  for (const auto& [at, value] : words) v = select(index == word{at}, word{value}, v);
  return v;
}

/// The same for words of 4 bytes.
snapshot::frame halves(const snapshot::frame& words) {
  snapshot::frame all;
  for (const auto& [at, value] : words) {
    if ((value & 0xffff'ffff) != 0) all.emplace(2 * at, value & 0xffff'ffff);
    if (value >> 32 != 0) all.emplace(2 * at + 1, value >> 32);
  }
  return all;
}

reference::memory_map map_of(const snapshot& s) {
  reference::memory_map m;
  m.slot_count = static_cast<unsigned>(s.slots.size());
  m.alias_count = static_cast<unsigned>(s.aliases.size());
  for (std::size_t n = 0; n < s.slots.size(); ++n) {
    const snapshot::slot& t = s.slots[n];
    m.slots[n] = {t.base, t.pages, t.backing, t.read_only, false};
  }
  for (std::size_t n = 0; n < s.aliases.size(); ++n)
    m.aliases[n] = {s.aliases[n].base, s.aliases[n].pages, s.aliases[n].target};
  return m;
}

reference::registers registers_of(const snapshot::registers& r, const x86::features& f) {
  reference::registers all;
  all.cr0 = r.cr0;
  all.cr3 = r.cr3;
  all.cr4 = r.cr4;
  all.efer = r.efer;
  for (unsigned n = 0; n < 4; ++n) all.pdpte[n] = r.pdpte[n];
  all.cpuid = f;
  return all;
}

flag is_one_of(word frame, const std::vector<std::uint64_t>& list) {
  flag any = false;
  for (const std::uint64_t n : list) any = either(any, frame == word{n});
  return any;
}

/// Shadow tables, as hardware reads them. Where an entry may lag behind, nothing is claimed.
struct shadow_tables {
  smt::path& p;
  const snapshot& s;

  flag backed(word address) const {
    flag any = false;
    for (const auto& [number, words] : s.tables) any = either(any, (address >> page_shift) == word{number});
    p.prove(any, "I10: hardware walks shadow tables only");
    return true;
  }
  word read(word address, unsigned) const {
    const std::uint64_t number = p.value_of(address >> page_shift);
    const word index = field(address, 3, 9);
    for (const auto& [table, at] : s.suspended) {
      if (table == number) p.assume(index != word{at});
    }
    return chosen(s.tables.at(number), index);
  }
};

struct guest_memory {
  smt::path& p;
  const snapshot& s;
  const reference::memory_map& map;

  flag backed(word gpa) const { return map.find(gpa >> page_shift).backed; }
  flag read_only(word gpa) const { return map.find(gpa >> page_shift).read_only; }
  word host_address(word gpa) const {
    return map.find(gpa >> page_shift).host_frame << page_shift | offset_in_page(gpa);
  }
  flag is_shadowed(word host_frame) const { return is_one_of(host_frame, s.shadowed); }
  flag is_logged(word host_frame) const { return negate(is_one_of(host_frame, s.unlogged)); }
  word read(word gpa, unsigned bytes) const {
    const auto frame = s.memory.find(p.value_of(map.find(gpa >> page_shift).host_frame));
    if (frame == s.memory.end()) return word{0};
    if (bytes == 8) return chosen(frame->second, field(gpa, 3, 9));
    return chosen(halves(frame->second), field(gpa, 2, 10));
  }
};

std::string hex(std::uint64_t n) {
  char text[24];
  std::snprintf(text, sizeof text, "%#llx", static_cast<unsigned long long>(n));
  return text;
}

std::string told(const smt::witness& w, const char* whose, const std::optional<translation>& walk) {
  std::string text = std::string("  ") + whose + ":";
  if (!walk) return text + " does not come to an end\n";
  const translation& t = *walk;
  for (unsigned n = 0; n < t.steps; ++n) text += " [" + hex(w(t.used[n].gpa)) + "] = " + hex(w(t.used[n].entry));
  if (w(t.rootless)) return text + " no root table\n";
  if (w(t.faults)) return text + " -> #PF, code " + hex(w(t.error_code)) + "\n";
  return text + " -> " + hex(w(t.address)) + "\n";
}

void judge(smt::path& p, const snapshot& s, const snapshot::vcpu& v) {
  const x86::features guest_cpu{s.cpu.maxphyaddr, s.cpu.nx, s.cpu.long_mode, s.cpu.gbpages, s.cpu.smep, s.cpu.smap};
  x86::features host_cpu;
  host_cpu.maxphyaddr = 52;
  const reference::registers guest = registers_of(v.guest, guest_cpu), hardware = registers_of(v.hardware, host_cpu);
  const bool wide = static_cast<bool>(reference::uses_4level(guest)) && static_cast<bool>(reference::paging(guest));

  word gva = p.any_word("gva");
  if (wide) {
    const word upper = gva >> 47;
    p.assume(either(upper == word{0}, upper == word{0x1ffff}));
  } else {
    p.assume(gva <= word{0xffff'ffff});
  }
  p.prefer(offset_in_page(gva) == word{0});
  const reference::access by{p.any_flag("user"), p.any_flag("write"), p.any_flag("fetch"), p.any_flag("ac")};
  p.assume(negate(both(by.write, by.fetch)));
  p.assume(negate(both(by.user, by.ac)));

  const reference::memory_map map = map_of(s);
  std::optional<translation> seen, due;
  p.on_case([&](const smt::witness& w, const char*) {
    const char* kind = w(by.fetch) ? "fetch" : w(by.write) ? "write" : "read";
    return "vCPU " + std::to_string(v.id) + ", " + kind + " at gva " + hex(w(gva)) +
           (w(by.user) ? " by CPL 3\n"
            : w(by.ac) ? " by CPL 0 with AC\n"
                       : " by CPL 0\n") +
           told(w, "hardware", seen) + told(w, "guest   ", due);
  });
  seen = reference::walk(shadow_tables{p, s}, hardware, gva, by);
  p.assume(negate(either(seen->rootless, seen->faults)));
  const guest_memory memory{p, s, map};
  due = reference::walk(memory, guest, gva, by);
  proofs::is_sound(p, memory, *seen, *due, by);
  p.conclude();
}

}  // namespace

smt::subject every_access_of(const snapshot& s, std::size_t vcpu) {
  return [&s, vcpu](smt::path& p) { judge(p, s, s.vcpus[vcpu]); };
}

}  // namespace umbra::tools
