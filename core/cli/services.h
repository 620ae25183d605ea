// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <filesystem>
#include <functional>
#include <map>
#include <mutex>
#include <string>

#include "execute/launcher.h"
#include "plugin_host/host_services.h"
#include "store/memo.h"

namespace sharkreg::core {

// What this program offers to plugins.
//
// Threads: any. What a tool answered is kept in memory as well, since several backends ask the same
// compiler for its hundreds of kilobytes of flags.
class Services final : public HostServices {
 public:
  using Log = std::function<void(sr_log_level, std::string_view)>;

  // `memo` must outlive it.
  Services(std::filesystem::path supervisor, const Memo& memo, Log log)
      : supervisor_(std::move(supervisor)), memo_(memo), log_(std::move(log)) {}

  void log(sr_log_level level, std::string_view text) const override { log_(level, text); }
  std::optional<std::string> environment(const std::string& name) const override;
  ToolAnswer ask_tool(const std::vector<std::string>& arguments,
                      const std::vector<std::string>& content_files,
                      std::chrono::milliseconds limit) const override;

 private:
  ToolAnswer remembered_or_asked(const std::string& key, const std::vector<std::string>& arguments,
                                 std::chrono::milliseconds limit) const;

  std::filesystem::path supervisor_;
  const Memo& memo_;
  Log log_;
  mutable std::mutex mutex_;
  mutable std::map<std::string, ToolAnswer> answers_;  // by key; guarded by mutex_
};

// Whether a process that loaded and described a library ended by what the library does, and so would
// again. Not so when it could not be started, when somebody ended it, or by SIGKILL, which the
// kernel sends for want of memory.
bool is_the_librarys_fault(const LaunchResult& result);

// Describes libraries by sharkreg-worker.
class WorkerInspector final : public PluginInspector {
 public:
  WorkerInspector(std::filesystem::path supervisor, std::filesystem::path worker)
      : supervisor_(std::move(supervisor)), worker_(std::move(worker)) {}

  Result<Inspection> inspect(const std::filesystem::path& library) override;

 private:
  std::filesystem::path supervisor_;
  std::filesystem::path worker_;
};

}  // namespace sharkreg::core
