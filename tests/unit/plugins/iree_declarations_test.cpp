// SPDX-License-Identifier: Apache-2.0
#include <doctest/doctest.h>

#include "cpu/backend.h"
#include "iree/declarations.h"
#include "iree_support.h"

namespace sharkreg::tests {
namespace {

// As iree-dump-module prints it.
constexpr std::string_view metadata = R"(//===---------------===//
// @module : version 0
//===---------------===//

Required Types:
  [  0] i32

Module Dependencies:
  hal, version >= 6, required

Imported Functions:
  [  0] hal.allocator.import(!vm.ref<?>) -> (!vm.ref<?>)
        iree.abi.declaration: sync func @f() -> (i8)

Exported Functions:
  [  0] f(!vm.ref<?>, !vm.ref<?>) -> (!vm.ref<?>, !vm.ref<?>, i32)
        iree.abi.declaration: sync func @f(%input0: tensor<4xf32>, %input1: tensor<?x2xf32> {a.b = 0 : index}) -> (%output0: tensor<4x3xbf16> {iree.abi.output = 0 : index}, %output1: tensor<?x2xf16>, %output2: i32, %output3: tensor<f32>, %output4: tensor<2xcomplex<f32>>, %output5: tensor<1xf8E4M3FNUZ>)
  [  1] g(!vm.ref<?>, !vm.ref<?>, !vm.ref<?>) -> ()
        iree.abi.declaration: async func @g(%input0: tensor<4xf32>) -> ()
        iree.abi.model: coarse-fences
  [  2] main(!vm.ref<?>) -> (!vm.ref<?>)
  [  3] __init() -> ()

Bytecode:
  [  4] later(!vm.ref<?>) -> ()
        iree.abi.declaration: sync func @later() -> (i8)
)";

std::string text_of(const ExecuteAnswer& answer) {
  std::string text;
  for (const DeclaredResult& result : answer.results) {
    text += text.empty() ? "" : ", ";
    for (const std::int64_t size : result.shape) text += std::to_string(size) + "x";
    text += result.type;
  }
  return text;
}

TEST_CASE("types and shapes of the results, dynamic ones too") {
  CHECK(text_of(iree::declared_results(metadata, "f")) ==
        "4x3xbf16, -1x2xf16, i32, f32, 2xcomplex<f32>, 1xf8E4M3FNUZ");
}

TEST_CASE("a function without results, and one without a declaration") {
  CHECK(iree::declared_results(metadata, "g").results.empty());
  CHECK(iree::declared_results(metadata, "main").results.empty());
}

TEST_CASE("functions that the module does not export are refused by name") {
  for (const char* name : {"nofn", "hal.allocator.import", "__init", "later", "main$async"}) {
    CAPTURE(name);
    const Failure failure = failure_of([&] { iree::declared_results(metadata, name); });
    CHECK(std::string(failure.what()) ==
          "the module exports no function \"" + std::string(name) + "\"");
  }
  CHECK_THROWS_AS(iree::declared_results("", "f"), Failure);
}

TEST_CASE("an unnamed function is the only one, or refused") {
  CHECK_THROWS_AS(iree::declared_results(metadata, ""), Failure);
  CHECK(text_of(iree::declared_results(
            "Exported Functions:\n  [  0] only(i32) -> (i32)\n"
            "        iree.abi.declaration: sync func @only(%input0: i32) -> (%output0: i64)\n"
            "  [  1] __init() -> ()\n",
            "")) == "i64");
}

TEST_CASE("the action reads the file that the dump printed") {
  const TemporaryDirectory directory;
  FakeHost host;
  cpu::Backend backend({}, host);
  ExecuteRequest request;
  request.action = "read_declarations";
  request.arguments = {"f"};
  request.inputs["module_metadata"] = directory.write("module_metadata.txt", metadata);
  CHECK(backend.execute(request).results.size() == 6);

  request.inputs["module_metadata"] = "/nowhere/module_metadata.txt";
  const Failure missing = failure_of([&] { backend.execute(request); });
  CHECK(missing.kind() == Failure::Kind::failed);
  CHECK(std::string(missing.what()) == "/nowhere/module_metadata.txt is empty or cannot be read");

  request.inputs.clear();
  CHECK(failure_of([&] { backend.execute(request); }).kind() == Failure::Kind::invalid);
  request.action = "compile";
  CHECK(failure_of([&] { backend.execute(request); }).kind() == Failure::Kind::unsupported);
}

}  // namespace
}  // namespace sharkreg::tests
