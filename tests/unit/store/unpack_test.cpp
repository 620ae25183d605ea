// SPDX-License-Identifier: Apache-2.0
#include "store/unpack.h"

#include <sys/stat.h>

#include "archives.h"
#include "unpacking.h"

namespace sharkreg::core {
namespace {

namespace fs = std::filesystem;
using Type = ArchiveMember::Type;

const std::vector<std::string> tar_compressions = {"", "gzip", "zstd", "xz", "bzip2"};

std::string tar_in(const std::string& compression, const std::string& tar) {
  return compression.empty() ? tar : compressed(compression, tar);
}

TEST_CASE("gzip and zstd are decompressed, whatever the size") {
  Unpacker unpacker;
  for (const std::size_t size : {std::size_t{0}, std::size_t{1}, std::size_t{131'072},
                                 std::size_t{131'073}, std::size_t{1'000'000}}) {
    const std::string bytes = noise(size, 3);
    const std::string zeros(size, '\0');
    for (const char* format : {"gzip", "zstd"}) {
      INFO(format, " ", size);
      CHECK(unpacker.decompress(compressed(format, bytes)) == bytes);
      CHECK(unpacker.decompress(compressed(format, zeros)) == zeros);
    }
  }
}

TEST_CASE("members of gzip data and frames of zstd data make one file") {
  Unpacker unpacker;
  const std::string one = noise(200'000, 1);
  const std::string two = noise(131'072, 2);
  for (const char* format : {"gzip", "zstd"}) {
    CHECK(unpacker.decompress(compressed(format, one) + compressed(format, two) +
                              compressed(format, "") + compressed(format, "end")) ==
          one + two + "end");
  }
}

TEST_CASE("zstd frames to be skipped are skipped, also at the beginning") {
  Unpacker unpacker;
  const std::string skipped("\x5c\x2a\x4d\x18\x03\x00\x00\x00xyz", 11);
  CHECK(unpacker.decompress(skipped + compressed("zstd", "a") + skipped) == "a");
}

TEST_CASE("what is decompressed is left as it is then, also if it is compressed again") {
  Unpacker unpacker;
  for (const char* inner : {"gzip", "zstd", "xz", "bzip2"}) {
    const std::string bytes = compressed(inner, "twice");
    CHECK(unpacker.decompress(compressed("zstd", bytes)) == bytes);
    CHECK(unpacker.decompress(compressed("gzip", bytes)) == bytes);
    CHECK(unpacker.take("m", archive_of("pax", {{"m", bytes}})) == bytes);
  }
}

TEST_CASE("gzip data may be padded by zeros, as for gzip itself, but by nothing else") {
  Unpacker unpacker;
  const std::string gzip = compressed("gzip", "content");
  CHECK(unpacker.decompress(gzip + std::string(300'000, '\0')) == "content");
  const std::string expected = "error: its gzip data is corrupt: something else follows it";
  CHECK(unpacker.decompress(gzip + "x") == expected);
  CHECK(unpacker.decompress(gzip + std::string(300'000, '\0') + "x") == expected);
  CHECK(unpacker.decompress(gzip + std::string(10, '\0') + gzip) == expected);
  CHECK(unpacker.decompress(gzip + "\x1fz") ==
        "error: its gzip data is corrupt: incorrect header check");
  CHECK(unpacker.decompress(gzip + "\x1f") == "error: its gzip data is cut off");
  CHECK(unpacker.decompress(compressed("zstd", "content") + "garbage") ==
        "error: its zstd data is corrupt: Unknown frame descriptor");
}

TEST_CASE("a member is found in a tar in any compression, and in a zip") {
  Unpacker unpacker;
  const std::string content = noise(300'001, 7);
  const std::vector<ArchiveMember> members = {
      {"model", {}, Type::directory}, {"model/a.npy", "a"}, {"model/w.npy", content}, {"z", "z"}};
  for (const char* format : {"pax", "ustar", "gnutar"}) {
    for (const std::string& compression : tar_compressions) {
      INFO(format, " ", compression);
      const std::string tar = tar_in(compression, archive_of(format, members));
      CHECK(unpacker.take("model/w.npy", tar) == content);
      CHECK(unpacker.take("z", tar) == "z");
    }
  }
  const std::string zip = archive_of("zip", members);
  CHECK(unpacker.take("model/w.npy", zip) == content);
  CHECK(unpacker.take("model/a.npy", zip) == "a");
}

TEST_CASE("an empty member is an empty file") {
  Unpacker unpacker;
  CHECK(unpacker.take("m", archive_of("pax", {{"m", ""}})).empty());
  CHECK(unpacker.take("m", archive_of("zip", {{"m", ""}})).empty());
}

TEST_CASE("a path is that of a member whatever . and / stand in the archive's") {
  Unpacker unpacker;
  for (const char* format : {"pax", "gnutar", "zip"}) {
    for (const char* name : {"a/w.npy", "./a/w.npy", "/a/w.npy", "a//w.npy", "././a/./w.npy"}) {
      INFO(format, " ", name);
      CHECK(unpacker.take("a/w.npy", archive_of(format, {{name, "right"}})) == "right");
    }
    CHECK(unpacker.take("./a/w.npy", archive_of(format, {{"a/w.npy", "right"}})) == "right");
  }
}

TEST_CASE("names may be long, and in UTF-8, without a locale") {
  Unpacker unpacker;
  std::string deep = "w.npy";
  while (deep.size() < 1000) deep = "directory/" + deep;
  for (const char* format : {"pax", "gnutar", "zip"}) {
    INFO(format);
    for (const std::string& name : {std::string("Gewichte für/模型.npy"), "ä/" + deep, deep}) {
      const std::string archive = archive_of(format, {{"x", "wrong"}, {name, "right"}});
      CHECK(unpacker.take(name, archive) == "right");
    }
  }
}

TEST_CASE("a name with its letters taken apart, as macOS writes it, is found as it is written") {
  Unpacker unpacker;
  const std::string apart = "e\u0301/a\u0308.npy";
  for (const char* format : {"pax", "gnutar", "zip"}) {
    INFO(format);
    CHECK(unpacker.take(apart, archive_of(format, {{apart, "right"}})) == "right");
  }
}

TEST_CASE("of two members by one path the last one counts") {
  Unpacker unpacker;
  const std::vector<ArchiveMember> members = {
      {"w", "the old one, which is longer"}, {"other", "other"}, {"./w", "new"}, {"last", "last"}};
  for (const std::string& compression : tar_compressions) {
    CHECK(unpacker.take("w", tar_in(compression, archive_of("pax", members))) == "new");
  }
  CHECK(unpacker.take("w", archive_of("zip", members)) == "new");
  const ArchiveMember link = {"w", "other", Type::symbolic_link};
  CHECK(unpacker.take("w", archive_of("pax", {link, {"w", "file"}})) == "file");
  CHECK(unpacker.take("w", archive_of("pax", {{"w", "file"}, link})) ==
        "error: it is a symbolic link to \"other\"");
}

TEST_CASE("what the directory of a zip does not have is no member of it") {
  Unpacker unpacker;
  const std::string zip =
      archive_of("zip", {{"gone", "gone"}}) + archive_of("zip", {{"here", "here"}});
  CHECK(unpacker.take("here", zip) == "here");
  CHECK(unpacker.take("gone", zip) == "error: there is no such member; it has \"here\"");
}

TEST_CASE("what is no file is refused, and no link is followed") {
  Unpacker unpacker;
  const std::vector<ArchiveMember> members = {{"dir", {}, Type::directory},
                                              {"dir/file", "content"},
                                              {"soft", "/etc/passwd", Type::symbolic_link},
                                              {"hard", "dir/file", Type::hard_link},
                                              {"pipe", {}, Type::pipe}};
  const std::string tar = archive_of("pax", members);
  CHECK(unpacker.take("dir", tar) == "error: it is a directory");
  CHECK(unpacker.kind == ErrorKind::invalid);
  CHECK(unpacker.take("soft", tar) == "error: it is a symbolic link to \"/etc/passwd\"");
  CHECK(unpacker.kind == ErrorKind::invalid);
  CHECK(unpacker.hint == "name the file that it leads to");
  CHECK(unpacker.take("hard", tar) == "error: it is a hard link to \"dir/file\"");
  CHECK(unpacker.take("pipe", tar) == "error: it is a device or a pipe, not a file");
  const std::string zip = archive_of("zip", {members[0], members[1], members[2]});
  CHECK(unpacker.take("dir", zip) == "error: it is a directory");
  CHECK(unpacker.take("soft", zip) == "error: it is a symbolic link to \"/etc/passwd\"");
}

TEST_CASE("a member that is not there is not found, and those near it are named") {
  Unpacker unpacker;
  const std::string tar = archive_of("pax", {{"v1/weights.npy", "1"},
                                             {"weighs.npy", "2"},
                                             {"weights.npy", {}, Type::directory},
                                             {"far_away", "3"}});
  CHECK(unpacker.take("v2/weights.npy", tar) ==
        "error: there is no such member; the nearest are \"v1/weights.npy\", "
        "\"weighs.npy\"");
  CHECK(unpacker.kind == ErrorKind::not_found);
  CHECK(unpacker.take("weigts.npy", tar) ==
        "error: there is no such member; the nearest are \"weighs.npy\"");
  CHECK(unpacker.take("model.mlir", tar) ==
        "error: there is no such member; it has "
        "\"v1/weights.npy\", \"weighs.npy\", \"far_away\"");
  std::vector<ArchiveMember> many;
  for (int number = 0; number < 9; ++number) many.push_back({std::to_string(number) + "/w", ""});
  CHECK(unpacker.take("w", archive_of("zip", many)) ==
        "error: there is no such member; the nearest are \"0/w\", \"1/w\", \"2/w\", \"3/w\", "
        "\"4/w\"");
  CHECK(unpacker.take("w", archive_of("pax", {})) ==
        "error: there is no such member; it has no files");
}

TEST_CASE("a sparse member has its size and its holes") {
  Unpacker unpacker;
  std::string content(3 << 20, '\0');
  content.replace(1 << 20, 5, "first");
  content.replace(2 << 20, 6, "second");
  const ArchiveMember member = {"w", content, Type::file, {{1 << 20, 4096}, {2 << 20, 4096}}};
  const std::string tar = archive_of("pax", {member, {"behind", "it"}});
  REQUIRE(tar.size() < 100'000);
  CHECK((unpacker.take("w", tar) == content));
  struct stat status {};
  REQUIRE(::stat(unpacker.to.c_str(), &status) == 0);
  CHECK(status.st_blocks * 512 < 1 << 20);
  CHECK(unpacker.take("behind", tar) == "it");
  CHECK((unpacker.take("w", compressed("gzip", tar)) == content));
}

TEST_CASE("the file is replaced, not written through a link, and its mode is that of files") {
  Unpacker unpacker;
  const fs::path victim = unpacker.directory.path() / "victim";
  REQUIRE(write_file_atomically(victim, "mine").has_value());
  fs::create_symlink(victim, unpacker.to);
  CHECK(unpacker.decompress(compressed("gzip", "new")) == "new");
  CHECK(read_file(victim).value() == "mine");
  const fs::perms mask = fs::perms::owner_all | fs::perms::group_exec | fs::perms::others_exec;
  CHECK((fs::status(unpacker.to).permissions() & mask) ==
        (fs::perms::owner_read | fs::perms::owner_write));
  CHECK(unpacker.decompress(compressed("gzip", "newer")) == "newer");
}

TEST_CASE("an error says of which file and member it is") {
  Unpacker unpacker;
  REQUIRE(write_file_atomically(unpacker.from, "text").has_value());
  const auto error_of = [&](const Unpacking& unpacking) {
    return unpack(unpacker.from, unpacking, unpacker.to, {}, {}).error();
  };
  CHECK(error_of({Unpacking::Kind::decompress, {}}).message ==
        "cannot decompress \"" + unpacker.from.native() + "\": it is neither gzip nor zstd data");
  CHECK(error_of({Unpacking::Kind::member, "a/b"}).message ==
        "cannot take \"a/b\" from \"" + unpacker.from.native() +
            "\": it is no tar or zip, or is corrupt");
  fs::remove(unpacker.from);
  CHECK(error_of({Unpacking::Kind::decompress, {}}).kind == ErrorKind::not_found);
  fs::create_directory(unpacker.from);
  CHECK(error_of({Unpacking::Kind::decompress, {}}).kind == ErrorKind::invalid);
  fs::remove(unpacker.from);
  REQUIRE(::mkfifo(unpacker.from.c_str(), 0600) == 0);
  CHECK(error_of({Unpacking::Kind::member, "m"}).kind == ErrorKind::invalid);
}

TEST_CASE("a file that cannot be made is an error") {
  Unpacker unpacker;
  unpacker.to = unpacker.directory.path() / "missing" / "to";
  CHECK(unpacker.decompress(compressed("gzip", "x")) ==
        "error: cannot write " + unpacker.to.native() + ": No such file or directory");
}

TEST_CASE("who is asked to stop leaves nothing") {
  Unpacker unpacker;
  std::stop_source source;
  unpacker.stop = source.get_token();
  source.request_stop();
  CHECK(unpacker.decompress(compressed("gzip", "x")) == "error: interrupted");
  CHECK(unpacker.kind == ErrorKind::interrupted);
  for (const std::string& compression : tar_compressions) {
    CHECK(unpacker.take("m", tar_in(compression, archive_of("pax", {{"m", "x"}}))) ==
          "error: interrupted");
    CHECK(unpacker.kind == ErrorKind::interrupted);
  }
}

}  // namespace
}  // namespace sharkreg::core
