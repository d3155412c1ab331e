#include "tools/mutate/crew.hpp"

#include <atomic>
#include <exception>
#include <mutex>
#include <thread>
#include <vector>

namespace umbra::tools {

void share_work(std::size_t pieces, unsigned workers, const std::function<void(std::size_t, unsigned)>& work) {
  std::atomic<std::size_t> next = 0;
  std::mutex mutex;
  std::exception_ptr failure;
  const auto run = [&](unsigned worker) {
    try {
      for (std::size_t piece; (piece = next++) < pieces;) work(piece, worker);
    } catch (...) {
      const std::lock_guard lock(mutex);
      if (!failure) failure = std::current_exception();
      next = pieces;
    }
  };
  std::vector<std::thread> threads;
  for (unsigned n = 0; n < workers; ++n) threads.emplace_back(run, n);
  for (std::thread& t : threads) t.join();
  if (failure) std::rethrow_exception(failure);
}

}  // namespace umbra::tools
