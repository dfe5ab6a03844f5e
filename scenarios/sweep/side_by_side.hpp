#pragma once
// Independent tasks on several threads. Each task is long (a whole run) and there are as many workers as threads, so a
// shared counter is all the scheduling there is: std::jthread, as in `compare`; no work stealing, and the thread
// sanitizer sees every hand-over.

#include <cstddef>
#include <cstdint>
#include <functional>

namespace lightloom {

/// Calls task(0) … task(count − 1), up to `threads` at a time, in no particular order of completion, while the calling
/// thread calls tick(done) several times a second and once after the last. Stops handing out tasks once the user has
/// interrupted or a task or a tick has thrown; the first exception is thrown again when all workers are back.
void side_by_side(std::size_t count, std::uint32_t threads, const std::function<void(std::size_t done)> &tick,
                  const std::function<void(std::size_t)> &task);

} // namespace lightloom
