// SPDX-License-Identifier: Apache-2.0
// The commands of the Python runner that sharkreg follows, recorded for the ten published
// submodels, against those that the backends plan from the same facts.
#include <algorithm>
#include <fstream>
#include <map>
#include <regex>
#include <set>
#include <sstream>

#include <boost/json.hpp>
#include <doctest/doctest.h>

#include "cpu/backend.h"
#include "iree_support.h"
#include "rocm/backend.h"

namespace sharkreg::tests {
namespace {

namespace json = boost::json;
using Texts = std::vector<std::string>;

// A tool and the set of its arguments, paths as file names.
using Command = std::pair<std::string, std::set<std::string>>;

json::object read_data(const std::string& name) {
  std::ifstream file(std::string(SHARKREG_TEST_DATA) + "/" + name);
  std::stringstream text;
  text << file.rdbuf();
  return json::parse(text.str()).as_object();
}

std::string file_name(std::string_view path) {
  return std::string(path.substr(path.rfind('/') + 1));
}

std::string text_in(const json::object& object, const std::string& key) {
  const json::value* value = object.if_contains(key);
  return value == nullptr ? "" : std::string(value->as_string());
}

bool is_set(const json::object& object, const std::string& key) {
  const json::value* value = object.if_contains(key);
  return value != nullptr && value->as_bool();
}

Texts texts_in(const json::value* value) {
  return value == nullptr ? Texts{} : json::value_to<Texts>(*value);
}

Command normalised(const std::string& tool, const Texts& arguments) {
  static const std::regex directory(R"(\{(OUT|ARTIFACTS|SUITE)\}/([^/]*/)*)");
  Command command{tool, {}};
  for (const auto& argument : arguments) {
    std::string text = std::regex_replace(argument, directory, "");
    constexpr std::string_view former = "--iree-hip-target=";
    if (text.starts_with(former)) text.replace(0, former.size(), "--iree-rocm-target=");
    command.second.insert(text);
  }
  return command;
}

// One of the published submodels on one backend.
class Published {
 public:
  Published(const json::object& model, const json::object& flag_sets, std::string backend,
            std::string chip)
      : model_(model), flag_sets_(flag_sets), backend_(std::move(backend)), chip_(std::move(chip)) {
    names_["in:module"] = "model." + tag() + ".vmfb";
    names_["in:pipeline_module"] = "pipeline_model." + tag() + ".vmfb";
  }

  bool compiles() const {
    if (backend_ == "cpu") return !is_set(model_, "rocm_tests_only");
    const Texts failing = texts_in(model_.if_contains("rocm_compile_chip_expecting_to_fail"));
    return std::ranges::find(failing, chip_) == failing.end();
  }

  bool runs() const {
    return compiles() && !is_set(model_, "compile_only") &&
           !is_set(model_, backend_ + "_run_test_expecting_to_fail");
  }

  CompileRequest compile_request(const std::string& sku) {
    CompileRequest request;
    request.tag = tag();
    request.target = backend_ == "cpu" ? "" : chip_;
    request.program = artifact("program", text_in(model_, "mlir"));
    request.compiler_flags = flags("_compiler_flags").value();
    if (model_.contains("pipeline_mlir")) {
      request.pipeline_program = artifact("pipeline_program", text_in(model_, "pipeline_mlir"));
      request.pipeline_compiler_flags = flags("_pipeline_compiler_flags");
    }
    const json::value* tuner = model_.if_contains("tuner_file");
    if (tuner != nullptr && backend_ == "rocm" && tuner->as_object().contains(sku)) {
      request.tuner_file = artifact("tuner_file", text_in(tuner->as_object(), sku));
    }
    return request;
  }

  RunRequest run_request() {
    RunRequest request;
    request.tag = tag();
    request.function = text_in(model_, "run_" + backend_ + "_function");
    request.comparison = ComparisonMode::runtime;
    for (const auto& [file, value] : tensors("inputs")) request.inputs.push_back({file, value});
    for (const auto& [file, value] : tensors("outputs")) {
      request.expectations.push_back({file, value});
    }
    if (model_.contains("real_weights")) {
      request.weights.push_back({artifact("weights_0", text_in(model_, "real_weights")), "model"});
    }
    request.add_pipeline_module = is_set(model_, "add_pipeline_module");
    request.threshold_arguments = texts_in(model_.if_contains(backend_ + "_threshold_args"));
    return request;
  }

