// SPDX-License-Identifier: Apache-2.0
#include "elf_file.h"

#include <cstdint>
#include <cstring>
#include <elf.h>
#include <fstream>
#include <iterator>
#include <stdexcept>

#include <fmt/format.h>

namespace sharkreg::conformance {
namespace {

constexpr unsigned machine = sizeof(void*) != 8 ? 0
#if defined(__x86_64__)
                                                : EM_X86_64;
#elif defined(__aarch64__)
                                                : EM_AARCH64;
#else
                                                : 0;
#endif

template <class T>
std::vector<T> table(const std::string& bytes, std::uint64_t offset, std::uint64_t count) {
  if (offset > bytes.size() || count > (bytes.size() - offset) / sizeof(T)) {
    throw std::runtime_error(
        fmt::format("it is cut short: it has {} bytes and says that there are more", bytes.size()));
  }
  std::vector<T> result(count);
  if (count > 0) std::memcpy(result.data(), bytes.data() + offset, count * sizeof(T));
  return result;
}

std::vector<std::string> exports_of(const std::string& bytes, const Elf64_Ehdr& header) {
  std::vector<std::string> names;
  const auto sections = table<Elf64_Shdr>(bytes, header.e_shoff, header.e_shnum);
  for (const Elf64_Shdr& section : sections) {
    if (section.sh_type != SHT_DYNSYM) continue;
    const Elf64_Shdr& texts = sections.at(section.sh_link);
    const auto names_table = table<char>(bytes, texts.sh_offset, texts.sh_size);
    for (const auto& symbol :
         table<Elf64_Sym>(bytes, section.sh_offset, section.sh_size / sizeof(Elf64_Sym))) {
      const bool local = ELF64_ST_BIND(symbol.st_info) == STB_LOCAL;
      if (symbol.st_shndx == SHN_UNDEF || local || symbol.st_name >= names_table.size()) continue;
      const char* name = names_table.data() + symbol.st_name;
      names.emplace_back(name, ::strnlen(name, names_table.size() - symbol.st_name));
    }
  }
  return names;
}

void check(const std::string& bytes, const Elf64_Ehdr& header) {
  if (std::memcmp(header.e_ident, ELFMAG, SELFMAG) != 0)
    throw std::runtime_error("it is no ELF file");
  if (header.e_ident[EI_CLASS] != ELFCLASS64 || header.e_machine != machine) {
    throw std::runtime_error(
        fmt::format("it is for another architecture (ELF machine {})", header.e_machine));
  }
  if (header.e_type != ET_DYN) throw std::runtime_error("it is no shared library");
  // Reads nothing but sees whether all of it is there.
  for (const auto& segment : table<Elf64_Phdr>(bytes, header.e_phoff, header.e_phnum)) {
    table<char>(bytes, segment.p_offset, segment.p_filesz);
  }
}

}  // namespace

ElfFile read_elf(const std::filesystem::path& file) {
  ElfFile result;
  std::ifstream stream(file, std::ios::binary);
  const std::string bytes{std::istreambuf_iterator<char>(stream), {}};
  try {
    if (bytes.size() < sizeof(Elf64_Ehdr)) {
      throw std::runtime_error(fmt::format("it is no ELF file: it has {} bytes", bytes.size()));
    }
    const auto header = table<Elf64_Ehdr>(bytes, 0, 1).front();
    check(bytes, header);
    result.exports = exports_of(bytes, header);
  } catch (const std::exception& trouble) {
    result.trouble = trouble.what();
  }
  return result;
}

}  // namespace sharkreg::conformance
