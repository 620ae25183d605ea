// SPDX-License-Identifier: Apache-2.0
#include "report/event.h"

#include <string_view>
#include <utility>

#include <boost/json.hpp>

#include "base/json.h"
#include "report/event_fields.h"
#include "report/event_reader.h"
#include "report/event_writer.h"

namespace sharkreg::core {
namespace {

template <class T>
Result<Event> read_event(const boost::json::value& json) {
  EventReader reader;
  T event;
  reader.read(json, event);
  if (!reader.problem().empty()) return Error{ErrorKind::invalid, reader.problem(), ""};
  return Event(std::move(event));
}

// Tries the alternatives of Event in turn.
template <std::size_t index = 0>
Result<Event> read_event_called(std::string_view name, const boost::json::value& json) {
  if constexpr (index == std::variant_size_v<Event>) {
    return Error{ErrorKind::not_found, "there is no event \"" + printable(name) + "\"",
                 "a later version of sharkreg may have written it"};
  } else {
    using Candidate = std::variant_alternative_t<index, Event>;
    if (name == event_name(Candidate{})) return read_event<Candidate>(json);
    return read_event_called<index + 1>(name, json);
  }
}

}  // namespace

std::string to_json_line(const Event& event) {
  std::string line = R"({"event":)";
  std::visit(
      [&](const auto& alternative) {
        append_json(line, event_name(alternative));
        char before = ',';
        EventWriter(line).add_members(alternative, before);
      },
      event);
  return line + "}";
}

Result<Event> event_from_json_line(const std::string& line) {
  auto json = parse_json(line, "event");
  if (!json) return json.error();
  const auto* object = json->if_object();
  const auto* name = object ? object->if_contains("event") : nullptr;
  if (!name || !name->is_string()) {
    return Error{ErrorKind::invalid, "expected an object with a string \"event\"", ""};
  }
  return read_event_called(name->get_string(), *json);
}

}  // namespace sharkreg::core
