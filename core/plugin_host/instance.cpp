// SPDX-License-Identifier: Apache-2.0
#include "plugin_host/instance.h"

#include <utility>

#include <fmt/format.h>

#include "base/text.h"

namespace sharkreg::core {
namespace {

Failure::Kind kind_of(sr_status status) {
  switch (status) {
    case SR_INVALID:
      return Failure::Kind::invalid;
    case SR_CANCELLED:
      return Failure::Kind::cancelled;
    case SR_UNSUPPORTED:
      return Failure::Kind::unsupported;
    case SR_CHANGED:
      return Failure::Kind::changed;
    default:
      return Failure::Kind::failed;
  }
}

}  // namespace

Instance::Instance(std::shared_ptr<const PluginLibrary> library, const sr_interface& interface,
                   const Configuration& configuration, const HostServices& services)
    : library_(std::move(library)), interface_(interface), host_(services) {
  Tree request;
  put(request, configuration, "create");
  Tree answer;
  check(interface_.create(host_.abi(), request.reader(), answer.writer(), &self_),
        Absence::is_a_failure, answer, "create");
}

Instance::~Instance() {
  interface_.destroy(self_);
}

std::string Instance::told(std::string_view message) const {
  const std::string_view plugin = from_abi(library_->descriptor().name);
  const std::string_view name = from_abi(interface_.name);
  return plugin == name ? fmt::format("{}: {}", plugin, message)
                        : fmt::format("{}/{}: {}", plugin, name, message);
}

std::string Instance::told(std::string_view verb, std::string_view function,
                           std::string_view what) const {
  return told(fmt::format("{} {}: {}", verb, function, what));
}

bool Instance::check(sr_status status, Absence absence, const Tree& answer,
                     std::string_view function) const {
  if (status == SR_OK) return true;
  if (status == SR_ABSENT && absence == Absence::is_an_answer) return false;
  if (answer.failure_message().empty()) {
    throw Failure(
        kind_of(status),
        told(fmt::format("{} failed with status {}, without a word why", function, status)),
        fmt::format("the plugin is {}; ask its author", library_->path().native()));
  }
  Failure failure(kind_of(status), told(answer.failure_message()), answer.failure_hint());
  failure.set_retry_after(answer.retry_after());
  throw failure;
}

void Instance::refuse_missing(std::string_view function) const {
  throw Failure(Failure::Kind::unsupported,
                told(fmt::format("{} does not offer {}", library_->path().native(), function)),
                "use a newer version of the plugin");
}

void Instance::check_schema(const Tree& answer, std::string_view wanted,
                            std::string_view function) const {
  const std::string schema = schema_of(answer);
  if (schema == wanted) return;
  const std::string found =
      schema.empty() ? "no schema" : fmt::format("the schema \"{}\"", printable(schema));
  throw Failure(
      Failure::Kind::failed,
      told(fmt::format("its answer to {} has {}; wanted is \"{}\"", function, found, wanted)),
      "use a version of the plugin that fits this sharkreg");
}

Failure Instance::unfit(std::string_view function, const Failure& failure) const {
  const bool unknown = failure.kind() == Failure::Kind::unsupported;
  return Failure(Failure::Kind::failed, told("its answer does not fit", function, failure.what()),
                 unknown
                     ? "update sharkreg, or use an older version of the plugin"
                     : fmt::format("the plugin is {}; ask its author", library_->path().native()));
}

}  // namespace sharkreg::core
