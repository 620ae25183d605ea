// SPDX-License-Identifier: Apache-2.0
#include "file_fetcher.h"

#include <chrono>
#include <filesystem>
#include <fstream>
#include <string>
#include <sys/stat.h>
#include <unistd.h>

#include <doctest/doctest.h>

#include <sharkreg/failure.h>

#include "base/files.h"
#include "file_url.h"

namespace file_fetcher {
namespace {

using sharkreg::Failure;
using sharkreg::core::TemporaryDirectory;

struct Files {
  TemporaryDirectory directory =
      TemporaryDirectory::create(std::filesystem::temp_directory_path(), "file-fetcher-").value();
  FileFetcher fetcher;

  std::string path(const std::string& name) const { return (directory.path() / name).string(); }

  std::string add(const std::string& name, const std::string& content) const {
    std::ofstream file(path(name), std::ios::binary);
    file << content;
    REQUIRE(file.flush());
    return path(name);
  }

  std::string read(const std::string& url, std::uint64_t offset = 0,
                   std::uint64_t length = sharkreg::ArtifactPart::to_end) {
    std::string all;
    fetcher.read(url, {offset, length, {}}, [&](const void* bytes, std::size_t size) {
      all.append(static_cast<const char*>(bytes), size);
      return true;
    });
    return all;
  }
};

template <class Function>
std::string failure_of(Failure::Kind kind, Function&& function) {
  try {
    function();
  } catch (const Failure& failure) {
    CHECK(failure.kind() == kind);
    return failure.what();
  }
  FAIL("nothing was thrown");
  return {};
}

bool contains(const std::string& text, const std::string& part) {
  return text.find(part) != std::string::npos;
}

TEST_CASE("the path is taken from URLs and absolute paths") {
  CHECK(path_from_url("/x/y z%20") == "/x/y z%20");
  CHECK(path_from_url("file:///x/y%20z") == "/x/y z");
  CHECK(path_from_url("FILE:///x/%C3%A9%2f%25") == "/x/\xC3\xA9/%");
  CHECK(path_from_url("file://localhost/x") == "/x");
  CHECK(path_from_url("file://LOCALHOST/x") == "/x");
  CHECK(path_from_url("file:/x/y") == "/x/y");
}

TEST_CASE("URLs that name no file of this machine are refused") {
  const auto refusal = [](const std::string& url) {
    return failure_of(Failure::Kind::invalid, [&] { path_from_url(url); });
  };
  CHECK(contains(refusal("file://server/share/x"), "names the host \"server\""));
  CHECK(contains(refusal("file://directory"), "names the host \"directory\""));
  CHECK(contains(refusal("file:x/y"), "does not hold an absolute path"));
  CHECK(contains(refusal("file://"), "does not hold an absolute path"));
  CHECK(contains(refusal("file:///x?version=2"), "has a query or a fragment"));
  CHECK(contains(refusal("file:///x#part"), "has a query or a fragment"));
  CHECK(contains(refusal("file:///x%2"), "has a '%'"));
  CHECK(contains(refusal("file:///x%zz"), "has a '%'"));
  CHECK(contains(refusal("file:///x%00y"), "zero byte"));
  CHECK(contains(refusal("https://example.org/x"), "is neither a file: URL nor an absolute path"));
  CHECK(contains(refusal("x/y"), "is neither a file: URL nor an absolute path"));
  CHECK(contains(refusal(""), "is neither a file: URL nor an absolute path"));
}

TEST_CASE("a file is described without being read") {
  Files files;
  const std::string path = files.add("a b.bin", "hello");
  for (const std::string& url : {path, "file://" + files.path("a%20b.bin")}) {
    CAPTURE(url);
    const auto information = files.fetcher.stat(url);
    REQUIRE(information.has_value());
    CHECK(information->size == 5);
    CHECK(information->ranges);
    CHECK(information->local_path == path);
    CHECK_FALSE(information->validator.empty());
  }
}

TEST_CASE("the validator changes with the file, not by itself") {
  Files files;
  const std::string path = files.add("a.bin", "hello");
  const std::string before = files.fetcher.stat(path)->validator;
  CHECK(files.fetcher.stat(path)->validator == before);

  // Of equal size and age, but another file.
  const std::string other = files.add("b.bin", "world");
  std::filesystem::last_write_time(other, std::filesystem::last_write_time(path));
  std::filesystem::rename(other, path);
  const std::string replaced = files.fetcher.stat(path)->validator;
  CHECK(replaced != before);

  std::filesystem::last_write_time(
      path, std::filesystem::last_write_time(path) + std::chrono::nanoseconds(1));
  CHECK(files.fetcher.stat(path)->validator != replaced);
}

TEST_CASE("a missing file is absent, not an error") {
  Files files;
  CHECK_FALSE(files.fetcher.stat(files.path("missing")).has_value());
  CHECK_FALSE(files.fetcher.stat(files.add("file", "x") + "/below").has_value());
  CHECK(contains(failure_of(Failure::Kind::failed, [&] { files.read(files.path("missing")); }),
                 "missing: No such file or directory"));
}

TEST_CASE("what is not a regular file is refused without waiting for it") {
  Files files;
  CHECK(contains(failure_of(Failure::Kind::invalid, [&] { files.fetcher.stat(files.path(".")); }),
                 "is a directory, not a file"));
  REQUIRE(::mkfifo(files.path("pipe").c_str(), 0600) == 0);
  CHECK(
      contains(failure_of(Failure::Kind::invalid, [&] { files.fetcher.stat(files.path("pipe")); }),
               "is a device, pipe or socket, not a file"));
}

TEST_CASE("a path that cannot be followed is a failure that says why") {
  Files files;
  std::filesystem::create_symlink("loop", files.path("loop"));
  CHECK(contains(failure_of(Failure::Kind::failed, [&] { files.fetcher.stat(files.path("loop")); }),
                 "Too many levels of symbolic links"));
}

// Root may read everything.
TEST_CASE("a file that may not be read is a failure that says why" *
          doctest::skip(::geteuid() == 0)) {
  Files files;
  const std::string path = files.add("secret", "x");
  std::filesystem::permissions(path, std::filesystem::perms::none);
  CHECK(contains(failure_of(Failure::Kind::failed, [&] { files.fetcher.stat(path); }),
                 "Permission denied"));
}

TEST_CASE("any range can be read") {
  Files files;
  const std::string path = files.add("a.bin", "0123456789");
  CHECK(files.read(path) == "0123456789");
  CHECK(files.read("file://" + path, 3, 4) == "3456");
  CHECK(files.read(path, 7) == "789");
  CHECK(files.read(path, 10).empty());
  CHECK(files.read(path, 2, 0).empty());
  CHECK(files.read(files.add("empty", "")).empty());
}

TEST_CASE("a range beyond the end of the file is a failure") {
  Files files;
  const std::string path = files.add("a.bin", "0123456789");
  CHECK(contains(failure_of(Failure::Kind::failed, [&] { files.read(path, 8, 4); }),
                 "ended after 2 of 4 bytes from 8 on"));
  CHECK(contains(failure_of(Failure::Kind::invalid, [&] { files.read(path, 11); }),
                 "has 10 bytes, so none can be read from 11 on"));
}

TEST_CASE("a large file comes in order, in pieces of bounded size") {
  Files files;
  std::string content(3'500'000, '\0');
  for (std::size_t index = 0; index < content.size(); ++index) {
    content[index] = static_cast<char>(index * 2654435761u >> 16);
  }
  const std::string path = files.add("large.bin", content);
  std::string all;
  std::size_t pieces = 0;
  files.fetcher.read(path, {}, [&](const void* bytes, std::size_t size) {
    CHECK(size <= std::size_t{1} << 20);
    all.append(static_cast<const char*>(bytes), size);
    ++pieces;
    return true;
  });
  CHECK(pieces == 4);
  CHECK(all == content);
}

TEST_CASE("reading stops when the host does not want more") {
  Files files;
  const std::string path = files.add("large.bin", std::string(3'000'000, 'x'));
  int pieces = 0;
  failure_of(Failure::Kind::cancelled, [&] {
    files.fetcher.read(path, {}, [&](const void*, std::size_t) { return ++pieces < 2; });
  });
  CHECK(pieces == 2);
}

}  // namespace
}  // namespace file_fetcher
