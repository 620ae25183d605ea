// SPDX-License-Identifier: Apache-2.0
#include "judge/tensor_file.h"

#include <doctest/doctest.h>

#include "tensor_files.h"

namespace sharkreg::core {
namespace {

const std::string six_floats = bytes_of<float>({0, 1, 2, 3, 4, 5});

std::string refusal(const TensorFiles& files, const std::string& content) {
  const auto tensor = read_npy(files.add("refused.npy", content));
  REQUIRE_FALSE(tensor.has_value());
  CHECK(tensor.error().kind == ErrorKind::invalid);
  return tensor.error().message;
}

TEST_CASE("an npy file carries its shape and type") {
  const TensorFiles files;
  const auto tensor = read_npy(files.add("a.npy", npy("<f4", "(2, 3)", six_floats)));
  REQUIRE(tensor.has_value());
  CHECK(tensor->type == TensorType{ElementType::f32, {2, 3}});
  CHECK(tensor->view().element<float>(5) == 5.0f);
  CHECK(tensor->view().count() == 6);
}

TEST_CASE("a tensor outlives the directory that its file is in") {
  Tensor tensor;
  {
    const TensorFiles files;
    tensor = read_npy(files.add("a.npy", npy("<f4", "(6,)", six_floats))).value();
  }
  CHECK(tensor.view().element<float>(4) == 4.0f);
}

TEST_CASE("npy versions 1 to 3, and headers in any order and spacing, are read") {
  const TensorFiles files;
  const std::string dictionary = "{\"shape\":(2,3),'descr' : '<f4','fortran_order':False}   ";
  for (const int version : {1, 2, 3}) {
    CAPTURE(version);
    const auto tensor =
        read_npy(files.add("a.npy", npy_with_header(dictionary, six_floats, version)));
    REQUIRE(tensor.has_value());
    CHECK(tensor->type == TensorType{ElementType::f32, {2, 3}});
  }
}

TEST_CASE("each of NumPy's number types has its own here") {
  const TensorFiles files;
  const std::vector<std::pair<std::string, ElementType>> types = {
      {"<f2", ElementType::f16},  {"<f8", ElementType::f64}, {"|b1", ElementType::i1},
      {"|i1", ElementType::i8},   {"<i2", ElementType::i16}, {"<i4", ElementType::i32},
      {"<i8", ElementType::i64},  {"|u1", ElementType::u8},  {"<u2", ElementType::u16},
      {"<u4", ElementType::u32},  {"<u8", ElementType::u64}, {"<c8", ElementType::c64},
      {"<c16", ElementType::c128}};
  for (const auto& [descr, type] : types) {
    CAPTURE(descr);
    const std::string data(3 * byte_size_of(type), '\1');
    const auto tensor = read_npy(files.add("a.npy", npy(descr, "(3,)", data)));
    REQUIRE(tensor.has_value());
    CHECK(tensor->type == TensorType{type, {3}});
  }
}

TEST_CASE("a scalar and an empty tensor are read") {
  const TensorFiles files;
  const auto scalar =
      read_npy(files.add("scalar.npy", npy("<i8", "()", bytes_of<std::int64_t>({7}))));
  REQUIRE(scalar.has_value());
  CHECK(scalar->type == TensorType{ElementType::i64, {}});
  CHECK(scalar->view().element<std::int64_t>(0) == 7);

  const auto empty = read_npy(files.add("empty.npy", npy("<f4", "(0, 3)", "")));
  REQUIRE(empty.has_value());
  CHECK(empty->type == TensorType{ElementType::f32, {0, 3}});
  CHECK(empty->view().count() == 0);

  const auto empty_raw = read_raw(files.add("empty.bin", ""), {ElementType::f32, {0}});
  REQUIRE(empty_raw.has_value());
  CHECK(empty_raw->bytes.empty());
}

TEST_CASE("elements that NumPy has no type for are read as stated") {
  const TensorFiles files;
  const auto file = files.add("a.npy", npy("|V2", "(3,)", "abcdef"));
  CHECK(read_npy(file, ElementType::bf16).value().type == TensorType{ElementType::bf16, {3}});
  CHECK(contains(read_npy(file).error().message, "holds elements without a type (V2)"));
  CHECK(contains(read_npy(file, ElementType::f32).error().message, "which cannot be f32"));
  const auto bytes = files.add("b.npy", npy("<V1", "(6,)", "abcdef"));
  CHECK(read_npy(bytes, ElementType::f8E5M2).value().type == TensorType{ElementType::f8E5M2, {6}});
}

TEST_CASE("a stated type changes nothing for numbers that NumPy knows") {
  const TensorFiles files;
  const auto file = files.add("a.npy", npy("<f2", "(3,)", "abcdef"));
  CHECK(read_npy(file, ElementType::bf16).value().type.element == ElementType::f16);
}

TEST_CASE("npy files that would be read wrongly are refused") {
  const TensorFiles files;
  CHECK(contains(refusal(files, npy(">f4", "(6,)", six_floats)), "is big-endian (>f4)"));
  CHECK(contains(refusal(files, npy("|O", "(6,)", six_floats)), "NumPy's type |O"));
  CHECK(contains(refusal(files, npy("<U6", "(1,)", six_floats)), "NumPy's type <U6"));
  CHECK(contains(refusal(files, npy("<M8[ns]", "(3,)", six_floats)), "NumPy's type <M8[ns]"));
  CHECK(contains(refusal(files, npy_with_header("{'descr': [('a', '<f4')], 'fortran_order': False, "
                                                "'shape': (6,), }",
                                                six_floats)),
                 "holds records"));
  const auto in_fortran_order = [](const std::string& shape) {
    return npy_with_header("{'descr': '<f4', 'fortran_order': True, 'shape': " + shape + ", }",
                           six_floats);
  };
  CHECK(contains(refusal(files, in_fortran_order("(2, 3)")), "is in Fortran order"));
  CHECK(read_npy(files.add("flat.npy", in_fortran_order("(6,)"))).has_value());
}

TEST_CASE("a file that is longer or shorter than its header says is refused with both sizes") {
  const TensorFiles files;
  CHECK(contains(refusal(files, npy("<f4", "(7,)", six_floats)),
                 "has 24 bytes of data, but its header says 7xf32, which needs 28"));
  CHECK(contains(refusal(files, npy("<f4", "(5,)", six_floats)),
                 "has 24 bytes of data, but its header says 5xf32, which needs 20"));
  CHECK(contains(refusal(files, npy("<f4", "(4611686018427387904, 8)", six_floats)),
                 "has 24 bytes of data"));
}

TEST_CASE("a file cut off anywhere is an error, never a tensor") {
  const TensorFiles files;
  const std::string whole = npy("<f4", "(2, 3)", six_floats);
  for (std::size_t size = 0; size < whole.size(); ++size) {
    CAPTURE(size);
    CHECK_FALSE(read_npy(files.add("cut.npy", whole.substr(0, size))).has_value());
  }
}

TEST_CASE("a header that NumPy would not write is refused") {
  const TensorFiles files;
  CHECK(contains(refusal(files, "hello, world"), "is not an .npy file"));
  CHECK(contains(refusal(files, npy_with_header("", "", 4)), "has version 4 of the .npy format"));
  const auto header = [&](const std::string& dictionary) {
    return refusal(files, npy_with_header(dictionary, six_floats));
  };
  CHECK(contains(header("{'descr': '<f4', 'shape': (6,)}"), "lacks"));
  CHECK(contains(header("{'descr': '<f4', 'fortran_order': False, 'shape': (6,), 'x': 1}"),
                 "unknown key \"x\""));
  CHECK(contains(header("{'descr': '<f4', 'descr': '<f4', 'shape': (6,)}"), "not a dictionary"));
  CHECK(contains(header("{'descr': '<f4', 'fortran_order': False, 'shape': (-6,)}"), "shape"));
  CHECK(contains(header("{'descr': '<f4', 'fortran_order': 0, 'shape': (6,)}"), "fortran_order"));
  CHECK(contains(header("{'descr': '<f4', 'fortran_order': False, 'shape': (6,)} x"),
                 "not a dictionary"));
}

TEST_CASE("raw bytes must be exactly as many as the type needs") {
  const TensorFiles files;
  const auto file = files.add("a.bin", six_floats);
  CHECK(read_raw(file, {ElementType::f32, {2, 3}}).value().view().element<float>(3) == 3.0f);
  const auto wrong = read_raw(file, {ElementType::f32, {2, 2}});
  REQUIRE_FALSE(wrong.has_value());
  CHECK(contains(wrong.error().message, "has 24 bytes, but 2x2xf32 needs 16"));
}

TEST_CASE("a missing file is not found, a directory is none") {
  const TensorFiles files;
  CHECK(read_npy(files.path("missing.npy")).error().kind == ErrorKind::not_found);
  const auto directory = read_raw(files.path("."), {ElementType::f32, {}});
  REQUIRE_FALSE(directory.has_value());
  CHECK(contains(directory.error().message, "is not a regular file"));
}

}  // namespace
}  // namespace sharkreg::core
