#include "core/module/live_check.hpp"

#include "core/module/core.hpp"
#include "core/platform/lock.hpp"

namespace umbra::module {

namespace {

static_assert(invariants::workspace::page_limit >= mmu::mmu::default_pages);

reference::registers registers_of(const vcpu::control_registers& c) {
  reference::registers r;
  r.cr0 = c.cr0(), r.cr3 = c.cr3(), r.cr4 = c.cr4(), r.efer = c.efer();
  for (unsigned n = 0; n < r.pdpte.size(); ++n) r.pdpte[n] = c.pdpte(n);
  r.cpuid = c.features();
  return r;
}

const std::byte* page(const void* host, word frame) {
  return static_cast<const std::byte*>(static_cast<const platform::host*>(host)->at(address_of(hfn{frame})));
}

}  // namespace

live_check::~live_check() {
  for (unsigned id = 0; id < umbra_slot_limit; ++id) release(frames_[id], map_.slots[id].pages);
}

void live_check::release(std::uint64_t* frames, std::uint64_t pages) {
  if (frames != nullptr) platform::release(host_, frames, pages * sizeof *frames);
}

bool live_check::prepare(const umbra_slot& s) {
  fresh_count_ = 0;
  fresh_ = nullptr;
  if (s.pages != 0) {
    fresh_ = static_cast<std::uint64_t*>(platform::allocate(host_, s.pages * sizeof *fresh_));
    if (fresh_ == nullptr) return false;
  }
  platform::guard locked(host_);
  settled_ = false;
  return true;
}

void live_check::conclude(unsigned id, const umbra_slot& s, bool done) {
  std::uint64_t* gone = fresh_;
  std::uint64_t gone_pages = s.pages;
  {
    platform::guard locked(host_);
    if (done) {
      gone = frames_[id];
      gone_pages = map_.slots[id].pages;
      frames_[id] = fresh_;
      map_.slots[id] = {.base = s.base, .pages = s.pages, .read_only = s.read_only != 0, .frames = fresh_};
    }
    settled_ = true;
  }
  fresh_ = nullptr;
  release(gone, gone_pages);
}

invariants::violation live_check::check(const umbra_core& core) {
  platform::guard locked(host_);
  if (!settled_) return {};
  for (unsigned id = 0; id < umbra_vcpu_limit; ++id) {
    if (core.cpus[id] != nullptr) registers_[id] = registers_of(core.cpus[id]->vmx.guest().registers());
  }
  const invariants::subject s{
      .view = mmu::view{core.mmu}, .map = map_, .registers = registers_, .guest = {&page, &host_}};
  return invariants::check_all(s, workspace_);
}

}  // namespace umbra::module
