#include "core/mmu/mmu.hpp"

#include "core/platform/assert.hpp"
#include "core/platform/lock.hpp"

namespace umbra::mmu {

mmu::~mmu() {
  platform::guard locked(host_);
  UMBRA_ASSERT(attached_ == 0);
  zap_everything();
  commit();
  UMBRA_ASSERT(pool_.available() == pool_.size());
}

bool mmu::create(unsigned pages) {
  if (pages < minimum_pages(1) || !pool_.create(pages)) return false;
  if (hash_.create(pages)) return true;
  pool_.destroy();
  return false;
}

bool mmu::attach(context& c) {
  if (attached_ == context_limit || pool_.size() < minimum_pages(attached_ + 1)) return false;
  c.pae_roots = platform::allocate_low_table(host_);
  if (c.pae_roots == nullptr) return false;
  platform::guard locked(host_);
  context** free = contexts_.data();
  while (*free != nullptr) ++free;
  *free = &c;
  ++attached_;
  return true;
}

void mmu::detach(context& c) {
  {
    platform::guard locked(host_);
    release_roots(c);
    for (context*& known : contexts_) {
      if (known == &c) known = nullptr;
    }
    --attached_;
  }
  platform::release_table(host_, c.pae_roots);
  c.pae_roots = nullptr;
}

void mmu::zap_all() {
  platform::guard locked(host_);
  zap_everything();
  commit();
}

unsigned mmu::reclaim(unsigned pages) {
  platform::guard locked(host_);
  zap_oldest(pages);
  commit();
  return pool_.available();
}

}  // namespace umbra::mmu
