// SPDX-License-Identifier: Apache-2.0
// A file that others write to, kept small on the disk while they do: head and tail stay, the middle
// is given back.
//
// Who writes notices nothing, neither a pipe instead of a file nor a change of offsets: the middle
// becomes a hole. When all have ended, the hole is replaced by one line that says how much is gone.
#pragma once

#include <cstdint>

namespace sharkreg::core {

// Gives the blocks of a part of a file back to the file system; false if that cannot be done.
bool punch_hole(int file, std::int64_t start, std::int64_t length);

class BoundedOutput {
 public:
  using Punch = bool (*)(int file, std::int64_t start, std::int64_t length);

  // `file`: open for reading and writing. What is not a regular file is left alone. limit: bytes; 0:
  // none. A file that may not be cut stays as it is, but within_limit() says when it is too long.
  BoundedOutput(int file, std::int64_t limit, bool may_cut, Punch punch = punch_hole);

  // Gives back what lies between head and tail. Between two calls the file grows as it likes: from
  // the limit on there may lie half of it more, and what is written until the next call.
  void bound();

  // False for a file beyond the limit that may not be cut or could not be.
  bool within_limit() const { return within_limit_; }

  // When nobody writes any more: head, a line that says what is missing, and tail. Both end and
  // begin with whole lines, where these are not longer than a page. Returns the bytes left out.
  std::int64_t finish();

  // The size that the writers believe in, at the last bound().
  std::int64_t size() const { return size_; }

 private:
  bool look();  // at the size; false: there is nothing to be bounded

  int file_;
  std::int64_t limit_;
  bool may_cut_;
  Punch punch_;
  std::int64_t size_ = 0;
  std::int64_t hole_end_ = 0;
  bool within_limit_ = true;
};

}  // namespace sharkreg::core
