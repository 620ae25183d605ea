// SPDX-License-Identifier: Apache-2.0
#include <doctest/doctest.h>

#include "judge/judge.h"

namespace sharkreg::core {
namespace {

using Names = std::map<std::string, std::string>;

const Names two = {{"fin.mlir", "/art/fin.mlir"}, {"data", "/art/data"}};

std::string mapped(const std::string& text, const Names& names = two) {
  return map_names(text, names, "/out/.stage-x1");
}

TEST_CASE("names of files are replaced by their paths") {
  CHECK(mapped("fin.mlir:3:1: error: no tail") == "/art/fin.mlir:3:1: error: no tail");
  CHECK(mapped("cannot read 'fin.mlir', \"data\".") == "cannot read '/art/fin.mlir', \"/art/data\".");
  CHECK(mapped("--in=fin.mlir\n@data") == "--in=/art/fin.mlir\n@/art/data");
  CHECK(mapped("data") == "/art/data");
  CHECK(mapped("") == "");
}

TEST_CASE("parts of longer names stay as they are") {
  for (const char* text : {"mydata", "data1", "data_x", "data-x", "x-data", "/etc/data", "data/x",
                           "x.data", "..data", "a/fin.mlir", "fin.mlirs"}) {
    CHECK(mapped(text) == text);
  }
}

TEST_CASE("absolute names in the working directory are those files too") {
  CHECK(mapped("/out/.stage-x1/fin.mlir:3: error") == "/art/fin.mlir:3: error");
  CHECK(mapped("in=/out/.stage-x1/data") == "in=/art/data");
}

TEST_CASE("the working directory is gone by then, so it is not shown") {
  CHECK(mapped("wrote /out/.stage-x1/dump/a.o") == "wrote dump/a.o");
  CHECK(mapped("/out/.stage-x1/mydata") == "mydata");
  CHECK(mapped("ends in /out/.stage-x1/") == "ends in ");
  CHECK(mapped("/other/out/.stage-x1/data") == "/other/out/.stage-x1/data");
  CHECK(mapped("/out/.stage-x12/data") == "/out/.stage-x12/data");
}

TEST_CASE("the longest name counts") {
  const Names nested = {{"a", "/1"}, {"a.b", "/2"}, {"a/b", "/3"}};
  CHECK(mapped("a a.b a/b a.c", nested) == "/1 /2 /3 /1.c");
}

TEST_CASE("without a working directory or names the text stays") {
  CHECK(map_names("/fin.mlir fin.mlir", {}, "") == "/fin.mlir fin.mlir");
  CHECK(map_names("fin.mlir", two, "") == "/art/fin.mlir");
}

TEST_CASE("what was replaced is not looked at again") {
  CHECK(mapped("a b", {{"a", "b"}, {"b", "a"}}) == "b a");
}

}  // namespace
}  // namespace sharkreg::core
