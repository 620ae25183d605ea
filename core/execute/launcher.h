// SPDX-License-Identifier: Apache-2.0
// The seam between the executor and the operating system's processes: runs one program and says how
// it went. ProcessLauncher is the real thing; tests of the executor bring their own.
#pragma once

#include <chrono>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "base/error.h"
#include "plan/action_limits.h"

namespace sharkreg::core {

// A program that runs, but has made no progress for a while: its processes have written nothing to
// the standard streams and used less than a hundredth of one core.
struct StallReport {
  std::chrono::milliseconds quiet{0};  // for so long
  std::chrono::microseconds wall{0};   // since its start
  std::chrono::microseconds cpu{0};    // of all its processes since then
};

// Whether a program that made no progress hangs: then it is stopped, and its launch ends as `hung`.
// To be called once, on the thread of the event loop, at any time; does nothing after the launch.
using StallAnswer = std::function<void(bool hangs)>;

struct LaunchRequest {
  // A path, absolute or relative to the working directory; it is not looked up along PATH.
  std::string program;
  // Without the program's own name.
  std::vector<std::string> arguments;
  // The whole environment: nothing of the host's is added.
  std::vector<std::pair<std::string, std::string>> environment;
  // These three are relative to the host's working directory, unless absolute.
  std::filesystem::path working_directory;  // empty: the host's
  std::filesystem::path standard_output;    // emptied or made first; empty: /dev/null
  std::filesystem::path standard_error;     // the same; both may name one file

  std::chrono::milliseconds time_limit{0};  // 0: none
  // Between SIGTERM and SIGKILL, when the time is over or the host asks to stop.
  std::chrono::milliseconds grace{2000};
  std::chrono::milliseconds terminate_grace{1000};

  ActionLimits limits;
  // Nothing of it may be cut out; see limits.output_bytes.
  bool standard_output_is_result = false;

  // Of each process. No core files by default: they would be taken for outputs.
  std::optional<std::uint64_t> core_file_bytes = 0;
  std::optional<std::uint64_t> address_space_bytes;

  // Called on the thread of the event loop when the program made no progress for limits.stall_after,
  // and again whenever that time has passed once more. Without it nobody is asked.
  std::function<void(const StallReport&, StallAnswer)> on_stall;
};

struct LaunchResult {
  enum class End {
    exited,           // by itself, with exit_status
    signalled,        // killed by a signal that neither host nor supervisor sent
    timed_out,        // stopped since its time was over
    terminated,       // stopped by terminate_all
    memory_limited,   // killed, since its processes used more than limits.memory_bytes
    cpu_limited,      // stopped, since they used more than limits.cpu_time
    output_limited,   // stopped: more than limits.output_bytes of a stream that could not be cut
    hung,             // stopped, since somebody said so when asked by on_stall
    start_failed,     // never ran: start_errno, start_step
    supervisor_lost,  // somebody killed the supervisor; the program was killed too, nothing is
                      // known
  };

  End end = End::exited;
  int exit_status = 0;  // also of a program that exits when it is asked to stop
  int signal = 0;       // 0: none
  int start_errno = 0;
  std::string start_step;  // what failed: fork, session, limit or exec

  std::chrono::microseconds wall{0};
  std::chrono::microseconds user{0};  // of the program and all its descendants
  std::chrono::microseconds system{0};
  // Of all its processes together: the most that was seen at one time, or what the largest one
  // process had, whichever is more. See supervisor/usage.h.
  std::uint64_t peak_memory_bytes = 0;
  std::uint64_t output_left_out = 0;  // bytes cut out of the standard output
  std::uint64_t errors_left_out = 0;  // and of the standard error
  std::optional<StallReport> stall;   // the last one, if there was any
  // Killed by SIGKILL while the kernel killed a process of this machine for want of memory.
  bool out_of_memory = false;

  int leftover = 0;   // processes that still ran when the program had ended by itself; were killed
  int survivors = 0;  // processes that even SIGKILL did not end within ten seconds
};

// Whether it was killed since it wrote more than limits.file_bytes. One that ignores SIGXFSZ, or whose
// child it was, ends in its own way, which is not known here.
bool went_beyond_file_limit(const LaunchRequest& request, const LaunchResult& result);

// How the program ended, in words for the user: "exited with status 1", "was killed by SIGSEGV".
std::string describe(const LaunchRequest& request, const LaunchResult& result);

class Launcher {
 public:
  // An error is trouble of the host: an output file that cannot be made, no process to be had.
  // Whatever the program does, also when it cannot be started, is a LaunchResult.
  using Done = std::function<void(Result<LaunchResult>)>;

  virtual ~Launcher() = default;

  // Starts the program and returns. `done` is called once, later, from the thread that runs the
  // event loop, never from within launch(). By then no process of the launch is left, save
  // `survivors`. To be called on the thread of the event loop.
  virtual void launch(LaunchRequest request, Done done) = 0;

  // Asks all that runs to stop: SIGTERM, after terminate_grace SIGKILL. Their `done` are called as
  // usual. Called again, it does not wait for the grace. What is launched later is not concerned.
  virtual void terminate_all() = 0;
};

}  // namespace sharkreg::core
