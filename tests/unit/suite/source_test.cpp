// SPDX-License-Identifier: Apache-2.0
#include "suite/source.h"

#include <doctest/doctest.h>

namespace sharkreg::core {
namespace {

Source parse(std::string_view text) {
  const Result<Source> source = parse_source(text, "/suite/model");
  REQUIRE_MESSAGE(source.has_value(), text);
  CHECK(source->text == text);
  return *source;
}

std::string refusal_of(std::string_view text) {
  const Result<Source> source = parse_source(text, "/suite/model");
  if (source) return "none: " + source->file_name;
  CHECK(source.error().kind == ErrorKind::invalid);
  return source.error().message;
}

TEST_CASE("a relative path starts at the directory of the model file") {
  const Source source = parse("../data/./x.npy");
  CHECK_FALSE(source.is_url);
  CHECK(source.location == "/suite/data/x.npy");
  CHECK(source.file_name == "x.npy");
}

TEST_CASE("an absolute path is taken as it is") {
  const Source source = parse("/data/x y?#%20.npy");
  CHECK(source.location == "/data/x y?#%20.npy");
  CHECK(source.file_name == "x y?#%20.npy");
}

TEST_CASE("a URL is kept as written, its file name has neither query nor fragment") {
  const Source source = parse("https://host/a/b.mlir?sig=x/y#z");
  CHECK(source.is_url);
  CHECK(source.location == "https://host/a/b.mlir?sig=x/y#z");
  CHECK(source.file_name == "b.mlir");
  CHECK(parse("file:///a/b.mlir").file_name == "b.mlir");
  CHECK(parse("s3+x.y-1://bucket/b.mlir").is_url);
}

TEST_CASE("what only looks like a URL is a path") {
  CHECK_FALSE(is_url("c://dir/file"));
  CHECK_FALSE(is_url("://dir/file"));
  CHECK_FALSE(is_url("1http://dir/file"));
  CHECK_FALSE(is_url("dir/http://file"));
  CHECK_FALSE(is_url("http:/file"));
}

TEST_CASE("an escaped name is decoded if that gives a plain name, else kept") {
  CHECK(parse("https://host/a%20b%2Birpa").file_name == "a b+irpa");
  CHECK(parse("https://host/a%2fb").file_name == "a%2fb");
  CHECK(parse("https://host/%2e%2e").file_name == "%2e%2e");
  CHECK(parse("https://host/%2dx").file_name == "%2dx");
  CHECK(parse("https://host/a%00b").file_name == "a%00b");
  CHECK(parse("https://host/a%0ab").file_name == "a%0ab");
  CHECK(parse("https://host/a%ffb").file_name == "a%ffb");
  CHECK(parse("https://host/100%").file_name == "100%");
  CHECK(parse("https://host/100%zz").file_name == "100%zz");
}

TEST_CASE("a source without a file name is refused") {
  const std::string expected = "a path or URL that ends in a file name";
  CHECK(refusal_of("") == "a path or a URL");
  for (const char* text :
       {"data/", "/", ".", "..", "data/..", "https://host", "https://host/", "https://host/dir/",
        "https://host/..", "https://host?file=x.mlir", "https://"}) {
    CHECK_MESSAGE(refusal_of(text) == expected, text);
  }
}

TEST_CASE("a file name that a tool would take for an option is refused") {
  const std::string expected = "a file name that does not begin with \"-\", as options do";
  CHECK(refusal_of("-o.mlir") == expected);
  CHECK(refusal_of("https://host/--help") == expected);
}

TEST_CASE("control characters are refused, also in the middle of a URL") {
  CHECK(refusal_of(std::string("a\0b", 3)) == "a path or URL without control characters");
  CHECK(refusal_of("a\nb") == "a path or URL without control characters");
  CHECK(refusal_of("https://host/\x7f/x") == "a path or URL without control characters");
}

TEST_CASE("spaces stand in paths, not in URLs") {
  CHECK(parse("my data/x y.npy").file_name == "x y.npy");
  for (const char* url : {"https://host/x y.npy", "https://host/x.npy?a\"b", "https://h/<x>.npy"}) {
    CHECK(refusal_of(url) == "a URL without spaces and any of \"<>\\` (write %20 for a space)");
  }
}

TEST_CASE("a file name that no file system takes is refused") {
  CHECK(refusal_of(std::string(256, 'x')) == "a file name of at most 255 bytes");
  CHECK(parse(std::string(255, 'x')).file_name.size() == 255);
}

}  // namespace
}  // namespace sharkreg::core
