// SPDX-License-Identifier: Apache-2.0
#include "cli/module_stamp.h"

#include <map>

#include <boost/json.hpp>
#include <fmt/format.h>

#include "base/digest.h"
#include "base/files.h"
#include "base/json.h"

namespace sharkreg::core {
namespace {

namespace fs = std::filesystem;
namespace json = boost::json;

constexpr std::string_view schema = "sharkreg.modules/1";

using Digests = std::map<std::string, std::string>;  // by file name, or a source's text

fs::path stamp_of(const CasePlan& plan, const PlannedStep& compile) {
  return plan.actions.at(compile.actions.front()).output_directory /
         fmt::format(".sharkreg-{}.json", compile.slug);
}

// The declared outputs, by their names.
std::map<std::string, fs::path> outputs_of(const CasePlan& plan, const PlannedStep& compile) {
  std::map<std::string, fs::path> outputs;
  for (const std::size_t index : compile.actions) {
    const PlannedAction& planned = plan.actions.at(index);
    for (const ActionOutput& output : planned.action.outputs) {
      if (output.id == planned.action.standard_output) continue;
      outputs[output.file_name] = planned.output_directory / output.file_name;
    }
  }
  return outputs;
}

// The sources that are files of a machine: URLs are pinned, or what they give is taken as it is.
std::map<std::string, fs::path> local_inputs_of(const CasePlan& plan, const PlannedStep& compile) {
  std::map<std::string, fs::path> inputs;
  for (const std::size_t index : compile.artifacts) {
    const Source& source = plan.artifacts.at(index).source;
    if (!source.is_url) inputs[source.text] = source.location;
  }
  return inputs;
}

Result<json::object> digests_of(const std::map<std::string, fs::path>& files) {
  json::object digests;
  for (const auto& [name, path] : files) {
    const auto digest = sha256_of_file(path);
    if (!digest) return digest.error();
    digests[name] = *digest;
  }
  return digests;
}

std::string text_at(const json::object& object, std::string_view name) {
  const auto* value = object.if_contains(name);
  return value != nullptr && value->is_string() ? std::string(value->get_string()) : "";
}

std::string digest_in(const json::object& stamp, std::string_view kind, const std::string& name) {
  const auto* digests = stamp.if_contains(kind);
  return digests != nullptr && digests->is_object() ? text_at(digests->get_object(), name) : "";
}

// What is wrong with the files, in one sentence; empty: nothing.
std::string what_is_wrong(const CasePlan& plan, const PlannedStep& compile) {
  const auto outputs = outputs_of(plan, compile);
  std::error_code error;
  for (const auto& [name, path] : outputs) {
    if (!fs::exists(path, error)) return path.string() + " is not there";
  }
  const fs::path file = stamp_of(plan, compile);
  const auto read = read_json_file(file);
  if (!read || !read->is_object() || text_at(read->get_object(), "schema") != schema) {
    return fmt::format("{} cannot tell how {} was compiled: {}", file.string(), compile.name,
                       read ? "it is not of this version of sharkreg" : read.error().message);
  }
  const json::object& stamp = read->get_object();
  if (text_at(stamp, "request") != compile.request_digest) {
    return fmt::format(
        "what lies in {} was compiled from another request than this {}: sources, flags, SKU or "
        "tuner file differ",
        file.parent_path().string(), compile.name);
  }
  for (const auto& [name, path] : outputs) {
    const auto digest = sha256_of_file(path);
    if (!digest) return digest.error().message;
    if (*digest != digest_in(stamp, "outputs", name)) {
      return path.string() + " is not as --stage=compile left it";
    }
  }
  for (const auto& [name, path] : local_inputs_of(plan, compile)) {
    const auto digest = sha256_of_file(path);
    if (digest && *digest != digest_in(stamp, "inputs", name)) {
      return fmt::format("{} is not what {} was compiled from", path.string(),
                         outputs.begin()->second.string());
    }
  }
  return {};
}

}  // namespace

Result<void> write_stamp(const CasePlan& plan, const PlannedStep& compile) {
  auto outputs = digests_of(outputs_of(plan, compile));
  if (!outputs) return outputs.error();
  auto inputs = digests_of(local_inputs_of(plan, compile));
  if (!inputs) return inputs.error();
  const json::object stamp{{"schema", schema},
                           {"step", compile.name},
                           {"request", compile.request_digest},
                           {"outputs", std::move(*outputs)},
                           {"inputs", std::move(*inputs)}};
  return write_file_atomically(stamp_of(plan, compile), to_pretty_json(stamp) + "\n");
}

std::optional<ForegoneVerdict> trouble_with_modules(const CasePlan& plan,
                                                    const PlannedStep& compile,
                                                    const std::string& command) {
  std::string wrong = what_is_wrong(plan, compile);
  if (wrong.empty()) return std::nullopt;
  std::error_code error;
  const bool expected = compile.expectation && !fs::exists(stamp_of(plan, compile), error);
  if (expected) {
    return ForegoneVerdict{
        Verdict::blocked, compile.name + " is expected to fail, and left nothing", {}, {}};
  }
  return ForegoneVerdict{Verdict::infrastructure,
                         std::move(wrong),
                         "this makes it, here or elsewhere: " + command,
                         {}};
}

}  // namespace sharkreg::core
