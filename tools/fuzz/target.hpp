// The fuzz targets that the tools know: how each is run, and what its inputs are to people.
#pragma once

#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

namespace umbra::tools {

struct fuzz_target {
  std::string name;                ///< of the option --target; its program is umbra-fuzz-NAME
  std::string corpus;              ///< below ROOT/corpus: "seeds" and "regressions" are in it; "" for corpus itself
  std::string extension;           ///< of its inputs as text
  std::vector<std::string> flags;  ///< for libFuzzer
  std::string mutator;             ///< the library that holds it, for engines that load one
  std::vector<std::string> rooms;  ///< that it is there to cover, and how well, in percent
  double lines = 0, arms = 0;
  bool among_all = true;                                     ///< of `--target all`
  bool by_exits = false;                                     ///< its speed is that of VM exits, not of inputs
  bool deep = false;                                         ///< the deep check can judge what its inputs end in
  std::string (*raw_of_file)(const std::filesystem::path&);  ///< reads either form; throws `error`
  std::string (*text_of_file)(const std::filesystem::path&);

  /// Its inputs are trials of an instruction, else programs of ops.
  bool trials() const { return extension == ".insn"; }
  std::string program() const { return "umbra-fuzz-" + name; }
  std::filesystem::path seeds() const;
  std::filesystem::path regressions() const;
};

const std::vector<fuzz_target>& fuzz_targets();
std::vector<std::string> fuzz_target_names();
/// Throws `error` if there is none of that name.
const fuzz_target& fuzz_target_named(std::string_view);

}  // namespace umbra::tools
