// SPDX-License-Identifier: Apache-2.0
#include "instance.h"

#include <boost/json.hpp>

#include <fmt/format.h>

#include <sharkreg/configuration.h>

namespace sharkreg::conformance {

std::string name_of_status(sr_status status) {
  constexpr const char* names[] = {"SR_OK",        "SR_ABSENT",      "SR_FAILED", "SR_INVALID",
                                   "SR_CANCELLED", "SR_UNSUPPORTED", "SR_CHANGED"};
  if (status < 0 || status > SR_CHANGED) return fmt::format("the unknown status {}", status);
  return names[status];
}

namespace {

std::string said(const Answer& answer) {
  const std::string name = name_of_status(answer.status);
  return answer.tree->message.empty() ? name + " without a text"
                                      : name + ": " + answer.tree->message;
}

}  // namespace

Instance::Instance(Context& context, const Host& host) : context_(context) {
  context.ask("create with an empty configuration");
  Tree configuration;
  fill(configuration, Configuration{});
  Answer answer{SR_OK, std::make_unique<Tree>()};
  answer.status = guarded(context, [&] {
    return context.interface->create(host.abi(), configuration.reader(), answer.tree->writer(),
                                     &self_);
  });
  context.require(answer.status == SR_OK, "SR_OK: an instance that can describe itself",
                  said(answer), "accept a configuration without options and tool directories");
}

Instance::~Instance() {
  context_.interface->destroy(self_);
}

void expect_success(const Context& context, const Answer& answer) {
  context.require(answer.status == SR_OK, "SR_OK", said(answer),
                  "this request is a common one: answer it");
}

void expect_success_or_text(const Context& context, const Answer& answer) {
  if (answer.status != SR_OK) expect_refusal(context, answer);
}

void expect_refusal(const Context& context, const Answer& answer) {
  const bool failure =
      answer.status == SR_FAILED || answer.status == SR_INVALID || answer.status == SR_UNSUPPORTED;
  context.require(failure && !answer.tree->message.empty(),
                  "SR_INVALID, SR_FAILED or SR_UNSUPPORTED, with a text", said(answer),
                  "say through fail() what is wrong, in one sentence");
  context.require(answer.tree->trouble.empty(), "a text that is UTF-8", answer.tree->trouble,
                  "encode messages in UTF-8");
}

void check_answer(const Context& context, const Answer& answer, std::string_view schema) {
  const Tree& tree = *answer.tree;
  context.require(tree.trouble.empty(), "an answer that the host takes", tree.trouble,
                  "look at the status that each put returns");
  sr_string found{};
  const sr_status status = tree.reader()->get_string(tree.reader(), to_abi("/schema"), &found);
  context.require(status == SR_OK && from_abi(found) == schema,
                  fmt::format("the schema \"{}\"", schema),
                  status == SR_OK ? shown(found) : std::string("no text at /schema"),
                  "put the schema id at /schema");
}

}  // namespace sharkreg::conformance
