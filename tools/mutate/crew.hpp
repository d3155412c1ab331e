// Work in equal pieces, shared among threads.
#pragma once

#include <cstddef>
#include <functional>

namespace umbra::tools {

/// Calls `work(piece, worker)` for each of `pieces`, on `workers` threads. The first failure ends the others after
/// their piece and is thrown here.
void share_work(std::size_t pieces, unsigned workers, const std::function<void(std::size_t, unsigned)>& work);

}  // namespace umbra::tools
