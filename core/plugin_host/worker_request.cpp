// SPDX-License-Identifier: Apache-2.0
#include "plugin_host/worker_request.h"

#include <boost/json.hpp>

#include "base/json.h"
#include "plugin_host/tree.h"

namespace sharkreg::core {

template <class Visitor>
void fields(Visitor& visit, WorkerRequest& value) {
  visit("library", value.library);
  visit("trusted_sha256", value.trusted_sha256);
  visit("interface", value.interface);
  visit("name", value.name);
  visit("configuration", value.configuration);
  visit("request", value.request);
  visit("answer", value.answer);
}

namespace {

template <class T>
std::string as_json(const T& value) {
  Tree tree;
  encode(tree.writer(), value);
  return to_json_line(tree.value());
}

template <class T>
Result<T> read(const std::filesystem::path& path) {
  auto json = read_json_file(path);
  if (!json) return json.error();
  const Tree tree(*json);
  if (schema_of(tree) != T::schema) {
    return Error{ErrorKind::infrastructure,
                 path.native() + " has not the schema \"" + std::string(T::schema) + "\"",
                 "sharkreg and sharkreg-worker must be of one version"};
  }
  try {
    return decode<T>(tree.reader(), UnknownMembers::refuse);
  } catch (const Failure& failure) {
    return Error{ErrorKind::infrastructure, path.native() + ": " + failure.what(), failure.hint()};
  }
}

}  // namespace

std::string to_json(const WorkerRequest& request) {
  return as_json(request);
}
std::string to_json(const ExecuteAnswer& answer) {
  return as_json(answer);
}

Result<WorkerRequest> read_worker_request(const std::filesystem::path& path) {
  return read<WorkerRequest>(path);
}

Result<ExecuteAnswer> read_execute_answer(const std::filesystem::path& path) {
  return read<ExecuteAnswer>(path);
}

}  // namespace sharkreg::core
