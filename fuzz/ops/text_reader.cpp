// Parses programs. Each error names its line and says what was expected.
#include <charconv>
#include <limits>
#include <optional>

#include "fuzz/ops/exit_names.hpp"
#include "fuzz/ops/text.hpp"
#include "fuzz/ops/text_names.hpp"

namespace umbra::fuzz {
namespace {

constexpr std::string_view blanks = " \t\r";

/// One line, taken apart word by word. The first error stays; after it everything reads as nothing.
class line {
 public:
  explicit line(std::string_view text) : rest_(text.substr(0, text.find('#'))) { skip(); }

  bool empty() const { return rest_.empty(); }
  const std::string& error() const { return error_; }
  void fail(std::string message) {
    if (error_.empty()) error_ = std::move(message);
    rest_ = {};
  }

  std::string_view next() {
    const std::string_view found = peek();
    rest_.remove_prefix(found.size());
    skip();
    return found;
  }
  /// Takes the next word if it is this one.
  bool take(std::string_view expected) {
    if (peek() != expected) return false;
    next();
    return true;
  }
  void expect(std::string_view expected) {
    if (!take(expected)) fail(quoted("expected", expected) + found());
  }
  std::uint64_t number(std::string_view what, std::uint64_t least = 0,
                       std::uint64_t most = std::numeric_limits<std::uint64_t>::max()) {
    const std::string_view word = peek();
    const bool hexadecimal = word.starts_with("0x") || word.starts_with("0X");
    const std::string_view digits = hexadecimal ? word.substr(2) : word;
    std::uint64_t value = 0;
    const auto [end, problem] =
        std::from_chars(digits.data(), digits.data() + digits.size(), value, hexadecimal ? 16 : 10);
    if (digits.empty() || problem != std::errc() || end != digits.data() + digits.size()) {
      fail("expected " + std::string(what) + ", a number of at most 64 bits" + found());
      return least;
    }
    if (value < least || value > most) {
      fail(std::string(what) + " must be " + std::to_string(least) + " to " + std::to_string(most) + found());
      return least;
    }
    next();
    return value;
  }
  /// The position of the next word in a list of names.
  template <class Names>
  std::optional<unsigned> one_of(const Names& names) const {
    for (unsigned n = 0; n < names.size(); ++n) {
      if (names[n] == peek()) return n;
    }
    return std::nullopt;
  }
  std::string found() const {
    const std::string_view word = peek();
    return word.empty() ? ", found the end of the line" : ", found \"" + std::string(word.substr(0, 40)) + "\"";
  }

 private:
  std::string_view peek() const { return rest_.substr(0, rest_.find_first_of(blanks)); }
  void skip() { rest_.remove_prefix(std::min(rest_.find_first_not_of(blanks), rest_.size())); }
  static std::string quoted(std::string_view before, std::string_view word) {
    return std::string(before) + " \"" + std::string(word) + "\"";
  }

