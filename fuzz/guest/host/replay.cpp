#include "fuzz/guest/host/replay.hpp"

#include <cstring>
#include <fstream>
#include <iterator>
#include <memory>
#include <stdexcept>

#include "fuzz/guest/host/differences.hpp"
#include "fuzz/guest/host/expectation.hpp"
#include "fuzz/guest/shared/given.hpp"

namespace umbra::opguest {

namespace {

namespace fs = std::filesystem;

/// Seconds without a sign after which the emulator counts as hung; Bochs boots for some.
constexpr unsigned silence = 60;

std::string content_of(const fs::path& path) {
  std::ifstream from{path, std::ios::binary};
  if (!from) throw std::runtime_error("cannot read " + path.string());
  return {std::istreambuf_iterator<char>{from}, {}};
}

/// A copy of a file that holds the program, with the scenes in it.
void give(const fs::path& from, const fs::path& to, std::span<const scene> scenes) {
  std::string image = content_of(from);
  const given nothing;
  given orders;
  const std::string_view marks{reinterpret_cast<const char*>(nothing.marks), sizeof nothing.marks};
  const std::size_t at = image.find(marks);
  if (at == std::string::npos || at + sizeof orders > image.size() || image.find(marks, at + 1) != std::string::npos)
    throw std::runtime_error(from.string() + " has no place for scenes");
  orders.count = scenes.size();
  for (std::size_t n = 0; n < scenes.size(); ++n) pack(scenes[n], orders.words + n * given::scene_words);
  std::memcpy(image.data() + at, &orders, sizeof orders);
  std::ofstream file{to, std::ios::binary};
  if (!(file << image) || !file.flush()) throw std::runtime_error("cannot write " + to.string());
}

/// Whether everything that the comparison of a long run looks at is as it should be; else whether that is known.
void judge(replayed& r, const mismatch& m, engine_kind on) {
  for (const difference& d : known_differences(on)) {
    if (!d.explains(m)) continue;
    r.known = std::string(d.name) + " (" + std::string(d.citation) + ")";
    return;
  }
  r.agrees = false;
}

/// The lower 32 bits of the register came back, by way of the tag.
replayed judged_write(const probe& p, reference::registers r, const table_memory& memory, const result& o) {
  constexpr unsigned general_protection = 13;
  const bool faults = write_register(p.what, r, p.gva, memory).faults;
  const register_write due{.refused = faults, .reads_as = value_of(p.what, r)};
  const bool refused = o.exception && o.vector == general_protection && o.error == 0;
  const bool read = !o.exception && o.tag == (due.reads_as & 0xffff'ffff);
  return {
      .observed = o, .written = due, .expected = {}, .set = {}, .agrees = due.refused ? refused : read, .known = {}};
}

}  // namespace

replayed judged(const environment& machine, const scene& s, const result& observed, engine_kind on) {
  table_memory memory;
  memory.load(s);
  const probe& p = s.probes[0];
  const reference::registers r = registers_for(machine, s, p);
  if (sets_register(p.what)) return judged_write(p, r, memory, observed);
  replayed one{.observed = observed,
               .written = {},
               .expected = reference::walk(memory, r, p.gva, access_for(p)),
               .set = {},
               .agrees = true,
               .known = {}};
  const reference::translation& due = one.expected;
  mismatch m{.which = aspect::outcome,
             .machine = machine,
             .setting = s,
             .tried = p,
             .registers = r,
             .expected = due,
             .observed = observed};
  if (observed.exception != due.faults || (observed.exception && observed.vector != 14)) {
    judge(one, m, on);
  } else if (due.faults && observed.error != due.error_code) {
    m.which = aspect::error_code;
    judge(one, m, on);
  } else if (due.faults && observed.other_address) {
    m.which = aspect::address;
    judge(one, m, on);
  }
  for (unsigned step = 0; step < due.steps; ++step) {
    const int site = memory.site_at(due.used[step].gpa);
    std::uint64_t set = 0;
    for (const result::change& c : observed.changes) {
      if (static_cast<int>(c.site) == site) set = c.flipped;
    }
    one.set.push_back(set);
    if (set == due.used[step].set) continue;
    m.which = aspect::entry_bits;
    m.site = site;
    m.step = static_cast<int>(step);
    m.flipped = set;
    m.wanted = due.used[step].set;
    judge(one, m, on);
  }
  return one;
}

replay_session replay_scenes(const machine& on, const fs::path& program, std::span<const scene> scenes) {
  if (scenes.size() > given::scenes_limit) throw std::runtime_error("too many scenes for one start");
  const scratch_directory place;
  const fs::path copy = place.path() / program.filename();
  give(program, copy, scenes);
  fs::path image = program, image_copy = copy;
  give(image.replace_extension("bin"), image_copy.replace_extension("bin"), scenes);
  fs::copy_file(program.parent_path() / "disk.bin", place.path() / "disk.bin");

  engine running{
      on, copy.string(), {.seed = 1, .first = 0, .count = static_cast<std::uint32_t>(scenes.size())}, silence};
  byte_source from{[&running](std::uint8_t* to, std::size_t limit) { return running.read(to, limit); }};
  replay_session session{.machine = read_header(from).machine, .accesses = {}};
  for (std::size_t n = 0; n < scenes.size(); ++n) {
    if (from.get8() != record::scene_mark || from.get32() != n) throw broken_stream("a scene is missing");
    result observed;
    read_result(from, observed);
    if (from.get8() != record::scene_end) throw broken_stream("a scene's results do not end where they should");
    from.get8();
    if (from.get32() != digest(scenes[n])) throw broken_stream("the guest program ran another scene than it was given");
    session.accesses.push_back(judged(session.machine, scenes[n], observed, on.engine));
  }
  return session;
}

}  // namespace umbra::opguest
