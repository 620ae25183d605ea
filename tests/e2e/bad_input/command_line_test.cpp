// SPDX-License-Identifier: Apache-2.0
// Wrong usage: told in one message before anything is started.
#include <string>

#include <doctest/doctest.h>

#include "scene.h"

namespace sharkreg::e2e {
namespace {

void is_refused(const Arguments& more, const Texts& texts) {
  const Scene scene;
  check_refusal(scene.run(more), 2, texts);
  CHECK(scene.box.runs().empty());
}

// Alone, with nothing before it.
void is_refused_alone(const Arguments& arguments, const Texts& texts) {
  const Sandbox box;
  check_refusal(box.run(arguments), 2, texts);
}

}  // namespace

TEST_CASE("option: unknown") {
  is_refused({"--bakcend=cpu"}, {"--bakcend is not an option", "did you mean --backend?"});
}

TEST_CASE("option: a prefix is not guessed") {
  is_refused({"--subm=clip"}, {"--subm is not an option"});
}

TEST_CASE("option: given twice") {
  is_refused({"--timeout=1", "--timeout=2"}, {"--timeout is given 2 times", "give it once"});
}

TEST_CASE("option: an empty value") {
  is_refused({"--sku="}, {"--sku needs a value"});
}

TEST_CASE("option: without its value at the end") {
  is_refused({"--sku"}, {"--sku needs a value"});
}

TEST_CASE("option: a value of spaces") {
  is_refused({"--sku= "}, {R"(--sku is " "; expected a value)"});
}

TEST_CASE("option: a list that names nothing is not everything") {
  is_refused({"--submodel=,"}, {R"(--submodel is ","; expected a value)"});
}

TEST_CASE("option: a value for a flag") {
  is_refused({"--no-probe=true"}, {"--no-probe takes no value"});
}

TEST_CASE("option: no number") {
  is_refused({"--timeout=abc"}, {R"(--timeout is "abc"; expected a number)"});
}

TEST_CASE("option: a time limit of nothing") {
  is_refused({"--timeout=0"}, {"--timeout is 0", "above 0"});
}

TEST_CASE("option: a negative time limit") {
  is_refused({"--timeout=-5"}, {"--timeout is -5", "above 0"});
}

TEST_CASE("option: a time limit that is not finite") {
  is_refused({"--timeout=nan"}, {"--timeout is nan", "above 0"});
}

TEST_CASE("option: a time limit of ages") {
  is_refused({"--timeout=1e99"}, {"--timeout is 1e99", "at most 1e8"});
}

TEST_CASE("option: not among the choices") {
  is_refused({"--xfail=maybe"}, {R"(--xfail is "maybe"; expected one of run, skip)"});
}

TEST_CASE("option: an unknown backend") {
  is_refused({"--require=cpu", "--backend=cppu"},
             {R"(there is no backend "cppu"; did you mean cpu?)", "sharkreg plugins"});
}

TEST_CASE("option: requires a backend that takes no part") {
  is_refused({"--require=rocm"}, {"--require=rocm", "takes no part", "--backend"});
}

TEST_CASE("option: an unknown comparator") {
  is_refused({"--comparator=iree_treshold"},
             {R"(no comparator "iree_treshold")", "did you mean iree_threshold?", "runtime"});
}

TEST_CASE("option: an unknown tuner resolver") {
  is_refused({"--tuner-resolver=nope"}, {R"(there is no tuner "nope")"});
}

TEST_CASE("option: an argument for an unknown backend") {
  is_refused({"--compile-arg=vpu:--x"}, {"--compile-arg=vpu:--x", "there is no backend vpu"});
}

TEST_CASE("option: a submodel that matches nothing") {
  is_refused({"--submodel=modle"},
             {R"(no submodel matches "modle"; did you mean model?)", "there are: model"});
}

TEST_CASE("option: a model that matches nothing") {
  is_refused({"--model=fien"}, {R"(no model matches "fien"; did you mean fine?)", "bad, fine"});
}

TEST_CASE("option: a pattern that is not closed") {
  is_refused({"--model=[a"}, {R"(no model matches "[a")"});
}

TEST_CASE("option: bytes that are not UTF-8") {
  is_refused({"--model=\xff"}, {"no model matches \"\uFFFD\""});
}

TEST_CASE("option: of 100000 letters") {
  const Scene scene;
  const Ended ended = scene.run({"--" + std::string(100000, 'a')});
  check_refusal(ended, 2, {"is not an option"});
  CHECK(ended.err.size() < 5000);
}

TEST_CASE("option: three dashes") {
  is_refused({"---"}, {"--- is not an option"});
}

TEST_CASE("option: one dash") {
  is_refused({"-model=fine"}, {R"("-model=fine")", "options begin with two dashes"});
}

TEST_CASE("option: of a backend that takes no part is noted") {
  const Scene scene;
  const Ended ended = scene.run({"--rocm-chip=gfx90a"});
  check_fine(scene.box, ended);
  CHECK(contains(ended.out, "--rocm-chip changes nothing: the backend rocm takes no part"));
}

TEST_CASE("argument: a lone dash") {
  is_refused({"-"}, {R"(takes no argument like "-")"});
}

TEST_CASE("argument: empty at the end") {
  is_refused({""}, {R"(takes no argument like "")"});
}

TEST_CASE("argument: empty in the place of the subcommand does not start everything") {
  is_refused_alone({""}, {R"(takes no argument like "")"});
}

TEST_CASE("argument: escape sequences do not reach the terminal") {
  const Scene scene;
  const Ended ended = scene.run({"a\033[31mb"});
  check_refusal(ended, 2, {R"("ab")"});
  CHECK_FALSE(contains(ended.err, "\033"));
}

TEST_CASE("subcommand: unknown") {
  is_refused_alone({"runn"}, {R"("runn" is not a subcommand; did you mean run?)", "--help"});
}

TEST_CASE("subcommand: an option of another one") {
  is_refused_alone({"list", "--format=json"}, {"--format is not an option"});
}

TEST_CASE("subcommand: a superfluous argument") {
  is_refused_alone({"plugins", "all"}, {R"(plugins takes no argument like "all")"});
}

TEST_CASE("compare: one file only") {
  is_refused_alone({"compare", "a.npy"}, {"compare takes two files, not 1", "compare EXPECTED"});
}

TEST_CASE("compare: a file that is not there") {
  is_refused_alone({"compare", "a.npy", "b.npy"}, {R"(cannot compare "a.npy")", "no such file"});
}

TEST_CASE("compare: a directory") {
  is_refused_alone({"compare", ".", "."}, {R"(cannot compare ".")", "not a file"});
}

TEST_CASE("compare: raw bytes without a type") {
  const Sandbox box;
  const std::string file = box.write("work/raw.bin", "abcd");
  check_refusal(box.run({"compare", file, file}), 2, {"raw bytes without shape and type"});
}

TEST_CASE("compare: an unknown element type") {
  const Sandbox box;
  const std::string file = box.write("work/raw.bin", "abcd");
  check_refusal(box.run({"compare", file, file, "--value=1xf33"}), 2, {"f33", "known are", "f32"});
}

TEST_CASE("report: a file that is not there") {
  is_refused_alone({"report", "none.jsonl"}, {R"("none.jsonl")", "no such file"});
}

TEST_CASE("report: a file that is no results file") {
  const Sandbox box;
  const std::string file = box.write("work/some.json", "{\"mlir\": \"program.mlir\"}\n");
  check_refusal(box.run({"report", file}), 2, {"some.json: line 1 is not an event"});
}

}  // namespace sharkreg::e2e
