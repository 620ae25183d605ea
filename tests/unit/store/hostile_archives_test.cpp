// SPDX-License-Identifier: Apache-2.0
// Archives that are cut off, corrupt, encrypted, or far larger than they look.
#include <bit>
#include <csignal>
#include <sys/resource.h>
#include <zlib.h>

#include "archives.h"
#include "unpacking.h"

namespace sharkreg::core {
namespace {

namespace fs = std::filesystem;

// What is compressed, with the way to what is in it.
struct Packed {
  std::string name;
  std::string bytes;
  Unpacking unpacking;
};

const std::string content = noise(5'000, 1) + std::string(3'000, 'x');

std::vector<Packed> all_with_checksums() {
  const Unpacking member = {Unpacking::Kind::member, "m"};
  const std::vector<ArchiveMember> members = {
      {"before", noise(2'000, 2)}, {"m", content}, {"behind", noise(2'000, 3)}};
  const std::string tar = archive_of("pax", members);
  std::vector<Packed> all = {{"zip", archive_of("zip", members), member}};
  for (const char* format : {"gzip", "zstd"}) {
    all.push_back({format, compressed(format, content), {Unpacking::Kind::decompress, {}}});
  }
  for (const char* format : {"gzip", "zstd", "xz", "bzip2"}) {
    all.push_back({std::string("tar in ") + format, compressed(format, tar), member});
  }
  return all;
}

TEST_CASE("what is cut off anywhere is an error, never a wrong file") {
  Unpacker unpacker;
  std::vector<Packed> all = all_with_checksums();
  all.push_back({"tar",
                 archive_of("gnutar", {{"before", "1"}, {"m", content}, {"behind", "2"}}),
                 {Unpacking::Kind::member, "m"}});
  for (const Packed& packed : all) {
    REQUIRE((unpacker.unpack(packed.bytes, packed.unpacking) == content));
    // A tar ends in two blocks of zeros, the second of which may be missing.
    const std::size_t last = packed.bytes.size() - (packed.name == "tar" ? 512 : 0);
    for (std::size_t size = 0; size < last; size += size < 64 || last - size < 64 ? 1 : 50) {
      INFO(packed.name, " cut off to ", size, " of ", packed.bytes.size());
      const std::string got = unpacker.unpack(packed.bytes.substr(0, size), packed.unpacking);
      CHECK(got.starts_with("error: "));
      CHECK(unpacker.kind == ErrorKind::infrastructure);
    }
  }
}

TEST_CASE("a byte that is wrong is an error, never a wrong file") {
  Unpacker unpacker;
  for (const Packed& packed : all_with_checksums()) {
    for (std::size_t at = 0; at < packed.bytes.size(); at += 31) {
      std::string bytes = packed.bytes;
      bytes[at] = static_cast<char>(bytes[at] ^ (1 << (at % 8)));
      INFO(packed.name, " wrong at ", at, " of ", packed.bytes.size());
      const std::string got = unpacker.unpack(bytes, packed.unpacking);
      CHECK((got == content || got.starts_with("error: ")));
    }
  }
}

TEST_CASE("errors of what is cut off say so") {
  Unpacker unpacker;
  const std::string tar = archive_of("ustar", {{"m", content}, {"n", content}});
  const auto half = [](const std::string& bytes) { return bytes.substr(0, bytes.size() / 2); };
  CHECK(unpacker.decompress(half(compressed("gzip", content))) ==
        "error: its gzip data is cut off");
  CHECK(unpacker.decompress(half(compressed("zstd", content))) ==
        "error: its zstd data is cut off");
  CHECK(unpacker.take("m", half(compressed("gzip", tar))) == "error: its gzip data is cut off");
  CHECK(unpacker.take("m", half(compressed("zstd", tar))) == "error: its zstd data is cut off");
  CHECK(unpacker.take("m", half(compressed("xz", tar))) == "error: its xz data is cut off");
  CHECK(unpacker.take("m", half(compressed("bzip2", tar)))
            .starts_with("error: its bzip2 data is corrupt: "));
  CHECK(unpacker.take("m", half(archive_of("zip", {{"m", content}}))) ==
        "error: it is a zip that is cut off");
  const std::size_t of_one_member = 512 + 16 * 512;
  CHECK(unpacker.take("m", tar.substr(0, of_one_member)) ==
        "error: it is a tar that is cut off: it has no end");
}

// The data, as if it had been compressed with a dictionary of so many bytes: a power of two.
std::string with_xz_dictionary(std::string bytes, std::uint64_t size) {
  constexpr std::size_t header = 12;      // of the first block, behind that of the stream
  constexpr std::size_t dictionary = 16;  // behind its size, flags, filter and size of properties
  REQUIRE(bytes.substr(header + 1, 3) == std::string("\0\x21\x01", 3));
  bytes[dictionary] = static_cast<char>(2 * std::bit_width(size) - 26);
  const std::size_t length = static_cast<std::size_t>(bytes[header]) * 4;
  const auto sum =
      ::crc32(0, reinterpret_cast<const Bytef*>(bytes.data()) + header, static_cast<uInt>(length));
  for (std::size_t at = 0; at < 4; ++at) {
    bytes[header + length + at] = static_cast<char>(sum >> (8 * at));
  }
  return bytes;
}

TEST_CASE("xz data says how much memory it takes, and may not say too much") {
  Unpacker unpacker;
  const std::string tar = compressed("xz", archive_of("ustar", {{"m", content}}));
  constexpr std::uint64_t mebibyte = std::uint64_t{1} << 20;
  CHECK(unpacker.take("m", with_xz_dictionary(tar, 128 * mebibyte)) == content);
  CHECK(unpacker.take("m", with_xz_dictionary(tar, 512 * mebibyte)) ==
        "error: its xz data needs more memory than the 256 MiB that it may have");
}

TEST_CASE("what is no archive is said not to be one") {
  Unpacker unpacker;
  const std::string expected = "error: it is no tar or zip, or is corrupt";
  CHECK(unpacker.take("m", "") == expected);
  CHECK(unpacker.take("m", "<html>Not Found</html>") == expected);
  CHECK(unpacker.take("m", noise(100'000, 5)) == expected);
  CHECK(unpacker.take("m", compressed("gzip", "text")) == expected);
  CHECK(unpacker.take("m", compressed("gzip", "")) == expected);
  // One compression is undone, not two.
  const std::string tar = archive_of("pax", {{"m", "x"}});
  CHECK(unpacker.take("m", compressed("gzip", compressed("zstd", tar))) == expected);
  CHECK(unpacker.take("m", compressed("gzip", archive_of("zip", {{"m", "x"}}))) == expected);
  for (const std::string& bytes : {std::string(), std::string("x"), std::string("\x1f"), tar}) {
    CHECK(unpacker.decompress(bytes) == "error: it is neither gzip nor zstd data");
  }
  CHECK(unpacker.decompress(compressed("xz", "x")) == "error: it is neither gzip nor zstd data");
}

TEST_CASE("an encrypted member is said to be one") {
  Unpacker unpacker;
  CHECK(unpacker.take("m", archive_of("zip", {{"m", content}}, "secret")) ==
        "error: it is encrypted");
}

TEST_CASE("a member that announces more than is allowed is not begun") {
  Unpacker unpacker;
  unpacker.limits.largest = 7'999;
  const std::string expected = "error: it has more than the 7999 bytes that are allowed";
  CHECK(unpacker.take("m", archive_of("pax", {{"m", content}})) == expected);
  CHECK(unpacker.take("m", archive_of("zip", {{"m", content}})) == expected);
  CHECK(unpacker.hint.empty());
  unpacker.limits.largest = 8'000;
  CHECK((unpacker.take("m", archive_of("pax", {{"m", content}})) == content));
  // Holes count as well: what uses the file may read them.
  const std::string hole(9'000, '\0');
  const ArchiveMember sparse = {"m", hole, ArchiveMember::Type::file, {{0, 512}}};
  CHECK(unpacker.take("m", archive_of("pax", {sparse})).starts_with("error: it has more than"));
}

TEST_CASE("what grows beyond what is allowed is stopped") {
  Unpacker unpacker;
  unpacker.limits.largest = 1 << 20;
  const std::string bomb(64 << 20, '\0');
  for (const char* format : {"gzip", "zstd"}) {
    CHECK(unpacker.decompress(compressed(format, bomb)) ==
          "error: it has more than the 1048576 bytes that are allowed");
  }
}

TEST_CASE("the reserve of the disk is not used up") {
  Unpacker unpacker;
  unpacker.limits.reserve = std::uint64_t{1} << 62;
  CHECK(
      unpacker.take("m", archive_of("pax", {{"m", "x"}})).starts_with("error: 1 more bytes are "));
  CHECK(unpacker.hint.starts_with("make room there"));
  CHECK(unpacker.kind == ErrorKind::infrastructure);
  CHECK(unpacker.decompress(compressed("gzip", std::string(20 << 20, '\0')))
            .find("bytes are needed in") != std::string::npos);
}

// A limit on the size of files in place of a disk that gets full: both end a write.
TEST_CASE("a disk that takes no more is one error, and nothing is left") {
  Unpacker unpacker;
  const std::string gzip = compressed("gzip", std::string(3 << 20, 'x'));
  rlimit before{};
  REQUIRE(::getrlimit(RLIMIT_FSIZE, &before) == 0);
  const auto handler = std::signal(SIGXFSZ, SIG_IGN);
  const rlimit limit{1 << 20, before.rlim_max};
  REQUIRE(::setrlimit(RLIMIT_FSIZE, &limit) == 0);
  const std::string got = unpacker.decompress(gzip);
  ::setrlimit(RLIMIT_FSIZE, &before);
  std::signal(SIGXFSZ, handler);
  CHECK(got == "error: cannot write " + unpacker.to.native() + ": File too large");
}

}  // namespace
}  // namespace sharkreg::core
