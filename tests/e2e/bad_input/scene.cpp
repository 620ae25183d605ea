// SPDX-License-Identifier: Apache-2.0
#include "scene.h"

#include <algorithm>
#include <bit>
#include <cstdint>

#include <doctest/doctest.h>

#include "base/text.h"

namespace sharkreg::e2e {
namespace {

namespace fs = std::filesystem;

// Finds out which path a tool is to write, and leaves anything but the bad model to the stub.
constexpr std::string_view spoilt = R"sh(#!/bin/sh
output=
previous=
for argument in "$@"; do
  case "$argument" in --output=@*) output="${argument#--output=@}" ;; esac
  [ "$previous" != -o ] || output="$argument"
  previous="$argument"
done
case "$*" in *bad*)
  SCRIPT
  ;;
esac
exec "$(dirname "$0")/stubs/$(basename "$0")" "$@"
)sh";

constexpr std::string_view model_with_output = R"({
  "mlir": "bad.mlir", "run_function": "bad", "outputs": [{"source": "expected.npy"}]
})";

std::string with_script(const std::string& script) {
  std::string text(spoilt);
  constexpr std::string_view mark = "SCRIPT";
  return text.replace(text.find(mark), mark.size(), script);
}

void append(std::string& text, float number) {
  const auto bits = std::bit_cast<std::uint32_t>(number);
  for (int shift = 0; shift < 32; shift += 8) text += static_cast<char>(bits >> shift & 0xff);
}

bool passed(const std::vector<core::Event>& events, std::string_view name) {
  return verdict_of(events, name, "compile cpu") == "pass" &&
         verdict_of(events, name, "run cpu") == "pass";
}

std::string text_of(const Ended& ended) {
  return "exit status " + std::to_string(ended.exit_status) + ", signal " +
         std::to_string(ended.signal) + "\n" + ended.out + ended.err;
}

// Whatever is said, it is not about the inside of sharkreg.
void check_wording(const std::string& text) {
  for (const char* jargon : {"internal error", "std::", "boost", "what():", "terminate called"}) {
    INFO("not for users: ", jargon);
    CHECK_FALSE(contains(text, jargon));
  }
}

}  // namespace

Scene::Scene() {
  box.write_stub_tools();
  fs::create_directory(box.tools() / "stubs");
  box.write_model("fine", "model", R"({"mlir": "program.mlir", "run_function": "fine"})");
  box.write_model("bad", "model", R"({"mlir": "bad.mlir", "run_function": "bad"})");
  box.write("tests/bad/bad.mlir", "module {}\n");
}

void Scene::write_bad_model(std::string_view json) const {
  box.write_model("bad", "model", json);
}

fs::path Scene::bad_file(const std::string& name) const {
  return box.tests() / "bad" / name;
}

void Scene::write_model_with_output() const {
  write_bad_model(model_with_output);
  box.write("tests/bad/expected.npy", npy_of_two(1, 2));
  box.write("given.npy", npy_of_two(1, 2));
  spoil("iree-run-module", "cp '" + (box.root() / "given.npy").string() + "' \"$output\"; exit 0");
}

void Scene::spoil(const std::string& tool, const std::string& script) const {
  const fs::path stub = box.tools() / "stubs" / tool;
  if (!fs::exists(stub)) fs::rename(box.tools() / tool, stub);
  box.write_program(fs::path("tools") / tool, with_script(script));
}

Arguments Scene::arguments(const Arguments& more) const {
  Arguments all{"--tests-dir", box.tests(), "--model=bad,fine", "--backend=cpu"};
  const auto names_tools = [](const std::string& argument) {
    return argument.starts_with("--tools-dir");
  };
  if (std::ranges::none_of(more, names_tools)) all.insert(all.end(), {"--tools-dir", box.tools()});
  all.insert(all.end(), more.begin(), more.end());
  return all;
}

Ended Scene::run(const Arguments& more) const {
  return box.run(arguments(more));
}

std::string npy_of_two(float first, float second) {
  std::string header = "{'descr': '<f4', 'fortran_order': False, 'shape': (2,), }";
  header.resize(117, ' ');
  std::string text = "\x93NUMPY\x01";
  text += '\0';
  text += static_cast<char>(header.size() + 1);
  text += '\0';
  text += header + "\n";
  append(text, first);
  append(text, second);
  return text;
}

std::string all_text(const core::StepFinished& step) {
  return core::join(std::vector<std::string>{step.sentence, core::join(step.details, "\n"),
                                             step.hint, core::join(step.notes, "\n")},
                    "\n");
}

void check_step(const Sandbox& box, const Ended& ended, const std::string& step,
                const std::string& verdict, int exit_status, const Texts& texts) {
  INFO(text_of(ended));
  CHECK(ended.exit_status == exit_status);
  CHECK(ended.err == "");
  check_wording(ended.out);

  const std::vector<core::Event> events = box.events();
  const core::StepFinished found = step_of(events, "bad/model", step);
  CHECK(core::name_of(found.verdict) == verdict);
  CHECK_FALSE(found.sentence.empty());
  CHECK_FALSE(contains(found.sentence, "\n"));
  for (const std::string& text : texts) {
    INFO("expected to be said: ", text, "\nwhat is said: ", all_text(found));
    CHECK(contains(all_text(found), text));
  }
  const auto is_another_bad_one = [&](const core::Event& event) {
    const auto* finished = std::get_if<core::StepFinished>(&event);
    return finished != nullptr && finished->model == "bad" && finished->step != step &&
           core::is_bad(finished->verdict);
  };
  CHECK(std::ranges::none_of(events, is_another_bad_one));
  CHECK(passed(events, "fine/model"));
  CHECK(finish_of(events).exit_status == exit_status);
  CHECK(contains(ended.out, "bad/model  " + step));
}

void check_refusal(const Ended& ended, int exit_status, const Texts& texts) {
  INFO(text_of(ended));
  CHECK(ended.exit_status == exit_status);
  CHECK(ended.out == "");
  check_wording(ended.err);
  CHECK(ended.err.starts_with("sharkreg: "));
  CHECK(count_of(ended.err, "\n") >= 1);
  CHECK(count_of(ended.err, "\n") <= 2);
  for (const std::string& text : texts) {
    INFO("expected to be said: ", text);
    CHECK(contains(ended.err, text));
  }
}

void check_fine(const Sandbox& box, const Ended& ended) {
  INFO(text_of(ended));
  CHECK(ended.exit_status == 0);
  CHECK(ended.err == "");
  CHECK(passed(box.events(), "fine/model"));
}

}  // namespace sharkreg::e2e
