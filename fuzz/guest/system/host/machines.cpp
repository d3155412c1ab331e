#include "fuzz/guest/system/host/machines.hpp"

namespace umbra::system_guest {

namespace {

using opguest::engine_kind;

constexpr opguest::machine all[] = {
    {engine_kind::qemu, "intel", "max", 80},
    {engine_kind::qemu, "no-long-mode", "max,lm=off", 10},
    {engine_kind::qemu, "no-smep-smap", "max,smep=off,smap=off", 10},
    {engine_kind::bochs, "skylake", "corei7_skylake_x", 80},
    {engine_kind::bochs, "penryn", "core2_penryn_t9600", 20},
};

}  // namespace

std::span<const opguest::machine> machines() { return all; }

}  // namespace umbra::system_guest
