// SPDX-License-Identifier: Apache-2.0
// Verdicts of iree-run-module itself: the host and the comparator together must give the same.
#include <cstdint>
#include <filesystem>
#include <fstream>
#include <string>
#include <string_view>

#include <boost/json.hpp>
#include <doctest/doctest.h>

#include "base/files.h"
#include "base/json.h"
#include "iree_threshold.h"
#include "judge/comparison.h"
#include "judge/tensor_type.h"

namespace sharkreg::core {
namespace {

std::string decode_base64(std::string_view text) {
  static constexpr std::string_view digits =
      "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
  std::string bytes;
  std::uint32_t collected = 0;
  int bits = 0;
  for (const char c : text) {
    const auto digit = digits.find(c);
    if (digit == std::string_view::npos) break;
    collected = collected << 6 | static_cast<std::uint32_t>(digit);
    bits += 6;
    if (bits < 8) continue;
    bits -= 8;
    bytes += static_cast<char>(collected >> bits & 0xff);
  }
  return bytes;
}

void write_file(const std::filesystem::path& path, const std::string& content) {
  std::ofstream file(path, std::ios::binary);
  file << content;
  REQUIRE(file.flush());
}

// The corpus has vectors only, so a size says it all; of "shape" cases the two sizes differ.
std::string vector_type(const std::string& element, std::size_t byte_size) {
  const auto type = element_type_from_name(element);
  REQUIRE(type.has_value());
  return std::to_string(byte_size / byte_size_of(*type)) + "x" + element;
}

// Writes the two tensors of a recorded case into `directory`.
ComparisonRequest request_for(const boost::json::object& recorded,
                              const std::filesystem::path& directory) {
  const std::string element(recorded.at("element_type").as_string());
  const std::string expected = decode_base64(recorded.at("expected").as_string());
  ComparisonRequest request;
  request.expected_file = directory / "expected.bin";
  request.expected_format = "bin";
  request.expected_value = vector_type(element, expected.size());
  request.actual_file = directory / "actual.bin";
  request.actual_format = "bin";
  request.declared = DeclaredResult{element, {-1}};
  for (const auto& flag : recorded.at("flags").as_array()) {
    request.arguments.emplace_back(flag.as_string());
  }
  write_file(request.expected_file, expected);
  write_file(request.actual_file, decode_base64(recorded.at("actual").as_string()));
  return request;
}

TEST_CASE("all verdicts and first mismatches of the recorded runtime are met") {
  const auto corpus = read_json_file(SHARKREG_TEST_DATA "/comparator_corpus.json");
  REQUIRE(corpus.has_value());
  const auto& cases = corpus->at("cases").as_array();
  CHECK(cases.size() == 265);
  const auto directory =
      TemporaryDirectory::create(std::filesystem::temp_directory_path(), "corpus-").value();
  iree_threshold::IreeThreshold comparator;
  for (const auto& value : cases) {
    const auto& recorded = value.as_object();
    const std::int64_t id = recorded.at("id").as_int64();
    CAPTURE(id);
    const auto outcome = compare_tensors(request_for(recorded, directory.path()), comparator);
    CAPTURE(outcome.sentence);

    using Kind = ComparisonOutcome::Kind;
    const bool match = recorded.at("verdict").as_string() == "match";
    const bool differs_in_shape = recorded.at("tag").as_string() == "shape";
    CHECK(outcome.kind == (match              ? Kind::match
                           : differs_in_shape ? Kind::different_type
                                              : Kind::mismatch));
    const auto& index = recorded.at("first_mismatch_index");
    const bool names_first = outcome.comparison && outcome.comparison->first;
    REQUIRE(names_first == index.is_int64());
    if (names_first) CHECK(outcome.comparison->first->index == index.as_int64());
  }
}

}  // namespace
}  // namespace sharkreg::core
