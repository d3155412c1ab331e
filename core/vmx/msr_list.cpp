#include "core/vmx/msr_list.hpp"

#include "core/platform/assert.hpp"

namespace umbra::vmx {

msr_list::~msr_list() {
  if (area_ != nullptr) platform::release_table(host_, area_);
}

bool msr_list::create() {
  area_ = platform::allocate_table(host_);
  return area_ != nullptr;
}

unsigned msr_list::add(x86::msr which, word value) {
  UMBRA_ASSERT(count_ < limit);
  area_->set(word{2 * count_}, word{static_cast<std::uint32_t>(which)});
  set_value(count_, value);
  return count_++;
}

}  // namespace umbra::vmx
