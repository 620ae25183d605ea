// SPDX-License-Identifier: Apache-2.0
// Entries of a shared cache, byte by byte as Bazel's remote APIs have them.
#include "store/action_result.h"

#include <doctest/doctest.h>

#include "base/digest.h"

namespace sharkreg::core {
namespace {

constexpr std::uint64_t largest = 1 << 30;
const std::string digest(64, 'a');

// Protobuf's encoding, written here by hand: a field of bytes, and one of a number.
std::string bytes_field(int number, const std::string& content) {
  std::string encoded(1, static_cast<char>(number << 3 | 2));
  std::size_t size = content.size();
  for (; size >= 128; size >>= 7) encoded += static_cast<char>((size & 127) | 128);
  return encoded + static_cast<char>(size) + content;
}
std::string number_field(int number, std::uint64_t value) {
  std::string encoded(1, static_cast<char>(number << 3));
  for (; value >= 128; value >>= 7) encoded += static_cast<char>((value & 127) | 128);
  return encoded + static_cast<char>(value);
}

std::string digest_message(const std::string& hash, std::uint64_t size) {
  return bytes_field(1, hash) + number_field(2, size);
}
std::string file_field(const std::string& name, const std::string& hash, std::uint64_t size) {
  return bytes_field(2, bytes_field(1, name) + bytes_field(2, digest_message(hash, size)));
}
const std::string worker_field = bytes_field(9, bytes_field(1, "sharkreg"));

std::string trouble_of(const std::string& bytes) {
  const auto sent = parse_action_result(bytes, largest);
  return sent ? "none" : sent.error().message;
}

std::string trouble_of_file(const std::string& name, const std::string& hash, std::uint64_t size) {
  return trouble_of(file_field(name, hash, size) + worker_field);
}

TEST_CASE("an entry is written as an ActionResult has it") {
  RemoteEntry entry;
  entry.outputs = {{"module.vmfb", digest, 300, false}, {"run", digest, 5, true}};
  entry.standard_error = "warning: \xff\n";
  const std::string expected =
      file_field("module.vmfb", digest, 300) +
      bytes_field(2, bytes_field(1, "run") + bytes_field(2, digest_message(digest, 5)) +
                         number_field(4, 1)) +
      bytes_field(7, "warning: \xff\n") + worker_field;
  CHECK(action_result_of(entry, largest).value() == expected);
  const SentEntry sent = parse_action_result(expected, largest).value();
  CHECK(sent.entry == entry);
  CHECK_FALSE(sent.standard_error_file);
}

TEST_CASE("long standard error is a file of its own") {
  RemoteEntry entry;
  entry.standard_error = std::string(most_inline_error + 1, 'x');
  const std::string bytes = action_result_of(entry, largest).value();
  CHECK(bytes == bytes_field(8, digest_message(sha256_of(entry.standard_error),
                                               entry.standard_error.size())) +
                     worker_field);
  const SentEntry sent = parse_action_result(bytes, largest).value();
  REQUIRE(sent.standard_error_file);
  CHECK(sent.standard_error_file->sha256 == sha256_of(entry.standard_error));
  CHECK(sent.standard_error_file->size == entry.standard_error.size());
  entry.standard_error.resize(most_error_bytes + 1);
  CHECK(action_result_of(entry, largest).error().message.find("standard error") !=
        std::string::npos);
}

TEST_CASE("fields that others write are skipped") {
  const std::string bytes = number_field(4, 0) + bytes_field(5, "stdout") +
                            file_field("a", digest, 1) + bytes_field(12, "a link") +
                            bytes_field(3, "") + worker_field;
  CHECK(parse_action_result(bytes, largest).value().entry.outputs.size() == 1);
}

TEST_CASE("what is no entry of an action that succeeded is refused") {
  CHECK(trouble_of("<html>Please log in</html>") == "it is no ActionResult");
  CHECK(trouble_of(std::string(200, '\xff')) == "it is no ActionResult");
  CHECK(trouble_of(std::string(most_entry_bytes + 1, '\0')) == "it is no ActionResult");
  CHECK(trouble_of("") == "it is not whole");
  CHECK(trouble_of(file_field("a", digest, 1)) == "it is not whole");
  CHECK(trouble_of(number_field(4, 1) + worker_field) ==
        "it is of an action that failed, with exit status 1");
  CHECK(trouble_of(file_field("a", digest, 1) + file_field("a", digest, 1) + worker_field) ==
        "it has two files of the name \"a\"");
  std::string many;
  for (int i = 0; i < 1001; ++i) many += file_field(std::to_string(i), digest, 1);
  CHECK(trouble_of(many + worker_field) == "it has 1001 files, more than 1000");
  // An error is an answer, and not the user's fault.
  CHECK(parse_action_result("", largest).error().kind == ErrorKind::infrastructure);
}

TEST_CASE("names that lead elsewhere are refused") {
  using namespace std::string_literals;
  for (const std::string& name :
       {"../x"s, "/etc/x"s, "a/b"s, "."s, ".."s, ""s, "a\0b"s, "a\nb"s, "\x1b"s + "c"s, "\xff\xfe"s,
        std::string(256, 'a'), std::string(10'000, 'a')}) {
    CAPTURE(name);
    const std::string trouble = trouble_of_file(name, digest, 1);
    CHECK(trouble.ends_with(" is no plain file name"));
    CHECK(trouble.size() < 120);
    CHECK_FALSE(action_result_of({{{name, digest, 1, false}}, ""}, largest).has_value());
  }
  CHECK(trouble_of_file(std::string(255, 'a'), digest, 1) == "none");
  CHECK(trouble_of_file("..a ü", digest, 1) == "none");
}

TEST_CASE("digests and sizes that cannot be are refused") {
  for (const std::string& hash : {std::string(), std::string(63, 'a'), std::string(65, 'a'),
                                  std::string(64, 'A'), "../" + std::string(61, 'a')}) {
    CAPTURE(hash);
    CHECK(trouble_of_file("a", hash, 1).find("for a SHA-256") != std::string::npos);
  }
  CHECK(trouble_of(bytes_field(2, bytes_field(1, "a")) + worker_field) ==
        "\"a\" has \"\" for a SHA-256");
  CHECK(trouble_of_file("a", digest, largest) == "none");
  CHECK(trouble_of_file("a", digest, largest + 1).find("impossible size") != std::string::npos);
  // It is signed: -1.
  const std::string negative = std::string(9, '\xff') + '\x01';
  const std::string message = bytes_field(1, digest) + static_cast<char>(2 << 3) + negative;
  CHECK(trouble_of(bytes_field(2, bytes_field(1, "a") + bytes_field(2, message)) + worker_field)
            .find("impossible size") != std::string::npos);
  CHECK(trouble_of(bytes_field(8, digest_message(digest, most_error_bytes + 1)) + worker_field)
            .find("impossible size") != std::string::npos);
}

}  // namespace
}  // namespace sharkreg::core
