// SPDX-License-Identifier: Apache-2.0
// Model files that cannot be read as a case: `sharkreg run` and `sharkreg validate` say the same of
// them, and the other case runs.
#include <filesystem>
#include <sys/stat.h>

#include <doctest/doctest.h>

#include "scene.h"

namespace sharkreg::e2e {
namespace {

namespace fs = std::filesystem;

void check_both(const Scene& scene, const Texts& texts, std::size_t errors = 1) {
  check_step(scene.box, scene.run(), "read", "invalid", 2, texts);
  CHECK(step_of(scene.box.events(), "bad/model", "read").details.size() == errors);

  const Ended ended = scene.box.run({"validate", scene.bad_file("model.json")});
  INFO(ended.out, ended.err);
  CHECK(ended.exit_status == 2);
  CHECK(ended.out == "0 of 1 model files are valid\n");
  CHECK(count_of(ended.err, "error: " + scene.bad_file("model.json").string() + ": ") == errors);
  CHECK(count_of(ended.err, "\n") == errors);
  for (const std::string& text : texts) CHECK(contains(ended.err, text));
}

void is_invalid(std::string_view json, const Texts& texts, std::size_t errors = 1) {
  const Scene scene;
  scene.write_bad_model(json);
  check_both(scene, texts, errors);
}

// The same of a file with a program and one more field.
void is_invalid_field(const std::string& field, const Texts& texts) {
  is_invalid(R"({"mlir": "program.mlir", )" + field + "}", texts);
}

Ended run_all(const Sandbox& box) {
  return box.run(
      {"--tests-dir", box.tests(), "--model=*", "--backend=cpu", "--tools-dir", box.tools()});
}

}  // namespace

TEST_CASE("model file: empty") {
  is_invalid("", {"it is empty"});
}

TEST_CASE("model file: cut off within a text") {
  is_invalid(R"({"mlir": "prog)", {"it looks cut off", "line 1, column 15", "closing quote"});
}

TEST_CASE("model file: cut off within an array") {
  is_invalid("{\"mlir\": \"program.mlir\",\n \"inputs\": [",
             {"it looks cut off", "line 2, column 13", "end of the array at /inputs"});
}

TEST_CASE("model file: not JSON at all") {
  is_invalid("hello", {R"("hello")", "line 1, column 1", "expected a value"});
}

TEST_CASE("model file: another JSON value than an object") {
  is_invalid("[]", {"found an array", "expected an object with the fields of a model"});
}

TEST_CASE("model file: two JSON values") {
  is_invalid(R"({"mlir": "program.mlir"} {})", {"more text after the end", "expected one JSON"});
}

TEST_CASE("model file: a comment") {
  is_invalid("{\"mlir\": \"program.mlir\" // here\n}",
             {"a comment", "line 1, column 25", "JSON, which has no comments"});
}

TEST_CASE("model file: a trailing comma") {
  is_invalid(R"({"mlir": "program.mlir",})", {"a trailing comma", "line 1, column 24"});
}

TEST_CASE("model file: a missing comma") {
  is_invalid(R"({"mlir": "program.mlir" "compile_only": true})", {"line 1, column 25", R"(",")"});
}

TEST_CASE("model file: single quotes") {
  is_invalid("{'mlir': 'program.mlir'}", {"line 1, column 2", "a key in double quotes"});
}

TEST_CASE("model file: a literal of Python") {
  is_invalid_field(R"("compile_only": True)", {R"("True")", "expected a value"});
}

TEST_CASE("model file: a duplicate key") {
  is_invalid_field(R"("compile_only": true, "compile_only": false)",
                   {"/compile_only", R"(the key "compile_only" again)", "each key once"});
}

TEST_CASE("model file: a duplicate key inside") {
  is_invalid_field(R"("inputs": [{"value": "1xf32", "value": "2xf32"}])",
                   {"/inputs/0/value", R"(the key "value" again)"});
}

TEST_CASE("model file: a byte order mark") {
  is_invalid("\xef\xbb\xbf{\"mlir\": \"program.mlir\"}", {"a byte order mark", "without one"});
}

TEST_CASE("model file: Latin-1") {
  is_invalid("{\"mlir\": \"pr\xf6gram.mlir\"}", {"the byte 0xf6", "line 1, column 13", "UTF-8"});
}

TEST_CASE("model file: a NUL byte") {
  is_invalid(std::string_view("{\"mlir\": \"a\0.mlir\"}", 19), {"0x00", "line 1, column 12"});
}

TEST_CASE("model file: an escaped NUL in a path") {
  is_invalid(R"({"mlir": "program\u0000.mlir"})", {"/mlir", "a NUL character"});
}

TEST_CASE("model file: a line break in a path") {
  is_invalid(R"({"mlir": "a\nb.mlir"})", {"/mlir", "without control characters"});
}

TEST_CASE("model file: half a surrogate pair") {
  is_invalid(R"({"mlir": "\ud800.mlir"})", {R"(a broken \u escape)", "surrogates in pairs"});
}

TEST_CASE("model file: a number that no double holds") {
  is_invalid(R"({"mlir": 1e99999})", {"a number too large to be held"});
}

TEST_CASE("model file: ten thousand levels deep") {
  is_invalid_field(R"("inputs": )" + std::string(10000, '['), {"at most 100 levels"});
}

TEST_CASE("model file: of 20 MB") {
  is_invalid(std::string(20'000'000, ' '), {"larger than 16777216 bytes"});
}

TEST_CASE("model file: no program") {
  is_invalid("{}", {R"(no "mlir")", "expected the program"});
}

TEST_CASE("model file: an empty program path") {
  is_invalid(R"({"mlir": ""})", {"/mlir", "an empty text", "a path or a URL"});
}

TEST_CASE("model file: a program of the wrong JSON type") {
  is_invalid(R"({"mlir": 5})", {"/mlir", "the number 5", "a path or a URL"});
}

TEST_CASE("model file: a URL without a file") {
  is_invalid(R"({"mlir": "https://example.com/"})", {"/mlir", "ends in a file name"});
}

TEST_CASE("model file: a file name of 300 letters") {
  is_invalid(R"({"mlir": ")" + std::string(300, 'a') + R"("})", {"/mlir", "at most 255 bytes"});
}

TEST_CASE("model file: a typo in the prefix of a backend") {
  is_invalid_field(R"("rcom_compiler_flags": [])",
                   {"/rcom_compiler_flags", R"(unknown backend "rcom")", "did you mean rocm?"});
}

TEST_CASE("model file: a typo in a field") {
  is_invalid_field(R"("compile_onyl": true)",
                   {"/compile_onyl", "unknown field", "did you mean compile_only?"});
}

TEST_CASE("model file: a text for true") {
  is_invalid_field(R"("compile_only": "true")",
                   {"/compile_only", R"(the text "true")", "expected true or false"});
}

TEST_CASE("model file: one text where flags are expected") {
  is_invalid_field(R"("cpu_compiler_flags": "--a --b")",
                   {"/cpu_compiler_flags", "expected an array of texts"});
}

TEST_CASE("model file: an empty flag") {
  is_invalid_field(R"("cpu_compiler_flags": [""])", {"/cpu_compiler_flags/0", "an empty text"});
}

TEST_CASE("model file: an input that is neither file nor value") {
  is_invalid_field(R"("inputs": [{}])", {"/inputs/0", R"(neither "source" nor "value")"});
}

TEST_CASE("model file: an input of an unknown element type") {
  is_invalid_field(R"("inputs": [{"source": "a.bin", "value": "1xf33"}])",
                   {"/inputs/0/value", R"("f33" is no type)", "did you mean f32?"});
}

TEST_CASE("model file: an input that is larger than any memory") {
  is_invalid_field(
      R"("inputs": [{"source": "a.bin", "value": "4294967296x4294967296x4294967296xf32"}])",
      {"/inputs/0/value", "larger than any memory"});
}

TEST_CASE("model file: an output without a file") {
  is_invalid_field(R"("outputs": [{"value": "1xf32"}])", {"/outputs/0", R"(no "source")"});
}

TEST_CASE("model file: a pipeline module without its program") {
  is_invalid_field(R"("add_pipeline_module": true)",
                   {R"("add_pipeline_module" without "pipeline_mlir")"});
}

TEST_CASE("model file: a tuner file that is no object") {
  is_invalid_field(R"("tuner_file": "a.mlir")", {"/tuner_file", "SKU to path or URL"});
}

TEST_CASE("model file: an expectation of an unknown kind") {
  is_invalid_field(R"("cpu_run_test_expecting_to_fail": {"kind": "slow"})",
                   {"/cpu_run_test_expecting_to_fail/kind", "run-error"});
}

TEST_CASE("model file: an expectation with a broken pattern") {
  is_invalid_field(R"("cpu_run_test_expecting_to_fail": {"message": "("})",
                   {"/cpu_run_test_expecting_to_fail/message", "regular expression"});
}

TEST_CASE("model file: weights of no known format") {
  is_invalid_field(R"("real_weights": "/dev/zero")", {"/real_weights", "such as .irpa"});
}

TEST_CASE("model file: five mistakes are told at once") {
  is_invalid(
      R"({"mlir": 1, "inputs": 5, "compile_only": "yes", "foo": 1, "cpu_compiler_flags": "x"})",
      {"/mlir", "/inputs", "/compile_only", "/foo", "/cpu_compiler_flags"}, 5);
}

TEST_CASE("model file: a thousand mistakes do not flood the report") {
  std::string flags = "1";
  for (int count = 1; count < 1000; ++count) flags += ",1";
  const Scene scene;
  scene.write_bad_model(R"({"mlir": "program.mlir", "cpu_compiler_flags": [)" + flags + "]}");
  const Ended ended = scene.run();
  check_step(scene.box, ended, "read", "invalid", 2, {"/cpu_compiler_flags/999"});
  CHECK(count_of(ended.out, "/cpu_compiler_flags/") < 30);
  CHECK(contains(ended.out, "more lines"));
}

TEST_CASE("model file: a directory") {
  const Scene scene;
  fs::remove(scene.bad_file("model.json"));
  fs::create_directory(scene.bad_file("model.json"));
  check_both(scene, {"a directory", "expected a model file in JSON"});
}

TEST_CASE("model file: a pipe that nobody writes to") {
  const Scene scene;
  fs::remove(scene.bad_file("model.json"));
  REQUIRE(::mkfifo(scene.bad_file("model.json").c_str(), 0600) == 0);
  check_both(scene, {"it is a pipe or a device, not a file"});
}

TEST_CASE("model file: a link to itself") {
  const Scene scene;
  fs::remove(scene.bad_file("model.json"));
  fs::create_symlink("model.json", scene.bad_file("model.json"));
  check_both(scene, {"Too many levels of symbolic links"});
}

TEST_CASE("model file: a name that is not UTF-8") {
  const Scene scene;
  fs::rename(scene.box.tests() / "bad", scene.box.tests() / "b\xff");
  const Ended ended = run_all(scene.box);
  INFO(ended.out, ended.err);
  CHECK(ended.exit_status == 2);
  CHECK(contains(ended.out, "which is not UTF-8"));
  CHECK(contains(ended.out, "rename it"));
  CHECK(verdicts_of(scene.box.events()) == std::vector<std::string>{"b\uFFFD/model read: invalid",
                                                                    "fine/model compile cpu: pass",
                                                                    "fine/model run cpu: pass"});
}

TEST_CASE("model file: two whose results would have one place") {
  const Scene scene;
  scene.box.write_model("bad_model", "x", R"({"mlir": "program.mlir"})");
  scene.box.write_model("bad", "model_x", R"({"mlir": "program.mlir"})");
  const Ended ended = run_all(scene.box);
  INFO(ended.out);
  CHECK(ended.exit_status == 2);
  const core::StepFinished step = step_of(scene.box.events(), "bad_model/x", "read");
  CHECK(contains(all_text(step), "are another model's as well"));
  CHECK(verdict_of(scene.box.events(), "fine/model", "run cpu") == "pass");
}

TEST_CASE("validate: a file that is not there") {
  const Sandbox box;
  const Ended ended = box.run({"validate", "none.json"});
  CHECK(ended.exit_status == 2);
  CHECK(contains(ended.err, "none.json: found no such file"));
  CHECK(count_of(ended.err, "\n") == 1);
}

TEST_CASE("validate: an endless device") {
  const Sandbox box;
  const Ended ended = box.run({"validate", "/dev/zero"});
  CHECK(ended.exit_status == 2);
  CHECK(contains(ended.err, "it is a pipe or a device, not a file"));
}

TEST_CASE("validate: an empty file name") {
  const Sandbox box;
  check_refusal(box.run({"validate", ""}), 2, {"an empty file name"});
}

}  // namespace sharkreg::e2e
