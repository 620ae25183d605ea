// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <filesystem>
#include <string>

#include <sharkreg/backend.h>
#include <sharkreg/configuration.h>

#include "base/error.h"

namespace sharkreg::core {

// How the host and sharkreg-worker talk. The worker is the process in which a library that was
// never seen before is loaded, and in which a backend does the actions that it marked in_process.
//
//   sharkreg-worker describe LIBRARY      the description (see description.h) on standard output
//   sharkreg-worker execute REQUEST       a WorkerRequest, as JSON, from a file
//   sharkreg-worker serve LIBRARY         all calls of one instance; see served_calls.h
//
// Whatever the plugin prints goes to standard error. If the worker fails, the last thing there is:
// for `describe` one line, "MESSAGE (HINT)"; for `execute` a line with the message and, if there is
// something that the user can do, a line with the hint.

// One action that a backend does itself.
struct WorkerRequest {
  static constexpr std::string_view schema = "sharkreg.worker_request/1";
  std::string library;         // absolute path
  std::string trusted_sha256;  // of the library; see PluginLibrary::load
  std::string interface;       // its id: "sharkreg.backend/1"
  std::string name;            // the backend's
  Configuration configuration;
  ExecuteRequest request;
  // Path of the file that takes the ExecuteAnswer as JSON; empty: nobody wants it.
  std::string answer;
};

std::string to_json(const WorkerRequest& request);
Result<WorkerRequest> read_worker_request(const std::filesystem::path& path);

// What the answer's file holds.
std::string to_json(const ExecuteAnswer& answer);
Result<ExecuteAnswer> read_execute_answer(const std::filesystem::path& path);

// Exit statuses of sharkreg-worker. Any other end is a crash.
enum class WorkerStatus {
  ok = 0,
  failed = 1,   // the plugin was refused, or says that it could not do it
  invalid = 2,  // the plugin says that the request is at fault
  broken = 3,   // the worker could not even ask it: a bad request file, no such library
};

}  // namespace sharkreg::core
