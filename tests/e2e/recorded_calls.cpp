// SPDX-License-Identifier: Apache-2.0
#include "recorded_calls.h"

#include <algorithm>
#include <charconv>
#include <sstream>

#include <boost/json.hpp>
#include <doctest/doctest.h>

#include "base/json.h"
#include "base/text.h"

namespace sharkreg::e2e {
namespace {

namespace fs = std::filesystem;
namespace json = boost::json;

std::string text_of(const json::value& value) {
  return json::value_to<std::string>(value);
}

json::value read_json(const char* name) {
  auto value = core::read_json_file(fs::path(SHARKREG_TEST_DATA) / name);
  REQUIRE(value.has_value());
  return *value;
}

// These change what a tool says or how many threads it takes, never what it makes.
bool affects_only_logs_or_threads(const std::string& argument) {
  const std::string name = argument.substr(0, argument.find('='));
  return name == "--mlir-disable-threading" || name == "--iree-llvmcpu-link-quiet" ||
         name == "--v" || name == "--log_level" || name == "--task_topology_max_group_count";
}

// Asking a tool for its flags or its version is no command of a model.
bool only_asks(const std::vector<std::string>& arguments) {
  return arguments.size() == 1 &&
         (arguments.front() == "--help-hidden" || arguments.front() == "--version");
}

// Paths compare by file name, wherever in an argument they stand.
std::string without_directories(const std::string& argument) {
  const std::size_t slash = argument.rfind('/');
  if (slash == std::string::npos) return argument;
  const std::size_t before = argument.find_last_of("=@", slash);
  const std::size_t start = before == std::string::npos ? 0 : before + 1;
  return argument.substr(0, start) + argument.substr(slash + 1);
}

// The target flag was renamed; both spellings mean the same.
std::string with_todays_target_flag(std::string argument) {
  const std::string_view old = "--iree-hip-target=";
  if (argument.starts_with(old)) argument.replace(0, old.size(), "--iree-rocm-target=");
  return argument;
}

Call comparable(std::string place, const std::string& tool,
                const std::vector<std::string>& arguments) {
  Call call{std::move(place), fs::path(tool).filename(), {}};
  for (const std::string& argument : arguments) {
    if (affects_only_logs_or_threads(argument)) continue;
    call.arguments.push_back(with_todays_target_flag(without_directories(argument)));
  }
  return call;
}

// "18 passed" in "2 failed, 18 passed, 6 skipped, 2 xfailed in 4.39s".
int count_in(const std::string& summary, const std::string& word) {
  for (const std::string& part : core::split(summary.substr(0, summary.find(" in ")), ',')) {
    const std::vector<std::string> words = core::split(core::trim(part), ' ');
    if (words.size() != 2 || words[1] != word) continue;
    int count = 0;
    std::from_chars(words[0].data(), words[0].data() + words[0].size(), count);
    return count;
  }
  return 0;
}

Recording recording_from(const std::string& name, const json::object& recorded) {
  Recording recording;
  recording.name = name;
  recording.model = text_of(recorded.at("model"));
  recording.sku = text_of(recorded.at("sku"));
  recording.chip = text_of(recorded.at("rocm_chip"));
  const std::string summary = text_of(recorded.at("summary"));
  recording.passed = count_in(summary, "passed");
  recording.failed = count_in(summary, "failed");
  recording.skipped = count_in(summary, "skipped");
  recording.xfailed = count_in(summary, "xfailed");
  for (const json::value& value : recorded.at("commands").as_array()) {
    const json::object& command = value.as_object();
    std::string place = fs::path(text_of(command.at("cwd"))).filename();
    const std::string_view suffix = "_vmfbs";
    REQUIRE(place.ends_with(suffix));
    place.resize(place.size() - suffix.size());
    recording.calls.push_back(
        comparable(std::move(place), text_of(command.at("tool")),
                   json::value_to<std::vector<std::string>>(command.at("argv"))));
  }
  std::ranges::sort(recording.calls);
  return recording;
}

// Writes the models with the help of what several of them share.
class Publisher {
 public:
  Publisher(const Sandbox& sandbox, const json::object& published)
      : sandbox_(sandbox), flag_sets_(published.at("flag_sets").as_object()) {}

