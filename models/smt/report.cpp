#include "models/smt/report.hpp"

#include <charconv>

namespace umbra::smt {

namespace {

/// Fields in a fixed order, each as its length, a colon and its bytes.
class writer {
 public:
  void put(std::string_view s) {
    text_ += std::to_string(s.size());
    text_ += ':';
    text_ += s;
  }
  void put(std::uint64_t n) { put(std::to_string(n)); }
  std::string text() && { return std::move(text_); }

 private:
  std::string text_;
};

class reader {
 public:
  explicit reader(std::string_view text) : rest_(text) {}

  std::string_view string() {
    const std::size_t colon = rest_.find(':');
    const std::size_t size = colon == rest_.npos ? 0 : parsed(rest_.substr(0, colon));
    if (colon == rest_.npos || rest_.size() - colon - 1 < size) unreadable();
    const std::string_view s = rest_.substr(colon + 1, size);
    rest_.remove_prefix(colon + 1 + size);
    return s;
  }
  std::uint64_t number() { return parsed(string()); }
  void end() const {
    if (!rest_.empty()) unreadable();
  }

 private:
  [[noreturn]] static void unreadable() {
    throw failure(failure_kind::lost, "A worker sent an answer that cannot be read.");
  }
  static std::uint64_t parsed(std::string_view s) {
    std::uint64_t n = 0;
    const auto r = std::from_chars(s.data(), s.data() + s.size(), n);
    if (r.ec != std::errc{} || r.ptr != s.data() + s.size()) unreadable();
    return n;
  }

  std::string_view rest_;
};

}  // namespace

std::string to_text(const exploration& e) {
  writer w;
  const tally& t = e.done;
  for (const std::uint64_t n :
       {t.paths, t.closed, t.forks, t.forced, t.discharged, t.obvious, t.solver_calls, t.microseconds})
    w.put(n);
  w.put(t.seen.text());
  w.put(e.refuted);
  w.put(static_cast<std::uint64_t>(e.failed));
  w.put(e.what);
  w.put(e.cases.size());
  for (const std::string& c : e.cases) w.put(c);
  w.put(e.remaining.size());
  for (const prefix& p : e.remaining) w.put(to_text(p));
  return std::move(w).text();
}

exploration exploration_of(std::string_view text) {
  reader r(text);
  exploration e;
  tally& t = e.done;
  for (std::uint64_t* n :
       {&t.paths, &t.closed, &t.forks, &t.forced, &t.discharged, &t.obvious, &t.solver_calls, &t.microseconds})
    *n = r.number();
  t.seen = share::of_text(r.string());
  e.refuted = r.number() != 0;
  const std::uint64_t failed = r.number();
  if (failed > static_cast<std::uint64_t>(failure_kind::misuse))
    throw failure(failure_kind::lost, "A worker sent a failure that does not exist.");
  e.failed = static_cast<failure_kind>(failed);
  e.what = r.string();
  for (std::uint64_t n = r.number(); n > 0; --n) e.cases.emplace_back(r.string());
  for (std::uint64_t n = r.number(); n > 0; --n) e.remaining.push_back(prefix_of(r.string()));
  r.end();
  return e;
}

}  // namespace umbra::smt