  // With file names in the place of references.
  Command command_of(const Action& action) {
    for (const auto& output : action.outputs) names_["out:" + output.id] = output.file_name;
    Texts arguments = shown(action.arguments);
    for (auto& argument : arguments) {
      std::size_t place = argument.find("{in:");
      if (place == std::string::npos) place = argument.find("{out:");
      if (place == std::string::npos) continue;
      const std::string key = argument.substr(place + 1, argument.find('}', place) - place - 1);
      argument.replace(place, key.size() + 2, names_.at(key));
    }
    return normalised(action.program, arguments);
  }

 private:
  std::string tag() const { return backend_ == "cpu" ? "cpu" : "rocm_" + chip_; }

  std::optional<Texts> flags(const std::string& field) const {
    const json::value* set = model_.if_contains(backend_ + field);
    if (set == nullptr) return std::nullopt;
    return texts_in(&flag_sets_.at(set->as_string()));
  }

  RequestArtifact artifact(const std::string& id, const std::string& url) {
    const std::string name = file_name(url);
    names_["in:" + id] = name;
    return {id, name, name.ends_with(".npy") ? "npy" : "bin"};
  }

  std::vector<std::pair<RequestArtifact, std::string>> tensors(const std::string& field) {
    std::vector<std::pair<RequestArtifact, std::string>> result;
    const json::value* list = model_.if_contains(field);
    if (list == nullptr) return result;
    for (const auto& entry : list->as_array()) {
      const auto& pair = entry.as_array();
      const bool typed = pair.size() > 1 && pair[1].is_string();
      const std::string id = field + "_" + std::to_string(result.size());
      result.emplace_back(artifact(id, std::string(pair[0].as_string())),
                          typed ? std::string(pair[1].as_string()) : std::string());
    }
    return result;
  }

  const json::object& model_;
  const json::object& flag_sets_;
  std::string backend_;
  std::string chip_;
  std::map<std::string, std::string> names_;
};

void plan_with(sharkreg::Backend& backend, Published model, const std::string& sku,
               std::multiset<Command>& commands) {
  if (model.compiles()) {
    const CompilePlan plan = backend.plan_compile(model.compile_request(sku));
    for (const Action& action : plan.actions) commands.insert(model.command_of(action));
  }
  if (model.runs()) {
    const RunPlan plan = backend.plan_run(model.run_request());
    for (const Action& action : plan.actions) commands.insert(model.command_of(action));
  }
}

std::multiset<Command> planned(const json::object& published, const json::object& recording) {
  FakeHost host;
  cpu::Backend cpu({}, host);
  rocm::Backend rocm({}, host);
  const std::string chip = text_in(recording, "rocm_chip");
  const std::string sku = text_in(recording, "sku");
  const json::object& flag_sets = published.at("flag_sets").as_object();
  std::multiset<Command> commands;
  for (const auto& entry : published.at("models").as_object()) {
    if (!entry.key().starts_with(text_in(recording, "model") + "/")) continue;
    const json::object& model = entry.value().as_object();
    plan_with(cpu, Published(model, flag_sets, "cpu", chip), sku, commands);
    plan_with(rocm, Published(model, flag_sets, "rocm", chip), sku, commands);
  }
  return commands;
}

std::multiset<Command> recorded(const json::object& recording) {
  std::multiset<Command> commands;
  for (const auto& command : recording.at("commands").as_array()) {
    const json::object& object = command.as_object();
    commands.insert(normalised(text_in(object, "tool"), texts_in(&object.at("argv"))));
  }
  return commands;
}

std::string text_of(const std::multiset<Command>& commands) {
  std::string text;
  for (const auto& [tool, arguments] : commands) {
    text += tool;
    for (const auto& argument : arguments) text += " " + argument;
    text += "\n";
  }
  return text;
}

TEST_CASE("the recorded commands are planned, all of them and no others") {
  const json::object published = read_data("published_models.json");
  const json::object recordings = read_data("command_traces.json");
  std::size_t count = 0;
  for (const auto& entry : recordings) {
    CAPTURE(std::string(entry.key()));
    const json::object& recording = entry.value().as_object();
    const std::multiset<Command> wanted = recorded(recording);
    CHECK(text_of(planned(published, recording)) == text_of(wanted));
    count += wanted.size();
  }
  CHECK(recordings.size() == 5);
  CHECK(count == 88);
}

}  // namespace
}  // namespace sharkreg::tests
