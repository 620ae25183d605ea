// SPDX-License-Identifier: Apache-2.0
#ifndef SHARKREG_FAILURE_H
#define SHARKREG_FAILURE_H

#include <sharkreg/plugin_abi.h>

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
  };

  // message: one sentence, what and where. hint: what the user can do; may be empty.
  explicit Failure(Kind kind, const std::string& message, std::string hint = {})
      : std::runtime_error(message), kind_(kind), hint_(std::move(hint)) {}

  Kind kind() const noexcept { return kind_; }
  const std::string& hint() const noexcept { return hint_; }

 private:
  Kind kind_;
  std::string hint_;
};

}  // namespace sharkreg

#endif  // SHARKREG_FAILURE_H
