// The kinds of address, as types that do not mix (SDM volume 3, section 4.1; host addresses are what EPT-less hardware sees).
#pragma once

#include <word/word.hpp>

namespace umbra {

constexpr unsigned page_shift = 12;
constexpr std::uint64_t page_size = std::uint64_t{1} << page_shift;
constexpr std::uint64_t page_offset_mask = page_size - 1;

/// An address or frame number of one kind. The tag keeps kinds apart at compile time.
template <class Kind>
struct address {
  word value{};
};

template <class Kind>
constexpr flag operator==(address<Kind> a, address<Kind> b) {
  return a.value == b.value;
}
template <class Kind>
constexpr flag operator!=(address<Kind> a, address<Kind> b) {
  return a.value != b.value;
}
template <class Kind>
constexpr address<Kind> operator+(address<Kind> a, word n) {
  return {a.value + n};
}

using gva = address<struct gva_kind>;  ///< guest linear address, bytes
using gpa = address<struct gpa_kind>;  ///< guest-physical address, bytes
using gfn = address<struct gfn_kind>;  ///< guest frame number, 4-KiB units
using hpa = address<struct hpa_kind>;  ///< host-physical address, bytes
using hfn = address<struct hfn_kind>;  ///< host frame number, 4-KiB units

constexpr gfn frame_of(gpa a) { return {a.value >> page_shift}; }
constexpr hfn frame_of(hpa a) { return {a.value >> page_shift}; }
constexpr gpa address_of(gfn f) { return {f.value << page_shift}; }
constexpr hpa address_of(hfn f) { return {f.value << page_shift}; }
constexpr word offset_in_page(word a) { return a & page_offset_mask; }

}  // namespace umbra
