// SPDX-License-Identifier: Apache-2.0
#include "archives.h"

#include <archive.h>
#include <archive_entry.h>
#include <locale.h>
#include <memory>
#include <stdexcept>
#include <zstd.h>

namespace sharkreg::core {
namespace {

using Writer = std::unique_ptr<archive, int (*)(archive*)>;
using Entry = std::unique_ptr<archive_entry, void (*)(archive_entry*)>;

void require(bool succeeded, const Writer& writer) {
  if (succeeded) return;
  const char* reason = ::archive_error_string(writer.get());
  throw std::runtime_error(reason == nullptr ? "no archive for the test" : reason);
}

la_ssize_t append(archive*, void* to, const void* bytes, size_t size) {
  static_cast<std::string*>(to)->append(static_cast<const char*>(bytes), size);
  return static_cast<la_ssize_t>(size);
}

void open(const Writer& writer, std::string& to) {
  // Without padding of the last block.
  require(::archive_write_set_bytes_in_last_block(writer.get(), 1) == ARCHIVE_OK &&
              ::archive_write_open(writer.get(), &to, nullptr, append, nullptr) == ARCHIVE_OK,
          writer);
}

Entry entry_of(const ArchiveMember& member) {
  Entry entry(::archive_entry_new(), ::archive_entry_free);
  ::archive_entry_set_pathname(entry.get(), member.name.c_str());
  ::archive_entry_set_perm(entry.get(), 0644);
  ::archive_entry_set_mtime(entry.get(), 1'700'000'000, 0);
  switch (member.type) {
    case ArchiveMember::Type::file:
      ::archive_entry_set_filetype(entry.get(), AE_IFREG);
      ::archive_entry_set_size(entry.get(), static_cast<la_int64_t>(member.content.size()));
      break;
    case ArchiveMember::Type::directory:
      ::archive_entry_set_filetype(entry.get(), AE_IFDIR);
      break;
    case ArchiveMember::Type::symbolic_link:
      ::archive_entry_set_filetype(entry.get(), AE_IFLNK);
      ::archive_entry_set_symlink(entry.get(), member.content.c_str());
      break;
    case ArchiveMember::Type::hard_link:
      ::archive_entry_set_filetype(entry.get(), AE_IFREG);
      ::archive_entry_set_hardlink(entry.get(), member.content.c_str());
      break;
    case ArchiveMember::Type::pipe:
      ::archive_entry_set_filetype(entry.get(), AE_IFIFO);
      break;
  }
  for (const auto& [offset, length] : member.data) {
    ::archive_entry_sparse_add_entry(entry.get(), offset, length);
  }
  return entry;
}

void write(const Writer& writer, const std::vector<ArchiveMember>& members) {
  for (const ArchiveMember& member : members) {
    const Entry entry = entry_of(member);
    require(::archive_write_header(writer.get(), entry.get()) >= ARCHIVE_WARN, writer);
    if (member.type != ArchiveMember::Type::file) continue;
    const auto size = static_cast<la_ssize_t>(member.content.size());
    require(
        ::archive_write_data(writer.get(), member.content.data(), member.content.size()) == size,
        writer);
  }
  require(::archive_write_close(writer.get()) == ARCHIVE_OK, writer);
}

}  // namespace

std::string archive_of(const std::string& format, const std::vector<ArchiveMember>& members,
                       const std::string& password) {
  const locale_t utf8 = ::newlocale(LC_CTYPE_MASK, "C.UTF-8", nullptr);
  const locale_t before = ::uselocale(utf8);
  std::string bytes;
  {
    const Writer writer(::archive_write_new(), ::archive_write_free);
    require(::archive_write_set_format_by_name(writer.get(), format.c_str()) == ARCHIVE_OK, writer);
    if (!password.empty()) {
      require(
          ::archive_write_set_options(writer.get(), "zip:encryption=traditional") == ARCHIVE_OK &&
              ::archive_write_set_passphrase(writer.get(), password.c_str()) == ARCHIVE_OK,
          writer);
    }
    open(writer, bytes);
    write(writer, members);
  }
  ::uselocale(before);
  ::freelocale(utf8);
  return bytes;
}

std::string compressed(const std::string& format, const std::string& bytes) {
  if (format == "zstd") {
    const std::unique_ptr<ZSTD_CCtx, std::size_t (*)(ZSTD_CCtx*)> context(::ZSTD_createCCtx(),
                                                                          ::ZSTD_freeCCtx);
    ::ZSTD_CCtx_setParameter(context.get(), ZSTD_c_checksumFlag, 1);
    std::string result(::ZSTD_compressBound(bytes.size()), '\0');
    result.resize(
        ::ZSTD_compress2(context.get(), result.data(), result.size(), bytes.data(), bytes.size()));
    return result;
  }
  std::string result;
  const Writer writer(::archive_write_new(), ::archive_write_free);
  require(::archive_write_set_format_raw(writer.get()) == ARCHIVE_OK &&
              ::archive_write_add_filter_by_name(writer.get(), format.c_str()) == ARCHIVE_OK,
          writer);
  open(writer, result);
  write(writer, {{"data", bytes}});
  return result;
}

std::string noise(std::size_t size, unsigned seed) {
  std::string bytes(size, '\0');
  for (char& byte : bytes) {
    seed = seed * 1664525 + 1013904223;
    byte = static_cast<char>(seed >> 24);
  }
  return bytes;
}

}  // namespace sharkreg::core
