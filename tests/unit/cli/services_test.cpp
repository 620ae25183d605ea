// SPDX-License-Identifier: Apache-2.0
#include "cli/services.h"

#include <csignal>
#include <fstream>

#include <doctest/doctest.h>

#include "base/files.h"

namespace sharkreg::core {
namespace {

using End = LaunchResult::End;

LaunchResult ended(End end, int signal = 0) {
  LaunchResult result;
  result.end = end;
  result.signal = signal;
  return result;
}

TEST_CASE("a library is remembered for what it does, not for what was done to its process") {
  CHECK(is_the_librarys_fault(ended(End::timed_out)));
  CHECK(is_the_librarys_fault(ended(End::signalled, SIGABRT)));
  CHECK(is_the_librarys_fault(ended(End::signalled, SIGSEGV)));
  CHECK_FALSE(is_the_librarys_fault(ended(End::signalled, SIGKILL)));
  CHECK_FALSE(is_the_librarys_fault(ended(End::terminated, SIGTERM)));
  CHECK_FALSE(is_the_librarys_fault(ended(End::start_failed)));
  CHECK_FALSE(is_the_librarys_fault(ended(End::supervisor_lost)));
  CHECK_FALSE(is_the_librarys_fault(ended(End::exited)));
}

TEST_CASE("a worker that cannot be started, or is killed, says nothing of the library") {
  const auto scratch = TemporaryDirectory::create("/tmp", "services-");
  REQUIRE(scratch.has_value());
  const auto inspected_by = [&](const char* script) {
    const std::filesystem::path worker = scratch->path() / "worker";
    std::ofstream(worker) << script;
    std::filesystem::permissions(worker, std::filesystem::perms::owner_all);
    WorkerInspector inspector(SHARKREG_LIBEXEC_DIR "/sharkreg-supervisor", worker);
    const auto inspection = inspector.inspect("/some/libplugin.so");
    REQUIRE(inspection.has_value());
    CHECK(inspection->description.empty());
    return inspection->broke_the_process;
  };
  CHECK_FALSE(inspected_by("#!/no/such/interpreter\n"));
  CHECK_FALSE(inspected_by("#!/bin/sh\nkill -KILL $$\n"));
  CHECK_FALSE(inspected_by("#!/bin/sh\nexit 1\n"));
  CHECK(inspected_by("#!/bin/sh\nkill -SEGV $$\n"));
}

}  // namespace
}  // namespace sharkreg::core
