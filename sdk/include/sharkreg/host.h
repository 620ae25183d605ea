// SPDX-License-Identifier: Apache-2.0
#ifndef SHARKREG_HOST_H
#define SHARKREG_HOST_H

#include <sharkreg/codec.h>
#include <sharkreg/failure.h>
#include <sharkreg/plugin_abi.h>

#include <chrono>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace sharkreg {

// What a tool said. exit_status is -1 when a signal ended it.
struct ToolAnswer {
  int exit_status = -1;
  std::string standard_output;
  std::string standard_error;
};

// What the host offers to a plugin. Use it only during a call from the host, on that call's thread.
class Host {
 public:
  virtual ~Host() = default;

  // A remark in the log of this run, for people.
  virtual void log(sr_log_level level, std::string_view text) const = 0;

  // A variable of the user's environment; empty if it is not set.
  virtual std::optional<std::string> environment(const std::string& name) const = 0;

  // Asks a tool a question whose answer depends only on the content of `content_files` and on the
  // arguments (arguments[0]: the tool's absolute path). The host starts it under supervision, once,
  // and remembers the answer. Throws Failure when it cannot be started or exceeds the limit.
  virtual ToolAnswer ask_tool(const std::vector<std::string>& arguments,
                              const std::vector<std::string>& content_files,
                              std::chrono::milliseconds limit) const = 0;
};

// A plugin's view of its host, over the C table. The table must outlive it.
class AbiHost final : public Host {
 public:
  explicit AbiHost(const sr_host* host) : host_(host) {}

  void log(sr_log_level level, std::string_view text) const override {
    if (SR_HAS(host_, sr_host, log)) host_->log(host_, level, to_abi(text));
  }

  std::optional<std::string> environment(const std::string& name) const override {
    sr_string value{};
    if (!SR_HAS(host_, sr_host, get_environment)) return std::nullopt;
    if (host_->get_environment(host_, to_abi(name), &value) != SR_OK) return std::nullopt;
    return std::string(from_abi(value));
  }

  ToolAnswer ask_tool(const std::vector<std::string>& arguments,
                      const std::vector<std::string>& content_files,
                      std::chrono::milliseconds limit) const override {
    const std::vector<sr_string> abi_arguments = views(arguments);
    const std::vector<sr_string> abi_files = views(content_files);
    if (!SR_HAS(host_, sr_host, ask_tool)) {
      throw Failure(Failure::Kind::unsupported, "this host asks no tools");
    }
    Received received;
    const sr_status status = host_->ask_tool(
        host_, abi_arguments.data(), abi_arguments.size(), abi_files.data(), abi_files.size(),
        static_cast<std::uint64_t>(limit.count()), &received, &AbiHost::receive);
    if (status != SR_OK) {
      throw Failure(Failure::Kind::failed, received.failure.empty()
                                               ? "a tool could not be asked"
                                               : received.failure);
    }
    return received.answer;
  }

 private:
  static std::vector<sr_string> views(const std::vector<std::string>& texts) {
    std::vector<sr_string> result;
    result.reserve(texts.size());
    for (const auto& text : texts) result.push_back(to_abi(text));
    return result;
  }

  struct Received {
    ToolAnswer answer;
    std::string failure;
  };

  static void receive(void* context, const sr_tool_answer* said) {
    auto& received = *static_cast<Received*>(context);
    received.answer.exit_status = said->exit_status;
    received.answer.standard_output = from_abi(said->standard_output);
    received.answer.standard_error = from_abi(said->standard_error);
    received.failure = from_abi(said->failure);
  }

  const sr_host* host_;
};

}  // namespace sharkreg

#endif  // SHARKREG_HOST_H
