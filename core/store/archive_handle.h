// SPDX-License-Identifier: Apache-2.0
// For .cpp files: it includes libarchive's headers.
#pragma once

#include <archive.h>
#include <archive_entry.h>
#include <memory>
#include <new>
#include <string>

#include "base/text.h"

namespace sharkreg::core {

struct FreeArchive {
  void operator()(archive* handle) const { ::archive_read_free(handle); }
};
using ArchiveHandle = std::unique_ptr<archive, FreeArchive>;

// Knows no format yet.
inline ArchiveHandle new_archive() {
  ArchiveHandle handle(::archive_read_new());
  if (!handle) throw std::bad_alloc();
  return handle;
}

// What libarchive said last.
inline std::string reason_of(const ArchiveHandle& handle) {
  const char* text = ::archive_error_string(handle.get());
  return text == nullptr ? "libarchive does not say why" : printable(text);
}

}  // namespace sharkreg::core
