// SPDX-License-Identifier: Apache-2.0
#include "plugin_host/tree.h"

#include <boost/json.hpp>

#include "plugin_host/tree_content.h"

namespace sharkreg::core {

struct Tree::State {
  TreeContent content;
  sr_reader reader = make_reader(content);
  sr_writer writer = make_writer(content);
};

Tree::Tree() : state_(std::make_unique<State>()) {}

Tree::Tree(const boost::json::value& value) : Tree() {
  set(value);
}

void Tree::set(const boost::json::value& value) {
  state_->content.root = value;
  state_->content.has_root = true;
}

Tree::~Tree() = default;

const sr_reader* Tree::reader() const {
  return &state_->reader;
}
sr_writer* Tree::writer() {
  return &state_->writer;
}
const boost::json::value& Tree::value() const {
  return state_->content.root;
}
const std::string& Tree::failure_message() const {
  return state_->content.failure_message;
}
const std::string& Tree::failure_hint() const {
  return state_->content.failure_hint;
}

std::chrono::milliseconds Tree::retry_after() const {
  return state_->content.retry_after;
}

std::string schema_of(const Tree& tree) {
  sr_string schema{};
  tree.reader()->get_string(tree.reader(), to_abi("/schema"), &schema);
  return std::string(from_abi(schema));
}

}  // namespace sharkreg::core
