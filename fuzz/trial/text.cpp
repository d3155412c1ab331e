#include "fuzz/trial/text.hpp"

#include <cctype>
#include <charconv>
#include <cstdio>
#include <vector>

#include "fuzz/trial/raw.hpp"

namespace umbra::fuzz {

namespace {

constexpr std::string_view modes[] = {"real",    "virtual8086", "flat16",        "flat32",
                                      "paged32", "pae",         "compatibility", "long64"};
constexpr std::string_view ordeal_names[] = {"none", "device", "steps", "repair", "race", "shadows"};
constexpr std::string_view registers[] = {"rax", "rcx", "rdx", "rbx", "rsp", "rbp", "rsi", "rdi",
                                          "r8",  "r9",  "r10", "r11", "r12", "r13", "r14", "r15"};
constexpr std::string_view segments[] = {"es", "cs", "ss", "ds", "fs", "gs"};
constexpr std::string_view changes[] = {"nothing",     "limit", "unusable", "read-only",
                                        "expand-down", "small", "based",    "code"};
constexpr std::string_view systems[] = {"wp", "smep", "smap", "pse", "de", "am", "gd", "ts", "vme", "pvi"};

template <std::size_t n>
int index_of(const std::string_view (&names)[n], std::string_view name) {
  for (std::size_t i = 0; i < n; ++i) {
    if (names[i] == name) return static_cast<int>(i);
  }
  return -1;
}

std::string hex(std::uint64_t value) {
  char text[24];
  std::snprintf(text, sizeof text, value < 10 ? "%llu" : "%#llx", static_cast<unsigned long long>(value));
  return text;
}

bool number(std::string_view word, std::uint64_t& value) {
  int base = 10;
  if (word.starts_with("0x")) {
    word.remove_prefix(2);
    base = 16;
  }
  const auto [end, problem] = std::from_chars(word.data(), word.data() + word.size(), value, base);
  return problem == std::errc{} && end == word.data() + word.size() && !word.empty();
}

std::vector<std::string_view> words_of(std::string_view line) {
  line = line.substr(0, line.find('#'));
  std::vector<std::string_view> words;
  for (std::size_t at = 0; at < line.size();) {
    if (std::isspace(static_cast<unsigned char>(line[at])) != 0) {
      ++at;
      continue;
    }
    std::size_t end = at;
    while (end < line.size() && std::isspace(static_cast<unsigned char>(line[end])) == 0) ++end;
    words.push_back(line.substr(at, end - at));
    at = end;
  }
  return words;
}

class reader {
 public:
  reader(trial& t, std::string& problem) : t_(t), problem_(problem) {}

  bool line(const std::vector<std::string_view>& w) {
    words_ = w;
    const std::string_view what = w[0];
    if (what == "code") return code();
    if (what == "system") return system();
    if (what == "segment") return segment();
    if (what == "poke") return poke();
    if (what == "race") return race();
    if (what == "mode") return named(modes, t_.mode);
    if (what == "ordeal") return named(ordeal_names, t_.through);
    if (what == "selectors") return selectors();
    if (const int n = index_of(registers, what); n >= 0) return one(t_.gpr[static_cast<std::size_t>(n)]);
    if (what == "cpl") return one(t_.cpl);
    if (what == "judge") return one(t_.judge);
    if (what == "rip") return one(t_.rip);
    if (what == "flags") return one(t_.flags);
    if (what == "fs-base") return one(t_.fs_base);
    if (what == "gs-base") return one(t_.gs_base);
    if (what == "page") return one(t_.page);
    return complain("'" + std::string(what) + "' means nothing here");
  }

 private:
  bool complain(const std::string& what) {
    problem_ = what + ".";
    return false;
  }

  bool value(std::size_t n, std::uint64_t& out) {
    if (n >= words_.size()) return complain("a number is missing");
    return number(words_[n], out) || complain("'" + std::string(words_[n]) + "' is no number");
  }
  template <class T>
  bool fit(std::size_t n, T& out) {
    std::uint64_t v;
    if (!value(n, v)) return false;
    out = static_cast<T>(v);
    return static_cast<std::uint64_t>(out) == v || complain("'" + std::string(words_[n]) + "' is too large");
  }
  bool ends(std::size_t n) {
    return words_.size() == n ||
           complain(words_.size() < n ? "something is missing" : "there is more than belongs here");
  }
  template <class T>
  bool one(T& out) {
    return fit(1, out) && ends(2);
  }
  template <std::size_t n, class T>
  bool named(const std::string_view (&names)[n], T& out) {
    if (words_.size() != 2) return complain("one name is wanted");
    const int which = index_of(names, words_[1]);
    if (which < 0) return complain("there is no '" + std::string(words_[1]) + "'");
    out = static_cast<T>(which);
    return true;
  }

