// SPDX-License-Identifier: Apache-2.0
#include <cstdio>
#include <cstdlib>
#include <string>
#include <utility>

#include "base/files.h"
#include "commands.h"
#include "plugin_host/library.h"
#include "plugin_host/proxies.h"
#include "report.h"

namespace sharkreg::core {
namespace {

// What a plugin has of its host in this process: a log, and the environment of the action.
class WorkerServices final : public HostServices {
 public:
  void log(sr_log_level, std::string_view text) const override {
    std::fprintf(stderr, "%.*s\n", static_cast<int>(text.size()), text.data());
  }

  std::optional<std::string> environment(const std::string& name) const override {
    const char* value = std::getenv(name.c_str());
    return value == nullptr ? std::nullopt : std::optional<std::string>(value);
  }

  ToolAnswer ask_tool(const std::vector<std::string>&, const std::vector<std::string>&,
                      std::chrono::milliseconds) const override {
    throw Failure(Failure::Kind::unsupported, "no tool can be asked from an action");
  }
};

WorkerStatus broken(const Error& error) {
  report(error);
  return WorkerStatus::broken;
}

WorkerStatus failed(Failure::Kind kind, const std::string& message, const std::string& hint) {
  report(message, hint);
  return kind == Failure::Kind::invalid ? WorkerStatus::invalid : WorkerStatus::failed;
}

Result<void> keep(const ExecuteAnswer& answer, const std::filesystem::path& path) {
  if (path.empty()) return {};
  return write_file_atomically(path, to_json(answer) + "\n");
}

}  // namespace

WorkerStatus execute_command(const std::filesystem::path& request_file) {
  const auto request = read_worker_request(request_file);
  if (!request) return broken(request.error());
  if (request->interface != SR_BACKEND_ID) {
    return broken({ErrorKind::infrastructure,
                   "\"" + request->interface + "\" has no actions; wanted is " SR_BACKEND_ID, ""});
  }
  auto library = PluginLibrary::load(request->library, request->trusted_sha256);
  if (!library) return broken(library.error());
  const sr_interface* interface = (*library)->find(request->interface, request->name);
  if (interface == nullptr) {
    return broken({ErrorKind::infrastructure,
                   request->library + " offers no backend \"" + request->name + "\"",
                   "it changed while sharkreg ran: start again"});
  }
  // Made absolute before the plugin's code may go to another directory.
  const std::filesystem::path answer_file = request->answer.empty()
                                                ? std::filesystem::path()
                                                : std::filesystem::absolute(request->answer);
  const WorkerServices services;
  auto backend =
      make_backend_proxy(std::move(*library), *interface, request->configuration, services);
  if (!backend) {
    const Error& error = backend.error();
    return failed(error.kind == ErrorKind::invalid ? Failure::Kind::invalid : Failure::Kind::failed,
                  error.message, error.hint);
  }
  try {
    const ExecuteAnswer answer = (*backend)->execute(request->request);
    const auto kept = keep(answer, answer_file);
    return kept ? WorkerStatus::ok : broken(kept.error());
  } catch (const Failure& failure) {
    return failed(failure.kind(), failure.what(), failure.hint());
  }
}

}  // namespace sharkreg::core
