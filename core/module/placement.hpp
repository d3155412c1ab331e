// Objects in memory that the kernel gave.
#pragma once

#include <new>
#include <utility>

#include "core/module/glue.h"

namespace umbra::module {

/// A new object, or null.
template <class T, class... Arguments>
T* make(Arguments&&... arguments) {
  void* place = umbra_host_alloc(sizeof(T));
  return place == nullptr ? nullptr : new (place) T(std::forward<Arguments>(arguments)...);
}

template <class T>
void destroy(T* object) {
  if (object == nullptr) return;
  object->~T();
  umbra_host_free(object);
}

}  // namespace umbra::module
