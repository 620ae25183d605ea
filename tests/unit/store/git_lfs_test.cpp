// SPDX-License-Identifier: Apache-2.0
#include "store/git_lfs.h"

#include <doctest/doctest.h>

#include "base/files.h"

namespace sharkreg::core {
namespace {

const std::string sha256 = "4d7a214614ab2935c943f9e0ff69d22eadbb8f32b1258daaa5e2ca24d17e2393";
const std::string version = "version https://git-lfs.github.com/spec/v1\n";
const std::string oid = "oid sha256:" + sha256 + "\n";

std::optional<GitLfsPointer> pointer_in(const std::string& text) {
  const TemporaryDirectory directory =
      TemporaryDirectory::create(std::filesystem::temp_directory_path(), "lfs-").value();
  REQUIRE(write_file_atomically(directory.path() / "file", text).has_value());
  return git_lfs_pointer(directory.path() / "file");
}

TEST_CASE("a pointer of Git LFS is known") {
  const auto pointer = pointer_in(version + oid + "size 12345\n");
  REQUIRE(pointer.has_value());
  CHECK(pointer->sha256 == sha256);
  CHECK(pointer->size == 12345);
}

TEST_CASE("a pointer of Git LFS may have extensions, line ends of Windows, and no last one") {
  CHECK(pointer_in(version + "ext-0-case sha256:00\n" + oid + "size 0\nx 1\n").has_value());
  CHECK(pointer_in(version + oid + "size 1").has_value());
  std::string windows = version + oid + "size 7\n";
  for (std::size_t at = 0; (at = windows.find('\n', at)) != std::string::npos; at += 2) {
    windows.insert(at, "\r");
  }
  REQUIRE(pointer_in(windows).has_value());
  CHECK(pointer_in(windows)->size == 7);
}

TEST_CASE("what is not quite a pointer of Git LFS is none") {
  for (const std::string& text :
       {std::string(), version, version + oid, version + "size 1\n", oid + "size 1\n",
        version + "size 1\n" + oid, version + oid + "size -1\n", version + oid + "size 1x\n",
        version + oid + "size 18446744073709551616\n", version + oid + oid + "size 1\n",
        version + "oid sha256:12\nsize 1\n", version + "oid md5:" + sha256 + "\nsize 1\n",
        version + oid + "\nsize 1\n", version + oid + "size 1\n\n", "\n" + version + oid + "size 1",
        "version https://git-lfs.github.com/spec/v2\n" + oid + "size 1\n",
        version + oid + "size 1\nz " + std::string(1024, 'z')}) {
    CHECK_MESSAGE(!pointer_in(text).has_value(), text);
  }
  CHECK_FALSE(git_lfs_pointer("/nowhere/at/all").has_value());
  CHECK_FALSE(git_lfs_pointer("/dev/null").has_value());
  CHECK_FALSE(git_lfs_pointer("/").has_value());
}

TEST_CASE("what is said of a pointer names the file that is meant, and the way to it") {
  const Error local = git_lfs_error({sha256, 12345}, "/models/w.irpa");
  CHECK(local.kind == ErrorKind::invalid);
  CHECK(local.message ==
        "/models/w.irpa is a pointer of Git LFS to a file of 12345 bytes with the "
        "SHA-256 " +
            sha256 + ", not that file");
  CHECK(local.hint == "run `git lfs pull` in its repository");
  CHECK(git_lfs_error({sha256, 1}, "file:///w.irpa").hint == local.hint);
  const Error remote = git_lfs_error({sha256, 1}, "https://me:pw@host/raw/w.irpa?sig=x");
  CHECK(remote.message.starts_with("https://***@host/raw/w.irpa?*** is a pointer"));
  CHECK(remote.hint.find("/media/") != std::string::npos);
  CHECK(remote.hint.find("/resolve/") != std::string::npos);
}

}  // namespace
}  // namespace sharkreg::core
