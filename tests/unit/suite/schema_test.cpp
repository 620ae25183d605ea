// SPDX-License-Identifier: Apache-2.0
// The schema for editors and the loader must not drift apart.
#include <algorithm>
#include <regex>
#include <set>
#include <string>
#include <vector>

#include <boost/json/value.hpp>
#include <doctest/doctest.h>
#include <fmt/format.h>

#include <sharkreg/tensor.h>

#include "base/json.h"
#include "model_file.h"
#include "suite/backend_fields.h"
#include "suite/field_names.h"
#include "suite/value.h"

namespace sharkreg::core {
namespace {

struct WithSchema {
  boost::json::value schema =
      read_json_file(SHARKREG_SOURCE_DIR "/regression_tests/model.schema.json").value();

  std::vector<std::string> names(const char* pointer) const {
    std::vector<std::string> names;
    for (const auto& member : schema.at_pointer(pointer).as_object())
      names.emplace_back(member.key());
    return names;
  }

  std::string text(const char* pointer) const {
    return std::string(schema.at_pointer(pointer).as_string());
  }

  // Patterns for names of fields that match the name.
  std::ptrdiff_t matching(const std::string& name) const {
    const std::vector<std::string> patterns = names("/patternProperties");
    return std::count_if(patterns.begin(), patterns.end(), [&](const std::string& pattern) {
      return std::regex_search(name, std::regex(pattern));
    });
  }
};

std::set<std::string> set_of(const std::vector<std::string>& names) {
  return {names.begin(), names.end()};
}

TEST_CASE_FIXTURE(WithSchema, "schema and loader know the same fields") {
  CHECK(set_of(names("/properties")) == set_of(field_names({})));
  CHECK_FALSE(schema.at("additionalProperties").as_bool());
}

TEST_CASE_FIXTURE(WithSchema, "schema and loader know the same fields of backends") {
  const std::vector<std::string> fields = backend_field_names("npu2");
  CHECK(names("/patternProperties").size() == fields.size());
  for (const std::string& field : fields) CHECK_MESSAGE(matching(field) == 1, field);
  for (const std::string& field : field_names({})) CHECK_MESSAGE(matching(field) == 0, field);
  CHECK(matching("Npu_compiler_flags") == 0);
  CHECK(matching("a_b_compiler_flags") == 0);
}

TEST_CASE_FIXTURE(WithSchema, "schema and loader take the same values") {
  const std::regex compared(text("/$defs/compared_value/pattern"));
  const std::regex input(text("/$defs/input_value/pattern"));
  std::vector<std::string> values = {
      "1x64",   "?xf32", "4xfp16", "i32=5", "i32=", "-1xf32",     "x",       "f32x2",
      "4xf32 ", "i4",    "ui2",    "index", "3xx8", "2xf4E2M1FN", "f6E3M2FN"};
  for (const auto& type : element_types) {
    values.push_back(fmt::format("2x3x{}", type.name));
    values.push_back(fmt::format("s{}", type.name));
  }
  for (const std::string& value : values) {
    CHECK_MESSAGE(std::regex_search(value, compared) ==
                      !find_value_problem(value, ValueUse::output).has_value(),
                  value);
    CHECK_MESSAGE(std::regex_search(value, input) ==
                      !find_value_problem(value, ValueUse::input_with_contents).has_value(),
                  value);
  }
}

TEST_CASE_FIXTURE(WithSchema, "schema and loader know the same members of sources and tensors") {
  const std::set<std::string> source = {"source", "sha256", "md5"};
  CHECK(set_of(names("/$defs/pinned_source/properties")) == source);
  std::set<std::string> tensor = source;
  tensor.insert("value");
  CHECK(set_of(names("/$defs/input/properties")) == tensor);
  CHECK(set_of(names("/$defs/output/properties")) == tensor);
}

TEST_CASE_FIXTURE(WithSchema, "schema and loader take the same digests") {
  const ModelFile model;
  for (const char* name : {"sha256", "md5"}) {
    const std::regex pattern(text(fmt::format("/$defs/{}/pattern", name).c_str()));
    for (const std::size_t length : {0U, 31U, 32U, 33U, 63U, 64U, 65U}) {
      for (const char last : {'0', 'f', 'F', 'g', ' '}) {
        const std::string digest = length == 0 ? "" : std::string(length - 1, 'a') + last;
        CHECK_MESSAGE(
            std::regex_search(digest, pattern) ==
                model
                    .load(fmt::format(R"({{"mlir": {{"source": "p", "{}": "{}"}}}})", name, digest))
                    .test_case.has_value(),
            name, " ", digest);
      }
    }
  }
}

TEST_CASE_FIXTURE(WithSchema, "every reference within the schema leads somewhere") {
  const std::string text = to_json_line(schema);
  const std::regex reference("\"\\$ref\":\"#(/\\$defs/[a-z0-9_]+)\"");
  std::size_t references = 0;
  for (auto match = std::sregex_iterator(text.begin(), text.end(), reference);
       match != std::sregex_iterator(); ++match, ++references) {
    CHECK_NOTHROW(schema.at_pointer((*match)[1].str()));
  }
  CHECK(references > 10);
}

}  // namespace
}  // namespace sharkreg::core
