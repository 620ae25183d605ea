// SPDX-License-Identifier: Apache-2.0
#include "suite/expectation.h"

#include <algorithm>
#include <utility>
#include <vector>

#include "base/pattern.h"
#include "base/text.h"
#include "base/verdict.h"
#include "suite/source.h"

namespace sharkreg::core {
namespace {

// Verdicts of a step that can meet an expectation. A step that timed out or never had a chance
// (unavailable, infra) did not fail in any way that a model file could foresee.
std::vector<std::string> kinds_of(ExpectedStage stage) {
  const Verdict error =
      stage == ExpectedStage::compile ? Verdict::compile_error : Verdict::run_error;
  std::vector<std::string> names;
  for (const Verdict verdict : {error, Verdict::crash, Verdict::fail}) {
    names.emplace_back(name_of(verdict));
  }
  return names;
}

void read_kind(const Field& field, ExpectedStage stage, Expectation& expectation) {
  const std::vector<std::string> kinds = kinds_of(stage);
  const std::string expected = "one of " + join(kinds, ", ");
  const std::optional<std::string> kind = field.text(expected);
  if (!kind) return;
  if (std::find(kinds.begin(), kinds.end(), *kind) == kinds.end()) {
    field.reject(expected + did_you_mean(*kind, kinds));
  } else {
    expectation.kind = *kind;
  }
}

void read_message(const Field& field, Expectation& expectation) {
  const std::optional<std::string> pattern = field.text("a regular expression");
  if (!pattern) return;
  if (const auto checked = check_pattern(*pattern)) {
    expectation.message_pattern = *pattern;
  } else {
    field.reject(field.description() + " (" + checked.error().message + ")",
                 "a regular expression (ECMAScript)");
  }
}

void read_issue(const Field& field, Expectation& expectation) {
  const std::optional<std::string> issue = field.text("the URL of an issue");
  if (!issue) return;
  if (is_url(*issue)) {
    expectation.issue = *issue;
  } else {
    field.reject("the URL of an issue");
  }
}

std::vector<Field::MemberReader> member_readers(ExpectedStage stage, Expectation& expectation) {
  return {
      {"kind", [&, stage](const Field& field) { read_kind(field, stage, expectation); }},
      {"message", [&](const Field& field) { read_message(field, expectation); }},
      {"reason",
       [&](const Field& field) {
         if (const auto reason = field.text("a reason for people")) expectation.reason = *reason;
       }},
      {"issue", [&](const Field& field) { read_issue(field, expectation); }},
  };
}

// One element of a list of targets; none after a report.
std::optional<std::pair<std::string, Expectation>> read_target(const Field& field) {
  Expectation expectation;
  std::optional<std::string> target;
  if (!field.is_object()) {
    target = field.text("the name of a chip, or an object with \"chip\"");
  } else {
    bool is_named = false;
    std::vector<Field::MemberReader> readers = member_readers(ExpectedStage::compile, expectation);
    readers.insert(readers.begin(), {"chip", [&](const Field& chip) {
                                       is_named = true;
                                       target = chip.text("the name of a chip");
                                     }});
    field.read_members("an object", readers);
    if (!is_named) field.reject("an object without \"chip\"", "the name of a chip in it");
  }
  if (!target) return std::nullopt;
  return std::pair(*target, expectation);
}

}  // namespace

std::optional<Expectation> read_expectation(const Field& field, ExpectedStage stage) {
  if (field.is_boolean()) {
    return *field.boolean() ? std::optional(Expectation()) : std::nullopt;
  }
  Expectation expectation;
  field.read_members("true, false, or an object with kind, message, reason or issue",
                     member_readers(stage, expectation));
  return expectation;
}

std::map<std::string, Expectation> read_target_expectations(const Field& field) {
  std::map<std::string, Expectation> expectations;
  for (const Field& element : field.elements("an array of chips")) {
    const auto target = read_target(element);
    if (target && !expectations.insert(*target).second) {
      element.reject("the chip " + shown(target->first) + " again", "each chip once");
    }
  }
  return expectations;
}

}  // namespace sharkreg::core
