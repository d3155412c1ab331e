// Writes that land in the middle of an operation of the core: just before its n-th read of guest memory.
#pragma once

#include <array>
#include <cstdint>

namespace umbra::machine {

class race_schedule {
 public:
  static constexpr unsigned limit = 8;
  using callback = void (*)(void* context);

  /// `f(context)` runs just before the n-th read from now (0: the next one). False if `limit` races are armed already.
  bool arm(std::uint64_t nth, callback f, void* context);
  /// Forgets all that have not fired. Returns how many those were.
  unsigned disarm();
  unsigned armed() const { return armed_; }

  /// Called before each read of guest memory by the core. Returns how many races have fired.
  unsigned before_read() {
    const unsigned fired = seen_ == next_ ? fire() : 0;
    ++seen_;
    return fired;
  }

  void reset() {
    disarm();
    seen_ = 0;
  }

 private:
  struct race {
    std::uint64_t at;
    callback run;
    void* context;
  };

  static constexpr std::uint64_t never = ~std::uint64_t{0};

  unsigned fire();
  void find_next();

  std::array<race, limit> races_{};
  unsigned armed_ = 0;
  std::uint64_t seen_ = 0, next_ = never;
};

}  // namespace umbra::machine
