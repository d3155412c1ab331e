// MSRs that the processor exchanges at VM entry and exit (SDM 25.7.2, 25.8.2), so that no guest sees the host's and the
// host gets its own back, SWAPGS in the guest included.
#pragma once

#include <word/table.hpp>

#include "core/platform/platform.hpp"

namespace umbra::vmx {

class msr_list {
 public:
  /// Entries that fit into one page; processors promise 512 at least (SDM A.6).
  static constexpr unsigned limit = table::entries / 2;

  explicit msr_list(platform::host& h) : host_(h) {}
  ~msr_list();
  msr_list(const msr_list&) = delete;
  msr_list& operator=(const msr_list&) = delete;

  /// False: no memory.
  bool create();

  /// Appends an entry, and returns its number.
  unsigned add(x86::msr, word value);
  word value(unsigned n) const { return area_->get(word{2 * n + 1}); }
  void set_value(unsigned n, word v) { area_->set(word{2 * n + 1}, v); }

  std::uint32_t count() const { return count_; }
  hpa where() const { return platform::address_of(host_, area_); }

 private:
  platform::host& host_;
  table* area_ = nullptr;
  std::uint32_t count_ = 0;
};

}  // namespace umbra::vmx
