// Inputs of the fuzz target in a row, for a tool that counts its instructions: the same row each time, and no engine.
//
//   inputs make SEEDS COUNT FILE    mutates the raw seeds of a directory as the engine would, in rows of -mutate_depth
//   inputs run FILE                 runs a row, each input inside measured_region(), which callgrind counts alone
//                                   (--toggle-collect); prints the number of inputs and of effective ops
#include <algorithm>
#include <charconv>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>
#include <string_view>
#include <vector>

#include "fuzz/mutator/random.hpp"

extern "C" {
int LLVMFuzzerTestOneInput(const std::uint8_t*, std::size_t);
std::size_t LLVMFuzzerCustomMutator(std::uint8_t*, std::size_t, std::size_t, unsigned);
std::size_t LLVMFuzzerCustomCrossOver(const std::uint8_t*, std::size_t, const std::uint8_t*, std::size_t, std::uint8_t*,
                                      std::size_t, unsigned);

/// What an engine does to bytes; here the least that it may do.
std::size_t LLVMFuzzerMutate(std::uint8_t* data, std::size_t size, std::size_t) {
  if (size != 0) data[size / 2] ^= 1;
  return size;
}
}

namespace {

using input = std::vector<std::uint8_t>;

constexpr std::size_t longest = 4096;
/// As `umbra fuzz` has the engine do it.
constexpr unsigned depth = 40;

[[noreturn]] void fail(const char* what) {
  std::fprintf(stderr, "inputs: %s\n", what);
  std::exit(2);
}

std::vector<input> seeds_in(const char* directory) {
  std::vector<std::filesystem::path> paths;
  for (const auto& e : std::filesystem::directory_iterator(directory)) paths.push_back(e.path());
  std::ranges::sort(paths);
  std::vector<input> seeds;
  for (const auto& p : paths) {
    std::ifstream in(p, std::ios::binary);
    seeds.emplace_back(std::istreambuf_iterator<char>(in), std::istreambuf_iterator<char>());
  }
  return seeds;
}

/// A row of `count` inputs. The last of each `depth` becomes a seed, as what an engine keeps does.
std::vector<input> make(std::vector<input> seeds, unsigned count) {
  umbra::fuzz::random chance(1);
  std::vector<input> row;
  input now;
  while (row.size() < count) {
    if (row.size() % depth == 0) {
      if (!row.empty()) seeds.push_back(now);
      now = chance.pick(seeds);
    }
    const input& other = chance.pick(seeds);
    const auto seed = static_cast<unsigned>(chance.next());
    input next = now;
    next.resize(longest);
    next.resize(chance.one_in(2) ? LLVMFuzzerCustomMutator(next.data(), now.size(), longest, seed)
                                 : LLVMFuzzerCustomCrossOver(now.data(), now.size(), other.data(), other.size(),
                                                             next.data(), longest, seed));
    now = next;
    row.push_back(now);
  }
  return row;
}

void write(const char* path, const std::vector<input>& row) {
  std::ofstream out(path, std::ios::binary);
  for (const input& i : row) {
    const auto size = static_cast<std::uint32_t>(i.size());
    out.write(reinterpret_cast<const char*>(&size), sizeof size);
    out.write(reinterpret_cast<const char*>(i.data()), size);
  }
  if (!out.flush()) fail("the row cannot be written");
}

std::vector<input> read(const char* path) {
  std::ifstream in(path, std::ios::binary);
  std::vector<input> row;
  for (std::uint32_t size; in.read(reinterpret_cast<char*>(&size), sizeof size);) {
    if (size > longest) fail("the file is no row");
    row.emplace_back(size);
    if (!in.read(reinterpret_cast<char*>(row.back().data()), size)) fail("the row is cut short");
  }
  return row;
}

[[gnu::noinline]] void measured_region(const input& i) { LLVMFuzzerTestOneInput(i.data(), i.size()); }

}  // namespace

int main(int count, char** words) {
  if (count == 5 && words[1] == std::string_view("make")) {
    unsigned wanted = 0;
    const std::string_view number = words[3];
    if (std::from_chars(number.begin(), number.end(), wanted).ec != std::errc()) fail("COUNT is a number");
    const std::vector<input> seeds = seeds_in(words[2]);
    if (seeds.empty()) fail("there are no seeds");
    write(words[4], make(seeds, wanted));
    return 0;
  }
  if (count != 3 || words[1] != std::string_view("run")) fail("usage: inputs make SEEDS COUNT FILE | inputs run FILE");
  const std::vector<input> row = read(words[2]);
  // What is made once and kept is made before anything is counted.
  for (std::size_t n = 0; n < row.size() / 4; ++n) LLVMFuzzerTestOneInput(row[n].data(), row[n].size());
  for (std::size_t n = row.size() / 4; n < row.size(); ++n) measured_region(row[n]);
  std::printf("inputs=%zu\n", row.size() - row.size() / 4);
  return 0;
}
