// SPDX-License-Identifier: Apache-2.0
// Files that are bounded while somebody writes, on the real file system.
#include "execute/supervisor/bounded_output.h"

#include <fcntl.h>
#include <string>
#include <sys/stat.h>

#include <doctest/doctest.h>

#include "witness.h"

namespace sharkreg::core {
namespace {

constexpr std::int64_t limit = 1 << 16;

bool refuse_to_punch(int, std::int64_t, std::int64_t) {
  return false;
}

// Numbered lines, all of one length.
std::string lines(int count) {
  std::string text;
  for (int line = 0; line < count; ++line)
    text += std::to_string(1'000'000 + line) + " is a line\n";
  return text;
}

struct File {
  Witness witness;
  Descriptor descriptor{open(witness.file("out").c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0600)};

  void write(const std::string& text) const {
    REQUIRE(::write(descriptor.get(), text.data(), text.size()) == std::ssize(text));
  }
  std::string content() const { return witness.read("out"); }
};

TEST_CASE("whole lines of head and tail are kept around one that tells of the rest") {
  const File file;
  BoundedOutput bounded(file.descriptor.get(), limit, true);
  const std::string all = lines(100'000);
  for (std::size_t at = 0; at < all.size(); at += 50'000) {
    file.write(all.substr(at, 50'000));
    bounded.bound();
  }
  CHECK(bounded.size() == std::ssize(all));
  const std::int64_t left_out = bounded.finish();
  const std::string content = file.content();
  const std::string note =
      "\n[sharkreg: " + std::to_string(left_out) + " bytes left out here, see --output-limit]\n";
  const std::size_t at = content.find(note);
  REQUIRE(at != std::string::npos);
  const std::string head = content.substr(0, at + 1);
  const std::string tail = content.substr(at + note.size());
  CHECK(all.starts_with(head));
  CHECK(all.ends_with(tail));
  CHECK(tail.starts_with("1"));
  CHECK(tail.find('\n') == lines(1).find('\n'));
  CHECK(std::ssize(head) + std::ssize(tail) + left_out == std::ssize(all));
  CHECK(std::ssize(head) > limit / 2 - 4096);
  CHECK(std::ssize(tail) > limit / 2 - 4096);
}

TEST_CASE("the middle is given back while somebody writes, who notices nothing") {
  const File file;
  BoundedOutput bounded(file.descriptor.get(), limit, true);
  for (int block = 0; block < 100; ++block) {
    file.write(std::string(limit / 4, 'x'));
    bounded.bound();
    struct stat status {};
    REQUIRE(fstat(file.descriptor.get(), &status) == 0);
    CHECK(status.st_blocks * 512 <= limit * 2);
    CHECK(status.st_size == (block + 1) * (limit / 4));
  }
  CHECK(bounded.within_limit());
}

TEST_CASE("a file that fits stays as it is, byte for byte") {
  const File file;
  BoundedOutput bounded(file.descriptor.get(), limit, true);
  const std::string text = "no newline at the end" + std::string(limit - 21, '\0');
  file.write(text);
  bounded.bound();
  CHECK(bounded.finish() == 0);
  CHECK(bounded.within_limit());
  CHECK(file.content() == text);
}

TEST_CASE("a file is not cut for less than it takes to say so") {
  const File file;
  BoundedOutput bounded(file.descriptor.get(), limit, true);
  const std::string text(limit + 100, 'x');
  file.write(text);
  bounded.bound();
  CHECK(bounded.finish() == 0);
  CHECK(file.content() == text);
}

TEST_CASE("a file that may not be cut is only found too long") {
  const File file;
  BoundedOutput bounded(file.descriptor.get(), limit, false);
  const std::string text(2 * limit, 'x');
  file.write(text);
  CHECK(bounded.within_limit());
  bounded.bound();
  CHECK_FALSE(bounded.within_limit());
  CHECK(bounded.finish() == 0);
  CHECK(file.content() == text);
}

TEST_CASE(
    "a file system that gives nothing back makes the file too long, and it is cut at the end") {
  const File file;
  BoundedOutput bounded(file.descriptor.get(), limit, true, refuse_to_punch);
  file.write(std::string(2 * limit, 'x'));
  bounded.bound();
  CHECK_FALSE(bounded.within_limit());
  CHECK(bounded.finish() > 0);
  CHECK(std::ssize(file.content()) <= limit + 4096);
}

TEST_CASE("a file that its writer empties begins anew") {
  const File file;
  BoundedOutput bounded(file.descriptor.get(), limit, true);
  file.write(std::string(4 * limit, 'x'));
  bounded.bound();
  REQUIRE(ftruncate(file.descriptor.get(), 0) == 0);
  REQUIRE(lseek(file.descriptor.get(), 0, SEEK_SET) == 0);
  bounded.bound();
  file.write("short");
  CHECK(bounded.finish() == 0);
  CHECK(file.content() == "short");
}

TEST_CASE("what is no file, and what has no limit, is left alone") {
  int ends[2];
  REQUIRE(pipe2(ends, O_CLOEXEC) == 0);
  const Descriptor reader(ends[0]);
  const Descriptor writer(ends[1]);
  BoundedOutput pipe(writer.get(), 1, false);
  pipe.bound();
  CHECK(pipe.within_limit());
  CHECK(pipe.finish() == 0);

  const File file;
  BoundedOutput unlimited(file.descriptor.get(), 0, false);
  file.write(std::string(4 * limit, 'x'));
  unlimited.bound();
  CHECK(unlimited.within_limit());
  CHECK(unlimited.size() == 4 * limit);
  CHECK(unlimited.finish() == 0);
}

}  // namespace
}  // namespace sharkreg::core
