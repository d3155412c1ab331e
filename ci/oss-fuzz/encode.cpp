// umbra-encode DIRECTORY FILE...: writes each op or instruction file to DIRECTORY as a fuzz engine reads it. With
// --dictionary instead of a directory: prints what they consist of, each op and each code, as a dictionary.
//
// It needs nothing but a compiler, so that fuzzing services can make their seed corpora.
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <set>
#include <string>
#include <vector>

#include "fuzz/ops/codec.hpp"
#include "fuzz/ops/text.hpp"
#include "fuzz/trial/raw.hpp"
#include "fuzz/trial/text.hpp"

namespace {

namespace fs = std::filesystem;
using namespace umbra::fuzz;
using bytes = std::vector<std::uint8_t>;

/// One input, and the pieces of it that are worth putting into others.
struct encoded {
  bytes whole;
  std::vector<bytes> pieces;
};

encoded encode_program(const program& p) {
  encoded e{.whole = encode(p), .pieces = {}};
  const std::size_t head = encode({p.setup, {}}).size();
  for (const op& o : p.ops) {
    program alone{p.setup, {o}};
    canonicalise(alone);
    const bytes one = encode(alone);
    if (one.size() > head) e.pieces.emplace_back(one.begin() + static_cast<std::ptrdiff_t>(head), one.end());
  }
  return e;
}

encoded encode_instruction(const trial& t) {
  encoded e;
  encode_trial(t, e.whole);
  e.pieces.emplace_back(t.code.begin(), t.code.begin() + t.length);
  return e;
}

/// False, and says why, if a file holds neither.
bool read(const fs::path& file, encoded& out) {
  std::ifstream in(file, std::ios::binary);
  const std::string text(std::istreambuf_iterator<char>(in), {});
  parse_error error{.line = 0, .message = "cannot be read"};
  if (in && is_trial_text(text)) {
    trial t;
    if (from_text(text, t, error.message, error.line)) {
      out = encode_instruction(t);
      return true;
    }
  } else if (in) {
    program p;
    if (from_text(text, p, error)) {
      out = encode_program(p);
      return true;
    }
  }
  std::fprintf(stderr, "umbra-encode: %s:%u: %s\n", file.c_str(), error.line, error.message.c_str());
  return false;
}

bool write(const fs::path& file, const bytes& content) {
  std::ofstream out(file, std::ios::binary);
  out.write(reinterpret_cast<const char*>(content.data()), static_cast<std::streamsize>(content.size()));
  if (out.flush()) return true;
  std::fprintf(stderr, "umbra-encode: cannot write %s\n", file.c_str());
  return false;
}

void print_token(const bytes& token) {
  std::string line = "\"";
  for (const std::uint8_t b : token) {
    char digits[5];
    std::snprintf(digits, sizeof digits, "\\x%02x", b);
    line += digits;
  }
  std::puts((line + "\"").c_str());
}

}  // namespace

int main(int argc, char** argv) {
  const std::vector<std::string> words(argv + 1, argv + argc);
  if (words.size() < 2) {
    std::fputs("umbra-encode: DIRECTORY or --dictionary comes first, then the files\n", stderr);
    return 2;
  }
  const bool dictionary = words[0] == "--dictionary";
  std::set<bytes> tokens;
  for (std::size_t n = 1; n < words.size(); ++n) {
    encoded e;
    if (!read(words[n], e)) return 1;
    if (!dictionary && !write(fs::path(words[0]) / fs::path(words[n]).stem(), e.whole)) return 1;
    // libFuzzer takes no longer ones.
    for (const bytes& piece : e.pieces) {
      if (piece.size() >= 2 && piece.size() <= 64) tokens.insert(piece);
    }
  }
  if (dictionary) {
    for (const bytes& t : tokens) print_token(t);
  }
  return 0;
}