  bool code() {
    if (words_.size() < 2 || words_.size() > 1 + t_.code.size()) return complain("1 to 15 bytes are wanted");
    t_.length = static_cast<std::uint8_t>(words_.size() - 1);
    for (std::size_t n = 1; n < words_.size(); ++n) {
      std::uint64_t byte;
      if (words_[n].size() != 2 || !number("0x" + std::string(words_[n]), byte))
        return complain("'" + std::string(words_[n]) + "' is no byte");
      t_.code[n - 1] = static_cast<std::uint8_t>(byte);
    }
    return true;
  }
  bool system() {
    for (std::size_t n = 1; n < words_.size(); ++n) {
      const int bit = index_of(systems, words_[n]);
      if (bit < 0) return complain("there is no '" + std::string(words_[n]) + "'");
      t_.system |= static_cast<std::uint16_t>(1u << bit);
    }
    return true;
  }
  bool segment() {
    if (changes_ == trial::changes_limit) return complain("two segments may be changed, no more");
    if (words_.size() < 3) return complain("a segment and what is unusual about it are wanted");
    const int which = index_of(segments, words_[1]), what = index_of(changes, words_[2]);
    if (which < 0 || what <= 0) return complain("there is no such segment or no such change");
    segment_change& c = t_.changes[changes_++];
    c.which = static_cast<std::uint8_t>(which);
    c.what = static_cast<std::uint8_t>(what);
    return words_.size() == 3 || (fit(3, c.parameter) && ends(4));
  }
  bool poke() {
    if (pokes_ == trial::pokes_limit) return complain("there is no room for another poke");
    trial_poke& p = t_.pokes[pokes_++];
    return fit(1, p.at) && fit(2, p.bytes) && equals(3) && value(4, p.value) && ends(5);
  }
  bool race() {
    if (words_.size() < 3) return complain("where is missing");
    std::string_view where = words_[2];
    const bool minus = where.starts_with('-');
    if (minus) where.remove_prefix(1);
    std::uint64_t distance;
    if (!number(where, distance) || distance > 127) return complain("'" + std::string(words_[2]) + "' is no distance");
    t_.offset = static_cast<std::int8_t>(minus ? -static_cast<int>(distance) : static_cast<int>(distance));
    return fit(1, t_.nth) && fit(3, t_.bytes) && equals(4) && value(5, t_.value) && ends(6);
  }
  bool selectors() {
    for (std::size_t n = 0; n < t_.selector.size(); ++n) {
      if (!fit(n + 1, t_.selector[n])) return false;
    }
    return ends(t_.selector.size() + 1);
  }
  bool equals(std::size_t n) { return (n < words_.size() && words_[n] == "=") || complain("'=' is missing"); }

  trial& t_;
  std::string& problem_;
  std::vector<std::string_view> words_;
  unsigned changes_ = 0, pokes_ = 0;
};

}  // namespace

bool is_trial_text(std::string_view text) { return text.starts_with(trial_mark); }

std::string to_text(const trial& t) {
  std::string text = std::string(trial_mark) + " 1\n";
  const auto add = [&](std::string_view name, std::uint64_t value) {
    if (value != 0) text += std::string(name) + " " + hex(value) + "\n";
  };
  text += "mode " + std::string(modes[static_cast<unsigned>(t.mode)]) + "\n";
  add("cpl", t.cpl);
  text += "ordeal " + std::string(ordeal_names[static_cast<unsigned>(t.through)]) + "\ncode";
  for (unsigned n = 0; n < t.length; ++n) {
    char byte[4];
    std::snprintf(byte, sizeof byte, " %02x", t.code[n]);
    text += byte;
  }
  text += "\n";
  add("rip", t.rip);
  add("flags", t.flags);
  for (unsigned n = 0; n < t.gpr.size(); ++n) add(registers[n], t.gpr[n]);
  if (t.selector != decltype(t.selector){}) {
    text += "selectors";
    for (const std::uint16_t s : t.selector) text += " " + hex(s);
    text += "\n";
  }
  add("fs-base", t.fs_base);
  add("gs-base", t.gs_base);
  if (t.system != 0) {
    text += "system";
    for (unsigned bit = 0; bit < std::size(systems); ++bit) {
      if ((t.system >> bit & 1) != 0) text += " " + std::string(systems[bit]);
    }
    text += "\n";
  }
  for (const segment_change& c : t.changes) {
    if (c.what != segment_change::nothing) {
      text += "segment " + std::string(segments[c.which]) + " " + std::string(changes[c.what]) + " " +
              hex(c.parameter) + "\n";
    }
  }
  for (const trial_poke& p : t.pokes) {
    if (p.bytes != 0) text += "poke " + hex(p.at) + " " + hex(p.bytes) + " = " + hex(p.value) + "\n";
  }
  add("page", t.page);
  if (t.nth != 0 || t.offset != 0 || t.value != 0 || t.bytes != 8) {
    text += "race " + hex(t.nth) + " " + std::to_string(t.offset) + " " + hex(t.bytes) + " = " + hex(t.value) + "\n";
  }
  add("judge", t.judge);
  return text;
}

bool from_text(std::string_view text, trial& out, std::string& problem, unsigned& line) {
  // What is left out is what no bytes say.
  decode_trial({}, out);
  reader r(out, problem);
  line = 0;
  for (std::size_t at = 0; at < text.size();) {
    const std::size_t end = std::min(text.find('\n', at), text.size());
    const auto words = words_of(text.substr(at, end - at));
    at = end + 1;
    ++line;
    if (line == 1) {
      if (words.size() != 2 || words[0] != trial_mark || words[1] != "1") {
        problem = "the first line should be '" + std::string(trial_mark) + " 1'.";
        return false;
      }
      continue;
    }
    if (!words.empty() && !r.line(words)) return false;
  }
  // Through the raw form, which brings each field into its range.
  std::vector<std::uint8_t> bytes;
  encode_trial(out, bytes);
  decode_trial(bytes, out);
  return true;
}

}  // namespace umbra::fuzz
