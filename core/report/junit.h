// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <filesystem>
#include <string>

#include "base/error.h"
#include "report/run_view.h"

namespace sharkreg::core {

struct JunitOptions {
  bool strict_xfail = false;  // an unexpected pass is a failure
};

// The run as JUnit XML, as Jenkins, GitLab and GitHub actions read it: a testsuite for each model,
// a testcase for each step, with the class name "model.submodel".
//
//   failure  the program under test is at fault: fail, compile-error, run-error; xpass when strict
//   error    the step came to no good end: crash, timeout, invalid, no-golden, infra
//   skipped  xfail, skip, blocked, not-run, unavailable; an expected failure is no failure, and
//            these formats know no better word for it. Also a failure that the baseline knows,
//            whose message begins with "known failure"
//   passed   pass, and xpass, which says in its system-out that the expectation is outdated
//
// `type` is the verdict's name, and the tool's own words are in system-err.
std::string junit_xml(const RunView& view, const JunitOptions& options);

// Writes it so that readers find the old file or the new one, never a part.
Result<void> write_junit(const std::filesystem::path& path, const RunView& view,
                         const JunitOptions& options);

}  // namespace sharkreg::core
