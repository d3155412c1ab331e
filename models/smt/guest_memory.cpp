#include "models/smt/guest_memory.hpp"

#include <utility>

namespace umbra::smt {

namespace {

bool certain(flag f) { return raw(f).symbol == nullptr && raw(f).known != 0; }
bool impossible(flag f) { return raw(f).symbol == nullptr && raw(f).known == 0; }

}  // namespace

void guest_memory::check(unsigned bytes) const {
  if (bytes != unit_ && !(bytes == 4 && unit_ == 8))
    throw failure(failure_kind::misuse, "Symbolic guest memory is read and written by whole entries only.");
}

word guest_memory::load_unit(word hpa) {
  // A path for each store that this may be a read of: what is read is then one value, not a choice among many.
  for (auto c = written_.rbegin(); c != written_.rend(); ++c) {
    if (c->hpa == hpa) return c->value;
  }
  std::vector<path::implication> same;
  for (const cell& c : initial_) {
    const flag here = c.hpa == hpa;
    if (certain(here)) return c.value;
    if (!impossible(here)) same.push_back({here, resized(64, 8 * unit_, raw(c.value))});
  }
  const word value(resized(8 * unit_, 64, path_.any_that_agrees("memory", 8 * unit_, same)), 0);
  initial_.push_back({hpa, value});
  return value;
}

word guest_memory::load(word hpa, unsigned bytes) {
  check(bytes);
  if (bytes == unit_) return load_unit(hpa);
  const word both_halves = load_unit(hpa & word{~std::uint64_t{7}});
  return select(has(hpa, 4), both_halves >> 32, both_halves & word{0xffff'ffff});
}

word guest_memory::read(word hpa, unsigned bytes) {
  if (on_read_) on_read_(reads_);
  ++reads_;
  word value;
  if (kind_ == kind::havoc) {
    check(bytes);
    value = path_.any_word("raced");
    if (bytes == 4) value = value & word{0xffff'ffff};
    initial_.push_back({hpa, value});
  } else {
    value = load(hpa, bytes);
  }
  events_.push_back({event::kind::read, hpa, value});
  return value;
}

void guest_memory::write(word hpa, word value, unsigned bytes) {
  if (bytes != unit_) check(0);
  written_.push_back({hpa, value});
  events_.push_back({event::kind::write, hpa, value});
}

flag guest_memory::compare_exchange(word hpa, word expected, word desired, unsigned bytes) {
  if (bytes != unit_) check(0);
  flag done;
  if (kind_ == kind::havoc) {
    done = path_.any_flag("exchanged");
  } else {
    done = static_cast<bool>(load_unit(hpa) == expected);
    if (done) written_.push_back({hpa, desired});
  }
  events_.push_back({event::kind::exchange, hpa, desired, expected, done});
  return done;
}

void guest_memory::forget() {
  forgotten_ = std::exchange(initial_, {});
  written_.clear();
  events_.clear();
  reads_ = 0;
}

}  // namespace umbra::smt
