// SPDX-License-Identifier: Apache-2.0
#include "report/results_file.h"

#include <cerrno>
#include <cstring>
#include <fcntl.h>
#include <string>
#include <sys/stat.h>
#include <unistd.h>
#include <utility>

#include "base/files.h"

namespace sharkreg::core {
namespace {

using namespace std::chrono_literals;

Error cannot_write(const std::filesystem::path& path, int number) {
  return {ErrorKind::infrastructure, "cannot write " + path.string() + ": " + std::strerror(number),
          number == ENOSPC || number == EDQUOT ? "make room on that disk, or name another directory"
                                               : ""};
}

}  // namespace

Result<std::unique_ptr<ResultsFile>> ResultsFile::create(const std::filesystem::path& path,
                                                         const Clock& clock) {
  const int descriptor =
      ::open(path.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_APPEND | O_CLOEXEC, 0644);
  if (descriptor < 0) return cannot_write(path, errno);
  return std::unique_ptr<ResultsFile>(new ResultsFile(path, descriptor, clock));
}

ResultsFile::ResultsFile(std::filesystem::path path, int descriptor, const Clock& clock)
    : path_(std::move(path)),
      descriptor_(descriptor),
      clock_(clock),
      synchronised_(clock.steady()) {}

ResultsFile::~ResultsFile() {
  ::close(descriptor_);
}

void ResultsFile::on(const Event& event) {
  if (append(to_json_line(event) + "\n")) is_synchronised_ = false;
}

void ResultsFile::refresh() {
  if (!is_synchronised_ && clock_.steady() - synchronised_ >= 1s) synchronise();
}

Result<void> ResultsFile::finish() {
  if (!is_synchronised_) synchronise();
  if (error_) return *error_;
  return {};
}

bool ResultsFile::append(std::string_view line) {
  std::string_view left = line;
  while (!left.empty()) {
    const ssize_t written = ::write(descriptor_, left.data(), left.size());
    if (written >= 0) {
      left.remove_prefix(static_cast<std::size_t>(written));
    } else if (errno != EINTR) {
      remember_error(errno);
      take_back(line.size() - left.size());
      return false;
    }
  }
  return true;
}

// Half a line would spoil the one that comes next.
void ResultsFile::take_back(std::size_t bytes) {
  struct stat now {};
  if (bytes == 0) return;
  if (::fstat(descriptor_, &now) != 0 ||
      ::ftruncate(descriptor_, now.st_size - static_cast<off_t>(bytes)) != 0) {
    remember_error(errno);
  }
}

void ResultsFile::synchronise() {
  // EINVAL: a pipe or a device, which has nothing to be synchronised with.
  if (::fdatasync(descriptor_) != 0 && errno != EINVAL) remember_error(errno);
  is_synchronised_ = true;
  synchronised_ = clock_.steady();
}

void ResultsFile::remember_error(int number) {
  if (!error_) error_ = cannot_write(path_, number);
}

Result<RecordedEvents> read_results(const std::filesystem::path& path) {
  auto content = read_file(path);
  if (!content) return content.error();
  RecordedEvents recorded;
  std::string_view rest = *content;
  for (std::size_t number = 1; !rest.empty(); ++number) {
    const std::size_t end = rest.find('\n');
    if (end == std::string_view::npos) {
      recorded.cut_off = true;
      break;
    }
    auto event = event_from_json_line(std::string(rest.substr(0, end)));
    rest.remove_prefix(end + 1);
    if (event) {
      recorded.events.push_back(std::move(*event));
    } else if (event.error().kind == ErrorKind::not_found) {
      ++recorded.unknown;
    } else {
      return Error{
          ErrorKind::invalid,
          path.string() + ": line " + std::to_string(number) +
              " is not an event: " + event.error().message,
          "the file was changed after it was written; remove that line to read the others"};
    }
  }
  return recorded;
}

}  // namespace sharkreg::core
