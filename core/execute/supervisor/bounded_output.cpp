// SPDX-License-Identifier: Apache-2.0
#include "bounded_output.h"

#include <algorithm>
#include <fcntl.h>
#include <string>
#include <string_view>
#include <sys/stat.h>
#include <unistd.h>

namespace sharkreg::core {
namespace {

constexpr std::int64_t page = 4096;
// What is cut has to be more than the line that tells of it.
constexpr std::int64_t least_cut = 4 * page;

std::string read_part(int file, std::int64_t start, std::int64_t length) {
  std::string bytes(static_cast<std::size_t>(length), '\0');
  const ssize_t count = pread(file, bytes.data(), bytes.size(), start);
  bytes.resize(static_cast<std::size_t>(std::max<ssize_t>(count, 0)));
  return bytes;
}

bool write_part(int file, std::string_view bytes, std::int64_t start) {
  while (!bytes.empty()) {
    const ssize_t count = pwrite(file, bytes.data(), bytes.size(), start);
    if (count <= 0) return false;
    bytes.remove_prefix(static_cast<std::size_t>(count));
    start += count;
  }
  return true;
}

// The end of the last whole line before `position`.
std::int64_t line_end_before(int file, std::int64_t position) {
  const std::int64_t start = std::max<std::int64_t>(position - page, 0);
  const std::size_t newline = read_part(file, start, position - start).rfind('\n');
  return newline == std::string::npos ? position : start + static_cast<std::int64_t>(newline) + 1;
}

// The start of the first whole line behind `position`.
std::int64_t line_start_behind(int file, std::int64_t position) {
  const std::size_t newline = read_part(file, position, page).find('\n');
  return newline == std::string::npos ? position
                                      : position + static_cast<std::int64_t>(newline) + 1;
}

}  // namespace

bool punch_hole(int file, std::int64_t start, std::int64_t length) {
  return fallocate(file, FALLOC_FL_PUNCH_HOLE | FALLOC_FL_KEEP_SIZE, start, length) == 0;
}

BoundedOutput::BoundedOutput(int file, std::int64_t limit, bool may_cut, Punch punch)
    : file_(file), limit_(limit), may_cut_(may_cut), punch_(punch) {}

bool BoundedOutput::look() {
  struct stat status {};
  if (fstat(file_, &status) != 0 || !S_ISREG(status.st_mode)) return false;
  size_ = status.st_size;
  if (size_ < hole_end_) hole_end_ = 0;  // emptied by who writes it
  return limit_ > 0 && size_ > limit_;
}

void BoundedOutput::bound() {
  if (!look()) return;
  if (!may_cut_) {
    within_limit_ = false;
    return;
  }
  const std::int64_t start = std::max((limit_ / 2 + page - 1) / page * page, hole_end_);
  const std::int64_t end = (size_ - limit_ / 2) / page * page;
  if (end - start < std::max(limit_ / 2, least_cut)) return;
  if (punch_(file_, start, end - start)) {
    hole_end_ = end;
  } else {
    within_limit_ = false;
  }
}

std::int64_t BoundedOutput::finish() {
  if (!look()) return 0;
  if (!may_cut_) within_limit_ = false;
  if (!may_cut_ || size_ - limit_ < least_cut) return 0;

  const std::int64_t head_end = line_end_before(file_, limit_ / 2);
  std::int64_t from = line_start_behind(file_, size_ - limit_ / 2);
  const std::int64_t left_out = from - head_end;
  const std::string note = std::string(read_part(file_, head_end - 1, 1) == "\n" ? "" : "\n") +
                           "[sharkreg: " + std::to_string(left_out) +
                           " bytes left out here, see --output-limit]\n";
  if (!write_part(file_, note, head_end)) return 0;
  // The gap is wider than the note, so what is still to be read is never overwritten.
  std::int64_t to = head_end + static_cast<std::int64_t>(note.size());
  while (from < size_) {
    const std::string bytes = read_part(file_, from, std::min<std::int64_t>(size_ - from, 1 << 18));
    if (bytes.empty() || !write_part(file_, bytes, to)) return 0;
    from += static_cast<std::int64_t>(bytes.size());
    to += static_cast<std::int64_t>(bytes.size());
  }
  size_ = to;
  return ftruncate(file_, to) == 0 ? left_out : 0;
}

}  // namespace sharkreg::core
