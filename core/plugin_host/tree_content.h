// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <chrono>
#include <string>

#include <boost/json/value.hpp>

#include <sharkreg/plugin_abi.h>

#include "plugin_host/pointer.h"

namespace sharkreg::core {

// What a Tree holds, behind the C tables that plugins see.
struct TreeContent {
  boost::json::value root;
  bool has_root = false;  // a null that stands there differs from nothing at all
  std::string failure_message;
  std::string failure_hint;
  std::chrono::milliseconds retry_after{0};
};

// The tables over a content, which must outlive them.
sr_reader make_reader(const TreeContent& content);
sr_writer make_writer(TreeContent& content);

// The member or element that a token names, or null. Allocates nothing.
const boost::json::value* child_of(const boost::json::value& parent, const PointerToken& token);

}  // namespace sharkreg::core
