// Every store to guest memory since the last reset, in order, with what it replaced. Checkers judge by it what was
// written and by whom, and what a processor may still remember. Time, to them, is the number of stores so far.
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

namespace umbra::machine {

/// Who stores; the harness says so before it does.
enum class author : std::uint8_t {
  core,   ///< through platform::write or compare_exchange
  guest,  ///< a vCPU, by hardware translation
  host,   ///< the VMM or a device, behind the core's back
};

struct stored {
  std::uint64_t hpa = 0;
  std::uint64_t before = 0, after = 0;  ///< of its `bytes`, zero-extended
  std::uint8_t bytes = 0;
  author by = author::core;
};

class journal {
 public:
  journal() { entries_.reserve(4096); }

  void add(const stored& s) { entries_.push_back(s); }
  /// Something other than memory changed: what comes after is at a later time. Leaves a store of no bytes.
  void mark() { entries_.push_back({.by = author::host}); }
  void clear() { entries_.clear(), by_ = author::core; }
  /// Forgets all but the first `n` entries.
  void cut(std::size_t n) { entries_.resize(n); }

  std::size_t size() const { return entries_.size(); }
  const stored& operator[](std::size_t n) const { return entries_[n]; }

  /// Who stores from now on. Returns who did until now.
  author sign(author who) {
    const author before = by_;
    by_ = who;
    return before;
  }
  author signer() const { return by_; }

 private:
  std::vector<stored> entries_;
  author by_ = author::core;
};

}  // namespace umbra::machine
