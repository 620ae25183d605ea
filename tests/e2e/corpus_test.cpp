// SPDX-License-Identifier: Apache-2.0
// `sharkreg compare` against the verdicts and first mismatches that iree-run-module was recorded to
// give.
#include <map>
#include <string>

#include <boost/json.hpp>
#include <doctest/doctest.h>

#include "base/json.h"
#include "sharkreg_run.h"

namespace sharkreg::e2e {
namespace {

namespace json = boost::json;

// RFC 4648, of well-formed text only.
std::string from_base64(std::string_view text) {
  constexpr std::string_view digits =
      "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
  std::string bytes;
  unsigned bits = 0;
  int count = 0;
  for (const char c : text) {
    if (c == '=') break;
    bits = (bits << 6 | static_cast<unsigned>(digits.find(c))) & 0xffffff;
    count += 6;
    if (count < 8) continue;
    count -= 8;
    bytes += static_cast<char>(bits >> count & 0xff);
  }
  return bytes;
}

std::string text_of(const json::value& value) {
  return json::value_to<std::string>(value);
}

const std::map<std::string, std::string> npy_types = {
    {"f16", "<f2"}, {"f32", "<f4"}, {"i32", "<i4"}};

Arguments compare_command(const Sandbox& sandbox, const json::object& recorded) {
  const std::string type = text_of(recorded.at("element_type"));
  const std::string expected = from_base64(text_of(recorded.at("expected")));
  const std::string actual = from_base64(text_of(recorded.at("actual")));
  const std::size_t count = static_cast<std::size_t>(recorded.at("count").as_int64());
  Arguments arguments{"compare", sandbox.write("expected.bin", expected)};
  // A raw file has no shape of its own: one that differs in shape must come as .npy.
  const std::size_t expected_count = expected.size() * count / actual.size();
  if (expected_count == count) {
    arguments.push_back(sandbox.write("actual.bin", actual));
  } else {
    arguments.push_back(sandbox.write("actual.npy", npy_vector(npy_types.at(type), count, actual)));
  }
  arguments.push_back("--value=" + std::to_string(expected_count) + "x" + type);
  for (const json::value& flag : recorded.at("flags").as_array()) {
    arguments.push_back("--args=" + text_of(flag));
  }
  return arguments;
}

void check_case(const Sandbox& sandbox, const json::object& recorded) {
  const Ended ended = sandbox.run(compare_command(sandbox, recorded));
  INFO("case ", recorded.at("id").as_int64(), "\n", ended.out, ended.err);
  CHECK(ended.exit_status == (recorded.at("verdict") == "match" ? 0 : 1));
  if (recorded.at("first_mismatch_index").is_null()) return;
  const std::string index = std::to_string(recorded.at("first_mismatch_index").as_int64());
  CHECK(contains(ended.out, "first_mismatch            index " + index + ":"));
}

}  // namespace

TEST_CASE("compare gives all 265 recorded verdicts and first mismatches") {
  const auto corpus =
      core::read_json_file(std::filesystem::path(SHARKREG_TEST_DATA) / "comparator_corpus.json");
  REQUIRE(corpus.has_value());
  const json::array& cases = corpus->at("cases").as_array();
  CHECK(cases.size() == 265);
  const Sandbox sandbox;
  for (const json::value& recorded : cases) check_case(sandbox, recorded.as_object());
}

}  // namespace sharkreg::e2e
