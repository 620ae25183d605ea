// SPDX-License-Identifier: Apache-2.0
#include "base/files.h"

#include <array>
#include <fcntl.h>
#include <sys/stat.h>
#include <thread>
#include <unistd.h>

#include <doctest/doctest.h>
#include <fmt/format.h>

#include "base/text.h"

namespace sharkreg::core {
namespace {

namespace fs = std::filesystem;

struct InDirectory {
  TemporaryDirectory owner =
      TemporaryDirectory::create(fs::temp_directory_path(), "files-").value();
  fs::path path = owner.path();

  fs::path write(const std::string& name, std::string_view content) const {
    REQUIRE(write_file_atomically(path / name, content).has_value());
    return path / name;
  }

  std::size_t entries() const {
    return static_cast<std::size_t>(
        std::distance(fs::directory_iterator(path), fs::directory_iterator()));
  }
};

TEST_CASE_FIXTURE(InDirectory, "a file is read whole, zeros too") {
  const std::string content("a\0b\n", 4);
  CHECK(read_file(write("f", content)).value() == content);
  CHECK(read_file(write("empty", "")).value().empty());
}

TEST_CASE_FIXTURE(InDirectory, "a missing file is not found") {
  const Result<std::string> read = read_file(path / "absent");
  REQUIRE_FALSE(read.has_value());
  CHECK(read.error().kind == ErrorKind::not_found);
  CHECK(read.error().message ==
        fmt::format("cannot read \"{}/absent\": there is no such file", path.native()));
}

TEST_CASE_FIXTURE(InDirectory, "a directory is not read as a file") {
  const Result<std::string> read = read_file(path);
  REQUIRE_FALSE(read.has_value());
  CHECK(read.error().kind == ErrorKind::invalid);
  CHECK(read.error().message ==
        fmt::format("cannot read \"{}\": it is a directory, not a file", path.native()));
}

TEST_CASE_FIXTURE(InDirectory, "a pipe is refused at once, instead of waiting for its other end") {
  REQUIRE(::mkfifo((path / "pipe").c_str(), 0600) == 0);
  const Result<std::string> read = read_file(path / "pipe");
  REQUIRE_FALSE(read.has_value());
  CHECK(
      read.error().message ==
      fmt::format("cannot read \"{}/pipe\": it is a pipe or a device, not a file", path.native()));
}

TEST_CASE_FIXTURE(InDirectory, "a file beyond the limit is an error, one of that size is not") {
  const fs::path file = write("f", "12345");
  CHECK(read_file(file, 5).value() == "12345");
  const Result<std::string> read = read_file(file, 4);
  REQUIRE_FALSE(read.has_value());
  CHECK(read.error().message ==
        fmt::format("cannot read \"{}\": it is larger than 4 bytes", file.native()));
}

TEST_CASE_FIXTURE(InDirectory, "pieces come until enough are taken") {
  const fs::path file = write("f", std::string(1'000'000, 'x'));
  std::size_t size = 0;
  int pieces = 0;
  const Result<void> read = read_pieces(file, [&](std::string_view piece) {
    size += piece.size();
    return ++pieces < 2;
  });
  REQUIRE(read.has_value());
  CHECK(pieces == 2);
  CHECK(size < 1'000'000);
}

TEST_CASE_FIXTURE(InDirectory, "an excerpt of a short file is the file, made printable") {
  CHECK(read_excerpt(write("f", "a\x1b[31mred\x1b[0m\xff\n"), 100).value() == "ared\xef\xbf\xbd\n");
}

TEST_CASE_FIXTURE(InDirectory, "an excerpt of a long file is whole lines of both ends") {
  std::string log;
  for (int i = 0; i < 1000; ++i) log += fmt::format("line {}\n", i);
  const std::string excerpt = read_excerpt(write("log", log), 60).value();
  CHECK(excerpt ==
        "line 0\nline 1\nline 2\nline 3\n"
        "[… 8835 bytes left out …]\n"
        "line 997\nline 998\nline 999\n");
}

TEST_CASE_FIXTURE(InDirectory, "an excerpt cuts within lines that are too long for it") {
  const std::string text = std::string(500'000, 'a') + std::string(500'000, 'b');
  CHECK(read_excerpt(write("f", text), 10).value() == "aaaaa\n[… 999990 bytes left out …]\nbbbbb");
}

TEST_CASE_FIXTURE(InDirectory, "a file is replaced, its directories are made, nothing is left") {
  const fs::path file = path / "a" / "b" / "f";
  REQUIRE(write_file_atomically(file, "one").has_value());
  REQUIRE(write_file_atomically(file, "two").has_value());
  CHECK(read_file(file).value() == "two");
  CHECK(std::distance(fs::directory_iterator(file.parent_path()), fs::directory_iterator()) == 1);
}

TEST_CASE_FIXTURE(InDirectory, "a file is written with the permissions of the user's mask") {
  const mode_t mask = ::umask(0027);
  const fs::path file = write("f", "x");
  ::umask(mask);
  CHECK(fs::status(file).permissions() == fs::perms(0640));
}

TEST_CASE_FIXTURE(InDirectory, "readers see the old file or the new one while it is replaced") {
  const fs::path file = write("f", std::string(100'000, 'a'));
  std::thread writer([&] {
    for (int i = 0; i < 50; ++i) {
      (void)write_file_atomically(file, std::string(100'000, i % 2 == 0 ? 'b' : 'a'));
    }
  });
  bool whole = true;
  for (int i = 0; i < 200; ++i) {
    const std::string content = read_file(file).value();
    whole = whole && content == std::string(100'000, content.empty() ? ' ' : content[0]);
  }
  writer.join();
  CHECK(whole);
  CHECK(entries() == 1);
}

TEST_CASE_FIXTURE(InDirectory, "writing through a symbolic link keeps the link") {
  const fs::path file = write("f", "one");
  fs::create_symlink(file, path / "link");
  REQUIRE(write_file_atomically(path / "link", "two").has_value());
  CHECK(fs::is_symlink(path / "link"));
  CHECK(read_file(file).value() == "two");
}

TEST_CASE_FIXTURE(InDirectory, "a pipe is written to, not replaced") {
  const fs::path pipe = path / "pipe";
  REQUIRE(::mkfifo(pipe.c_str(), 0600) == 0);
  const int reader = ::open(pipe.c_str(), O_RDONLY | O_NONBLOCK | O_CLOEXEC);
  REQUIRE(reader >= 0);
  REQUIRE(write_file_atomically(pipe, "text").has_value());
  std::array<char, 16> buffer{};
  CHECK(::read(reader, buffer.data(), buffer.size()) == 4);
  ::close(reader);
  CHECK(fs::is_fifo(pipe));
}

TEST_CASE_FIXTURE(InDirectory, "a file is not written in place of a directory") {
  const Result<void> written = write_file_atomically(path, "x");
  REQUIRE_FALSE(written.has_value());
  CHECK(written.error().message ==
        fmt::format("cannot write \"{}\": it is a directory, not a file", path.native()));
  const Result<void> nameless = write_file_atomically(path / "new" / "", "x");
  REQUIRE_FALSE(nameless.has_value());
  CHECK(nameless.error().message ==
        fmt::format("cannot write \"{}/new/\": it names no file", path.native()));
}

TEST_CASE_FIXTURE(InDirectory, "a file where a directory should be is an error that names it") {
  write("f", "");
  const Result<void> written = write_file_atomically(path / "f" / "g", "x");
  REQUIRE_FALSE(written.has_value());
  CHECK(written.error().message.starts_with(
      fmt::format("cannot make the directory \"{}/f\": ", path.native())));
  CHECK(make_directories(path).has_value());
}

TEST_CASE_FIXTURE(InDirectory, "a temporary directory goes with what is in it, locked or not") {
  fs::path place;
  {
    Result<TemporaryDirectory> made = TemporaryDirectory::create(path / "new", "stage-");
    REQUIRE(made.has_value());
    place = made->path();
    CHECK(place.parent_path() == path / "new");
    CHECK(place.filename().native().starts_with(".stage-"));
    fs::create_directories(place / "locked");
    REQUIRE(write_file_atomically(place / "locked" / "f", "x").has_value());
    fs::permissions(place / "locked", fs::perms(0500));
  }
  CHECK_FALSE(fs::exists(place));
}

TEST_CASE_FIXTURE(InDirectory, "a temporary directory has one owner") {
  TemporaryDirectory first = TemporaryDirectory::create(path, "a").value();
  const fs::path place = first.path();
  TemporaryDirectory second = std::move(first);
  CHECK(fs::exists(place));
  second = TemporaryDirectory::create(path, "b").value();
  CHECK_FALSE(fs::exists(place));
  CHECK(fs::exists(second.path()));
}

TEST_CASE_FIXTURE(InDirectory, "a temporary directory below a file is an error") {
  const Result<TemporaryDirectory> made = TemporaryDirectory::create(write("f", ""), "a");
  REQUIRE_FALSE(made.has_value());
  CHECK(made.error().message.starts_with("cannot make the directory \""));
}

}  // namespace
}  // namespace sharkreg::core
