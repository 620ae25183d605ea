// SPDX-License-Identifier: Apache-2.0
#include "judge/tensor_type.h"

#include <doctest/doctest.h>

namespace sharkreg::core {
namespace {

TEST_CASE("a value is read as shape and element type") {
  CHECK(parse_value("1x64xi64").value() == TensorType{ElementType::i64, {1, 64}});
  CHECK(parse_value("f32").value() == TensorType{ElementType::f32, {}});
  CHECK(parse_value("0x3xbf16").value() == TensorType{ElementType::bf16, {0, 3}});
  CHECK(parse_value("2xcomplex<f32>").value() == TensorType{ElementType::c64, {2}});
  CHECK(parse_value("4xf8E4M3FN").value() == TensorType{ElementType::f8E4M3FN, {4}});
  CHECK(parse_value("4xsi32").value() == TensorType{ElementType::i32, {4}});
}

TEST_CASE("a value that says no shape and type is refused with the place of the trouble") {
  const auto message = [](std::string_view value) { return parse_value(value).error().message; };
  CHECK(message("") == "the value \"\" has no element type");
  CHECK(message("4x") == "the value \"4x\" has no element type");
  CHECK(message("4") == "the value \"4\" lacks an 'x' behind the dimension 4");
  CHECK(message("4 xf32") == "the value \"4 xf32\" lacks an 'x' behind the dimension 4");
  CHECK(message("2x?xf32") == "the value \"2x?xf32\" has a dimension whose size is not known");
  CHECK(message("2xfloat") == "the value \"2xfloat\" has the unknown element type \"float\"");
  CHECK(message("2xf32=1 2") == "the value \"2xf32=1 2\" has the unknown element type \"f32=1 2\"");
  CHECK(message("-1xf32") == "the value \"-1xf32\" has the unknown element type \"-1xf32\"");
  CHECK(message("99999999999999999999xf32") ==
        "the value \"99999999999999999999xf32\" has a dimension that is too large");
  CHECK(message("4294967296x4294967296xf32") ==
        "the value \"4294967296x4294967296xf32\" is a tensor too large for any memory");
  CHECK(parse_value("2xfloat").error().kind == ErrorKind::invalid);
}

TEST_CASE("types are written as model files write them") {
  CHECK(to_text(TensorType{ElementType::f32, {2, 3}}) == "2x3xf32");
  CHECK(to_text(TensorType{ElementType::u8, {}}) == "ui8");
  CHECK(to_text(DeclaredResult{"bf16", {-1, 2}}) == "?x2xbf16");
}

TEST_CASE("the byte size of a tensor is its elements', or absent beyond all bounds") {
  CHECK(byte_size_of(TensorType{ElementType::f64, {}}) == 8);
  CHECK(byte_size_of(TensorType{ElementType::i1, {3, 5}}) == 15);
  CHECK(byte_size_of(TensorType{ElementType::f32, {1ull << 62, 0, 1ull << 62}}) == 0);
  CHECK_FALSE(byte_size_of(TensorType{ElementType::f32, {1ull << 61}}).has_value());
}

TEST_CASE("integers of one width are one type to a program, others are not") {
  CHECK(are_interchangeable(ElementType::u8, ElementType::i8));
  CHECK(are_interchangeable(ElementType::i64, ElementType::u64));
  CHECK_FALSE(are_interchangeable(ElementType::i1, ElementType::i8));
  CHECK_FALSE(are_interchangeable(ElementType::i32, ElementType::f32));
  CHECK_FALSE(are_interchangeable(ElementType::f16, ElementType::bf16));
}

}  // namespace
}  // namespace sharkreg::core
