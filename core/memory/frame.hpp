// One host frame that backs guest memory: what maps it, what shadows it, where it appears.
//
// Everything that must follow a frame wherever it is visible is kept here, so that an alias, or a second slot on the same
// frames, needs no code of its own.
#pragma once

#include "core/x86/address.hpp"

namespace umbra::mmu {
struct page;
}

namespace umbra::memory {

struct place;

struct frame {
  hfn number{};
  frame* next_in_bucket = nullptr;
  place* places = nullptr;   ///< each slot page on this frame

  word rmap{};               ///< head of the chain of leaves that map this frame (mmu/chain.hpp)
  unsigned leaves = 0;       ///< length of that chain
  mmu::page* shadows = nullptr;  ///< the non-direct shadow pages whose guest table this frame is
};

/// A live guest table: no leaf may map the frame writable (I3).
constexpr bool is_shadowed(const frame& f) { return f.shadows != nullptr; }

}  // namespace umbra::memory
