// umbra ops: converts a program of ops, or a trial of an instruction, between its two forms.
#include <fmt/format.h>

#include <cstdio>
#include <filesystem>

#include "tools/cli/tree.hpp"
#include "tools/cli/verbs.hpp"
#include "tools/ops/input.hpp"
#include "tools/ops/load.hpp"

namespace umbra::tools {

namespace {

struct options {
  input from;
  std::filesystem::path out;
  std::string to;
};

status convert(const options& o) {
  std::string output;
  if (o.from.is_trial()) {
    const loaded_trial input = load_trial(o.from.file);
    output = (o.to.empty() ? !input.was_text : o.to == "text") ? fuzz::to_text(input.trial) : raw_of(input.trial);
  } else {
    const loaded input = load(o.from.file);
    output = (o.to.empty() ? !input.was_text : o.to == "text") ? fuzz::to_text(input.program) : raw_of(input.program);
  }
  if (!o.out.empty()) {
    write_file(o.out, output);
  } else if (std::fwrite(output.data(), 1, output.size(), stdout) != output.size()) {
    throw error("Cannot write to standard output.", status::broken);
  }
  return status::good;
}

}  // namespace

void add_ops(CLI::App& app, action& run) {
  auto* verb = app.add_subcommand("ops", "Converts a fuzz input between text and raw.");
  auto o = std::make_shared<options>();
  o->from.ask(*verb);
  verb->add_option("--to", o->to, "text or raw; without it: the form that FILE does not have")
      ->check(CLI::IsMember({"text", "raw"}));
  verb->add_option("-o,--output", o->out, "Where to write; without it: standard output");
  verb->callback([o, &run] { run = [o] { return convert(*o); }; });
}

}  // namespace umbra::tools
