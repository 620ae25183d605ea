// SPDX-License-Identifier: Apache-2.0
// What the host does with the plugins that checker_test.cpp has examined: it refuses them by name,
// with one message; or their fault costs the step that needed them, with their name; or it does no
// harm. See bad_input/plugins_test.cpp for those whose file or description alone is wrong.
#include <doctest/doctest.h>

#include <sharkreg/plugin_abi.h>

#include "bad_plugins.h"
#include "scene.h"

namespace sharkreg::e2e {
namespace {

// Nothing runs.
void is_refused(const std::string& file, const std::string& text, int exit_status = 3) {
  const Scene scene;
  check_refusal(scene.run({"--comparator-plugin", file}), exit_status, {file, text});
}

void refuses(const std::string& name, const std::string& text) {
  is_refused(bad_plugin(name), text);
}

Ended compare(const Scene& scene, const std::string& name) {
  scene.write_model_with_output();
  return scene.run({"--comparator-plugin", bad_plugin(name), "--comparator=bad"});
}

// The comparison fails as infrastructure, by the plugin's name; all other steps pass.
void contains_comparator(const std::string& name, const std::string& text) {
  const Scene scene;
  check_step(scene.box, compare(scene, name), "run cpu", "infra", 3, {"bad: ", text});
}

// All steps pass, the one with the comparison too.
void outlives_comparator(const std::string& name) {
  const Scene scene;
  check_fine(scene.box, compare(scene, name));
  CHECK(verdict_of(scene.box.events(), "bad/model", "run cpu") == "pass");
}

// As check_step, for a worker's last words that are not the host's own.
void costs_its_step(const Scene& scene, const Ended& ended, const std::string& step,
                    const std::string& text) {
  INFO(ended.out << ended.err);
  CHECK(ended.exit_status == 3);
  const auto events = scene.box.events();
  const auto found = step_of(events, "bad/model", step);
  CHECK(core::name_of(found.verdict) == "infra");
  CHECK(contains(all_text(found), "bad: "));
  CHECK(contains(all_text(found), text));
  CHECK(verdict_of(events, "fine/model", "compile cpu") == "pass");
  CHECK(verdict_of(events, "fine/model", "run cpu") == "pass");
}

// The program is fetched, whole.
void outlives_fetcher(const std::string& name) {
  const Scene scene;
  scene.write_bad_model(R"({"mlir": "bad://shelf/sample.mlir", "run_function": "bad"})");
  check_fine(scene.box, scene.run({"--fetcher-plugin", bad_plugin(name)}));
  const auto fetched = scene.box.cache() / "artifacts" / "bad_model" / "sample.mlir";
  std::string wanted;
  while (wanted.size() < 1000) wanted += "fixture";
  CHECK(content_of(fetched) == wanted.substr(0, 1000));
}

Ended plan(const Scene& scene, const std::string& name) {
  return scene.box.run({"--tests-dir", scene.box.tests(), "--model=fine", "--backend=cpu,bad",
                        "--tools-dir", scene.box.tools(), "--backend-plugin", bad_plugin(name)});
}

// The step fails as infrastructure, by the backend's name; those of the other backend pass.
void contains_backend(const std::string& name, const std::string& step, const std::string& text) {
  const Scene scene;
  const Ended ended = plan(scene, name);
  INFO(ended.out << ended.err);
  CHECK(ended.exit_status == 3);
  const auto events = scene.box.events();
  const auto found = step_of(events, "fine/model", step);
  CHECK(core::name_of(found.verdict) == "infra");
  INFO(all_text(found));
  CHECK(contains(all_text(found), "bad: "));
  CHECK(contains(all_text(found), text));
  CHECK(verdict_of(events, "fine/model", "compile cpu") == "pass");
  CHECK(verdict_of(events, "fine/model", "run cpu") == "pass");
}

// The compile that needs a tuner file fails; those without one pass.
void contains_tuner(const std::string& name, const std::string& text) {
  const Scene scene;
  scene.write_bad_model(R"({"mlir": "bad.mlir", "run_function": "bad",
                            "tuner_file": {"mi300": "program.mlir"}})");
  const Ended ended =
      scene.box.run({"--tests-dir", scene.box.tests(), "--model=bad,fine", "--backend=cpu,rocm",
                     "--rocm-chip=gfx942", "--tools-dir", scene.box.tools(), "--tuner-plugin",
                     bad_plugin(name), "--tuner-resolver=bad"});
  INFO(ended.out << ended.err);
  const auto events = scene.box.events();
  const auto found = step_of(events, "bad/model", "compile rocm gfx942");
  CHECK(core::name_of(found.verdict) == "infra");
  CHECK(contains(all_text(found), text));
  for (const char* model : {"bad/model", "fine/model"}) {
    CHECK(verdict_of(events, model, "compile cpu") == "pass");
  }
  CHECK(verdict_of(events, "fine/model", "compile rocm gfx942") == "pass");
}

}  // namespace

TEST_CASE("host: another architecture") {
  const Sandbox box;
  const std::string file =
      box.write("libother.so", for_another_machine(content_of(bad_plugin("good_comparator"))));
  is_refused(file, "");
}
TEST_CASE("host: other sanitizer") {
  is_refused(fixture("other_sanitizer"), "AddressSanitizer and ThreadSanitizer");
}
TEST_CASE("host: struct_size 0") {
  refuses("size_0", "describes itself in 0 bytes");
}
TEST_CASE("host: struct_size huge does no harm, since only known members are read") {
  outlives_comparator("size_huge");
}
TEST_CASE("host: struct_size 0 of an interface") {
  refuses("interface_size_0", "says that it has 0 bytes");
}
TEST_CASE("host: struct_size 0 of a table") {
  refuses("table_size_0", "does not offer describe");
}
TEST_CASE("host: null interfaces") {
  refuses("no_interfaces", "offers no interface");
}
TEST_CASE("host: null table") {
  refuses("no_functions", "has no functions");
}
TEST_CASE("host: a name that is not UTF-8") {
  refuses("name_not_utf8", "no text at all");
}
TEST_CASE("host: a name with capitals") {
  refuses("name_with_capitals", "\"Bad\"");
}
TEST_CASE("host: one interface twice") {
  refuses("twice", "\"bad\" twice");
}
TEST_CASE("host: a description that changes") {
  outlives_comparator("version_counts");
}
TEST_CASE("host: two exports stay where they are") {
  outlives_comparator("two_exports");
}

TEST_CASE("host: hangs in create") {
  refuses("hangs_in_create", "ran longer than its limit");
}
TEST_CASE("host: exits in create") {
  refuses("exits_in_create", "ended the process that loaded and described it");
}
TEST_CASE("host: exits in describe") {
  refuses("exits_in_describe", "ended the process that loaded and described it");
}
TEST_CASE("host: wants a configuration") {
  refuses("wants_configuration", "create failed with status 3, without a word why");
}
TEST_CASE("host: leaks descriptors") {
  outlives_comparator("leaks_descriptors");
}
TEST_CASE("host: a thread that stays") {
  outlives_comparator("thread_stays");
}
TEST_CASE("host: prints") {
  outlives_comparator("prints");
}
TEST_CASE("host: changes the working directory") {
  outlives_comparator("changes_directory");
}
TEST_CASE("host: changes the locale") {
  outlives_comparator("changes_locale");
}
TEST_CASE("host: changes the environment") {
  outlives_comparator("changes_environment");
}
TEST_CASE("host: changes signal handlers") {
  outlives_comparator("changes_signals");
}
TEST_CASE("host: calls what an old host has not") {
  outlives_comparator("uses_old_host");
}
TEST_CASE("host: knows every extension") {
  outlives_comparator("knows_every_extension");
}

TEST_CASE("host: fails without a text") {
  contains_comparator("fails_without_text", "compare failed with status 2, without a word why");
}
TEST_CASE("host: an unknown member") {
  contains_comparator("unknown_member", "\"/favourite_number\" is not known here");
}
TEST_CASE("host: a wrong schema") {
  contains_comparator("wrong_schema", "sharkreg.comparison/7");
}
TEST_CASE("host: a text in place of a boolean") {
  contains_comparator("match_is_text", "\"/match\" should be true or false");
}
TEST_CASE("host: a metric that is not a number is left out") {
  outlives_comparator("nan_metric");
}
TEST_CASE("host: instances that share a counter") {
  outlives_comparator("counts");
}
TEST_CASE("host: a verdict that changes") {
  outlives_comparator("changes_its_mind");
}
TEST_CASE("host: matches everything") {
  outlives_comparator("always_matches");
}
TEST_CASE("host: refuses empty tensors") {
  outlives_comparator("refuses_empty");
}
TEST_CASE("host: asymmetric, and says symmetric") {
  outlives_comparator("says_symmetric");
}
TEST_CASE("host: NaN matches") {
  outlives_comparator("nan_matches");
}

#if SR_BUILD_FLAGS == 0  // a sanitizer ends the host for these, as it should
TEST_CASE("host: leaks") {
  outlives_comparator("leaks");
}
TEST_CASE("host: reads past a view") {
  outlives_comparator("reads_past_view");
}
#endif

TEST_CASE("host: a wrong scheme") {
  refuses("wrong_scheme", "Bad://");
}
TEST_CASE("host: everything is there") {
  outlives_fetcher("all_is_there");
}
TEST_CASE("host: a wrong digest") {
  const Scene scene;
  scene.write_bad_model(R"({"mlir": "bad://shelf/sample.mlir", "run_function": "bad"})");
  const Ended ended = scene.run({"--fetcher-plugin", bad_plugin("wrong_digest")});
  CHECK(ended.exit_status == 3);
  const auto found = step_of(scene.box.events(), "bad/model", "compile cpu");
  CHECK(core::name_of(found.verdict) == "infra");
  CHECK(contains(all_text(found), "but the server says NO DIGEST"));
  CHECK(verdict_of(scene.box.events(), "fine/model", "compile cpu") == "pass");
}
TEST_CASE("host: ignores offset") {
  outlives_fetcher("ignores_offset");
}
TEST_CASE("host: ignores length") {
  outlives_fetcher("ignores_length");
}
TEST_CASE("host: calls receive after cancel") {
  outlives_fetcher("ignores_cancel");
}
TEST_CASE("host: returns success after cancel") {
  outlives_fetcher("cancel_is_fine");
}

TEST_CASE("host: crashes in compare") {
  const Scene scene;
  scene.write_model_with_output();
  const Ended ended = scene.run({"--isolate=all", "--comparator-plugin",
                                 bad_plugin("crashes_in_compare"), "--comparator=bad"});
  check_step(scene.box, ended, "run cpu", "infra", 3, {"bad", "SIGABRT"});
}
TEST_CASE("host: throws across") {
  const Scene scene;
  scene.write_model_with_output();
  const Ended ended = scene.run(
      {"--isolate=all", "--comparator-plugin", bad_plugin("throws_across"), "--comparator=bad"});
  costs_its_step(scene, ended, "run cpu", "instance of 'int'");
}
TEST_CASE("host: writes to a view spoils its own verdict, not the file") {
  const Scene scene;
  scene.write_model_with_output();
  const Ended ended = scene.run(
      {"--isolate=all", "--comparator-plugin", bad_plugin("writes_to_view"), "--comparator=bad"});
  check_step(scene.box, ended, "run cpu", "fail", 1, {"bytes differ"});
  const auto output = scene.box.runs().back() / "bad_model" / "run_cpu" / "output_0.npy";
  CHECK(content_of(output) == npy_of_two(1, 2));
}
TEST_CASE("host: closes stdout") {
  const Scene scene;
  scene.write_model_with_output();
  const Ended ended = scene.run(
      {"--isolate=all", "--comparator-plugin", bad_plugin("closes_stdout"), "--comparator=bad"});
  check_fine(scene.box, ended);
  CHECK(contains(ended.out, "bad/model  run cpu"));
}
TEST_CASE("host: crashes in read") {
  const Scene scene;
  scene.write_bad_model(R"({"mlir": "bad://shelf/sample.mlir", "run_function": "bad"})");
  const Ended ended =
      scene.run({"--isolate=all", "--fetcher-plugin", bad_plugin("crashes_in_read")});
  costs_its_step(scene, ended, "compile cpu", "SIGABRT");
}

TEST_CASE("host: an action of a wrong name") {
  contains_backend("action_name", "compile bad", "\"Compile it\"");
}
TEST_CASE("host: an output in another directory") {
  contains_backend("output_elsewhere", "compile bad", "no plain file name");
}
TEST_CASE("host: a reference to no output") {
  contains_backend("unknown_output", "compile bad", "\"nothing\" that it does not list");
}
TEST_CASE("host: a plan of another schema") {
  contains_backend("wrong_plan", "compile bad", "sharkreg.poem/1");
}
TEST_CASE("host: absence where there is none") {
  contains_backend("answers_absent", "compile bad", "status 1");
}
TEST_CASE("host: an input that nobody has") {
  contains_backend("unknown_input", "run bad", "nobody_has_this");
}
TEST_CASE("host: an unknown kind of failure") {
  contains_backend("unknown_kind", "compile bad", "bad luck");
}
TEST_CASE("host: reads without looking what is always there") {
  const Scene scene;
  check_fine(scene.box, plan(scene, "reads_without_looking"));
}

TEST_CASE("host: a tuner file for everything") {
  contains_tuner("always_chooses", "always.mlir");
}
TEST_CASE("host: an empty choice") {
  contains_tuner("chooses_nothing", "the tuner resolver chose \"\"");
}

}  // namespace sharkreg::e2e
