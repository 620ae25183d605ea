// SPDX-License-Identifier: Apache-2.0
// The commands that the existing runner was recorded to issue for the published models, against
// those that sharkreg issues for the same files.
#include <algorithm>
#include <iterator>

#include <doctest/doctest.h>

#include "recorded_calls.h"

namespace sharkreg::e2e {
namespace {

std::vector<Call> only_in_first(const std::vector<Call>& first, const std::vector<Call>& second) {
  std::vector<Call> rest;
  std::ranges::set_difference(first, second, std::back_inserter(rest));
  return rest;
}

void check_equal_in_both_directions(const std::vector<Call>& expected,
                                    const std::vector<Call>& actual) {
  CHECK(to_text(only_in_first(expected, actual)) == "");
  CHECK(to_text(only_in_first(actual, expected)) == "");
}

Recording recording_named(const std::string& name) {
  const std::vector<Recording> all = all_recordings();
  const auto found = std::ranges::find(all, name, &Recording::name);
  REQUIRE(found != all.end());
  return *found;
}

std::int64_t count_in(const core::RunFinished& finished, const std::string& verdict) {
  const auto found = finished.counts.find(verdict);
  return found == finished.counts.end() ? 0 : found->second;
}

// The existing runner fails where a module is missing since its compile was expected to fail
// (sharkreg says blocked), and does not try what is expected to fail.
void check_same_outcome(const Recording& recording, const core::RunFinished& finished) {
  CHECK(count_in(finished, "pass") == recording.passed);
  CHECK(count_in(finished, "skip") == recording.skipped);
  CHECK(count_in(finished, "xfail") == recording.xfailed);
  CHECK(count_in(finished, "blocked") == recording.failed);
  std::int64_t steps = 0;
  for (const auto& [verdict, count] : finished.counts) steps += count;
  CHECK(steps == recording.passed + recording.skipped + recording.xfailed + recording.failed);
}

void replay(const Sandbox& sandbox, const Recording& recording) {
  sandbox.write_stub_tools();
  write_published_models(sandbox);
  const Ended ended = sandbox.run(
      {"--tests-dir", sandbox.tests(), "--tools-dir", sandbox.tools(), "--model=" + recording.model,
       "--sku=" + recording.sku, "--rocm-chip=" + recording.chip, "--no-probe", "--xfail=skip",
       "--comparator=runtime", "--output-dir", sandbox.root() / "outputs"});
  INFO(ended.out, ended.err);
  CHECK(ended.exit_status == 0);

  const std::vector<core::Event> events = sandbox.events();
  check_equal_in_both_directions(recording.calls, calls_told(events));
  check_equal_in_both_directions(without_places(recording.calls), calls_seen(sandbox));
  check_same_outcome(recording, finish_of(events));
}

void replay(const std::string& name) {
  const Sandbox sandbox;
  replay(sandbox, recording_named(name));
}

}  // namespace

TEST_CASE("the recordings hold 88 commands of five runs") {
  std::size_t commands = 0;
  const std::vector<Recording> all = all_recordings();
  for (const Recording& recording : all) commands += recording.calls.size();
  CHECK(all.size() == 5);
  CHECK(commands == 88);
}

TEST_CASE("sd3 on mi250 issues the recorded commands") {
  replay("sd3-mi250-gfx90a");
}

TEST_CASE("sd3 on mi300 issues the recorded commands") {
  replay("sd3-mi300-gfx942");
}

TEST_CASE("sdxl on mi300 issues the recorded commands") {
  replay("sdxl-mi300-gfx942");
}

TEST_CASE("sdxl on mi308 issues the recorded commands") {
  replay("sdxl-mi308-gfx942");
}

TEST_CASE("sdxl on mi250 issues the recorded commands and blocks runs without a module") {
  const Sandbox sandbox;
  replay(sandbox, recording_named("sdxl-mi250-gfx90a"));
  const std::vector<core::Event> events = sandbox.events();
  for (const char* punet : {"sdxl/punet_int8_fp16", "sdxl/punet_int8_fp8"}) {
    CHECK(verdict_of(events, punet, "compile rocm gfx90a") == "xfail");
    CHECK(verdict_of(events, punet, "run rocm gfx90a") == "blocked");
    CHECK(verdict_of(events, punet, "compile cpu") == "skip");
  }
}

}  // namespace sharkreg::e2e
