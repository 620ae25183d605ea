// SPDX-License-Identifier: Apache-2.0
#include "plan/step_filter.h"

#include <doctest/doctest.h>

namespace sharkreg::core {
namespace {

using Texts = std::vector<std::string>;

const StepAddress clip_compile{"sdxl", "clip", "compile cpu"};
const StepAddress clip_run{"sdxl", "clip", "run acme a1"};
const StepAddress vae_run{"sd3", "vae", "run cpu"};

StepFilter filter_of(const Texts& patterns) {
  auto filter = StepFilter::create(patterns);
  REQUIRE(filter.has_value());
  return *std::move(filter);
}

// Which of the three are selected, as letters.
std::string selected(const StepFilter& filter) {
  std::string letters;
  if (filter.selects(clip_compile)) letters += 'c';
  if (filter.selects(clip_run)) letters += 'r';
  if (filter.selects(vae_run)) letters += 'v';
  return letters;
}

TEST_CASE("without patterns all steps are wanted") {
  CHECK(filter_of({}).is_empty());
  CHECK(selected(filter_of({})) == "crv");
}

TEST_CASE("a glob is for the whole name, and crosses slashes") {
  CHECK(selected(filter_of({"sdxl/*"})) == "cr");
  CHECK(selected(filter_of({"*run*"})) == "rv");
  CHECK(selected(filter_of({"*/run cpu"})) == "v");
  CHECK(selected(filter_of({"run cpu"})) == "");
  CHECK(selected(filter_of({"sd[3x]*/clip/compile ???"})) == "c");
  CHECK(selected(filter_of({"sd3/*", "*/compile *"})) == "cv");
}

TEST_CASE("an expression is looked for anywhere") {
  CHECK(selected(filter_of({"re:^sd3/"})) == "v");
  CHECK(selected(filter_of({"re:a[0-9]$"})) == "r");
  CHECK(selected(filter_of({"re:clip|vae"})) == "crv");
}

TEST_CASE("what a pattern excludes no other brings back") {
  CHECK(selected(filter_of({"!*/compile *"})) == "rv");
  CHECK(selected(filter_of({"!re:acme", "sdxl/*"})) == "c");
  CHECK(selected(filter_of({"sdxl/*", "!sdxl/*"})) == "");
}

TEST_CASE("only steps of a set are wanted, of those that patterns select") {
  StepFilter filter = filter_of({"sdxl/*"});
  filter.restrict_to({clip_run, vae_run});
  CHECK(selected(filter) == "r");
  StepFilter none = filter_of({});
  none.restrict_to({});
  CHECK_FALSE(none.is_empty());
  CHECK(selected(none) == "");
}

TEST_CASE("a pattern that selects nothing is named; one that excludes nothing is not") {
  const std::vector<StepAddress> steps{clip_compile, clip_run};
  CHECK(filter_of({"sdxl/*", "!nothing"}).idle_pattern(steps) == nullptr);
  const StepFilter filter = filter_of({"*run*", "sd3/*"});
  const std::string* idle = filter.idle_pattern(steps);
  REQUIRE(idle != nullptr);
  CHECK(*idle == "sd3/*");
}

TEST_CASE("what is no pattern is wrong usage") {
  for (const char* pattern : {"", "!", "re:", "!re:", "re:(", "!re:*"}) {
    INFO(pattern);
    const auto filter = StepFilter::create({pattern});
    REQUIRE_FALSE(filter.has_value());
    CHECK(filter.error().kind == ErrorKind::usage);
    CHECK(filter.error().message.find(pattern) != std::string::npos);
  }
}

TEST_CASE("an expression that takes for ever selects nothing") {
  const StepFilter filter = filter_of({"re:^(a+)+$"});
  CHECK_FALSE(filter.selects({std::string(60, 'a') + "!", "s", "run"}));
}

}  // namespace
}  // namespace sharkreg::core
