#include "fuzz/emulator/differential.hpp"

#include <fmt/format.h>

#include <memory>

#include "fuzz/emulator/compare.hpp"
#include "fuzz/emulator/generator.hpp"
#include "fuzz/emulator/spelling.hpp"
#include "fuzz/emulator/subject.hpp"

namespace umbra::emucheck {

namespace {

/// Both engines in one mode, with memories that are kept alike.
class arena {
 public:
  explicit arena(unsigned bits) : ours_(bits), theirs_(bits), blank_(std::make_unique<ram_image>()) {
    blank_->fill(filling);
    if (bits != 16) write_descriptors(*blank_, bits);
  }

  void run(const form& f, const specimen& s) {
    for (ram_image* ram : {&ours_.ram(), &theirs_.ram()}) {
      *ram = *blank_;
      prepare(*ram, s);
    }
    our_outcome = ours_.run(s);
    their_outcome = run_spelt(theirs_, f, s);
    complaints = ours_.complaints();
  }

  const ram_image& our_ram() { return ours_.ram(); }
  ram_image& their_ram() { return theirs_.ram(); }

  outcome our_outcome, their_outcome;
  std::string complaints;

 private:
  subject ours_;
  unicorn_engine theirs_;
  std::unique_ptr<ram_image> blank_;
};

std::string judge(const form& f, const specimen& s, arena& a) {
  if (!a.complaints.empty()) return "the machine objects: " + a.complaints;
  return difference_of(f, s, a.our_outcome, a.their_outcome, a.our_ram(), a.their_ram());
}

class runner {
 public:
  explicit runner(const request& r) : request_(r) {}

  tally run() {
    const std::vector<form> forms = all_forms();
    for (const unsigned bits : {16u, 32u, 64u}) {
      arena a(bits);
      for (const form& f : forms) {
        if (!f.exists(bits)) continue;
        for (const unsigned size : f.sizes(bits)) run_case(a, f, bits, size);
      }
    }
    return std::move(all_);
  }

 private:
  void run_case(arena& a, const form& f, unsigned bits, unsigned size) {
    case_tally c{.name = fmt::format("{} of {} bytes, {}-bit", f.name(), size, bits), .sum = {}, .left_out = {}};
    if (!request_.only.empty() && c.name.find(request_.only) == std::string::npos) return;
    for (const left_out& l : forms_left_out()) {
      if (l.covers(f, bits, size)) c.left_out = l.name;
    }
    if (c.left_out.empty()) {
      fuzz::random chance(request_.seed * 1000003 + all_.cases.size());
      for (std::uint64_t n = 0;
           n < std::uint64_t{request_.attempts} * request_.successes && c.sum.succeeded < request_.successes; ++n) {
        one(a, f, draw(f, bits, size, chance), c.sum);
      }
    }
    all_.cases.push_back(c);
    if (request_.done) request_.done(c);
  }

  void one(arena& a, const form& f, const specimen& s, form_tally& sum) {
    ++sum.tried;
    a.run(f, s);
    if (request_.spoil) request_.spoil(a.our_outcome);
    const std::string what = judge(f, s, a);
    if (what.empty()) {
      ++(completed(a.our_outcome) ? sum.succeeded : sum.faulted);
      return;
    }
    const comparison c{f, s, a.our_outcome, a.their_outcome, what};
    if (const difference* known = explanation(c, a.our_ram(), a.their_ram())) {
      ++sum.excused;
      ++all_.excused_by[known->name];
      return;
    }
    ++sum.wrong;
    if (request_.wrong) request_.wrong(c, what);
  }

  const request& request_;
  tally all_;
};

}  // namespace

form_tally tally::total() const {
  form_tally t;
  for (const case_tally& c : cases) {
    t.tried += c.sum.tried;
    t.succeeded += c.sum.succeeded;
    t.faulted += c.sum.faulted;
    t.excused += c.sum.excused;
    t.wrong += c.sum.wrong;
  }
  return t;
}

tally compare(const request& r) { return runner(r).run(); }

}  // namespace umbra::emucheck
