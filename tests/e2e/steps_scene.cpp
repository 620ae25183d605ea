// SPDX-License-Identifier: Apache-2.0
#include "steps_scene.h"

#include <algorithm>
#include <bit>
#include <cstdint>
#include <thread>

#include <doctest/doctest.h>

#include "base/text.h"

namespace sharkreg::e2e {
namespace {

namespace fs = std::filesystem;

// One line for each execution, in one write: the tool and the submodel. What the tool sees tells the
// submodel: its program, or its function.
constexpr std::string_view prologue = R"sh(#!/bin/sh
output=
name=
previous=
for word in "$@"; do
  case "$word" in
    --output=@*) output="${word#--output=@}" ;;
    --function=*) name="${word#--function=}" ;;
    *.mlir) name="$(basename "$word" .mlir)" ;;
  esac
  [ "$previous" != -o ] || output="$word"
  previous="$word"
done
[ -n "$name" ] || exit 0
printf '%s\n' "$(basename "$0") $name" >> "ROOT/executions"
while [ -e "ROOT/held/$name" ]; do sleep 0.01; done
)sh";

constexpr std::string_view compiler = R"sh(
case "$name" in
  broken*) echo "$name.mlir:1:1: error: no" >&2; exit 1 ;;
  flaky*) mkdir "ROOT/tried.$name" 2>/dev/null && exit 0 ;;
esac
echo "module $name" > "$output"
)sh";

constexpr std::string_view runtime = R"sh(
case "$name" in
  stops*) echo "no" >&2; exit 1 ;;
  wrong*) cp ROOT/wrong.npy "$output" ;;
  loose*) turn=0; while ! mkdir "ROOT/turn.$name.$turn" 2>/dev/null; do turn=$((turn + 1)); done
          cp "ROOT/turn$((turn % 3)).npy" "$output" ;;
  *) cp ROOT/right.npy "$output" ;;
esac
)sh";

std::string script_of(std::string_view what, const fs::path& root) {
  std::string text = std::string(prologue) + std::string(what);
  constexpr std::string_view mark = "ROOT";
  for (std::size_t at; (at = text.find(mark)) != std::string::npos;) {
    text.replace(at, mark.size(), root.string());
  }
  return text;
}

// 2xf32: 1, and 2 moved by so many units in the last place.
std::string two_numbers(float first, std::uint32_t ulps) {
  std::string bytes;
  for (const std::uint32_t bits :
       {std::bit_cast<std::uint32_t>(first), std::bit_cast<std::uint32_t>(2.0F) + ulps}) {
    for (int shift = 0; shift < 32; shift += 8) bytes += static_cast<char>(bits >> shift & 0xff);
  }
  return npy_vector("<f4", 2, bytes);
}

}  // namespace

StepsScene::StepsScene(const std::vector<std::string>& submodels) {
  box.write_stub_tools();
  box.write_program("tools/iree-compile", script_of(compiler, box.root()));
  box.write_program("tools/iree-run-module", script_of(runtime, box.root()));
  box.write("executions", "");
  fs::create_directory(box.root() / "held");
  box.write("right.npy", two_numbers(1, 0));
  box.write("wrong.npy", two_numbers(5, 0));
  for (std::uint32_t turn = 0; turn < 3; ++turn) {
    box.write("turn" + std::to_string(turn) + ".npy", two_numbers(1, turn));
  }
  box.write("tests/m/expected.npy", two_numbers(1, 0));
  for (const std::string& name : submodels) {
    box.write("tests/m/" + name + ".mlir", "module {}\n");
    box.write_model("m", name,
                    R"({"mlir": ")" + name + R"(.mlir", "run_function": ")" + name +
                        R"(", "outputs": [{"source": "expected.npy"}]})");
  }
}

Arguments StepsScene::arguments(const Arguments& more) const {
  Arguments all = more;
  // With one at a time the steps come in the order of their names; and each execution is to count.
  all.insert(all.end(), {"--tests-dir", box.tests(), "--model=m", "--backend=cpu", "--tools-dir",
                         box.tools(), "--fetch-jobs=1", "--jobs=1", "--no-cache"});
  return all;
}

Ended StepsScene::run(const Arguments& more) const {
  return box.run(arguments(more));
}

Running StepsScene::start(const Arguments& more) const {
  return box.start(arguments(more));
}

void StepsScene::hold(const std::string& submodel) const {
  box.write("held/" + submodel, "");
}

void StepsScene::let_go(const std::string& submodel) const {
  fs::remove(box.root() / "held" / submodel);
}

std::size_t StepsScene::executions(const std::string& tool, const std::string& submodel) const {
  const std::string content = content_of(box.root() / "executions");
  return static_cast<std::size_t>(
      std::ranges::count(core::split(content, '\n'), tool + " " + submodel));
}

std::vector<std::string> StepsScene::verdicts() const {
  std::vector<std::string> verdicts = verdicts_of(box.events());
  for (std::string& verdict : verdicts) verdict.erase(0, 2);  // "m/"
  return verdicts;
}

std::string StepsScene::verdict(const std::string& submodel, const std::string& step) const {
  return verdict_of(box.events(), "m/" + submodel, step);
}

core::StepFinished StepsScene::step(const std::string& submodel, const std::string& step) const {
  return step_of(box.events(), "m/" + submodel, step);
}

fs::path StepsScene::output(const std::string& submodel) const {
  return box.cache() / "outputs" / ("m_" + submodel + "_vmfbs") / "model.cpu.vmfb";
}

void wait_until(const std::string& what, const std::function<bool()>& condition) {
  const auto deadline = std::chrono::steady_clock::now() + std::chrono::minutes(2);
  while (!condition()) {
    INFO("waiting until ", what);
    REQUIRE(std::chrono::steady_clock::now() < deadline);
    std::this_thread::sleep_for(std::chrono::milliseconds(5));
  }
}

}  // namespace sharkreg::e2e
