// SPDX-License-Identifier: Apache-2.0
#include <doctest/doctest.h>

#include "model_file.h"

namespace sharkreg::core {
namespace {

TEST_CASE_FIXTURE(ModelFile, "true expects any failure, false none") {
  const Case read = this->read(
      R"("cpu_run_test_expecting_to_fail": true, "npu_run_test_expecting_to_fail": false,
         "npu_compile_test_expecting_to_fail": true)");
  REQUIRE(read.backends.at("cpu").run_failure.has_value());
  CHECK(read.backends.at("cpu").run_failure->kind.empty());
  CHECK_FALSE(read.backends.at("cpu").compile_failure.has_value());
  CHECK_FALSE(read.backends.at("npu").run_failure.has_value());
  CHECK(read.backends.at("npu").compile_failure.has_value());
}

TEST_CASE_FIXTURE(ModelFile, "an object says how") {
  const Case read = this->read(
      R"json("cpu_run_test_expecting_to_fail":
               {"kind": "run-error", "message": "out of (memory|space)",
                "reason": "needs 80 GB", "issue": "https://host/issues/1"})json");
  const Expectation& expectation = *read.backends.at("cpu").run_failure;
  CHECK(expectation.kind == "run-error");
  CHECK(expectation.message_pattern == "out of (memory|space)");
  CHECK(expectation.reason == "needs 80 GB");
  CHECK(expectation.issue == "https://host/issues/1");
}

TEST_CASE_FIXTURE(ModelFile, "an empty object is as good as true") {
  CHECK(read(R"("cpu_run_test_expecting_to_fail": {})").backends.at("cpu").run_failure.has_value());
}

TEST_CASE_FIXTURE(ModelFile, "chips are listed by name, or by objects that say how") {
  const Case read = this->read(
      R"("npu_compile_chip_expecting_to_fail":
           ["n1", {"chip": "n2", "kind": "crash", "reason": "known defect"}])");
  const auto& expectations = read.backends.at("npu").compile_failure_for;
  REQUIRE(expectations.size() == 2);
  CHECK(expectations.at("n1").kind.empty());
  CHECK(expectations.at("n2").kind == "crash");
  CHECK(expectations.at("n2").reason == "known defect");
}

TEST_CASE_FIXTURE(ModelFile, "anything but true, false or an object is refused") {
  CHECK(report(R"("cpu_run_test_expecting_to_fail": "yes")") ==
        "/cpu_run_test_expecting_to_fail: found the text \"yes\", "
        "expected true, false, or an object with kind, message, reason or issue");
  CHECK(report(R"("cpu_run_test_expecting_to_fail": 1)") ==
        "/cpu_run_test_expecting_to_fail: found the number 1, "
        "expected true, false, or an object with kind, message, reason or issue");
}

TEST_CASE_FIXTURE(ModelFile, "a kind is a verdict that the step can meet the expectation with") {
  CHECK(report(R"("cpu_run_test_expecting_to_fail": {"kind": "timeout"})") ==
        "/cpu_run_test_expecting_to_fail/kind: found the text \"timeout\", "
        "expected one of run-error, crash, fail");
  CHECK(report(R"("cpu_run_test_expecting_to_fail": {"kind": "run_error"})") ==
        "/cpu_run_test_expecting_to_fail/kind: found the text \"run_error\", "
        "expected one of run-error, crash, fail; did you mean run-error?");
  CHECK(report(R"("cpu_compile_test_expecting_to_fail": {"kind": "run-error"})") ==
        "/cpu_compile_test_expecting_to_fail/kind: found the text \"run-error\", "
        "expected one of compile-error, crash, fail");
}

TEST_CASE_FIXTURE(ModelFile, "a message is a regular expression") {
  const std::string report =
      this->report(R"("cpu_run_test_expecting_to_fail": {"message": "out of (memory"})");
  CHECK(report.starts_with(
      "/cpu_run_test_expecting_to_fail/message: found the text \"out of (memory\" ("));
  CHECK(report.ends_with("), expected a regular expression (ECMAScript)"));
}

TEST_CASE_FIXTURE(ModelFile, "an issue is a URL") {
  CHECK(report(R"("cpu_run_test_expecting_to_fail": {"issue": "#17"})") ==
        "/cpu_run_test_expecting_to_fail/issue: found the text \"#17\", "
        "expected the URL of an issue");
}

TEST_CASE_FIXTURE(ModelFile, "an unknown member is named with the nearest known one") {
  CHECK(report(R"("cpu_run_test_expecting_to_fail": {"mesage": "x"})") ==
        "/cpu_run_test_expecting_to_fail/mesage: found the unknown field \"mesage\", "
        "expected kind or message or reason or issue; did you mean message?");
}

TEST_CASE_FIXTURE(ModelFile, "chips stand in an array, each once and by name") {
  const std::string field = "\"npu_compile_chip_expecting_to_fail\": ";
  const std::string pointer = "/npu_compile_chip_expecting_to_fail";
  CHECK(report(field + "\"n1\"") ==
        pointer + ": found the text \"n1\", expected an array of chips");
  CHECK(report(field + "true") == pointer + ": found true, expected an array of chips");
  CHECK(report(field + "[5]") == pointer +
                                     "/0: found the number 5, "
                                     "expected the name of a chip, or an object with \"chip\"");
  CHECK(report(field + "[\"\"]") == pointer +
                                        "/0: found an empty text, "
                                        "expected the name of a chip, or an object with \"chip\"");
  CHECK(report(field + "[{\"kind\": \"crash\"}]") ==
        pointer + "/0: found an object without \"chip\", expected the name of a chip in it");
  CHECK(report(field + "[{\"chip\": 5}]") ==
        pointer + "/0/chip: found the number 5, expected the name of a chip");
  CHECK(report(field + "[\"n1\", {\"chip\": \"n1\"}]") ==
        pointer + "/1: found the chip \"n1\" again, expected each chip once");
}

}  // namespace
}  // namespace sharkreg::core
