// SPDX-License-Identifier: Apache-2.0
#include "store/cached_result.h"

#include <boost/json.hpp>

#include "base/json.h"
#include "base/text.h"

namespace sharkreg::core {
namespace {

namespace json = boost::json;

constexpr int version = 1;

json::object to_json(const CachedFile& file) {
  return {{"path", file.path},
          {"sha256", file.sha256},
          {"size", file.size},
          {"executable", file.is_executable}};
}

std::string text(const json::object& object, const char* name) {
  return json::value_to<std::string>(object.at(name));
}

CachedFile file_of(const json::value& value) {
  const json::object& object = value.as_object();
  return {text(object, "path"), text(object, "sha256"), object.at("size").to_number<std::int64_t>(),
          object.at("executable").as_bool()};
}

CachedResult result_of(const json::object& object) {
  CachedResult result;
  for (const json::value& file : object.at("files").as_array()) {
    result.files.push_back(file_of(file));
  }
  result.directories = json::value_to<std::vector<std::string>>(object.at("directories"));
  result.standard_output = file_of(object.at("standard_output"));
  result.standard_error = file_of(object.at("standard_error"));
  result.working_directory = text(object, "working_directory");
  result.seconds = object.at("seconds").to_number<double>();
  result.user_seconds = object.at("user_seconds").to_number<double>();
  result.system_seconds = object.at("system_seconds").to_number<double>();
  result.peak_memory_bytes = object.at("peak_memory_bytes").to_number<std::int64_t>();
  for (const json::value& value : object.at("components").as_array()) {
    const auto words = json::value_to<std::vector<std::string>>(value);
    result.components.push_back({words.at(0), words.at(1), words.at(2), words.at(3)});
  }
  return result;
}

}  // namespace

std::string to_json_text(const CachedResult& result) {
  json::array files;
  for (const CachedFile& file : result.files) files.emplace_back(to_json(file));
  json::array components;
  for (const KeyComponent& part : result.components) {
    // Arguments and paths are any bytes; these texts are for people.
    components.emplace_back(
        json::array{json::string(printable(part.kind)), json::string(printable(part.name)),
                    json::string(printable(part.value)), json::string(printable(part.label))});
  }
  return to_json_line(json::object{{"version", version},
                                   {"files", std::move(files)},
                                   {"directories", json::value_from(result.directories)},
                                   {"standard_output", to_json(result.standard_output)},
                                   {"standard_error", to_json(result.standard_error)},
                                   {"working_directory", printable(result.working_directory)},
                                   {"seconds", result.seconds},
                                   {"user_seconds", result.user_seconds},
                                   {"system_seconds", result.system_seconds},
                                   {"peak_memory_bytes", result.peak_memory_bytes},
                                   {"components", std::move(components)}});
}

Result<CachedResult> cached_result_from_json(const std::string& text) {
  const auto parsed = parse_json(text, "a cached result");
  if (!parsed) return parsed.error();
  const Error strange{ErrorKind::invalid, "a cached result is not what this version writes", {}};
  try {
    const json::object& object = parsed->as_object();
    if (object.at("version") != version) return strange;
    return result_of(object);
  } catch (const std::exception&) {
    return strange;
  }
}

}  // namespace sharkreg::core
