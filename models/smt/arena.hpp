// Memory that lives as long as one run of a path. Objects in it are never destroyed: they hold nothing but plain data.
#pragma once

#include <cstddef>
#include <memory>
#include <vector>

namespace umbra::smt {

class arena {
 public:
  /// Zeroed, aligned for any object of the core's.
  void* allocate(std::size_t bytes) {
    constexpr std::size_t alignment = 16;
    blocks_.push_back(std::make_unique<std::byte[]>(bytes + alignment));
    void* place = blocks_.back().get();
    std::size_t space = bytes + alignment;
    return std::align(alignment, bytes, place, space);
  }
  void clear() { blocks_.clear(); }

 private:
  std::vector<std::unique_ptr<std::byte[]>> blocks_;
};

}  // namespace umbra::smt
