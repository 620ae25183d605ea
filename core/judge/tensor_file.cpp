// SPDX-License-Identifier: Apache-2.0
#include "judge/tensor_file.h"


#include "judge/mapped_file.h"
#include "judge/npy_header.h"

namespace sharkreg::core {
namespace {

Error invalid(const std::filesystem::path& path, const std::string& predicate,
              std::string hint = {}) {
  return {ErrorKind::invalid, path.string() + " " + predicate, std::move(hint)};
}

struct NumPyType {
  std::string_view code;  // kind and size, without byte order
  ElementType type;
};

constexpr NumPyType numpy_types[] = {
    {"f2", ElementType::f16}, {"f4", ElementType::f32},   {"f8", ElementType::f64},
    {"b1", ElementType::i1},  {"i1", ElementType::i8},    {"i2", ElementType::i16},
    {"i4", ElementType::i32}, {"i8", ElementType::i64},   {"u1", ElementType::u8},
    {"u2", ElementType::u16}, {"u4", ElementType::u32},   {"u8", ElementType::u64},
    {"c8", ElementType::c64}, {"c16", ElementType::c128},
};

// The type of a void such as "V2".
Result<ElementType> void_type(const std::filesystem::path& path, std::string_view code,
                              std::optional<ElementType> stated) {
  const std::string has = "holds elements without a type (" + std::string(code) + ")";
  if (!stated) {
    return invalid(path, has, "state shape and type beside it, such as \"value\": \"2x3xbf16\"");
  }
  if (code.substr(1) != std::to_string(byte_size_of(*stated))) {
    return invalid(path, has + ", which cannot be " + std::string(name_of(*stated)));
  }
  return *stated;
}

// `descr` is byte order, kind and size: "<f4".
Result<ElementType> element_type_of(const std::filesystem::path& path, std::string_view descr,
                                    std::optional<ElementType> stated) {
  const bool has_order = std::string_view("<>|=").find(descr.front()) != std::string_view::npos;
  const std::string_view code = has_order ? descr.substr(1) : descr;
  if (descr.front() == '>' && code.size() > 1 && code.substr(1) != "1") {
    return invalid(path, "is big-endian (" + std::string(descr) + ")",
                   "save it as little-endian: array.astype(array.dtype.newbyteorder('<'))");
  }
  if (!code.empty() && code.front() == 'V') return void_type(path, code, stated);
  for (const auto& known : numpy_types) {
    if (known.code == code) return known.type;
  }
  return invalid(path, "holds elements of NumPy's type " + std::string(descr) +
                           ", which is not a number that can be compared");
}

}  // namespace

Result<std::uint64_t> file_size_of(const std::filesystem::path& path) {
  auto file = MappedFile::open(path);
  if (!file) return file.error();
  return static_cast<std::uint64_t>((*file)->bytes().size());
}

Result<Tensor> read_npy(const std::filesystem::path& path, std::optional<ElementType> stated) {
  auto file = MappedFile::open(path);
  if (!file) return file.error();
  const std::string_view bytes = (*file)->bytes();

  const auto header = parse_npy_header(bytes);
  if (!header) return invalid(path, header.error().message);
  const auto element = element_type_of(path, header->descr, stated);
  if (!element) return element.error();
  // In one dimension, or none, both orders are the same.
  if (header->fortran_order && header->shape.size() > 1) {
    return invalid(path, "is in Fortran order",
                   "save it in C order: numpy.save(file, numpy.ascontiguousarray(array))");
  }

  const TensorType type{*element, header->shape};
  const std::string_view data = bytes.substr(header->data_offset);
  const auto needed = byte_size_of(type);
  if (!needed || *needed != data.size()) {
    return invalid(path,
                   "has " + std::to_string(data.size()) + " bytes of data, but its header says " +
                       to_text(type) + (needed ? ", which needs " + std::to_string(*needed) : ""),
                   "it was cut off, or written by two programs at once: make it again");
  }
  return Tensor{type, data, *file};
}

Result<Tensor> read_raw(const std::filesystem::path& path, const TensorType& type) {
  auto file = MappedFile::open(path);
  if (!file) return file.error();
  const std::string_view bytes = (*file)->bytes();
  const auto needed = byte_size_of(type);
  if (!needed || *needed != bytes.size()) {
    return invalid(path, "has " + std::to_string(bytes.size()) + " bytes, but " + to_text(type) +
                             (needed ? " needs " + std::to_string(*needed) : " is too large"));
  }
  return Tensor{type, bytes, *file};
}

}  // namespace sharkreg::core
