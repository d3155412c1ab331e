#include <algorithm>
#include <string>

#include "core/platform/platform.hpp"
#include "models/smt/host.hpp"

namespace umbra::platform {

namespace {

[[noreturn]] void not_here(const char* what) {
  throw smt::failure(smt::failure_kind::misuse, std::string("The symbolic host cannot ") + what + ".");
}

}  // namespace

const table* host::table_at(std::uint64_t frame) const {
  for (const placed_table& t : tables_) {
    if (t.frame == frame) return t.at;
  }
  return nullptr;
}

flag host::is_used_table(word frame) const {
  flag used = false;
  for (const placed_table& t : tables_) {
    if (!t.at->untouched()) used = either(used, frame == word{t.frame});
  }
  return used;
}

flag host::is_table(word frame) const {
  // They lie side by side, from the first of each kind on.
  flag is = false;
  for (const placed_table& t : tables_) is = either(is, frame == word{t.frame});
  return is;
}

table* host::new_table(std::uint64_t first_frame) {
  std::uint64_t frame = first_frame;
  for (const placed_table& t : tables_) frame += t.frame == frame;
  tables_.push_back({&path.make<table>(), frame});
  return tables_.back().at;
}

hpa host::address_of(const table* wanted) const {
  for (const placed_table& t : tables_) {
    if (t.at == wanted) return {word{t.frame << page_shift}};
  }
  not_here("say where a table is that it did not give");
}

void host::mark_dirty(const memory::frame& f) {
  dirtied.push_back(&f);
  for (logged& l : logs_) {
    if (l.frame == &f) l.needs = false;
  }
}

flag host::is_logged(hfn number) const {
  flag is = false;
  for (const memory::frame* f : dirtied) is = either(is, f->number == number);
  for (const logged& l : logs_) is = either(is, both(l.frame->number == number, negate(l.needs)));
  return is;
}

flag host::needs_dirty(const memory::frame& f) {
  for (const logged& l : logs_) {
    if (l.frame == &f) return l.needs;
  }
  const bool marked = std::find(dirtied.begin(), dirtied.end(), &f) != dirtied.end();
  logs_.push_back({&f, marked ? flag{false} : path.any_flag("unlogged")});
  return logs_.back().needs;
}

table* allocate_table(host& h) { return h.new_table(smt::address_space::first_table_frame); }
table* allocate_low_table(host& h) { return h.new_table(smt::address_space::first_low_table_frame); }
void release_table(host&, table*) {}
hpa address_of(host& h, const table* wanted) { return h.address_of(wanted); }

void* allocate(host& h, std::size_t bytes) { return h.path.allocate(bytes); }
void release(host&, void*, std::size_t) {}

bool pin(host&, word, hfn&) { not_here("pin a page: slots are any slots already"); }
void unpin(host&, hfn) { not_here("unpin a page"); }

word read(host& h, hpa where, unsigned bytes) { return h.memory.read(where.value, bytes); }
void write(host& h, hpa where, word value, unsigned bytes) { h.memory.write(where.value, value, bytes); }
flag compare_exchange(host& h, hpa where, word expected, word desired, unsigned bytes) {
  return h.memory.compare_exchange(where.value, expected, desired, bytes);
}

flag compare_exchange(host&, hpa, const word_pair&, const word_pair&) {
  not_here("exchange 16 bytes: a unit of memory is an entry");
}

void write_vmcs(host& h, vcpu_id, x86::vmcs field, word value) { h.vmcs[field] = value; }
unsigned vpid(host&, vcpu_id id) { return id + 1; }
void flush_vcpu(host& h, vcpu_id) { ++h.flushes; }
void flush_all(host& h) { ++h.remote_flushes; }

void lock(host& h) {
  if (h.locked) h.path.refute("the MMU lock is taken once");
  h.locked = true;
}
void unlock(host& h) { h.locked = false; }

void assertion_failed(const char* condition, const char* file, unsigned line) {
  const std::string_view path = file;
  const std::size_t name = path.rfind("core/");
  smt::path::current().refute("assertion " + std::string(condition) + " at " +
                              std::string(path.substr(name == path.npos ? 0 : name)) + ":" + std::to_string(line));
}

}  // namespace umbra::platform
