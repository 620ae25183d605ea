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

TEST_CASE("a URL is kept as written, its file name has no query") {
  const Source source = parse("https://host/a/b.mlir?sig=x/y");
  CHECK(source.is_url);
  CHECK(source.location == "https://host/a/b.mlir?sig=x/y");
  CHECK(source.unpacking == Unpacking{});
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

TEST_CASE("one compressed file is decompressed, and is called as what is in it") {
  for (const char* text :
       {"weights.npy.gz", "weights.npy.zst", "weights.npy.GZ", "x/weights.npy.Zst",
        "https://host/a/weights.npy.gz?sig=x.tar", "https://h/%77eights.npy%2egz"}) {
    const Source source = parse(text);
    CHECK_MESSAGE(source.file_name == "weights.npy", text);
    CHECK(source.unpacking == Unpacking{Unpacking::Kind::decompress, {}});
  }
  CHECK(parse("weights.npy.gz").location == "/suite/model/weights.npy.gz");
  CHECK(parse("https://host/w.npy.gz?sig=x").location == "https://host/w.npy.gz?sig=x");
  CHECK(parse("w.npy.gz.gz").file_name == "w.npy.gz");
}

TEST_CASE("what would have no extension once decompressed is left as it is") {
  for (const char* text : {"weights.gz", ".npy.gz", ".gz", "weights..zst", "weights.tar.gz",
                           "weights.TAR.zst", "w.npy.gzip", "w.npy.gz.", "w.npy.xz", "x.npy-gz"}) {
    const Source source = parse(text);
    CHECK_MESSAGE(source.file_name == text, text);
    CHECK_MESSAGE(source.unpacking == Unpacking{}, text);
  }
  CHECK(refusal_of("-w.npy.gz") == "a file name that does not begin with \"-\", as options do");
}

TEST_CASE("behind the name of an archive and # stands a member") {
  for (const char* ending :
       {".tar", ".tar.gz", ".tgz", ".tar.zst", ".tzst", ".tar.xz", ".tar.bz2", ".zip", ".TAR.Gz"}) {
    const std::string archive = std::string("data/all") + ending;
    const Source source = parse(archive + "#model/a/w.npy");
    CHECK_MESSAGE(source.location == "/suite/model/" + archive, archive);
    CHECK_MESSAGE(source.file_name == "w.npy", archive);
    CHECK(source.unpacking == Unpacking{Unpacking::Kind::member, "model/a/w.npy"});
    const Source remote = parse("https://host/" + archive + "?sig=x/y#model/a/w.npy");
    CHECK_MESSAGE(remote.location == "https://host/" + archive + "?sig=x/y", archive);
    CHECK(remote.unpacking == source.unpacking);
    CHECK(remote.file_name == "w.npy");
    CHECK(parse(archive).unpacking == Unpacking{});
  }
}

TEST_CASE("a member is taken as it is, also if it is compressed") {
  const Source source = parse("all.tar#w.npy.gz");
  CHECK(source.file_name == "w.npy.gz");
  CHECK(source.unpacking == Unpacking{Unpacking::Kind::member, "w.npy.gz"});
}

TEST_CASE("a # in a path counts behind the name of an archive alone, and once") {
  CHECK(parse("a#b.npy").location == "/suite/model/a#b.npy");
  CHECK(parse("a#b.npy.gz").location == "/suite/model/a#b.npy.gz");
  CHECK(parse("/d/a#b.zip").location == "/d/a#b.zip");
  const Source source = parse("/d#1/a#b.zip#c#d.tar#e?f%20.npy");
  CHECK(source.location == "/d#1/a#b.zip");
  CHECK(source.unpacking.member == "c#d.tar#e?f%20.npy");
  CHECK(source.file_name == "c#d.tar#e?f%20.npy");
}

TEST_CASE("a member is percent-decoded in a URL") {
  const Source source = parse("https://h/a%2Ezip#my%20model/%C3%A4%23%25.npy");
  CHECK(source.location == "https://h/a%2Ezip");
  CHECK(source.unpacking.member == "my model/ä#%.npy");
  CHECK(source.file_name == "ä#%.npy");
  CHECK(parse("https://h/a.zip#a%2Fb").unpacking.member == "a/b");
  CHECK(refusal_of("https://h/a.zip#100%") ==
        "whole escapes behind \"#\" (write %25 for a percent sign)");
}

TEST_CASE("a . in a member's path means nothing") {
  CHECK(parse("a.tar#./m/./w.npy").unpacking.member == "m/w.npy");
}

TEST_CASE("a URL with a fragment that leads to no member is refused, with what one is for") {
  for (const char* text :
       {"https://host/b.mlir#z", "https://host/b.mlir?a.tar#z", "https://host/#z",
        "https://host/b.npy.gz#z", "https://host#a.tar", "file:///a/b.mlir#"}) {
    CHECK_MESSAGE(refusal_of(text).starts_with(
                      "a URL without \"#\", which names a member of an archive (.tar, "),
                  text);
  }
}

TEST_CASE("a member that leads out of its archive, or nowhere, is refused") {
  const std::string expected =
      "a member's path that is relative, without \"..\" and empty parts, as in "
      "weights.tar#model/weights.npy";
  for (const char* member : {"", "/etc/passwd", "../x", "a/../x", "a/..", "..", "a//b", "a/"}) {
    CHECK_MESSAGE(refusal_of(std::string("a.tar#") + member) == expected, member);
    CHECK_MESSAGE(refusal_of(std::string("https://h/a.tar#") + member) == expected, member);
  }
  CHECK(refusal_of("https://h/a.tar#%2e%2e%2fx") == expected);
  CHECK(refusal_of("https://h/a.tar#%2Fx") == expected);
  CHECK(refusal_of("a.tar#./.") == "the path of a member behind \"#\", not of a directory");
  for (const char* member : {"a%00b", "a%0ab", "a%7f/b", "%ff"}) {
    CHECK_MESSAGE(refusal_of(std::string("https://h/a.tar#") + member) ==
                      "a member's path in UTF-8 without control characters",
                  member);
  }
}

TEST_CASE("a member's path has an end, and its file name that of all file names") {
  std::string path = "w";
  while (path.size() < 4096) path = "d/" + path;
  CHECK(refusal_of("a.tar#" + path) == "a member's path of at most 4096 bytes");
  path.erase(0, 2);
  CHECK(parse("a.tar#" + path).unpacking.member == path);
  CHECK(refusal_of("a.tar#d/" + std::string(256, 'x')) == "a file name of at most 255 bytes");
  CHECK(refusal_of("a.tar#d/-o") == "a file name that does not begin with \"-\", as options do");
}

TEST_CASE("two members of one archive are two artifacts") {
  CHECK(parse("a.tar#m").is_same_artifact(parse("./a.tar#./m")));
  CHECK_FALSE(parse("a.tar#m").is_same_artifact(parse("a.tar#n")));
  CHECK_FALSE(parse("a.tar#m").is_same_artifact(parse("a.tar")));
}

}  // namespace
}  // namespace sharkreg::core
