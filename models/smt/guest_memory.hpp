// Guest memory under exploration, in the two ways in which it can be anything at all.
#pragma once

#include <functional>
#include <vector>

#include <word/word.hpp>

#include "models/smt/path.hpp"

namespace umbra::smt {

class guest_memory {
 public:
  enum class kind : unsigned char {
    log,    ///< any content; a read gives what was last written or read there
    havoc,  ///< the guest races: every read gives anything, and every exchange may fail
  };

  /// `unit`: the bytes of one entry, 4 or 8, the only accesses that there are but for 4-byte reads of 8-byte units.
  guest_memory(path& p, kind k, unsigned unit) : path_(p), kind_(k), unit_(unit) {}

  word read(word hpa, unsigned bytes);
  void write(word hpa, word value, unsigned bytes);
  flag compare_exchange(word hpa, word expected, word desired, unsigned bytes);

  /// From here on memory holds anything, and what was seen of it is forgotten.
  void forget();

  /// What was done since, in order; looks by peek() are not in it.
  struct event {
    enum class kind : unsigned char { read, write, exchange };
    kind what;
    word hpa;
    word value;        ///< read, or written
    word before{};     ///< of an exchange: what was expected
    flag done = true;  ///< of an exchange
  };
  const std::vector<event>& events() const { return events_; }

  /// A read that nobody sees, of log memory.
  word peek(word hpa, unsigned bytes) { return load(hpa, bytes); }

  /// Called before the core's n-th read, counted from 0.
  void on_read(std::function<void(std::size_t)> f) { on_read_ = std::move(f); }

  /// What memory held before anything was written, as far as anyone looked.
  struct cell {
    word hpa;
    word value;
  };
  const std::vector<cell>& initial() const { return initial_; }
  /// The same before the last forget().
  const std::vector<cell>& forgotten() const { return forgotten_; }
  unsigned unit() const { return unit_; }
  /// Whether the guest may change memory at any moment.
  bool is_racing() const { return kind_ == kind::havoc; }

 private:
  word load(word hpa, unsigned bytes);
  word load_unit(word hpa);
  void check(unsigned bytes) const;

  path& path_;
  kind kind_;
  unsigned unit_;
  std::vector<cell> initial_, forgotten_;
  std::vector<cell> written_;  ///< oldest first
  std::vector<event> events_;
  std::size_t reads_ = 0;
  std::function<void(std::size_t)> on_read_;
};

}  // namespace umbra::smt
