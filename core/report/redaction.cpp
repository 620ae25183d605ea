// SPDX-License-Identifier: Apache-2.0
#include "report/redaction.h"

#include "base/secrets.h"
#include "report/event_fields.h"

namespace sharkreg::core {
namespace {

// One overload for each type that a member of an event may have: a new type does not compile before
// it is thought of here.
struct Hide {
  void operator()(std::string& text) const {
    if (text.find("://") != std::string::npos) text = redacted(text);
  }
  void operator()(bool&) const {}
  void operator()(double&) const {}
  void operator()(std::int64_t&) const {}
  void operator()(Verdict&) const {}
  void operator()(std::optional<std::int64_t>&) const {}
  void operator()(std::optional<bool>&) const {}
  void operator()(std::map<std::string, double>&) const {}
  void operator()(std::map<std::string, std::int64_t>&) const {}

  template <class T>
  void operator()(std::vector<T>& values) const {
    for (T& value : values) (*this)(value);
  }

  void operator()(std::optional<ElementRecord>& element) const {
    if (element) (*this)(*element);
  }

  void operator()(std::optional<ShardRecord>& shard) const {
    if (shard) (*this)(*shard);
  }

  void operator()(std::optional<CachedRecord>& record) const {
    if (record) (*this)(*record);
  }

  template <class T>
  void operator()(T& record) const {
    fields(
        [this](std::string_view name, auto& member) {
          if (name != "issue") (*this)(member);
        },
        record);
  }
};

}  // namespace

Event redacted(Event event) {
  std::visit(Hide(), event);
  return event;
}

}  // namespace sharkreg::core
