// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <set>
#include <string>

#include <sharkreg/backend.h>

namespace sharkreg::conformance {

// Requests as hosts make them. `target`: one of the backend's, or empty; `format`: of programs.

CompileRequest plain_compile(const std::string& target, const std::string& format);

// With a pipeline program, flags, and a tuner file for backends that take one.
CompileRequest full_compile(const std::string& target, const BackendDescription& description);

RunRequest plain_run(const std::string& target);

// With files for inputs, results and weights, the latter in the backend's first format.
RunRequest full_run(const std::string& target, const BackendDescription& description);

// Ids of all files that a request has.
std::set<std::string> ids_of(const CompileRequest& request);
std::set<std::string> ids_of(const RunRequest& request);

}  // namespace sharkreg::conformance
