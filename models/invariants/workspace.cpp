#include "models/invariants/workspace.hpp"

namespace umbra::invariants {

void workspace::begin() {
  live_ = 0;
  frame_count_ = 0;
  rooted_ = 0;
  pool_ = {};
  if (++check_ != 0) return;
  // After 2^32 checks the numbers start again: what carries an old one must not be taken for new.
  // One by one: an array of them would be built on the stack, and a kernel's is small.
  by_table_.fill(index_slot{});
  by_identity_.fill(index_slot{});
  frames_.fill(frame_record{});
  for (page_record& p : pages_) p.hashed = p.rooted = 0;
  check_ = 1;
}

bool workspace::add_live(unsigned ordinal) {
  page_record& p = pages_[ordinal];
  const std::uint64_t table = p.facts.table;
  p.parents = 0;
  live_pages_[live_++] = static_cast<std::uint16_t>(ordinal);
  for (unsigned at = spread(table);; ++at) {
    index_slot& slot = by_table_[at % index_size];
    if (slot.check != check_) {
      slot = {check_, ordinal};
      return true;
    }
    if (pages_[slot.ordinal].facts.table == table) return false;
  }
}

workspace::page_record* workspace::table_at(std::uint64_t host_frame) {
  for (unsigned at = spread(host_frame);; ++at) {
    const index_slot& slot = by_table_[at % index_size];
    if (slot.check != check_) return nullptr;
    if (pages_[slot.ordinal].facts.table == host_frame) return &pages_[slot.ordinal];
  }
}

workspace::frame_record* workspace::frame(std::uint64_t number) {
  for (unsigned at = spread(number);; ++at) {
    frame_record& f = frames_[at % frame_slots];
    if (f.check != check_) {
      if (frame_count_ == frame_limit) return nullptr;
      f = {number, check_, 0, 0, nullptr};
      frame_list_[frame_count_++] = static_cast<std::uint16_t>(at % frame_slots);
      return &f;
    }
    if (f.number == number) return &f;
  }
}

const workspace::frame_record* workspace::find_frame(std::uint64_t number) const {
  for (unsigned at = spread(number);; ++at) {
    const frame_record& f = frames_[at % frame_slots];
    if (f.check != check_) return nullptr;
    if (f.number == number) return &f;
  }
}

unsigned workspace::add_identity(unsigned ordinal) {
  const page_facts& mine = pages_[ordinal].facts;
  for (unsigned at = spread(mine.frame ^ mine.role << 32 ^ mine.role >> 7);; ++at) {
    index_slot& slot = by_identity_[at % index_size];
    if (slot.check != check_) {
      slot = {check_, ordinal};
      return ordinal;
    }
    const page_facts& other = pages_[slot.ordinal].facts;
    if (other.frame == mine.frame && other.role == mine.role) return slot.ordinal;
  }
}

}  // namespace umbra::invariants
