// A guest's memory and root registers over time: the history that stale.hpp asks for, kept in full.
#pragma once

#include <map>
#include <vector>

#include "models/reference/stale.hpp"
#include "models/reference/test/guest.hpp"

namespace umbra::reference::test {

class timeline {
 public:
  explicit timeline(unsigned entry_bytes, const registers& start) : bytes_(entry_bytes), registers_(start) {
    roots_.push_back({.cr3 = start.cr3, .pdpte = start.pdpte});
  }

  const guest_ram& ram() const { return ram_; }
  const registers& state() const { return registers_; }
  /// From now on a hole begins at `size`.
  void shrink(word size) {
    ram_.size = size;
    shrunk_ = ++now_;
  }
  moment now() const { return now_; }

  void put(word gpa, word value) {
    ++now_;
    auto& versions = versions_[gpa];
    if (versions.empty()) versions.push_back({.value = ram_.read(gpa, bytes_)});
    versions.back().died = now_;
    versions.push_back({.value = value, .born = now_});
    bytes_ == 8 ? ram_.put8(gpa, value) : ram_.put4(gpa, value);
  }
  void set_roots(word cr3, std::array<word, 4> pdpte) {
    roots_.back().died = ++now_;
    roots_.push_back({.cr3 = cr3, .pdpte = pdpte, .born = now_});
    registers_.cr3 = cr3;
    registers_.pdpte = pdpte;
    events_.push_back({now_, event::roots, 0, 0});
  }
  void invlpg(word operand) {
    events_.push_back({++now_, event::page, operand, walk(ram_, registers_, operand, {}).page_shift});
  }
  void page_fault(word gva) {
    events_.push_back({++now_, event::fault, gva, walk(ram_, registers_, gva, {}).page_shift});
  }
  void flush() { events_.push_back({++now_, event::everything, 0, 0}); }
  registers& modifiers() { return registers_; }  ///< for control bits that invalidate nothing

  /// The history as one access of `gva` sees it that began at `fresh`.
  class view {
   public:
    view(const timeline& t, word gva, moment fresh) : timeline_(t) {
      bool global_only = false;
      moment last = never;
      for (auto e = t.events_.rbegin(); e != t.events_.rend(); ++e) {
        const bool ends = e->kind == event::everything ||
                          (e->kind == event::page && invlpg_covers(e->operand, e->shift, gva)) ||
                          (e->kind == event::fault && fault_covers(e->operand, e->shift, gva));
        if (!ends && e->kind == event::fault) continue;
        eras_.push_back(
            {.first = e->when, .last = last, .fresh = last == never ? fresh : never, .global_only = global_only});
        if (ends) return;
        last = e->when - 1;
        if (e->kind == event::roots) global_only = true;
      }
      eras_.push_back({.first = 0, .last = last, .fresh = last == never ? fresh : never, .global_only = global_only});
    }
    bool backed(word gpa) const { return timeline_.ram_.backed(gpa); }
    unsigned count(word gpa, unsigned) const {
      const auto found = timeline_.versions_.find(gpa);
      return found == timeline_.versions_.end() ? 1 : found->second.size();
    }
    version value(word gpa, unsigned bytes, unsigned i) const {
      const auto found = timeline_.versions_.find(gpa);
      version v =
          found == timeline_.versions_.end() ? version{.value = timeline_.ram_.read(gpa, bytes)} : found->second[i];
      if (!backed(gpa)) v.died = std::min(v.died, timeline_.shrunk_);
      return v;
    }
    unsigned root_count() const { return timeline_.roots_.size(); }
    root_version root(unsigned i) const { return timeline_.roots_[i]; }
    unsigned era_count() const { return eras_.size(); }
    era period(unsigned i) const { return eras_[i]; }

   private:
    const timeline& timeline_;
    std::vector<era> eras_;
  };

  bool explains(word gva, const access& by, const observed& seen, moment fresh) const {
    return explained(view(*this, gva, fresh), registers_, gva, by, seen);
  }
  bool explains(word gva, const access& by, const observed& seen) const { return explains(gva, by, seen, now_); }

 private:
  struct event {
    moment when;
    enum { roots, page, fault, everything } kind;
    word operand;
    unsigned shift;
  };
  unsigned bytes_;
  moment now_ = 0, shrunk_ = 0;
  guest_ram ram_;
  registers registers_;
  std::map<word, std::vector<version>> versions_;
  std::vector<root_version> roots_;
  std::vector<event> events_;
};

}  // namespace umbra::reference::test
