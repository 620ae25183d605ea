// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <sharkreg/plugin.h>

#include <string>

namespace onnxruntime_backend {

// ONNX Runtime on the processor. A program is an ONNX file; compiling optimises its graph, running
// executes that. Both are done by onnxruntime_tool.py, which lies beside this library, in a Python
// that has the package `onnxruntime`: --onnxruntime-python, else the first python3 along PATH.
class Backend final : public sharkreg::Backend {
 public:
  Backend(const sharkreg::Configuration& configuration, const sharkreg::Host& host);

  sharkreg::BackendDescription describe() const override;
  sharkreg::Probe probe(const sharkreg::ProbeRequest& request) override;
  sharkreg::CompilePlan plan_compile(const sharkreg::CompileRequest& request) override;
  sharkreg::RunPlan plan_run(const sharkreg::RunRequest& request) override;
  sharkreg::Classification classify(const sharkreg::FailureReport& report) override;

 private:
  std::string find_python() const;
  // The files whose content decides what the tool answers.
  std::vector<std::string> content_files() const;
  sharkreg::Action action(const std::string& name) const;

  const sharkreg::Host& host_;
  std::string tool_;    // onnxruntime_tool.py
  std::string python_;  // empty if there is none
};

}  // namespace onnxruntime_backend
