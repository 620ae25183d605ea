// SPDX-License-Identifier: Apache-2.0
#include <boost/json.hpp>

#include <sharkreg/tuner.h>

#include "cases.h"

namespace sharkreg::conformance {
namespace {

using Table = sr_tuner_functions;

Answer resolve(const Instance& instance, Age age, const TunerRequest& request) {
  Tree question(age);
  fill(question, request);
  return instance.call(age, &Table::resolve, "resolve", question.reader());
}

TunerRequest usual_request() {
  TunerRequest request;
  request.tuner_file = {{"mi300", "tuning/mi300.mlir"}, {"mi325", "tuning/mi325.mlir"}};
  request.sku = "mi300";
  request.backend = "rocm";
  request.target = "gfx942";
  return request;
}

TunerRequest unknown_request() {
  TunerRequest request;
  request.sku = "no_such_sku";
  request.backend = "no_such_backend";
  return request;
}

void check_choice(Context& context) {
  const Host host;
  const Instance instance(context, host);
  context.ask("resolve for a SKU that the model file lists");
  const Answer answer = resolve(instance, Age::current, usual_request());
  if (answer.status == SR_ABSENT) return;
  if (answer.status != SR_OK) return expect_refusal(context, answer);
  context.require(!take<TunerChoice>(context, answer).path.empty(), "a path or URL",
                  "an empty path", "return SR_ABSENT to go without a tuner file");
}

void check_unknown(Context& context) {
  const Host host;
  const Instance instance(context, host);
  context.ask("resolve for an unknown SKU, where the model file lists none");
  const Answer answer = resolve(instance, Age::current, unknown_request());
  if (answer.status == SR_ABSENT) return;
  context.require(answer.status != SR_OK, "SR_ABSENT", "SR_OK with a choice",
                  "choose only what the request or a table of your own names for that SKU");
  expect_refusal(context, answer);
}

void check_requests(Context& context) {
  const Host host;
  const Instance instance(context, host);
  constexpr std::string_view odd[] = {
      "{}", R"({"schema": "sharkreg.tuner_request/1"})",
      R"({"schema": "sharkreg.tuner_request/1", "tuner_file": [], "sku": 7})",
      R"({"schema": "sharkreg.tuner_request/1", "tuner_file": {"a": {"b": 1}}, "sku": "a"})"};
  for (const std::string_view text : odd) {
    context.ask("resolve of " + shown(text));
    Tree question;
    question.root = boost::json::parse(text);
    question.has_root = true;
    const Answer answer =
        instance.call(Age::current, &Table::resolve, "resolve", question.reader());
    if (answer.status != SR_ABSENT) expect_success_or_text(context, answer);
  }
  context.ask("resolve with a member that came later");
  Tree question;
  fill(question, usual_request());
  question.root.as_object()["came_later"] = {1, "two", nullptr};
  const Answer later = instance.call(Age::current, &Table::resolve, "resolve", question.reader());
  const std::string usual = resolve(instance, Age::current, usual_request()).text();
  context.require(later.text() == usual, "the same answer as without it: " + usual, later.text(),
                  "ignore members of requests that you do not know");
}

}  // namespace

std::vector<Question> tuner_questions(const Context&) {
  return {{"resolve", [](const Instance& instance,
                         Age age) { return resolve(instance, age, usual_request()); }},
          {"resolve for an unknown SKU", [](const Instance& instance, Age age) {
             return resolve(instance, age, unknown_request());
           }}};
}

std::vector<Case> tuner_cases() {
  return {
      {"choice", "names a tuner file, or none", &check_choice},
      {"unknown", "has none for an unknown SKU", &check_unknown},
      {"requests", "ignores unknown members, and takes or refuses odd requests", &check_requests},
  };
}

}  // namespace sharkreg::conformance