  void publish(const std::string& name, const json::object& facts) const {
    json::object model;
    for (const auto& [key, value] : facts) model[key] = field(key, value);
    sandbox_.write(fs::path("tests") / (name + ".json"), core::to_pretty_json(model));
  }

 private:
  json::value field(std::string_view key, const json::value& value) const {
    if (key == "mlir" || key == "pipeline_mlir" || key == "real_weights") return source(value);
    if (key == "inputs" || key == "outputs") return tensors(value.as_array());
    if (key == "tuner_file") return tuner_files(value.as_object());
    if (key.ends_with("compiler_flags")) return flag_sets_.at(text_of(value));
    return value;
  }

  // "Psai/x.bin", P being the prefix of all URLs, becomes a file below sources/.
  json::string source(const json::value& value) const {
    const std::string below_prefix = text_of(value).substr(1);
    sandbox_.write(fs::path("sources") / below_prefix, "a stand-in for " + below_prefix);
    return json::string("../../sources/" + below_prefix);
  }

  json::array tensors(const json::array& pairs) const {
    json::array tensors;
    for (const json::value& pair : pairs) {
      json::object tensor{{"source", source(pair.at(0))}};
      if (!pair.at(1).is_null()) tensor["value"] = pair.at(1);
      tensors.emplace_back(std::move(tensor));
    }
    return tensors;
  }

  json::object tuner_files(const json::object& by_sku) const {
    for (const auto& [sku, path] : by_sku) {
      sandbox_.write(fs::path("tests") / text_of(path), "a stand-in for a tuner file");
    }
    return by_sku;
  }

  const Sandbox& sandbox_;
  const json::object& flag_sets_;
};

}  // namespace

std::vector<Recording> all_recordings() {
  std::vector<Recording> recordings;
  const json::value traces = read_json("command_traces.json");
  for (const auto& [name, recorded] : traces.as_object()) {
    recordings.push_back(recording_from(name, recorded.as_object()));
  }
  return recordings;
}

void write_published_models(const Sandbox& sandbox) {
  const json::value published = read_json("published_models.json");
  const Publisher publisher(sandbox, published.as_object());
  for (const auto& [name, facts] : published.at("models").as_object()) {
    publisher.publish(name, facts.as_object());
  }
}

std::vector<Call> calls_seen(const Sandbox& sandbox) {
  std::vector<Call> calls;
  std::istringstream lines(content_of(sandbox.calls()));
  for (std::string line; std::getline(lines, line);) {
    const std::string tool = line.substr(0, line.find(" in "));
    std::vector<std::string> arguments;
    while (std::getline(lines, line) && !line.empty()) arguments.push_back(line);
    if (!only_asks(arguments)) calls.push_back(comparable("", tool, arguments));
  }
  std::ranges::sort(calls);
  return calls;
}

std::vector<Call> calls_told(const std::vector<core::Event>& events) {
  std::vector<Call> calls;
  for (const core::Event& event : events) {
    const auto* step = std::get_if<core::StepFinished>(&event);
    if (step == nullptr) continue;
    for (const core::ActionRecord& action : step->actions) {
      REQUIRE_FALSE(action.command.empty());
      calls.push_back(comparable(step->model + "_" + step->submodel, action.command.front(),
                                 {action.command.begin() + 1, action.command.end()}));
    }
  }
  std::ranges::sort(calls);
  return calls;
}

std::vector<Call> without_places(std::vector<Call> calls) {
  for (Call& call : calls) call.place.clear();
  std::ranges::sort(calls);
  return calls;
}

std::string to_text(const std::vector<Call>& calls) {
  std::string text;
  for (const Call& call : calls) {
    text += call.place + ": " + call.tool + " " + core::join(call.arguments, " ") + "\n";
  }
  return text;
}

}  // namespace sharkreg::e2e
