// SPDX-License-Identifier: Apache-2.0
#include "backend_requests.h"

namespace sharkreg::conformance {

CompileRequest plain_compile(const std::string& target, const std::string& format) {
  CompileRequest request;
  request.case_name = "model/plain";
  request.target = target;
  request.tag = "tag";
  request.program = {"program", "plain." + format, format};
  return request;
}

CompileRequest full_compile(const std::string& target, const BackendDescription& description) {
  const std::string& format = description.program_formats.front();
  CompileRequest request = plain_compile(target, format);
  request.case_name = "model/full";
  request.pipeline_program = RequestArtifact{"pipeline_program", "pipeline." + format, format};
  if (description.takes_tuner_file) {
    request.tuner_file = RequestArtifact{"tuner_file", "tuner.mlir", "mlir"};
  }
  request.compiler_flags = {"--some-flag", "--other-flag=with a space"};
  request.extra_arguments = {"--extra"};
  return request;
}

RunRequest plain_run(const std::string& target) {
  RunRequest request;
  request.case_name = "model/plain";
  request.target = target;
  request.tag = "tag";
  request.function = "main";
  request.inputs = {{RequestArtifact{"input_0", "input.0.npy", "npy"}, ""}};
  return request;
}

RunRequest full_run(const std::string& target, const BackendDescription& description) {
  RunRequest request = plain_run(target);
  request.case_name = "model/full";
  request.inputs = {{RequestArtifact{"input_0", "input.0.npy", "npy"}, ""},
                    {RequestArtifact{"input_1", "input.1.bin", "bin"}, "1x64xi64"},
                    {std::nullopt, "2xf16"}};
  request.expectations = {{RequestArtifact{"expected_0", "expected.0.npy", "npy"}, "2x3xf32"},
                          {std::nullopt, ""}};
  if (!description.weight_formats.empty()) {
    const std::string& format = description.weight_formats.front();
    request.weights = {{RequestArtifact{"weights_0", "weights." + format, format}, "model"}};
  }
  request.add_pipeline_module = true;
  request.extra_arguments = {"--extra"};
  return request;
}

std::set<std::string> ids_of(const CompileRequest& request) {
  std::set<std::string> ids = {request.program.id};
  if (request.pipeline_program) ids.insert(request.pipeline_program->id);
  if (request.tuner_file) ids.insert(request.tuner_file->id);
  return ids;
}

std::set<std::string> ids_of(const RunRequest& request) {
  std::set<std::string> ids = {"module"};
  if (request.add_pipeline_module) ids.insert("pipeline_module");
  for (const auto& input : request.inputs) {
    if (input.file) ids.insert(input.file->id);
  }
  for (const auto& expectation : request.expectations) {
    if (expectation.file) ids.insert(expectation.file->id);
  }
  for (const auto& weights : request.weights) ids.insert(weights.file.id);
  return ids;
}

}  // namespace sharkreg::conformance
