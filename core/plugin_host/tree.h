// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <chrono>
#include <memory>
#include <string>

#include <sharkreg/codec.h>
#include <sharkreg/plugin_abi.h>

#include "base/error.h"

namespace boost::json {
class value;
}

namespace sharkreg::core {

// A request or an answer: a JSON tree that plugins read and fill through the C ABI.
//
// Ownership: readers and writers point into the tree, which must stay where it is. Threads: one.
class Tree {
 public:
  Tree();
  explicit Tree(const boost::json::value& value);
  ~Tree();
  Tree(const Tree&) = delete;
  Tree& operator=(const Tree&) = delete;

  const sr_reader* reader() const;
  sr_writer* writer();

  const boost::json::value& value() const;
  void set(const boost::json::value& value);

  // What was said through sr_writer.fail; empty if nothing was.
  const std::string& failure_message() const;
  const std::string& failure_hint() const;
  // What was said through sr_writer.retry_after; zero if nothing was.
  std::chrono::milliseconds retry_after() const;

 private:
  struct State;
  std::unique_ptr<State> state_;
};

// The schema id that a tree gives at "/schema"; empty if it gives none.
std::string schema_of(const Tree& tree);

// A struct of the SDK as JSON, for plans and records.
template <class T>
void encode_into(Tree& tree, const T& value) {
  Encoder(tree.writer()).write(value);
}

}  // namespace sharkreg::core
