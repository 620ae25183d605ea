// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <memory>
#include <string>
#include <utility>

#include <boost/json/serialize.hpp>

#include "context.h"
#include "host.h"
#include "tree.h"

namespace sharkreg::conformance {

// Calls into the plugin; whatever it throws is its failure.
template <class Function>
auto guarded(const Context& context, Function&& function) {
  try {
    return function();
  } catch (...) {
    context.fail("a status", "a C++ exception that crossed the ABI",
                 "catch everything at the boundary, as the C++ SDK does, and return SR_FAILED");
  }
}

// What a call came to.
struct Answer {
  sr_status status = SR_OK;
  std::unique_ptr<Tree> tree;

  // Status, tree and the text of a failure: equal for equal answers.
  std::string text() const {
    return std::to_string(status) + " " +
           (tree->has_root ? boost::json::serialize(tree->root) : "") + " " + tree->message;
  }
};

// "SR_INVALID (3)"
std::string name_of_status(sr_status status);

// An instance that the plugin made. Ends it when it goes.
class Instance {
 public:
  // With an empty configuration. Broken when the plugin makes none.
  Instance(Context& context, const Host& host);
  Instance(const Instance&) = delete;
  Instance& operator=(const Instance&) = delete;
  ~Instance();

  const Context& context() const { return context_; }

  template <class Table>
  const Table& table() const {
    return *static_cast<const Table*>(context_.interface->functions);
  }

  // Calls a function of the interface's table; `arguments` stand between self and the answer.
  template <class Table, class Function, class... Arguments>
  Answer call(Age age, Function Table::*member, const char* name, Arguments... arguments) const {
    const Table& functions = table<Table>();
    if (functions.struct_size < offset_of(functions, member) + sizeof(Function) ||
        functions.*member == nullptr) {
      context_.fail(std::string("a function ") + name, "none, or a struct_size that ends before it",
                    "fill in every function of the table, and struct_size with its sizeof");
    }
    Answer answer{SR_OK, std::make_unique<Tree>(age)};
    answer.status = guarded(
        context_, [&] { return (functions.*member)(self_, arguments..., answer.tree->writer()); });
    return answer;
  }

  void* self() const { return self_; }

 private:
  template <class Table, class Function>
  static std::size_t offset_of(const Table& table, Function Table::*member) {
    return static_cast<std::size_t>(reinterpret_cast<const char*>(&(table.*member)) -
                                    reinterpret_cast<const char*>(&table));
  }

  Context& context_;
  void* self_ = nullptr;
};

// SR_OK, or Broken with what the plugin said.
void expect_success(const Context& context, const Answer& answer);

// A failure with a text, or Broken. SR_ABSENT is none.
void expect_refusal(const Context& context, const Answer& answer);

// SR_OK, or a failure with a text.
void expect_success_or_text(const Context& context, const Answer& answer);

// The answer as a struct of the SDK, or Broken when it has another schema, unknown members, or
// members of another kind, or when something that it wrote was not accepted.
void check_answer(const Context& context, const Answer& answer, std::string_view schema);

template <class T>
T take(const Context& context, const Answer& answer) {
  expect_success(context, answer);
  check_answer(context, answer, T::schema);
  try {
    return decode<T>(answer.tree->reader(), UnknownMembers::refuse);
  } catch (const Failure& failure) {
    context.fail(std::string("an answer of the schema ") + std::string(T::schema), failure.what(),
                 "write what the header says; list members of your own in \"optional\"");
  }
}

}  // namespace sharkreg::conformance
