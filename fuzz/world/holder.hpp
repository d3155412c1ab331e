// An object of the core's that can be destroyed properly, or left where it is. After a finding its state is not to be
// trusted: its destructor might loop or crash, and the machine takes back all that it holds anyway.
#pragma once

#include <cstddef>
#include <new>
#include <utility>

namespace umbra::fuzz {

template <class T>
class holder {
 public:
  holder() = default;
  ~holder() { destroy(); }
  holder(const holder&) = delete;
  holder& operator=(const holder&) = delete;

  template <class... Arguments>
  T& emplace(Arguments&&... arguments) {
    destroy();
    object_ = new (raw_) T(std::forward<Arguments>(arguments)...);
    return *object_;
  }
  void destroy() {
    if (object_ != nullptr) std::exchange(object_, nullptr)->~T();
  }
  void abandon() { object_ = nullptr; }

  explicit operator bool() const { return object_ != nullptr; }
  T& operator*() const { return *object_; }
  T* operator->() const { return object_; }

 private:
  alignas(T) std::byte raw_[sizeof(T)];
  T* object_ = nullptr;
};

}  // namespace umbra::fuzz