  std::string_view rest_;
  std::string error_;
};

void read_maker(line& in, op& o) {
  while (!in.empty()) {
    if (in.take("cpl")) {
      o.by.cpl = static_cast<std::uint8_t>(in.number("the CPL", 0, 3));
    } else if (in.take("ac")) {
      o.by.ac = true;
    } else if (in.take("implicit")) {
      o.by.implicit = true;
    } else if (o.kind == kind::instruct && in.take("size")) {
      o.size = static_cast<std::uint8_t>(in.number("the size", 1, 8));
    } else if (o.kind == kind::write && in.take(words::undecodable)) {
      o.bits |= write_undecodable;
    } else {
      return in.fail("expected \"cpl\", \"ac\" or \"implicit\"" + in.found());
    }
  }
}

void read_size(line& in, op& o) { o.size = static_cast<std::uint8_t>(in.number("the size", 1, 8)); }

/// ADDRESS SIZE = VALUE
void read_written(line& in, op& o) {
  o.address = in.number("an address");
  read_size(in, o);
  in.expect("=");
  const std::uint64_t most =
      o.size == 8 ? std::numeric_limits<std::uint64_t>::max() : (std::uint64_t{1} << (8 * o.size)) - 1;
  o.value = in.number("the value", 0, most);
}

void read_index(line& in, op& o, unsigned most) {
  o.index = static_cast<std::uint8_t>(in.number("the index", 0, most));
}

void read_count(line& in, op& o, std::string_view what, unsigned least = 0) {
  o.count = static_cast<std::uint32_t>(in.number(what, least, std::numeric_limits<std::uint32_t>::max()));
}

void read_region(line& in, op& o) {
  read_index(in, o, 255);
  if (in.take("delete")) return;
  in.expect("at");
  o.address = in.number("a guest frame");
  in.expect("pages");
  read_count(in, o, "the number of pages", 1);
  in.expect(o.kind == kind::slot ? "backing" : "target");
  o.value = in.number("a page");
  while (o.kind == kind::slot && !in.empty()) {
    if (in.take("read-only")) {
      o.bits |= slot_read_only;
    } else if (in.take("logged")) {
      o.bits |= slot_logged;
    } else {
      return in.fail("expected \"read-only\" or \"logged\"" + in.found());
    }
  }
}

std::uint32_t number32(line& in, std::string_view what) {
  return static_cast<std::uint32_t>(in.number(what, 0, std::numeric_limits<std::uint32_t>::max()));
}

/// REASON = QUALIFICATION, and what else the exit tells.
void read_exit(line& in, op& o) {
  o.count = number32(in, "a reason");
  in.expect("=");
  o.value = in.number("the qualification");
  while (!in.empty()) {
    if (in.take("length")) {
      o.index = static_cast<std::uint8_t>(in.number("the length", 0, 255));
    } else if (in.take("event")) {
      o.told.event = number32(in, "the event");
    } else if (in.take("code")) {
      o.told.error_code = number32(in, "the code");
    } else if (in.take("vectoring")) {
      o.told.vectoring_event = number32(in, "the event");
    } else if (in.take("vectoring-code")) {
      o.told.vectoring_error_code = number32(in, "the code");
    } else if (in.take("information")) {
      o.told.information = number32(in, "the information");
    } else {
      return in.fail("expected \"length\", \"event\", \"code\", \"vectoring\", \"vectoring-code\" or \"information\"" +
                     in.found());
    }
  }
}

/// A field of the guest-state area, by name or number.
void read_field(line& in, op& o) {
  for (const words::named_field& f : words::fields) {
    if (!in.take(f.name)) continue;
    o.count = static_cast<std::uint32_t>(f.field);
    return;
  }
  if (const auto n = in.one_of(words::vmm_state_names); n && o.kind == kind::set) {
    o.count = first_vmm_state + *n;
    in.next();
    return;
  }
  o.count = number32(in, "a field");
}

template <class Names>
void read_name(line& in, const Names& names, std::string_view what, op& o) {
  if (const auto n = in.one_of(names)) {
    o.index = static_cast<std::uint8_t>(*n);
    in.next();
  } else {
    in.fail("expected " + std::string(what) + in.found());
  }
}

void read_operands(line& in, op& o) {
  switch (o.kind) {
    case kind::read:
      o.address = in.number("an address"), read_size(in, o), read_maker(in, o);
      break;
    case kind::write:
      read_written(in, o), read_maker(in, o);
      break;
    case kind::fetch:
      o.address = in.number("an address"), read_maker(in, o);
      break;
    case kind::cr0:
    case kind::cr3:
    case kind::cr4:
    case kind::efer:
      in.expect("="), o.value = in.number("the value");
      break;
    case kind::invlpg:
      o.address = in.number("an address");
      break;
    case kind::slot:
    case kind::alias:
      read_region(in, o);
      break;
    case kind::log:
      read_index(in, o, 255);
      o.count = in.take("on");
      if (o.count == 0) in.expect("off");
      break;
    case kind::read_log:
      read_index(in, o, 255);
      break;
    case kind::reclaim:
      read_count(in, o, "the number of pages");
      break;
    case kind::zap_all:
      break;
    case kind::vcpu:
      read_index(in, o, 1);
      break;
    case kind::race:
      read_count(in, o, "the number of the read");
      if (const auto who = in.one_of(words::racers)) {
        o.who = static_cast<racer>(*who);
        in.next();
        read_written(in, o);
      } else {
        in.fail("expected \"vcpu\", \"vmm\" or \"device\"" + in.found());
      }
      break;
    case kind::poke:
    case kind::patch:
      read_written(in, o);
      break;
    case kind::speculate:
      read_index(in, o, 1), o.address = in.number("an address");
      break;
    case kind::exhaust:
      o.address = in.number("an address"), read_count(in, o, "the number of steps");
      break;
    case kind::exit:
      read_exit(in, o);
      break;
    case kind::field:
    case kind::set:
      read_field(in, o), in.expect("="), o.value = in.number("the value");
      break;
    case kind::general:
      read_name(in, words::general_registers, "a general register", o);
      in.expect("="), o.value = in.number("the value");
      break;
    case kind::instruct:
      read_name(in, words::instructions, "an instruction", o);
      o.count = number32(in, "a number");
      in.expect("="), o.value = in.number("the value"), read_maker(in, o);
      break;
    case kind::complete:
      o.value = in.number("the value");
      break;
    case kind::interrupt:
      o.index = static_cast<std::uint8_t>(in.number("a vector", 0, 255));
      break;
    case kind::nmi:
      break;
  }
}

template <class Names, class Set>
void read_list(line& in, const Names& names, const Set& set) {
  if (in.take("none")) return;
  if (in.empty()) in.fail("expected names, or \"none\"" + in.found());
  while (!in.empty()) {
    bool known = false;
    for (const auto& n : names) {
      if (!known && in.take(n.name)) known = true, set(n);
    }
    if (!known) in.fail("unknown name" + in.found());
  }
}

/// Reads a set-up line; false if the line is none.
bool read_setup(line& in, setup& s) {
  if (in.take("start")) {
    if (const auto n = in.one_of(words::starts)) {
      s.start = static_cast<start>(*n);
      in.next();
    } else {
      in.fail("expected real, paging_off, bits32, pae or level4" + in.found());
    }
  } else if (in.take("scene")) {
    s.scene = static_cast<std::uint8_t>(in.number("the scene", 0, scene_count - 1));
  } else if (in.take("pages")) {
    s.shadow_pages = static_cast<std::uint16_t>(in.number("the number of shadow pages", 1, 65535));
  } else if (in.take("maxphyaddr")) {
    s.cpuid.maxphyaddr = static_cast<unsigned>(in.number("MAXPHYADDR", 32, 52));
  } else if (in.take("cpuid")) {
    for (const auto& f : words::features) s.cpuid.*f.present = false;
    read_list(in, words::features, [&](const words::feature& f) { s.cpuid.*f.present = true; });
  } else if (in.take("flags")) {
    for (const auto& f : words::mode_flags) s.*f.on = false;
    read_list(in, words::mode_flags, [&](const words::mode_flag& f) { s.*f.on = true; });
  } else {
    return false;
  }
  return true;
}

void read_version(line& in) {
  if (!in.take(words::format)) return in.fail("the first line must be \"umbra-ops 1\"");
  if (!in.take(words::version)) in.fail("only version 1 of umbra-ops is known" + in.found());
}

void read_line(line& in, bool& versioned, program& out) {
  if (!versioned) {
    versioned = true;
    return read_version(in);
  }
  if (const auto k = in.one_of(words::kinds)) {
    if (out.ops.size() == op_limit) return in.fail("a program has at most " + std::to_string(op_limit) + " ops");
    op o;
    o.kind = static_cast<kind>(*k);
    in.next();
    read_operands(in, o);
    out.ops.push_back(canonical(o));
  } else if (!read_setup(in, out.setup)) {
    in.fail("no such op or set-up line" + in.found());
  } else if (!out.ops.empty()) {
    in.fail("set-up lines come before the first op");
  }
}

}  // namespace

bool is_text(std::string_view text) { return text.starts_with(words::format); }

bool from_text(std::string_view text, program& out, parse_error& error) {
  out = {};
  error = {};
  if (text.size() > text_limit) {
    error.message = "the file is longer than " + std::to_string(text_limit) + " bytes";
    return false;
  }
  bool versioned = false;
  while (!text.empty()) {
    ++error.line;
    const std::size_t length = std::min(text.find('\n'), text.size());
    line in(text.substr(0, length));
    text.remove_prefix(std::min(length + 1, text.size()));
    if (in.empty()) continue;
    read_line(in, versioned, out);
    if (in.error().empty() && !in.empty()) in.fail("expected the end of the line" + in.found());
    if (!in.error().empty()) {
      error.message = in.error();
      return false;
    }
  }
  if (!versioned) error = {0, "the file is empty: the first line must be \"umbra-ops 1\""};
  return versioned;
}

}  // namespace umbra::fuzz
