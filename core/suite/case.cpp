// SPDX-License-Identifier: Apache-2.0
#include "suite/case.h"

#include <utility>

namespace sharkreg::core {
namespace {

// The function that all backends that name one agree on.
std::optional<std::string> common_function(const Case& test_case) {
  std::optional<std::string> common;
  for (const auto& [name, fields] : test_case.backends) {
    if (!fields.function) continue;
    if (common && common != fields.function) return std::nullopt;
    common = fields.function;
  }
  return common;
}

// Of a Case or of a const one.
template <class Pointer>
std::vector<Pointer> all_sources(auto& test_case) {
  std::vector<Pointer> sources;
  const auto add_tensors = [&](auto& tensors) {
    for (auto& tensor : tensors) {
      if (tensor.source) sources.push_back(&*tensor.source);
    }
  };
  for (auto& program : test_case.programs) sources.push_back(&program.source);
  for (auto& program : test_case.pipeline_programs) sources.push_back(&program.source);
  for (auto& [sku, source] : test_case.tuner_file) sources.push_back(&source);
  add_tensors(test_case.inputs);
  add_tensors(test_case.outputs);
  for (auto& weights : test_case.weights) sources.push_back(&weights.source);
  return sources;
}

}  // namespace

std::vector<Source*> sources_of(Case& test_case) {
  return all_sources<Source*>(test_case);
}

std::vector<const Source*> sources_of(const Case& test_case) {
  return all_sources<const Source*>(test_case);
}

std::vector<const Source*> unpinned_sources_of(const Case& test_case) {
  std::vector<const Source*> sources = sources_of(test_case);
  std::erase_if(sources,
                [](const Source* source) { return !source->is_url || !source->pin.is_empty(); });
  return sources;
}

BackendFields fields_for(const Case& test_case, std::string_view backend) {
  const auto own = test_case.backends.find(backend);
  BackendFields fields = own == test_case.backends.end() ? BackendFields() : own->second;
  if (!fields.threshold_args) fields.threshold_args = test_case.threshold_args;
  if (!fields.function) fields.function = test_case.function;
  if (!fields.function) fields.function = common_function(test_case);
  return fields;
}

std::set<std::string> only_backends(const Case& test_case) {
  std::set<std::string> names;
  for (const auto& [name, fields] : test_case.backends) {
    if (fields.tests_only) names.insert(name);
  }
  return names;
}

}  // namespace sharkreg::core
