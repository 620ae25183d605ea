// SPDX-License-Identifier: Apache-2.0
#include "plugin_host/tree.h"

#include <cmath>
#include <limits>

#include <boost/json.hpp>
#include <doctest/doctest.h>

namespace sharkreg::core {
namespace {

namespace json = boost::json;

// A reader with the paths and values of C++.
struct Read {
  explicit Read(const Tree& tree) : reader(tree.reader()) {}

  sr_value_kind kind(std::string_view path) const { return reader->kind(reader, to_abi(path)); }
  sr_status text(std::string_view path, std::string& out) const {
    sr_string text{};
    const sr_status status = reader->get_string(reader, to_abi(path), &text);
    out = from_abi(text);
    return status;
  }
  sr_status integer(std::string_view path, std::int64_t& out) const {
    return reader->get_integer(reader, to_abi(path), &out);
  }
  sr_status number(std::string_view path, double& out) const {
    return reader->get_number(reader, to_abi(path), &out);
  }
  sr_status boolean(std::string_view path, std::int32_t& out) const {
    return reader->get_boolean(reader, to_abi(path), &out);
  }
  sr_status count(std::string_view path, std::size_t& out) const {
    return reader->get_count(reader, to_abi(path), &out);
  }
  sr_status key(std::string_view path, std::size_t index, std::string& out) const {
    sr_string text{};
    const sr_status status = reader->get_key(reader, to_abi(path), index, &text);
    out = from_abi(text);
    return status;
  }

  const sr_reader* reader;
};

// A writer, and the tree as text.
struct Write {
  sr_status text(std::string_view path, std::string_view value) {
    return writer->put_string(writer, to_abi(path), to_abi(value));
  }
  sr_status integer(std::string_view path, std::int64_t value) {
    return writer->put_integer(writer, to_abi(path), value);
  }
  sr_status number(std::string_view path, double value) {
    return writer->put_number(writer, to_abi(path), value);
  }
  sr_status boolean(std::string_view path, std::int32_t value) {
    return writer->put_boolean(writer, to_abi(path), value);
  }
  sr_status array(std::string_view path) { return writer->put_array(writer, to_abi(path)); }
  sr_status object(std::string_view path) { return writer->put_object(writer, to_abi(path)); }
  std::string result() const { return json::serialize(tree.value()); }

