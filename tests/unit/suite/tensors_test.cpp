// SPDX-License-Identifier: Apache-2.0
#include <doctest/doctest.h>

#include "model_file.h"

namespace sharkreg::core {
namespace {

TEST_CASE_FIXTURE(ModelFile, "inputs have a source, a value, or both") {
  const Case read = this->read(
      R"("inputs": [{"source": "a.npy"}, {"source": "b.bin", "value": "2xf32"},
                    {"value": "i32=5"}, {"source": "c.npy", "value": null},
                    {"source": "d.npy", "value": ""}])");
  REQUIRE(read.inputs.size() == 5);
  CHECK(read.inputs[0].source->location == (tests_dir / "model" / "a.npy").native());
  CHECK(read.inputs[0].value.empty());
  CHECK(read.inputs[1].source->file_name == "b.bin");
  CHECK(read.inputs[1].value == "2xf32");
  CHECK_FALSE(read.inputs[2].source.has_value());
  CHECK(read.inputs[2].value == "i32=5");
  CHECK(read.inputs[3].value.empty());
  CHECK(read.inputs[4].value.empty());
}

TEST_CASE_FIXTURE(ModelFile, "outputs have a source, or are ignored") {
  const Case read = this->read(
      R"json("outputs": [{"source": "a.npy"}, {"source": "b.bin", "value": "2xf32"},
                         {"value": "(ignored)"}])json");
  REQUIRE(read.outputs.size() == 3);
  CHECK_FALSE(read.outputs[0].ignored);
  CHECK(read.outputs[1].value == "2xf32");
  CHECK(read.outputs[2].ignored);
  CHECK(read.outputs[2].value.empty());
  CHECK_FALSE(read.outputs[2].source.has_value());
}

TEST_CASE_FIXTURE(ModelFile, "tensors stand in arrays of objects") {
  CHECK(report(R"("inputs": {"source": "a.npy"})") ==
        "/inputs: found an object, expected an array of inputs");
  CHECK(report(R"("outputs": "a.npy")") ==
        "/outputs: found the text \"a.npy\", expected an array of outputs");
  CHECK(report(R"("inputs": ["a.npy"])") ==
        "/inputs/0: found the text \"a.npy\", "
        "expected an object with \"source\" and \"value\"");
  CHECK(report(R"("outputs": [null])") ==
        "/outputs/0: found null, expected an object with \"source\" and \"value\"");
}

TEST_CASE_FIXTURE(ModelFile, "an input says something") {
  CHECK(report(R"("inputs": [{"source": "a.npy"}, {}])") ==
        "/inputs/1: found neither \"source\" nor \"value\", "
        "expected the file of the input, or its value");
  CHECK(report(R"("inputs": [{"value": ""}])") ==
        "/inputs/0: found neither \"source\" nor \"value\", "
        "expected the file of the input, or its value");
}

TEST_CASE_FIXTURE(ModelFile, "an output is compared with something") {
  CHECK(report(R"("outputs": [{"value": "2xf32"}])") ==
        "/outputs/0: found no \"source\", "
        "expected the file to compare with, or the value \"(ignored)\"");
  CHECK(report(R"json("outputs": [{"source": "a.npy", "value": "(ignored)"}])json") ==
        "/outputs/0/value: found \"(ignored)\" beside a source, expected one of the two");
}

TEST_CASE_FIXTURE(ModelFile, "only outputs can be ignored") {
  CHECK(report(R"json("inputs": [{"value": "(ignored)"}])json") ==
        "/inputs/0/value: found \"(ignored)\", where \"(ignored)\" is no type, "
        "expected dimensions and a type such as 1x64xi64");
}

TEST_CASE_FIXTURE(ModelFile, "an unknown member is named with the nearest known one") {
  CHECK(report(R"("inputs": [{"sorce": "a.npy", "value": "f32"}])") ==
        "/inputs/0/sorce: found the unknown field \"sorce\", "
        "expected source or value or sha256 or md5; did you mean source?");
}

TEST_CASE_FIXTURE(ModelFile, "members are texts") {
  CHECK(report(R"("inputs": [{"source": 5}])") ==
        "/inputs/0/source: found the number 5, expected a path or a URL");
  CHECK(report(R"("inputs": [{"source": null}])") ==
        "/inputs/0/source: found null, expected a path or a URL");
  CHECK(report(R"("inputs": [{"source": ""}])") ==
        "/inputs/0/source: found an empty text, expected a path or a URL");
  CHECK(report(R"("inputs": [{"source": "a.npy", "value": [2, 3]}])") ==
        "/inputs/0/value: found an array, expected dimensions and a type such as 1x64xi64");
  CHECK(report(R"("inputs": [{"source": "a\u0000b"}])") ==
        "/inputs/0/source: found a text with a NUL character, expected a path or a URL");
}

TEST_CASE_FIXTURE(ModelFile, "contents and a source contradict each other") {
  CHECK(report(R"("inputs": [{"source": "a.bin", "value": "i32=5"}])") ==
        "/inputs/0/value: found \"i32=5\", which has contents, expected dimensions and a type "
        "such as 1x64xi64; the contents are those of the source");
}

TEST_CASE_FIXTURE(ModelFile, "a raw input without shape and type is questionable") {
  CHECK(report(R"("inputs": [{"source": "a.bin"}])") ==
        "warning: /inputs/0: found a raw file without \"value\", "
        "expected a value, dimensions and a type such as 1x64xi64");
}

}  // namespace
}  // namespace sharkreg::core
