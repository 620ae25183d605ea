// SPDX-License-Identifier: Apache-2.0
#ifndef SHARKREG_FAILURE_H
#define SHARKREG_FAILURE_H

#include <sharkreg/plugin_abi.h>

#include <chrono>
#include <stdexcept>
#include <string>
#include <utility>

namespace sharkreg {

// What a plugin throws when it cannot do what it is asked. The SDK catches it (and any other
// exception) at the boundary and carries kind and text to the host; nothing else crosses.
class Failure : public std::runtime_error {
 public:
  enum class Kind {
    failed = SR_FAILED,            // the plugin or the world is at fault
    invalid = SR_INVALID,          // the request is at fault: a wrong flag or argument
    cancelled = SR_CANCELLED,      // the host asked to stop
    unsupported = SR_UNSUPPORTED,  // this version has no such thing
    changed = SR_CHANGED,          // it is no longer what the request says it is
  };

  // message: one sentence, what and where. hint: what the user can do; may be empty.
  explicit Failure(Kind kind, const std::string& message, std::string hint = {})
      : std::runtime_error(message), kind_(kind), hint_(std::move(hint)) {}

  Kind kind() const noexcept { return kind_; }
  const std::string& hint() const noexcept { return hint_; }

  // After what time it may well succeed, if that is known: a server said so. Zero: nothing is known.
  std::chrono::milliseconds retry_after() const noexcept { return retry_after_; }
  void set_retry_after(std::chrono::milliseconds time) noexcept { retry_after_ = time; }

 private:
  Kind kind_;
  std::string hint_;
  std::chrono::milliseconds retry_after_{0};
};

}  // namespace sharkreg

#endif  // SHARKREG_FAILURE_H
