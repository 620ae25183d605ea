// SPDX-License-Identifier: Apache-2.0
#ifndef SHARKREG_CONVERSIONS_H
#define SHARKREG_CONVERSIONS_H

// Elements of tensors as numbers, for every element type of the SDK.
//
//   for (std::uint64_t i = 0; i < tensor.count(); ++i) sum += sharkreg::to_double(tensor, i);
//
// Widening is exact, but for integers beyond 2^53. Narrowing rounds to the nearest value, ties to
// the even one, as IEEE 754-2019 §4.3.1 says. Sources of the formats: IEEE 754-2019 (f16), the
// Open Compute Project's "OCP 8-bit Floating Point Specification" 1.0 and "OCP Microscaling Formats
// (MX) Specification" 1.0 (f8E5M2, f8E4M3FN; f8E8M0FNU, f6, f4), and Noune et al., "8-bit Numerical
// Formats for Deep Neural Networks", arXiv 2206.02915 (the FNUZ formats).
//
// Threads: all functions are pure.

#include <sharkreg/failure.h>
#include <sharkreg/tensor.h>

#include <algorithm>
#include <cmath>
#include <complex>
#include <cstdint>
#include <cstring>
#include <limits>
#include <string>

namespace sharkreg {

// Widens IEEE 754 binary16, exactly; faster than widen() below, for loops over large tensors.
inline float f16_to_f32(std::uint16_t bits) {
  const std::uint32_t sign = static_cast<std::uint32_t>(bits & 0x8000u) << 16;
  std::uint32_t exponent = (bits >> 10) & 0x1fu;
  std::uint32_t fraction = bits & 0x3ffu;
  std::uint32_t wide = 0;
  if (exponent == 0x1f) {
    wide = sign | 0x7f800000u | (fraction << 13);
  } else if (exponent != 0) {
    wide = sign | ((exponent + 112u) << 23) | (fraction << 13);
  } else if (fraction == 0) {
    wide = sign;
  } else {
    exponent = 113;
    while ((fraction & 0x400u) == 0) {
      fraction <<= 1;
      --exponent;
    }
    wide = sign | (exponent << 23) | ((fraction & 0x3ffu) << 13);
  }
  float result;
  std::memcpy(&result, &wide, sizeof result);
  return result;
}

// Widens bfloat16, exactly: it is the upper half of a binary32.
inline float bf16_to_f32(std::uint16_t bits) {
  const std::uint32_t wide = static_cast<std::uint32_t>(bits) << 16;
  float result;
  std::memcpy(&result, &wide, sizeof result);
  return result;
}

// How a floating point format of at most 16 bits is laid out: sign, exponent, fraction.
struct SmallFloat {
  enum class Special {
    ieee,           // the highest exponent holds infinities and NaNs
    one_nan,        // all bits but the sign set are NaN; there are no infinities ("FN")
    negative_zero,  // the bits of a negative zero are NaN; there are no infinities ("FNUZ")
    none,           // every bit pattern is a finite number
  };
  int exponent_bits;
  int fraction_bits;
  int bias;
  Special special;
};

// Absent (null) for types that are no float of at most 16 bits with sign and fraction.
inline const SmallFloat* small_float_of(ElementType type) {
  using Special = SmallFloat::Special;
  static constexpr SmallFloat f16{5, 10, 15, Special::ieee};
  static constexpr SmallFloat bf16{8, 7, 127, Special::ieee};
  static constexpr SmallFloat f8E5M2{5, 2, 15, Special::ieee};
  static constexpr SmallFloat f8E4M3FN{4, 3, 7, Special::one_nan};
  static constexpr SmallFloat f8E5M2FNUZ{5, 2, 16, Special::negative_zero};
  static constexpr SmallFloat f8E4M3FNUZ{4, 3, 8, Special::negative_zero};
  static constexpr SmallFloat f6E2M3FN{2, 3, 1, Special::none};
  static constexpr SmallFloat f6E3M2FN{3, 2, 3, Special::none};
  static constexpr SmallFloat f4E2M1FN{2, 1, 1, Special::none};
  switch (type) {
    case ElementType::f16:
      return &f16;
    case ElementType::bf16:
      return &bf16;
    case ElementType::f8E5M2:
      return &f8E5M2;
    case ElementType::f8E4M3FN:
      return &f8E4M3FN;
    case ElementType::f8E5M2FNUZ:
      return &f8E5M2FNUZ;
    case ElementType::f8E4M3FNUZ:
      return &f8E4M3FNUZ;
    case ElementType::f6E2M3FN:
      return &f6E2M3FN;
    case ElementType::f6E3M2FN:
      return &f6E3M2FN;
    case ElementType::f4E2M1FN:
      return &f4E2M1FN;
    default:
      return nullptr;
  }
}

// The number that `bits` stand for; those above the format's own are ignored.
inline double widen(const SmallFloat& format, std::uint32_t bits) {
  const std::uint32_t magnitude_mask = (1u << (format.exponent_bits + format.fraction_bits)) - 1;
  const bool negative = (bits & (magnitude_mask + 1)) != 0;
  const std::uint32_t magnitude = bits & magnitude_mask;
  const auto exponent = static_cast<int>(magnitude >> format.fraction_bits);
  const std::uint32_t fraction = magnitude & ((1u << format.fraction_bits) - 1);
  const int highest = (1 << format.exponent_bits) - 1;

  using Special = SmallFloat::Special;
  if (format.special == Special::ieee && exponent == highest) {
    if (fraction != 0) return std::numeric_limits<double>::quiet_NaN();
    const double infinity = std::numeric_limits<double>::infinity();
    return negative ? -infinity : infinity;
  }
  if ((format.special == Special::one_nan && magnitude == magnitude_mask) ||
      (format.special == Special::negative_zero && negative && magnitude == 0)) {
    return std::numeric_limits<double>::quiet_NaN();
  }
  const auto significand = exponent == 0 ? fraction : fraction | (1u << format.fraction_bits);
  const int scale = (exponent == 0 ? 1 : exponent) - format.bias - format.fraction_bits;
  const double value = std::ldexp(static_cast<double>(significand), scale);
  return negative ? -value : value;
}

// The bits of the nearest number of the format. What is too large becomes infinity; NaN in a format
// that has none; the largest number where every bit pattern is one, NaN too (as MX says of NaN:
// it is up to the implementation).
inline std::uint32_t narrow(const SmallFloat& format, double value) {
  using Special = SmallFloat::Special;
  const std::uint32_t sign = 1u << (format.exponent_bits + format.fraction_bits);
  const std::uint32_t all = sign - 1;
  const std::uint32_t infinity = all >> format.fraction_bits << format.fraction_bits;
  const std::uint32_t quiet_nan =
      format.special == Special::ieee      ? infinity | (1u << (format.fraction_bits - 1))
      : format.special == Special::one_nan ? all
      : format.special == Special::none    ? all
                                           : sign;
  const std::uint32_t largest = format.special == Special::ieee      ? infinity - 1
                                : format.special == Special::one_nan ? all - 1
                                                                     : all;
  const bool negative = std::signbit(value);
  if (std::isnan(value)) {
    return format.special == Special::ieee && negative ? quiet_nan | sign : quiet_nan;
  }
  std::uint32_t magnitude = largest + 1;
  if (std::isfinite(value)) {
    // |value| = significand * 2^exponent with a significand in [0.5, 1). One unit in the last place
    // is 2^(exponent - 1 - fraction_bits), but not less than that of the subnormal numbers.
    int exponent = 0;
    std::frexp(value, &exponent);
    const int biased = value == 0 ? 1 : std::max(exponent - 1 + format.bias, 1);
    const int scale = biased - format.bias - format.fraction_bits;
    const double units = std::nearbyint(std::ldexp(std::fabs(value), -scale));
    // A normal number's units include the hidden bit, which carries into the exponent by itself.
    if (biased < 1 << format.exponent_bits) {
      magnitude = (static_cast<std::uint32_t>(biased - 1) << format.fraction_bits) +
                  static_cast<std::uint32_t>(units);
    }
  }
  if (magnitude > largest) {
    if (format.special == Special::none) {
      magnitude = largest;
    } else if (format.special == Special::ieee) {
      magnitude = infinity;
    } else {
      return format.special == Special::one_nan && negative ? quiet_nan | sign : quiet_nan;
    }
  }
  if (magnitude == 0 && format.special == Special::negative_zero) return 0;
  return negative ? magnitude | sign : magnitude;
}

// The lowest `bits` (at most 8) bits are element `index` of a packed tensor.
inline std::uint32_t packed_element(const TensorView& tensor, std::uint64_t index, unsigned bits) {
  const auto* bytes = static_cast<const unsigned char*>(tensor.data);
  const std::uint64_t first = index * bits;
  const auto shift = static_cast<unsigned>(first % 8);
  std::uint32_t window = bytes[first / 8];
  if (shift + bits > 8) window |= static_cast<std::uint32_t>(bytes[first / 8 + 1]) << 8;
  return (window >> shift) & ((1u << bits) - 1);
}

// Element `index` (row-major) as a number. Throws Failure(unsupported) for opaque and complex types.
inline double to_double(const TensorView& tensor, std::uint64_t index) {
  const auto whole = [&](auto zero) {
    return static_cast<double>(tensor.element<decltype(zero)>(index));
  };
  const auto packed = [&](unsigned bits, bool is_signed) {
    const std::uint32_t value = packed_element(tensor, index, bits);
    const bool negative = is_signed && (value >> (bits - 1)) != 0;
    return negative ? static_cast<double>(value) - std::ldexp(1.0, static_cast<int>(bits))
                    : static_cast<double>(value);
  };
  switch (tensor.type) {
    case ElementType::f64:
      return whole(double{});
    case ElementType::f32:
      return whole(float{});
    case ElementType::f8E8M0FNU: {
      const auto exponent = tensor.element<std::uint8_t>(index);
      return exponent == 255 ? std::numeric_limits<double>::quiet_NaN()
                             : std::ldexp(1.0, exponent - 127);
    }
    case ElementType::i1:
    case ElementType::u8:
      return whole(std::uint8_t{});
    case ElementType::i8:
      return whole(std::int8_t{});
    case ElementType::i16:
      return whole(std::int16_t{});
    case ElementType::i32:
      return whole(std::int32_t{});
    case ElementType::i64:
      return whole(std::int64_t{});
    case ElementType::u16:
      return whole(std::uint16_t{});
    case ElementType::u32:
      return whole(std::uint32_t{});
    case ElementType::u64:
      return whole(std::uint64_t{});
    case ElementType::i4:
    case ElementType::i2:
      return packed(bits_of(tensor.type), true);
    case ElementType::u4:
    case ElementType::u2:
      return packed(bits_of(tensor.type), false);
    default:
      break;
  }
  const SmallFloat* format = small_float_of(tensor.type);
  if (format == nullptr) {
    throw Failure(Failure::Kind::unsupported,
                  "elements of type " + std::string(name_of(tensor.type)) + " are no real numbers");
  }
  const unsigned bits = bits_of(tensor.type);
  return widen(*format, bits == 16  ? tensor.element<std::uint16_t>(index)
                        : bits == 8 ? tensor.element<std::uint8_t>(index)
                                    : packed_element(tensor, index, bits));
}

// As to_double, for complex types too.
inline std::complex<double> to_complex(const TensorView& tensor, std::uint64_t index) {
  switch (tensor.type) {
    case ElementType::c64:
      return {tensor.element<float>(2 * index), tensor.element<float>(2 * index + 1)};
    case ElementType::c128:
      return {tensor.element<double>(2 * index), tensor.element<double>(2 * index + 1)};
    default:
      return to_double(tensor, index);
  }
}

}  // namespace sharkreg

#endif  // SHARKREG_CONVERSIONS_H
