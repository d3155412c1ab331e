#include "tools/fuzz/job.hpp"

#include <chrono>
#include <thread>

#include "tools/fuzz/driver.hpp"

namespace umbra::tools {

job::job(const job_request& r)
    : log_(r.work / (r.name + ".log")),
      page_(r.work / (r.name + ".live")),
      driver_(r.engine == fuzz_engine::afl ? drive_afl(r, log_) : drive_libfuzzer(r, log_)) {
  command c{.words = {}, .directory = r.work, .environment = {{"UMBRA_STATS", page_.path().string()}}, .output = log_};
  driver_->prepare(c);
  process_.emplace(c);
}

job::~job() {
  // afl-fuzz leaves shared memory behind if it is not asked.
  process_->stop();
  for (unsigned n = 0; n < 200 && !process_->poll(); ++n) std::this_thread::sleep_for(std::chrono::milliseconds(10));
  process_.reset();
}

engine_status job::engine() const { return driver_->status(); }

std::optional<finding_report> job::finding() {
  const ending how = process_->wait();
  exchange();
  return driver_->finding(how, live());
}

void job::exchange() { driver_->exchange(); }

}  // namespace umbra::tools
