// SPDX-License-Identifier: Apache-2.0
#include "report/screen.h"

#include <array>
#include <fcntl.h>
#include <pty.h>
#include <string>
#include <sys/ioctl.h>
#include <thread>
#include <unistd.h>

#include <doctest/doctest.h>

#include "recorded.h"
#include "report/terminal_progress.h"
#include "virtual_terminal.h"

namespace sharkreg::core {
namespace {

// A pipe or a pseudo-terminal.
struct Channel {
  Channel() = default;
  Channel(const Channel&) = delete;
  Channel& operator=(const Channel&) = delete;
  ~Channel() {
    close_writer();
    close(reader);
  }

  void make_pipe() {
    int both[2];
    REQUIRE(pipe(both) == 0);
    reader = both[0];
    writer = both[1];
  }

  void make_terminal(unsigned short columns, unsigned short rows) {
    const winsize window{rows, columns, 0, 0};
    REQUIRE(openpty(&reader, &writer, nullptr, nullptr, &window) == 0);
  }

  void close_writer() {
    if (writer >= 0) close(writer);
    writer = -1;
  }

  int reader = -1;
  int writer = -1;
};

std::string read_all(int descriptor) {
  std::string text;
  std::array<char, 4096> buffer{};
  ssize_t count = 0;
  // A pseudo-terminal ends with an error (EIO) when its other side is closed.
  while ((count = read(descriptor, buffer.data(), buffer.size())) > 0) {
    text.append(buffer.data(), static_cast<std::size_t>(count));
  }
  return text;
}

TEST_CASE("a terminal tells its size, also when it changes") {
  Channel channel;
  channel.make_terminal(132, 50);
  const FileScreen screen(channel.writer);
  CHECK(screen.size().columns == 132);
  CHECK(screen.size().rows == 50);
  const winsize smaller{50, 40, 0, 0};
  REQUIRE(ioctl(channel.reader, TIOCSWINSZ, &smaller) == 0);
  CHECK(screen.size().columns == 40);
}

TEST_CASE("what does not tell its size is as terminals were") {
  Channel channel;
  channel.make_pipe();
  const FileScreen screen(channel.writer);
  CHECK(screen.size().columns == 80);
  CHECK(screen.size().rows == 24);
}

TEST_CASE("all text arrives through a pipe that somebody made non-blocking") {
  Channel channel;
  channel.make_pipe();
  REQUIRE(fcntl(channel.writer, F_SETFL, O_NONBLOCK) == 0);
  const std::string text(1000000, 'x');
  std::string received;
  std::thread reader([&] { received = read_all(channel.reader); });
  FileScreen(channel.writer).write(text);
  channel.close_writer();
  reader.join();
  CHECK(received == text);
}

TEST_CASE("a whole run on a pseudo-terminal leaves the lines that matter") {
  Channel channel;
  channel.make_terminal(80, 24);
  std::string received;
  std::thread reader([&] { received = read_all(channel.reader); });
  {
    const SystemClock clock;
    FileScreen screen(channel.writer);
    TerminalProgress progress(screen, clock, true);
    for (const Event& event : recorded_events("all_verdicts")) progress.on(event);
    CHECK(progress.finish().has_value());
  }
  channel.close_writer();
  reader.join();
  VirtualTerminal terminal(80, 24);
  terminal.write(received);
  const auto lines = terminal.lines();
  REQUIRE(lines.size() > 3);
  CHECK(lines[0].starts_with("note: The SKU mi300"));
  CHECK(lines[1].starts_with("FAIL  sdxl/clip  run cpu  3."));
  CHECK(lines[2] == "      1 of 2 outputs does not match.");
  CHECK(lines.back() == "      golden_time_ms has no value for the SKU mi300.");
  for (const std::string& line : lines) CHECK(line.find(" done, ") == std::string::npos);
}

}  // namespace
}  // namespace sharkreg::core