  Tree tree;
  sr_writer* writer = tree.writer();
};

json::value sample() {
  return json::parse(R"({
    "text": "tide", "integer": -7, "number": 2.5, "huge": 18446744073709551615, "yes": true,
    "null": null, "empty": {}, "list": [1, "two", [3]], "a/b": {"~": 1}, "": {"": 5},
    "0": "zero"})");
}

TEST_CASE("a reader finds what stands at a path") {
  const Tree tree(sample());
  const Read read(tree);
  std::string text;
  CHECK(read.text("/text", text) == SR_OK);
  CHECK(text == "tide");
  CHECK(read.text("/list/1", text) == SR_OK);
  CHECK(text == "two");
  CHECK(read.text("/0", text) == SR_OK);
  CHECK(text == "zero");
  std::int64_t integer = 0;
  CHECK(read.integer("/integer", integer) == SR_OK);
  CHECK(integer == -7);
  CHECK(read.integer("/list/2/0", integer) == SR_OK);
  CHECK(integer == 3);
  CHECK(read.integer("/a~1b/~0", integer) == SR_OK);
  CHECK(integer == 1);
  CHECK(read.integer("//", integer) == SR_OK);
  CHECK(integer == 5);
  double number = 0;
  CHECK(read.number("/number", number) == SR_OK);
  CHECK(number == 2.5);
  CHECK(read.number("/integer", number) == SR_OK);
  CHECK(number == -7);
  CHECK(read.number("/huge", number) == SR_OK);
  CHECK(number == doctest::Approx(1.8446744073709552e19));
  std::int32_t boolean = 0;
  CHECK(read.boolean("/yes", boolean) == SR_OK);
  CHECK(boolean == 1);
}

TEST_CASE("a reader tells kinds") {
  const Tree tree(sample());
  const Read read(tree);
  CHECK(read.kind("") == SR_KIND_OBJECT);
  CHECK(read.kind("/text") == SR_KIND_STRING);
  CHECK(read.kind("/integer") == SR_KIND_INTEGER);
  CHECK(read.kind("/number") == SR_KIND_NUMBER);
  CHECK(read.kind("/huge") == SR_KIND_NUMBER);
  CHECK(read.kind("/yes") == SR_KIND_BOOLEAN);
  CHECK(read.kind("/null") == SR_KIND_NULL);
  CHECK(read.kind("/list") == SR_KIND_ARRAY);
  CHECK(read.kind("/nothing") == SR_KIND_ABSENT);
  CHECK(read.kind("no pointer") == SR_KIND_ABSENT);
  const Tree nothing;
  CHECK(Read(nothing).kind("") == SR_KIND_ABSENT);
  const Tree null(nullptr);
  CHECK(Read(null).kind("") == SR_KIND_NULL);
}

TEST_CASE("a reader tells absent from wrong") {
  const Tree tree(sample());
  const Read read(tree);
  std::string text;
  for (const char* path : {"/nothing", "/text/deeper", "/list/3", "/list/-", "/list/01", "/list/x",
                           "/list/99999999999999999999", "/a", "/null/a", "/empty/"}) {
    CAPTURE(path);
    CHECK(read.text(path, text) == SR_ABSENT);
  }
  for (const char* path : {"", "/integer", "/list", "/null", "/yes", "text", "/~"}) {
    CAPTURE(path);
    CHECK(read.text(path, text) == SR_INVALID);
  }
  std::int64_t integer = 11;
  for (const char* path : {"/number", "/huge", "/text", "/yes"}) {
    CAPTURE(path);
    CHECK(read.integer(path, integer) == SR_INVALID);
  }
  CHECK(integer == 11);
  double number = 0;
  CHECK(read.number("/text", number) == SR_INVALID);
  CHECK(read.number("/nothing", number) == SR_ABSENT);
  std::int32_t boolean = 0;
  CHECK(read.boolean("/integer", boolean) == SR_INVALID);
  CHECK(read.boolean("/nothing", boolean) == SR_ABSENT);
}

TEST_CASE("a reader counts, and lists keys in a fixed order") {
  const Tree tree(json::parse(R"({"z": 1, "a": 2, "list": [1, 2, 3]})"));
  const Read read(tree);
  std::size_t count = 0;
  CHECK(read.count("", count) == SR_OK);
  CHECK(count == 3);
  CHECK(read.count("/list", count) == SR_OK);
  CHECK(count == 3);
  CHECK(read.count("/z", count) == SR_INVALID);
  CHECK(read.count("/y", count) == SR_ABSENT);
  std::string key;
  CHECK(read.key("", 0, key) == SR_OK);
  CHECK(key == "z");
  CHECK(read.key("", 2, key) == SR_OK);
  CHECK(key == "list");
  CHECK(read.key("", 3, key) == SR_ABSENT);
  CHECK(read.key("/list", 0, key) == SR_INVALID);
  CHECK(read.key("/y", 0, key) == SR_ABSENT);
}

TEST_CASE("a writer makes parents on the way") {
  Write write;
  CHECK(write.text("/actions/-/name", "compile") == SR_OK);
  CHECK(write.text("/actions/0/arguments/-", "--a") == SR_OK);
  CHECK(write.text("/actions/0/arguments/-/-", "--b=") == SR_OK);
  CHECK(write.text("/actions/0/arguments/1/1/out", "module") == SR_OK);
  CHECK(write.integer("/actions/1/slots", 2) == SR_OK);
  CHECK(write.number("/number", 0.5) == SR_OK);
  CHECK(write.boolean("/yes", 5) == SR_OK);
  CHECK(write.array("/none") == SR_OK);
  CHECK(write.object("/empty") == SR_OK);
  CHECK(write.integer("/a~1b/~0", 1) == SR_OK);
  CHECK(write.tree.value() == json::parse(R"({
    "actions": [{"name": "compile", "arguments": ["--a", ["--b=", {"out": "module"}]]},
                {"slots": 2}],
    "number": 0.5, "yes": true, "none": [], "empty": {}, "a/b": {"~": 1}})"));
}

TEST_CASE("in an object that is there, numbers and a dash are keys") {
  Write write;
  CHECK(write.object("/map") == SR_OK);
  CHECK(write.integer("/map/-", 1) == SR_OK);
  CHECK(write.integer("/map/7", 2) == SR_OK);
  CHECK(write.integer("/map/-", 3) == SR_OK);
  CHECK(write.result() == R"({"map":{"-":3,"7":2}})");
}

TEST_CASE("the last scalar counts, and containers stay") {
  Write write;
  CHECK(write.text("/a", "one") == SR_OK);
  CHECK(write.integer("/a", 2) == SR_OK);
  CHECK(write.text("/list/-", "x") == SR_OK);
  CHECK(write.array("/list") == SR_OK);
  CHECK(write.object("") == SR_OK);
  CHECK(write.text("/list/0", "y") == SR_OK);
  CHECK(write.result() == R"({"a":2,"list":["y"]})");
}

TEST_CASE("a root may be anything") {
  Write scalar;
  CHECK(scalar.text("", "root") == SR_OK);
  CHECK(scalar.integer("", 3) == SR_OK);
  CHECK(scalar.integer("/a", 3) == SR_INVALID);
  CHECK(scalar.result() == "3");
  Write list;
  CHECK(list.integer("/-", 1) == SR_OK);
  CHECK(list.integer("/1", 2) == SR_OK);
  CHECK(list.result() == "[1,2]");
}

TEST_CASE("a writer refuses what contradicts, and changes nothing then") {
  Write write;
  CHECK(write.text("/text", "x") == SR_OK);
  CHECK(write.integer("/list/-", 1) == SR_OK);
  CHECK(write.object("/object") == SR_OK);
  const std::string before = write.result();
  for (const char* path :
       {"/text/deeper", "/text/-", "/list", "/object", "/list/2", "/list/01", "/list/name",
        "/new/1", "/list/-/3/a", "/object/new/1/a", "text", "/~"}) {
    CAPTURE(path);
    CHECK(write.text(path, "x") == SR_INVALID);
  }
  CHECK(write.array("/text") == SR_INVALID);
  CHECK(write.array("/object") == SR_INVALID);
  CHECK(write.object("/list") == SR_INVALID);
  CHECK(write.result() == before);
}

TEST_CASE("a writer takes UTF-8 and finite numbers only") {
  Write write;
  CHECK(write.text("/a", "\xc3\xb6") == SR_OK);
  CHECK(write.text("/b", "\xff") == SR_INVALID);
  CHECK(write.text("/b", "\xc3") == SR_INVALID);
  CHECK(write.text("/\xff", "x") == SR_INVALID);
  CHECK(write.number("/b", std::nan("")) == SR_INVALID);
  CHECK(write.number("/b", std::numeric_limits<double>::infinity()) == SR_INVALID);
  CHECK(write.text("/zero", std::string_view("\0", 1)) == SR_OK);
  CHECK(write.writer->put_string(write.writer, to_abi("/none"), sr_string{nullptr, 0}) == SR_OK);
  CHECK(write.result() == "{\"a\":\"\xc3\xb6\",\"zero\":\"\\u0000\",\"none\":\"\"}");
}

TEST_CASE("a writer bounds the depth") {
  Write write;
  std::string path;
  for (int level = 0; level < 64; ++level) path += "/a";
  CHECK(write.integer(path, 1) == SR_OK);
  CHECK(write.integer(path + "/a", 1) == SR_INVALID);
  Write fresh;
  CHECK(fresh.integer(path + "/a", 1) == SR_INVALID);
}

TEST_CASE("what fails says why, and the last text counts") {
  Tree tree;
  CHECK(tree.failure_message().empty());
  tree.writer()->fail(tree.writer(), to_abi("first"), to_abi("first hint"));
  tree.writer()->fail(tree.writer(), to_abi("second \xff"), sr_string{nullptr, 0});
  CHECK(tree.failure_message() == "second \xef\xbf\xbd");
  CHECK(tree.failure_hint().empty());
}

TEST_CASE("what is written can be read at once") {
  Write write;
  CHECK(write.text("/schema", "sharkreg.sample/1") == SR_OK);
  CHECK(schema_of(write.tree) == "sharkreg.sample/1");
  const Tree nothing;
  CHECK(schema_of(nothing).empty());
  CHECK(write.integer("/schema", 1) == SR_OK);
  CHECK(schema_of(write.tree).empty());
}

}  // namespace
}  // namespace sharkreg::core
