#include "tools/run/guest_tree.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "core/x86/entry.hpp"
#include "models/reference/formats.hpp"
#include "models/reference/paging_mode.hpp"
#include "models/reference/reserved.hpp"
#include "tools/run/words.hpp"

namespace umbra::tools {

namespace {

template <class Format>
class climber {
 public:
  climber(fuzz::world& w, unsigned vcpu, std::optional<std::uint64_t> path, std::span<const std::uint64_t> wrong)
      : world_(w), memory_(w.map(), w.hardware().memory()), registers_(w.registers(vcpu)), wrong_(wrong) {
    if (path) path_ = *path & Format::linear_mask;
  }

  drawn_table table(std::uint64_t at, unsigned level, std::uint64_t base) {
    drawn_table t{.name = fmt::format("{}s at {:#x}", name_of_entry(level), at), .level = level};
    if (!memory_.backed(at)) {
      t.name += ", where no memory is";
      return t;
    }
    constexpr unsigned count = 1u << Format::index_bits;
    for (unsigned index = 0; index < count; ++index) {
      const std::uint64_t gva = base | std::uint64_t{index} << Format::shift(level);
      const bool here = path_ && *path_ >> Format::shift(level) == gva >> Format::shift(level);
      const word value = memory_.read(at + std::uint64_t{index} * Format::entry_bytes, Format::entry_bytes);
      if ((value & x86::entry::present) == 0 && !here) continue;
      if (!here && !budget_.look()) {
        t.whole = false;
        continue;
      }
      drawn_entry e = entry(value, level, index, gva, here);
      if (budget_.take(t, e)) {
        t.add(std::move(e));
      } else {
        t.whole = false;
      }
    }
    return t;
  }

 private:
  drawn_entry entry(word value, unsigned level, unsigned index, std::uint64_t gva, bool here) {
    drawn_entry e{.first = index,
                  .value = value,
                  .bits = bits_of_guest_entry(value, Format::entry_bytes),
                  .target = "nothing",
                  .on_path = here,
                  .wrong = ""};
    if ((value & x86::entry::present) == 0) {
      mark(e, level, gva);
      return e;
    }
    if ((value & reference::reserved_bits<Format>(level, value, registers_)) != 0) {
      e.target = "a fault: a reserved bit is set";
      mark(e, level, gva);
      return e;
    }
    if (!Format::maps_page(level, value, registers_)) {
      const std::uint64_t next = value & Format::table_mask;
      e.target = fmt::format("the table at {:#x}", next);
      e.table = std::make_shared<drawn_table>(table(next, level - 1, gva));
      return e;
    }
    const std::uint64_t frame = Format::frame(level, value) >> 12;
    const auto there = world_.map().find(frame);
    // Runs are of pages of one size whose frames follow each other, which large ones do not, one by one.
    if (level == 1) e.frame = frame;
    e.target = fmt::format("frame {:#x}{}{}", frame,
                           level == 1 ? "" : fmt::format(", page of 2^{} bytes", Format::shift(level)),
                           !there.backed     ? ", a hole"
                           : there.read_only ? fmt::format(", read-only host frame {:#x}", there.host_frame)
                                             : fmt::format(", host frame {:#x}", there.host_frame));
    mark(e, level, gva);
    return e;
  }

  void mark(drawn_entry& e, unsigned level, std::uint64_t gva) const {
    const bool at_stake = std::any_of(wrong_.begin(), wrong_.end(), [&](std::uint64_t w) {
      return (w & Format::linear_mask) >> Format::shift(level) == gva >> Format::shift(level);
    });
    if (at_stake) e.wrong = "the shadow says something else";
  }

  fuzz::world& world_;
  fuzz::guest_view memory_;
  const reference::registers& registers_;
  std::optional<std::uint64_t> path_;
  std::span<const std::uint64_t> wrong_;
  drawn_budget budget_;
};

}  // namespace

drawn_table tree_of_guest(fuzz::world& w, unsigned vcpu, std::optional<std::uint64_t> gva,
                          std::span<const std::uint64_t> wrong) {
  const reference::registers& r = w.registers(vcpu);
  if (!reference::paging(r)) return {.name = "paging is off: a linear address is the physical one", .level = 0};
  if (reference::uses_4level(r)) {
    return climber<reference::level4>(w, vcpu, gva, wrong).table(reference::level4::root(r, 0), 4, 0);
  }
  if (reference::uses_32bit(r)) {
    return climber<reference::bits32>(w, vcpu, gva, wrong).table(reference::bits32::root(r, 0), 2, 0);
  }
  climber<reference::pae> c(w, vcpu, gva, wrong);
  drawn_table pointers{.name = "PDPTE registers", .level = 3};
  for (unsigned n = 0; n < r.pdpte.size(); ++n) {
    const std::uint64_t base = std::uint64_t{n} << 30;
    const bool here = gva && (*gva >> 30 & 3) == n;
    const bool present = (r.pdpte[n] & x86::entry::present) != 0;
    if (!present && !here) continue;
    drawn_entry e{.first = n,
                  .value = r.pdpte[n],
                  .bits = present ? "P" : "-",
                  .target = "nothing",
                  .on_path = here,
                  .wrong = ""};
    if (present) {
      const std::uint64_t next = reference::pae::root(r, base);
      e.target = fmt::format("the table at {:#x}", next);
      e.table = std::make_shared<drawn_table>(c.table(next, 2, base));
    }
    pointers.add(std::move(e));
  }
  return pointers;
}

}  // namespace umbra::tools
