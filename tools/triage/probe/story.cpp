#include "tools/triage/probe/story.hpp"

#include <sstream>

#include "tools/cli/tree.hpp"
#include "tools/run/narrator.hpp"
#include "tools/run/trial.hpp"
#include "tools/triage/probe/parting.hpp"

namespace umbra::tools {

namespace {

/// Begin a step, the part about the tables, and the drawing of them, in what a child writes.
constexpr char step_mark = '\x1e', parting_mark = '\x1d', drawing_mark = '\x1c';

class chronicler : public narrator {
 public:
  chronicler(fuzz::world& w, paper& p, std::FILE* out) : narrator(w, p), out_(out) {}
  void begins(std::size_t number, const fuzz::op& o) override {
    std::fputc(step_mark, out_);
    narrator::begins(number, o);
  }

 private:
  std::FILE* out_;
};

void tell_program(fuzz::world& w, const fuzz::program& p, const sighting& seen, std::FILE* out) {
  paper page(out);
  chronicler told(w, page, out);
  told.draw(true);
  w.watch(&told);
  bool well = w.start(p.setup);
  std::size_t n = 0;
  for (; well && n < p.ops.size(); ++n) well = w.step(p.ops[n]);
  w.watch(nullptr);
  std::fputc(parting_mark, out);
  // A core that failed an assertion is not to be touched again, but to be looked at.
  sighting there = seen;
  if (const fuzz::finding* f = w.last_finding(); f != nullptr && f->page != fuzz::finding::no_page) {
    there.page = f->page;
    there.index = f->index;
  }
  const bool at_op = !well && n > 0;
  show_parting(page, w, at_op ? &p.ops[n - 1] : nullptr, there);
  std::fputc(drawing_mark, out);
  std::fputs(told.drawing().dump().c_str(), out);
}

std::vector<std::string> lines_of(const std::string& text) {
  std::vector<std::string> lines;
  std::istringstream in(text);
  for (std::string line; std::getline(in, line);) {
    if (!line.empty() || !lines.empty()) lines.push_back(line);
  }
  while (!lines.empty() && lines.back().empty()) lines.pop_back();
  return lines;
}

story parse(const std::string& text) {
  story s;
  const std::size_t parting = std::min(text.find(parting_mark), text.size());
  for (std::size_t at = text.find(step_mark); at < parting;) {
    const std::size_t end = std::min(text.find(step_mark, at + 1), parting);
    auto lines = lines_of(text.substr(at + 1, end - at - 1));
    if (!lines.empty()) {
      told_step step{.op = lines.front(), .lines = {}};
      step.lines.assign(lines.begin() + 1, lines.end());
      s.steps.push_back(std::move(step));
    }
    at = end;
  }
  if (parting >= text.size()) return s;
  const std::size_t drawing = std::min(text.find(drawing_mark, parting), text.size());
  s.parting = lines_of(text.substr(parting + 1, drawing - parting - 1));
  if (drawing < text.size()) s.drawing = nlohmann::json::parse(text.substr(drawing + 1), nullptr, false);
  if (s.drawing.is_discarded()) s.drawing = nullptr;  // its teller died of it
  return s;
}

}  // namespace

story tell_story(isolation& in, subject& who, const specimen& s, const sighting& seen,
                 const std::filesystem::path& work) {
  const std::filesystem::path file = work / "story";
  who.prepare(s);
  if (s.trial() != nullptr) {
    story told;
    told.whole = in.tell([&](std::FILE* out) { show_trial(*s.trial(), out); }, file);
    told.steps.push_back({.op = "the instruction", .lines = lines_of(read_file(file))});
    return told;
  }
  const bool whole = in.tell([&](std::FILE* out) { tell_program(who.the_world(), *s.program(), seen, out); }, file);
  story told = parse(read_file(file));
  told.whole = whole;
  return told;
}

}  // namespace umbra::tools
