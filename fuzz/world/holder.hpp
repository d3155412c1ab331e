// An object of the core's that can be destroyed properly, or left where it is. After a finding its state is not to be
// trusted: its destructor might loop or crash, and the machine takes back all that it holds anyway.
#pragma once

#include <array>
#include <cstddef>
#include <new>
#include <utility>

namespace umbra::fuzz {

template <class T>
class holder {
 public:
  using image = std::array<std::byte, sizeof(T)>;

  holder() = default;
  ~holder() { destroy(); }
  holder(const holder&) = delete;
  holder& operator=(const holder&) = delete;

  template <class... Arguments>
  T& emplace(Arguments&&... arguments) {
    destroy();
    object_ = new (raw_.data()) T(std::forward<Arguments>(arguments)...);
    return *object_;
  }
  void destroy() {
    if (object_ != nullptr) std::exchange(object_, nullptr)->~T();
  }
  void abandon() { object_ = nullptr; }

  /// What the object consists of. restore() brings it back as it was, at the same place; all that it refers to must
  /// come back as well.
  void save(image& to) const { to = raw_; }
  void restore(const image& from) {
    raw_ = from;
    revive();
  }
  /// The same, where nothing has changed since it was saved, restored or abandoned.
  void revive() { object_ = std::launder(reinterpret_cast<T*>(raw_.data())); }

  explicit operator bool() const { return object_ != nullptr; }
  T& operator*() const { return *object_; }
  T* operator->() const { return object_; }

 private:
  alignas(T) image raw_;
  T* object_ = nullptr;
};

}  // namespace umbra::fuzz
