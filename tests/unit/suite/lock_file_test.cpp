// SPDX-License-Identifier: Apache-2.0
#include "suite/lock_file.h"

#include <doctest/doctest.h>
#include <fmt/format.h>

#include "base/digest.h"
#include "base/files.h"
#include "suite/source.h"

namespace sharkreg::core {
namespace {

namespace fs = std::filesystem;

const std::string sha = sha256_of("a");
const fs::path place = "/suite/sharkreg.lock";

Source source(const std::string& text, const fs::path& directory = "/suite/model") {
  return parse_source(text, directory).value();
}

// Why a lock file with this text is refused, without its name.
std::string refusal(std::string_view text) {
  const auto lock = LockFile::parse(text, place);
  if (lock) return "it is taken";
  CHECK(lock.error().kind == ErrorKind::invalid);
  CHECK_FALSE(lock.error().hint.empty());
  REQUIRE(lock.error().message.starts_with(place.native() + ":"));
  return lock.error().message.substr(place.native().size() + 1);
}

std::string refusal_of_artifact(std::string_view key, std::string_view value) {
  return refusal(fmt::format(R"({{"version": 1, "artifacts": {{"{}": {}}}}})", key, value));
}

TEST_CASE("lock file: an artifact a line, sorted by key") {
  LockFile lock(place);
  CHECK(lock.text() == "{\n  \"version\": 1,\n  \"artifacts\": {}\n}\n");
  lock.set("https://host/b", {sha, 5});
  lock.set("a \"quoted\"", {sha, 18446744073709551615U});
  const std::string text = lock.text();
  CHECK(text == fmt::format("{{\n"
                            "  \"version\": 1,\n"
                            "  \"artifacts\": {{\n"
                            "    \"a \\\"quoted\\\"\": {{\"sha256\": \"{0}\", \"size\": "
                            "18446744073709551615}},\n"
                            "    \"https://host/b\": {{\"sha256\": \"{0}\", \"size\": 5}}\n"
                            "  }}\n"
                            "}}\n",
                            sha));
  const auto again = LockFile::parse(text, place);
  REQUIRE(again.has_value());
  CHECK(again->artifacts() == lock.artifacts());
  CHECK(again->text() == text);
  CHECK(LockFile::parse(LockFile(place).text(), place)->artifacts().empty());
}

TEST_CASE("lock file: an artifact is found by URL, or by its path from the lock file") {
  LockFile lock(place);
  CHECK(lock.key_of(source("https://host/a.npy")) == "https://host/a.npy");
  CHECK(lock.key_of(source("files/a.npy")) == "model/files/a.npy");
  CHECK(lock.key_of(source("../model/./a.npy")) == "model/a.npy");
  CHECK(lock.key_of(source("../../else/a.npy")) == "../else/a.npy");
  CHECK(lock.key_of(source("/suite/model/a.npy")) == "/suite/model/a.npy");
  lock.set("model/a.npy", {sha, 1});
  REQUIRE(lock.find(source("a.npy")) != nullptr);
  CHECK(lock.find(source("a.npy"))->size == 1);
  CHECK(lock.find(source("a.npy", "/suite/other")) == nullptr);
  CHECK(lock.find(source("/suite/model/a.npy")) == nullptr);
  lock.remove("model/a.npy");
  CHECK(lock.find(source("a.npy")) == nullptr);
}

TEST_CASE("lock file: nothing secret of a URL is written, and another signature finds it") {
  LockFile lock(place);
  const std::string key = lock.key_of(source("https://me:pw@host/a.npy?sig=swordfish"));
  CHECK(key == "https://***@host/a.npy?***");
  lock.set(key, {sha, 1});
  CHECK(LockFile::parse(lock.text(), place).has_value());
  CHECK(lock.find(source("https://me:new@host/a.npy?sig=herring")) != nullptr);
  CHECK(lock.find(source("https://host/a.npy")) == nullptr);
}

TEST_CASE("lock file: what is no lock file is told in one message") {
  CHECK(refusal("") == "1:1: found nothing, it is empty, expected a JSON value");
  CHECK(refusal("{\"version\": 1, \"artif") ==
        "1:22: found the end, it looks cut off, expected the closing quote of a text");
  CHECK(refusal("[]") == " found an array, expected an object, which a lock file is");
  CHECK(refusal("{}") == " found no \"version\", expected the version of lock files, 1");
  CHECK(refusal(R"({"version": 1})") ==
        " found no \"artifacts\", expected an object: URL or path to artifact");
  CHECK(refusal(R"({"version": 1, "artifacts": []})") ==
        " /artifacts: found an array, expected an object: URL or path to artifact");
  CHECK(refusal(R"({"version": 1, "artefacts": {}, "artifacts": {}})") ==
        " /artefacts: found the unknown field \"artefacts\", expected version or artifacts; "
        "did you mean artifacts?");
}

TEST_CASE("lock file: of another version nothing else is said") {
  CHECK(refusal(R"({"artifacts": 5, "version": 2, "more": 1})") ==
        " /version: found the number 2, expected 1, the only version that this sharkreg knows");
  for (const char* version : {"\"1\"", "1.0", "-1", "null"}) {
    CAPTURE(version);
    CHECK(refusal(fmt::format(R"({{"version": {}, "artifacts": {{}}}})", version))
              .starts_with(" /version: found "));
  }
}

TEST_CASE("lock file: duplicates are refused, in digests as well") {
  const std::string artifact = fmt::format(R"({{"sha256": "{}", "size": 1}})", sha);
  const std::string text =
      fmt::format(R"({{"version": 1, "artifacts": {{"a": {0}, "a": {0}}}}})", artifact);
  CHECK(refusal(text).find("/artifacts/a: found the key \"a\" again") != std::string::npos);
  CHECK(refusal_of_artifact("a", fmt::format(R"({{"sha256": "{0}", "size": 1, "size": 2}})", sha))
            .find("/artifacts/a/size: found the key \"size\" again") != std::string::npos);
}

TEST_CASE("lock file: each artifact has a digest and a size") {
  CHECK(refusal_of_artifact("a", "5") ==
        " /artifacts/a: found the number 5, expected an object with \"sha256\" and \"size\"");
  CHECK(refusal_of_artifact("a", R"({"size": 1})") ==
        " /artifacts/a: found no \"sha256\", expected the SHA-256 of the artifact");
  CHECK(refusal_of_artifact("a", fmt::format(R"({{"sha256": "{}"}})", sha)) ==
        " /artifacts/a: found no \"size\", expected the size in bytes");
  CHECK(refusal_of_artifact("a/b", fmt::format(R"({{"sha256": "{}", "size": -1}})", sha)) ==
        " /artifacts/a~1b/size: found the number -1, expected the size in bytes");
  CHECK(refusal_of_artifact("a", R"({"sha256": "abc", "size": 1})") ==
        " /artifacts/a/sha256: found the text \"abc\", "
        "expected a SHA-256 in 64 hexadecimal digits, in lower case");
  CHECK(refusal_of_artifact("a", fmt::format(R"({{"sha256": "{}", "size": 1, "md5": ""}})", sha)) ==
        " /artifacts/a/md5: found the unknown field \"md5\", expected sha256 or size");
}

TEST_CASE("lock file: a key under which nothing would be found is refused") {
  const std::string artifact = fmt::format(R"({{"sha256": "{}", "size": 1}})", sha);
  for (const char* key : {"", "./a", "b/../a", "https://host/a?sig=x", "https://u@host/a"}) {
    CAPTURE(key);
    CHECK(refusal_of_artifact(key, artifact)
              .ends_with("expected a URL without user and query, or a path without detours"));
  }
  CHECK(refusal_of_artifact("https://host/a?sig=swordfish", artifact).find("swordfish") ==
        std::string::npos);
  CHECK(refusal_of_artifact("../a", artifact) == "it is taken");
}

TEST_CASE("lock file: what is no file is told") {
  const auto directory = TemporaryDirectory::create(fs::temp_directory_path(), "lock-").value();
  const fs::path file = directory.path() / "sharkreg.lock";
  const auto missing = LockFile::read(file);
  REQUIRE_FALSE(missing.has_value());
  CHECK(missing.error().kind == ErrorKind::usage);
  CHECK(missing.error().message.find(file.native()) != std::string::npos);
  fs::create_directory(file);
  const auto no_file = LockFile::read(file);
  REQUIRE_FALSE(no_file.has_value());
  CHECK(no_file.error().message.find("directory") != std::string::npos);
  fs::remove(file);
  REQUIRE(write_file_atomically(file, LockFile(file).text()).has_value());
  CHECK(LockFile::read(file)->path() == file);
}

}  // namespace
}  // namespace sharkreg::core
