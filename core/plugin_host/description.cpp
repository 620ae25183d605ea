// SPDX-License-Identifier: Apache-2.0
#include "plugin_host/description.h"

#include <boost/json.hpp>

#include <sharkreg/codec.h>

#include "base/json.h"
#include "plugin_host/tree.h"

namespace sharkreg::core {

template <class Visitor>
void fields(Visitor& visit, InterfaceDescription& value) {
  visit("id", value.id);
  visit("name", value.name);
  visit("thread_safe", value.thread_safe);
  visit("backend", value.backend);
  visit("fetcher", value.fetcher);
}

template <class Visitor>
void fields(Visitor& visit, PluginDescription& value) {
  visit("name", value.name);
  visit("version", value.version);
  visit("toolchain", value.toolchain);
  visit("abi", value.abi);
  visit("interfaces", value.interfaces);
}

std::string to_json(const PluginDescription& description) {
  Tree tree;
  Encoder encoder(tree.writer());
  encoder("schema", std::string(plugin_description_schema));
  encoder.write(description);
  return to_json_line(tree.value());
}

Result<PluginDescription> description_from_json(const std::string& json) {
  auto parsed = parse_json(json, "the description of a plugin");
  if (!parsed) return parsed.error();
  const Tree tree(*parsed);
  if (schema_of(tree) != plugin_description_schema) {
    return Error{ErrorKind::infrastructure,
                 "the description of a plugin has not the schema \"" +
                     std::string(plugin_description_schema) + "\"",
                 "sharkreg and sharkreg-worker must be of one version"};
  }
  try {
    PluginDescription description;
    Decoder(tree.reader(), UnknownMembers::refuse).read(description);
    return description;
  } catch (const Failure& failure) {
    return Error{ErrorKind::infrastructure,
                 std::string("the description of a plugin does not fit: ") + failure.what(),
                 failure.hint()};
  }
}

}  // namespace sharkreg::core
