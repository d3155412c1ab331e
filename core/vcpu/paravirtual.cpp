#include "core/vcpu/paravirtual.hpp"

namespace umbra::vcpu {

namespace {

/// Offsets in the state page. `result` is 0 or a negative number of 32 bits.
constexpr unsigned guest_version = 0, host_version = 4, result = 12, hypercall_address = 16;

constexpr std::uint64_t invalid = 0xffff'ffff - 22 + 1;  // -EINVAL

/// VMCALL; RET, in the order of memory.
constexpr std::uint64_t hypercall_code = 0xc3c1'010f;
constexpr unsigned hypercall_bytes = 4;

}  // namespace

/// What the page's result becomes.
word paravirtual_page::refuse_or_patch(word version_wanted, gpa hypercall) {
  if (version_wanted > word{version}) return word{invalid};
  // Guest memory's pages need not lie side by side.
  if (offset_in_page(hypercall.value) > word{page_size - hypercall_bytes}) return word{invalid};
  if (!mmu_.write_guest(hypercall, word{hypercall_code}, hypercall_bytes)) return word{invalid};
  return word{0};
}

bool paravirtual_page::register_page(word physical_address) {
  if (offset_in_page(physical_address) != word{0}) return false;
  const gpa page{physical_address};
  word wanted{}, address{};
  if (!mmu_.read_guest(page + word{guest_version}, wanted, 4) ||
      !mmu_.read_guest(page + word{hypercall_address}, address, 8) ||
      !mmu_.write_guest(page + word{host_version}, word{version}, 4)) {
    return false;
  }

  const word answer = refuse_or_patch(wanted, {address});
  if (!mmu_.write_guest(page + word{result}, answer, 4)) return false;
  registered_ = either(registered_, answer == word{0});
  page_.value = select(answer == word{0}, physical_address, page_.value);
  return true;
}

}  // namespace umbra::vcpu
