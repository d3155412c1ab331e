#include "fuzz/guest/program/run.hpp"

#include "core/x86/control.hpp"
#include "fuzz/guest/program/descriptors.hpp"
#include "fuzz/guest/program/memory.hpp"
#include "fuzz/guest/program/trampoline.hpp"
#include "fuzz/guest/shared/record.hpp"
#include "fuzz/guest/shared/selectors.h"

namespace umbra::opguest {
namespace {

constexpr std::uint32_t page_fault_vector = 14;

std::uint32_t marker = 0;

using stub = void (*)();

/// What the entries of the scene hold now.
std::uint64_t current[scene::max_sites];

std::uint64_t read_site(const scene& s, unsigned i) {
  return s.entry_bytes == 4 ? at<std::uint32_t>(s.sites[i].gpa) : at<std::uint64_t>(s.sites[i].gpa);
}

void write_site(const scene& s, unsigned i, std::uint64_t value) {
  if (s.entry_bytes == 4)
    at<std::uint32_t>(s.sites[i].gpa) = static_cast<std::uint32_t>(value);
  else
    at<std::uint64_t>(s.sites[i].gpa) = value;
}

void restore_leaves(const scene& s) {
  for (unsigned i = 0; i < s.sites_used; ++i)
    if (s.sites[i].leaf) write_site(s, i, current[i] = s.sites[i].value);
}

/// Puts the processor through `p`; `access` says what to do there.
void enter(const scene& s, const probe& p, stub access) {
  constexpr std::uint32_t always_set = 1 << 1, alignment_check = 1 << 18;
  const bool wide = s.mode == format::level4;
  block.cr0 = p.cr0;
  block.cr4 = p.cr4;
  block.cr3 = s.cr3;
  block.first_cr3 = wide ? bridge_cr3() : static_cast<std::uint32_t>(s.cr3);
  block.efer = p.efer;
  block.long_mode = wide;
  block.eflags = always_set | (p.ac ? alignment_check : 0);
  block.stub = reinterpret_cast<std::uintptr_t>(access);
  block.cs = wide ? SELECTOR_CODE64(p.cpl) : SELECTOR_CODE32(p.cpl);
  block.ss = SELECTOR_DATA(p.cpl);
  block.gva = p.gva;
  block.marker = p.what == kind::set_efer ? static_cast<std::uint32_t>(p.gva >> 32) : ++marker;
  aim_local_descriptors(sets_register(p.what) ? 0 : p.gva);
  run_trampoline();
}

void access(const scene& s, const probe& p) {
  constexpr stub supervisor[] = {supervisor_read, supervisor_write, supervisor_fetch,
                                 supervisor_implicit, supervisor_set_cr0, supervisor_set_cr3, supervisor_set_cr4,
                                 supervisor_set_efer};
  constexpr stub user[] = {user_read, user_write, user_fetch, user_implicit};
  enter(s, p, (p.cpl == 3 ? user : supervisor)[static_cast<unsigned>(p.what)]);
}

/// The part of the tag that came back: an implicit access yields a segment's limit only, 8 bits of which are the tag's
/// lowest.
std::uint32_t tag_read(const probe& p) {
  if (p.what != kind::implicit || block.eax == nothing_read) return block.eax;
  return block.eax >> 20 & 0xff;
}

bool write_found(const probe& p, std::uint32_t tag) {
  const std::uint64_t frame = std::uint64_t{tag} << 12;
  return layout::is_memory(frame) && at<std::uint32_t>(frame | (p.gva & 0xfff)) == marker;
}

void report(const scene& s, const probe& p, console& out) {
  using namespace record;
  struct {
    std::uint8_t site, flipped;
  } changes[shape::changes];
  std::uint8_t count = 0;
  for (unsigned i = 0; i < s.sites_used; ++i) {
    const std::uint64_t now = read_site(s, i), flipped = now ^ current[i];
    if (flipped == 0) continue;
    current[i] = now;
    if (count < shape::changes)
      changes[count++] = {static_cast<std::uint8_t>(i),
                          flipped < 0x100 ? static_cast<std::uint8_t>(flipped) : strange_flip};
  }

  const bool raised = block.vector != VECTOR_DONE;
  const bool other_vector = raised && block.vector != page_fault_vector;
  const bool other_address = raised && block.cr2 != p.gva;
  const std::uint32_t tag = tag_read(p);
  const bool lost = !raised && p.what == kind::write && !write_found(p, tag);
  out.put8(static_cast<std::uint8_t>(count | (raised ? shape::exception : 0) |
                                     (other_vector ? shape::other_vector : 0) |
                                     (other_address ? shape::other_address : 0) | (lost ? shape::lost_write : 0)));
  if (other_vector) out.put8(static_cast<std::uint8_t>(block.vector));
  if (raised) out.put16(static_cast<std::uint16_t>(block.error));
  if (other_address) out.put64(block.cr2);
  if (!raised) out.put32(tag);
  for (unsigned i = 0; i < count; ++i) out.put8(changes[i].site), out.put8(changes[i].flipped);
}

/// Clears the scene's entries, and counts the words of its tables that are not 0 then: nobody had any business there.
std::uint8_t tear_down(const scene& s) {
  for (unsigned i = 0; i < s.sites_used; ++i) write_site(s, i, 0);
  unsigned stray = 0;
  for (unsigned t = 0; t < s.tables_used; ++t)
    for (unsigned offset = 0; offset < 0x1000; offset += 4)
      if (volatile std::uint32_t& word = at<std::uint32_t>(s.tables[t] + offset); word != 0) {
        ++stray;
        word = 0;
      }
  return static_cast<std::uint8_t>(stray < 255 ? stray : 255);
}

}  // namespace

void tag_data_frames(const environment& machine, const windows& w) {
  // mov $tag, %eax; jmp *%edx; nop; the cell; the tag once more.
  for_each_data_frame(machine, w, [](std::uint64_t frame) {
    const auto tag = static_cast<std::uint32_t>(frame >> 12);
    for (const std::uint64_t slot : layout::slots) {
      at<std::uint32_t>(frame + slot) = 0xb8 | tag << 8;
      at<std::uint32_t>(frame + slot + 4) = tag >> 24 | 0x90e2'ff00;
      at<std::uint32_t>(frame + slot + layout::slot_tag) = tag;
    }
  });
}

void run_scene(std::uint32_t number, const scene& s, console& out) {
  for (unsigned i = 0; i < s.sites_used; ++i) write_site(s, i, s.sites[i].value);
  // A visit without an access: entries on the trampoline's own path get the A bits that this processor sets.
  enter(s, s.probes[0], s.probes[0].cpl == 3 ? user_idle : supervisor_idle);
  for (unsigned i = 0; i < s.sites_used; ++i) current[i] = read_site(s, i);

  out.put8(record::scene_mark);
  out.put32(number);
  for (unsigned i = 0; i < s.probes_used; ++i) {
    if (i % accesses_between_restores == 0) restore_leaves(s);
    access(s, s.probes[i]);
    report(s, s.probes[i], out);
  }
  out.put8(record::scene_end);
  out.put8(tear_down(s));
  out.put32(digest(s));
}

}  // namespace umbra::opguest
