// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>

#include <optional>

#include "base/pattern.h"
#include "base/text.h"
#include "judge/judge.h"

namespace sharkreg::core {
namespace {

// Why what is shown of the failure is not the message that was expected; nothing if it is.
std::optional<std::string> other_message(const Judgement& judgement, const std::string& pattern) {
  if (pattern.empty()) return std::nullopt;
  const std::string text = judgement.sentence + "\n" + join(judgement.details, "\n");
  const Result<bool> found = has_match(text, pattern);
  if (!found) {
    return fmt::format("the message that was expected, \"{}\", cannot be looked for: {}", pattern,
                       found.error().message);
  }
  if (*found) return std::nullopt;
  return "expected to fail with a message like \"" + pattern + "\"";
}

}  // namespace

void apply_expectation(const Expectation& expectation, Judgement& judgement) {
  const Verdict verdict = judgement.verdict;
  if (verdict == Verdict::pass) {
    judgement.verdict = Verdict::xpass;
    judgement.sentence = "passed, although it was expected to fail";
    judgement.hint = "if this is to stay, remove the expectation from the model file";
    return;
  }
  const bool can_meet = verdict == Verdict::fail || verdict == Verdict::compile_error ||
                        verdict == Verdict::run_error || verdict == Verdict::crash;
  if (!can_meet) return;
  if (!expectation.kind.empty() && expectation.kind != name_of(verdict)) {
    judgement.notes.push_back(
        fmt::format("expected to fail by {}, but it is {}", expectation.kind, name_of(verdict)));
    return;
  }
  if (const auto why = other_message(judgement, expectation.message_pattern)) {
    judgement.notes.push_back(*why);
    return;
  }
  judgement.verdict = Verdict::xfail;
}

}  // namespace sharkreg::core
