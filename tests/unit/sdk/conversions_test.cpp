// SPDX-License-Identifier: Apache-2.0
#include <sharkreg/conversions.h>

#include <cmath>
#include <cstdlib>
#include <fstream>
#include <iterator>
#include <string>
#include <vector>

#include <boost/json.hpp>
#include <doctest/doctest.h>

using sharkreg::ElementType;
using sharkreg::TensorView;

namespace {

// What ml_dtypes and NumPy say: see tests/data/make_small_floats.py.
const boost::json::object& reference() {
  static const boost::json::value value = [] {
    std::ifstream file(SHARKREG_TEST_DATA "/small_floats.json");
    return boost::json::parse(std::string(std::istreambuf_iterator<char>(file), {}));
  }();
  return value.as_object();
}

double number(const boost::json::value& text) {
  return std::strtod(text.as_string().c_str(), nullptr);
}

bool same(double a, double b) {
  return std::isnan(a) ? std::isnan(b) : a == b && std::signbit(a) == std::signbit(b);
}

// A tensor of one dimension.
template <class Bytes>
TensorView tensor_of(ElementType type, std::uint64_t count, const Bytes& bytes) {
  TensorView view;
  view.type = type;
  view.shape = {count};
  view.data = bytes.data();
  view.byte_size = bytes.size() * sizeof(bytes[0]);
  return view;
}

}  // namespace

TEST_CASE("every bit pattern of the small floats widens as ml_dtypes says") {
  int formats = 0;
  for (const auto& [name, entry] : reference()) {
    const auto* widened = entry.as_object().if_contains("widened");
    if (widened == nullptr) continue;
    ++formats;
    CAPTURE(std::string(name));
    const ElementType type = *sharkreg::element_type_from_name(name);
    const unsigned bits = sharkreg::bits_of(type);
    const auto& expected = widened->as_array();
    REQUIRE(expected.size() == std::size_t{1} << bits);
    // All patterns one behind the other, as a tensor has them.
    std::vector<unsigned char> packed((expected.size() * bits + 7) / 8);
    for (std::size_t pattern = 0; pattern < expected.size(); ++pattern) {
      for (unsigned bit = 0; bit < bits; ++bit) {
        const std::size_t at = pattern * bits + bit;
        if ((pattern >> bit) & 1) packed[at / 8] |= static_cast<unsigned char>(1u << (at % 8));
      }
    }
    const TensorView tensor = tensor_of(type, expected.size(), packed);
    REQUIRE(tensor.count() == expected.size());
    for (std::size_t pattern = 0; pattern < expected.size(); ++pattern) {
      CAPTURE(pattern);
      CHECK(same(to_double(tensor, pattern), number(expected[pattern])));
    }
  }
  CHECK(formats == 8);
}

TEST_CASE("patterns of the 16-bit floats widen as NumPy and ml_dtypes say, by both ways") {
  for (const char* name : {"f16", "bf16"}) {
    const ElementType type = *sharkreg::element_type_from_name(name);
    for (const auto& pair : reference().at(name).at("widened_some").as_array()) {
      const auto bits = pair.at(0).to_number<std::uint16_t>();
      const double expected = number(pair.at(1));
      CHECK(same(sharkreg::widen(*sharkreg::small_float_of(type), bits), expected));
      CHECK(same(type == ElementType::f16 ? sharkreg::f16_to_f32(bits) : sharkreg::bf16_to_f32(bits),
                 expected));
    }
  }
}

TEST_CASE("numbers, midpoints and their neighbours narrow as ml_dtypes says") {
  int formats = 0;
  for (const auto& [name, entry] : reference()) {
    const auto* narrowed = entry.as_object().if_contains("narrowed");
    if (narrowed == nullptr) continue;
    ++formats;
    CAPTURE(std::string(name));
    const auto* format = sharkreg::small_float_of(*sharkreg::element_type_from_name(name));
    REQUIRE(format != nullptr);
    for (const auto& pair : narrowed->as_array()) {
      CAPTURE(boost::json::serialize(pair));
      CHECK(sharkreg::narrow(*format, number(pair.at(0))) == pair.at(1).to_number<std::uint32_t>());
    }
  }
  CHECK(formats == 9);
}

TEST_CASE("what is narrowed and widened again is what it was") {
  for (const auto& information : sharkreg::element_types) {
    const auto* format = sharkreg::small_float_of(information.type);
    if (format == nullptr) continue;
    for (std::uint32_t bits = 0; bits < 1u << information.bits; ++bits) {
      const double value = sharkreg::widen(*format, bits);
      const std::uint32_t again = sharkreg::narrow(*format, value);
      if (!same(sharkreg::widen(*format, again), value)) {
        FAIL_CHECK(information.name, " ", bits, " became ", again);
      }
    }
  }
}

TEST_CASE("integers of every size are read as numbers") {
  const std::vector<unsigned char> bytes = {0x8f, 0x7e, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff};
  const auto first = [&](ElementType type, std::uint64_t index = 0) {
    return to_double(tensor_of(type, 1, bytes), index);
  };
  CHECK(first(ElementType::i4) == -1);
  CHECK(first(ElementType::i4, 1) == -8);
  CHECK(first(ElementType::u4) == 15);
  CHECK(first(ElementType::u4, 2) == 14);
  CHECK(first(ElementType::i2, 2) == 0);
  CHECK(first(ElementType::i2, 3) == -2);
  CHECK(first(ElementType::u2, 3) == 2);
  CHECK(first(ElementType::i8) == -113);
  CHECK(first(ElementType::u8) == 143);
  CHECK(first(ElementType::i1, 1) == 126);
  CHECK(first(ElementType::i16) == 0x7e8f);
  CHECK(first(ElementType::u16) == 0x7e8f);
  CHECK(first(ElementType::i32) == -33137);
  CHECK(first(ElementType::u32) == 4294934159.0);
  CHECK(first(ElementType::i64) == -33137);
  CHECK(first(ElementType::u64) == 18446744073709518479.0);
}

TEST_CASE("complex numbers have two parts, and are no real numbers") {
  const std::vector<float> parts = {1.5F, -2, 3, 4};
  const TensorView tensor = tensor_of(ElementType::c64, 2, parts);
  CHECK(to_complex(tensor, 0) == std::complex<double>(1.5, -2));
  CHECK(to_complex(tensor, 1) == std::complex<double>(3, 4));
  const std::vector<double> wide = {0.1, 0.2};
  CHECK(to_complex(tensor_of(ElementType::c128, 1, wide), 0) == std::complex<double>(0.1, 0.2));
  CHECK(to_complex(tensor_of(ElementType::f64, 2, wide), 1) == std::complex<double>(0.2, 0));
  CHECK_THROWS_WITH_AS(to_double(tensor, 0), "elements of type complex<f32> are no real numbers",
                       sharkreg::Failure);
  CHECK_THROWS_AS(to_double(tensor_of(ElementType::opaque, 1, wide), 0), sharkreg::Failure);
}

TEST_CASE("an opaque tensor has as many elements as its shape says, if their size is known") {
  const std::vector<unsigned char> bytes(6);
  TensorView tensor = tensor_of(ElementType::opaque, 4, bytes);
  CHECK(tensor.count() == 6);
  tensor.element_bits = 12;
  CHECK(tensor.count() == 4);
}
