// SPDX-License-Identifier: Apache-2.0
#include <cerrno>
#include <cstdlib>
#include <string>
#include <string_view>
#include <system_error>
#include <unistd.h>

#include "commands.h"
#include "plugin_host/description.h"
#include "plugin_host/library.h"
#include "report.h"

namespace sharkreg::core {
namespace {

bool write_all(int output, std::string_view text) {
  while (!text.empty()) {
    const ssize_t written = ::write(output, text.data(), text.size());
    if (written < 0 && errno == EINTR) continue;
    if (written < 0) return false;
    text.remove_prefix(static_cast<std::size_t>(written));
  }
  return true;
}

// The host shows it as the reason why the plugin is refused, in one line.
WorkerStatus refused(const Error& error) {
  report(to_text(error), "");
  return WorkerStatus::failed;
}

// This program ends by _exit, so whoever comes here was sent by a plugin that called exit(). With
// its status, perhaps 0, nobody would know that nothing was described.
void ended_by_plugin(int, void* library) {
  report(static_cast<const std::filesystem::path*>(library)->native() +
             " ended the process that loaded and described it",
         "the plugin is at fault: ask its author");
  ::_exit(static_cast<int>(WorkerStatus::failed));
}

}  // namespace

WorkerStatus describe_command(const std::filesystem::path& library, int output) {
  // It is called at most while this function runs.
  ::on_exit(&ended_by_plugin, const_cast<std::filesystem::path*>(&library));
  const auto loaded = PluginLibrary::load(library);
  if (!loaded) return refused(loaded.error());
  const auto description = describe(*loaded);
  if (!description) return refused(description.error());
  if (!write_all(output, to_json(*description) + "\n")) {
    report("the description could not be written: " + std::generic_category().message(errno), "");
    return WorkerStatus::broken;
  }
  return WorkerStatus::ok;
}

}  // namespace sharkreg::core
