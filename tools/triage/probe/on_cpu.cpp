#include "tools/triage/probe/on_cpu.hpp"

#include <fmt/format.h>

#include <sstream>

#include "core/x86/entry.hpp"
#include "fuzz/guest/host/replay.hpp"
#include "fuzz/guest/shared/given.hpp"
#include "fuzz/ops/text.hpp"
#include "tools/cli/tree.hpp"
#include "tools/run/words.hpp"
#include "tools/triage/probe/cpu_scene.hpp"
#include "tools/triage/probe/register_scene.hpp"

namespace umbra::tools {

namespace {

using opguest::given, opguest::scene;

/// An access or a write to a register: its op, and the scene, or why there is none.
struct question {
  std::string op, why;
  std::optional<scene> asked;
};

/// Writes a line for each access and each write to a register: op, tab, reason or words of the scene.
void find_questions(fuzz::world& w, const fuzz::program& p, bool of_registers, std::FILE* out) {
  bool well = w.start(p.setup);
  for (std::size_t n = 0; well && n < p.ops.size(); ++n) {
    std::string why;
    auto s = scene_of(w, p.ops[n], why);
    if (!s && why.empty()) s = register_scene_of(w, p.ops[n], why);
    if (s && opguest::sets_register(s->probes[0].what) && !of_registers) {
      s.reset();
      why = "QEMU's TCG checks few bits of a register; --on-cpu=bochs asks Bochs";
    }
    std::string line = s || !why.empty() ? fmt::format("{}: {}\t{}\t", n, to_text(p.ops[n]), why) : "";
    if (s) {
      std::uint64_t words[given::scene_words];
      pack(*s, words);
      for (const std::uint64_t word : words) line += fmt::format(" {:x}", word);
    }
    if (!line.empty()) std::fprintf(out, "%s\n", line.c_str());
    well = w.step(p.ops[n]);
  }
}

std::vector<question> read_questions(const std::string& text) {
  std::vector<question> all;
  std::istringstream in(text);
  for (std::string line; std::getline(in, line);) {
    const std::size_t first = line.find('\t'), second = line.find('\t', first + 1);
    if (second == std::string::npos) continue;
    question q{line.substr(0, first), line.substr(first + 1, second - first - 1), std::nullopt};
    std::istringstream words(line.substr(second + 1));
    std::uint64_t packed[given::scene_words] = {};
    unsigned count = 0;
    while (count < given::scene_words && words >> std::hex >> packed[count]) ++count;
    if (count == given::scene_words) unpack(packed, q.asked.emplace());
    all.push_back(std::move(q));
  }
  return all;
}

/// QEMU can be given any processor; of those that Bochs has, the newest.
opguest::machine machine_for(const std::string& engine, const x86::features& f, std::string& cpu) {
  if (engine == "bochs") return {opguest::engine_kind::bochs, "skylake", "corei7_skylake_x", 100};
  const auto off = [](flag has, const char* name) { return has ? std::string() : fmt::format(",{}=off", name); };
  cpu = fmt::format("max,phys-bits={}{}{}{}{}{}", f.maxphyaddr, off(f.nx, "nx"), off(f.long_mode, "lm"),
                    off(f.gbpages, "pdpe1gb"), off(f.smep, "smep"), off(f.smap, "smap"));
  return {opguest::engine_kind::qemu, "as the guest's", cpu, 100};
}

std::string bits_set(std::uint64_t bits) {
  return fmt::format("{}{}", (bits & x86::entry::accessed) != 0 ? "A" : "", (bits & x86::entry::dirty) != 0 ? "D" : "");
}

std::string in_words(const opguest::replayed& r) {
  const opguest::result& o = r.observed;
  if (r.written) {
    if (!o.exception) return fmt::format("takes it, and reads {:#x} then", o.tag);
    return o.vector == 13 ? fmt::format("#GP, code {:#x}", o.error) : fmt::format("exception {}", o.vector);
  }
  std::string text = !o.exception     ? "goes through"
                     : o.vector == 14 ? "#PF, code " + error_code_in_words(o.error)
                                      : fmt::format("exception {}, code {:#x}", o.vector, o.error);
  std::string set;
  for (std::size_t step = 0; step < r.set.size(); ++step) {
    if (r.set[step] != 0)
      set += fmt::format("{}{} in step {}", set.empty() ? "" : ", ", bits_set(r.set[step]), step + 1);
  }
  return text + (set.empty() ? "" : "; sets " + set);
}

std::string model_in_words(const opguest::replayed& r) {
  if (r.written) {
    return r.written->refused ? "#GP, code 0x0"
                              : fmt::format("takes it, and reads {:#x} then", r.written->reads_as & 0xffff'ffff);
  }
  const reference::translation& t = r.expected;
  return t.faults ? "#PF, code " + error_code_in_words(t.error_code) : "goes through";
}

}  // namespace

std::vector<std::string> ask_processor(isolation& in, subject& who, const fuzz::program& p, const std::string& engine,
                                       const std::filesystem::path& work) {
  const std::filesystem::path file = work / "questions";
  who.prepare(specimen(p));
  in.tell([&](std::FILE* out) { find_questions(who.the_world(), p, engine == "bochs", out); }, file);
  std::vector<question> all = read_questions(read_file(file));
  if (all.empty()) return {"The guest does nothing that a processor could be asked about."};
  // The last ones are nearest to what went wrong.
  if (all.size() > given::scenes_limit) all.erase(all.begin(), all.end() - given::scenes_limit);
  std::vector<scene> scenes;
  for (const question& q : all) {
    if (q.asked) scenes.push_back(*q.asked);
  }
  std::string cpu;
  const opguest::machine on = machine_for(engine, p.setup.cpuid, cpu);
  opguest::replay_session said;
  if (!scenes.empty()) said = replay_scenes(on, UMBRA_GUEST_PROGRAM, scenes);

  std::vector<std::string> lines{
      fmt::format("{}, {}: each access with empty TLBs, tables and registers as they are then",
                  engine == "bochs" ? "Bochs" : "QEMU", on.cpu)};
  std::size_t next = 0;
  bool agree = true;
  for (const question& q : all) {
    lines.push_back(q.op);
    if (!q.asked) {
      lines.push_back("  cannot be asked: " + q.why);
      continue;
    }
    const opguest::replayed& r = said.accesses[next++];
    agree = agree && r.agrees;
    lines.push_back("  processor: " + in_words(r));
    lines.push_back("  model:     " + model_in_words(r) +
                    (!r.agrees         ? "  <- they DISAGREE: one of them is wrong"
                     : r.known.empty() ? ""
                                       : "; the difference is known: " + r.known));
  }
  if (next != 0 && agree) lines.push_back("The processor does what the model says.");
  return lines;
}

}  // namespace umbra::tools
