// SPDX-License-Identifier: Apache-2.0
#include "base/digest.h"

#include <doctest/doctest.h>

#include "base/files.h"

namespace sharkreg::core {
namespace {

constexpr std::string_view abc = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad";

// The examples of FIPS 180-4.
TEST_CASE("digests are those of the standard") {
  CHECK(sha256_of("") == "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
  CHECK(sha256_of("abc") == abc);
  CHECK(sha256_of("abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq") ==
        "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1");
  CHECK(sha256_of(std::string(1'000'000, 'a')) ==
        "cdc76e5c9914fb9281a1c7e284d73e67f1809a48a497200e046d39ccc7112cd0");
}

// The test suite of RFC 1321.
TEST_CASE("MD5 is that of its RFC") {
  CHECK(Md5().finish() == "d41d8cd98f00b204e9800998ecf8427e");
  CHECK(Md5().add("abc").finish() == "900150983cd24fb0d6963f7d28e17f72");
  CHECK(Md5().add("message ").add("digest").finish() == "f96b697d7cb7938d525a2f31aaf161d0");
}

TEST_CASE("pieces make the digest of the whole") {
  CHECK(Sha256().add("a").add("").add("bc").finish() == abc);
}

TEST_CASE("a file's digest is that of its bytes, however many") {
  const Result<TemporaryDirectory> directory =
      TemporaryDirectory::create(std::filesystem::temp_directory_path(), "digest-");
  REQUIRE(directory.has_value());
  const std::string bytes(700'001, '\0');
  REQUIRE(write_file_atomically(directory->path() / "zeros", bytes).has_value());
  CHECK(sha256_of_file(directory->path() / "zeros").value() == sha256_of(bytes));
  CHECK(md5_of_file(directory->path() / "zeros").value() == Md5().add(bytes).finish());
}

TEST_CASE("a file that cannot be read has no digest") {
  const Result<std::string> missing = sha256_of_file("/nowhere/at/all");
  REQUIRE_FALSE(missing.has_value());
  CHECK(missing.error().kind == ErrorKind::not_found);
  CHECK(missing.error().message == "cannot read \"/nowhere/at/all\": there is no such file");
  CHECK_FALSE(md5_of_file("/nowhere/at/all").has_value());
}

}  // namespace
}  // namespace sharkreg::core
