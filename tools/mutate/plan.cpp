#include "tools/mutate/plan.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cctype>
#include <nlohmann/json.hpp>
#include <sstream>

#include "tools/cli/error.hpp"
#include "tools/cli/process.hpp"
#include "tools/cli/tree.hpp"

namespace umbra::tools {

namespace fs = std::filesystem;

namespace {

std::string from_top(const fs::path& path, const fs::path& directory) {
  return (path.is_absolute() ? path : directory / path).lexically_normal().lexically_relative(root()).generic_string();
}

/// The word after " OPTION " in a command, and where it begins.
std::pair<std::size_t, std::string> word_after(const std::string& command, const std::string& option) {
  const std::size_t at = command.find(" " + option + " ");
  if (at == std::string::npos)
    throw error(fmt::format("A build command has no {}: {}.", option, command), status::broken);
  const std::size_t begin = at + option.size() + 2;
  return {begin, command.substr(begin, command.find(' ', begin) - begin)};
}

/// ROOM/CMakeFiles/TARGET.dir/... is of ROOM/libTARGET.a, if that is a library.
std::string archive_of(const std::string& object) {
  const std::string mark = "/CMakeFiles/";
  const std::size_t room = object.find(mark), target = room + mark.size(), end = object.find(".dir/", target);
  if (room == std::string::npos || end == std::string::npos) return "";
  return object.substr(0, room) + "/lib" + object.substr(target, end - target) + ".a";
}

bool has_word(const std::string& command, const std::string& word) {
  for (std::size_t at = command.find(word); at != std::string::npos; at = command.find(word, at + 1)) {
    const bool begins = at == 0 || command[at - 1] == ' ';
    const std::size_t end = at + word.size();
    if (begins && (end == command.size() || command[end] == ' ')) return true;
  }
  return false;
}

bool in_identifier(char c) { return std::isalnum(static_cast<unsigned char>(c)) != 0 || c == '_'; }

bool is_identifier(const std::string& name) {
  return !name.empty() && std::all_of(name.begin(), name.end(), in_identifier);
}

/// How often an identifier stands in a text.
unsigned mentions(const std::string& text, const std::string& name) {
  unsigned n = 0;
  for (std::size_t at = text.find(name); at != std::string::npos; at = text.find(name, at + 1)) {
    const std::size_t end = at + name.size();
    n += (at == 0 || !in_identifier(text[at - 1])) && (end == text.size() || !in_identifier(text[end]));
  }
  return n;
}

std::string ninja(const fs::path& directory, const std::string& tool, const std::string& of) {
  const fs::path out = directory / "mutate-plan.txt";
  std::vector<std::string> words{"ninja", "-C", directory.string(), "-t", tool};
  if (!of.empty()) words.push_back(of);
  if (run({.words = words, .output = out}) != 0) {
    throw error(fmt::format("ninja -t {} {}: {}", tool, of, tail(read_file(out), 3)), status::broken);
  }
  const std::string text = read_file(out);
  fs::remove(out);
  return text;
}

}  // namespace

std::vector<translation> translations_in(const fs::path& build_directory) {
  std::vector<translation> all;
  for (const auto& entry : nlohmann::json::parse(read_file(build_directory / "compile_commands.json"))) {
    translation t;
    t.source = from_top(entry.at("file").get<std::string>(), build_directory);
    t.command = entry.at("command");
    t.object = word_after(t.command, "-o").second;
    t.library = archive_of(t.object);
    all.push_back(t);
  }
  return all;
}

build_plan::build_plan(fs::path build_directory, const std::vector<std::string>& programs)
    : directory_(std::move(build_directory)), translations_(translations_in(directory_)) {
  for (const std::string& name : programs) {
    const std::string text = ninja(directory_, "commands", name);
    std::istringstream lines(text);
    std::string line, last;
    while (std::getline(lines, line)) last = line;
    programs_.push_back({name, word_after(last, "-o").second, last});
  }

  std::set<std::string> judged;
  for (const translation& t : translations_) {
    for (const linkage& l : programs_) {
      if (links(l, t)) judged.insert(t.object);
    }
  }
  std::istringstream lines(ninja(directory_, "deps", ""));
  std::string line, object;
  while (std::getline(lines, line)) {
    if (line.empty()) continue;
    if (line[0] != ' ') {
      object = line.substr(0, line.find(": "));
    } else if (judged.contains(object)) {
      const std::string file = from_top(line.substr(4), directory_);
      if (!file.starts_with("..")) readers_[file].insert(object);
    }
  }
  for (const auto& [file, objects] : readers_) texts_[file] = read_file(root() / file);
}

std::vector<const translation*> build_plan::readers(const std::string& file) const {
  std::vector<const translation*> all;
  const auto objects = readers_.find(file);
  if (objects == readers_.end()) return all;
  for (const translation& t : translations_) {
    if (objects->second.contains(t.object)) all.push_back(&t);
  }
  return all;
}

std::vector<const translation*> build_plan::readers(const std::string& file, const std::string& name) const {
  std::vector<const translation*> all = readers(file);
  const auto own = texts_.find(file);
  if (!is_identifier(name) || own == texts_.end() || mentions(own->second, name) != 1) return all;
  std::set<std::string> users;
  for (const auto& [other, text] : texts_) {
    if (other != file && mentions(text, name) != 0) users.insert(readers_.at(other).begin(), readers_.at(other).end());
  }
  std::erase_if(all, [&](const translation* t) { return t->source != file && !users.contains(t->object); });
  return all;
}

const linkage& build_plan::program(const std::string& name) const {
  for (const linkage& l : programs_) {
    if (l.name == name) return l;
  }
  throw error(fmt::format("{} is not among the programs that were planned.", name), status::broken);
}

bool build_plan::links(const linkage& l, const translation& t) {
  return links_directly(l, t) || has_word(l.command, t.library);
}

bool build_plan::links_directly(const linkage& l, const translation& t) { return has_word(l.command, t.object); }

std::string build_plan::compile_command(const translation& t, const std::string& options, const std::string& object) {
  const auto [at, was] = word_after(t.command, "-o");
  std::string command = t.command;
  return command.replace(at, was.size(), object + " " + options);
}

std::string build_plan::unguided(std::string command) {
  std::istringstream words(command);
  std::string out;
  for (std::string word; words >> word;) {
    if (word != "-fsanitize=fuzzer-no-link" && !word.starts_with("-fno-sanitize-coverage=")) out += word + " ";
  }
  return out;
}

std::string build_plan::link_command(const linkage& l, const std::map<std::string, std::string>& instead,
                                     const std::string& program) {
  std::istringstream words(l.command);
  std::string out;
  bool is_program = false;
  for (std::string word; words >> word;) {
    const auto other = instead.find(word);
    out += (is_program ? program : other != instead.end() ? other->second : word) + " ";
    is_program = word == "-o";
  }
  return out;
}

}  // namespace umbra::tools
