// SPDX-License-Identifier: Apache-2.0
// A plugin exports sharkreg_plugin and nothing else: a second symbol could take the place of one of
// the host's or of another plugin's.
#include <cstring>
#include <elf.h>
#include <fstream>
#include <iterator>
#include <stdexcept>

#include <doctest/doctest.h>

#include "fixtures.h"

namespace sharkreg::core {
namespace {

namespace fs = std::filesystem;

template <class T>
std::vector<T> table(const std::string& bytes, std::uint64_t offset, std::uint64_t count) {
  if (offset + count * sizeof(T) > bytes.size()) throw std::runtime_error("no ELF file");
  std::vector<T> result(count);
  std::memcpy(result.data(), bytes.data() + offset, count * sizeof(T));
  return result;
}

// Names of the symbols in .dynsym that the library defines for others.
std::vector<std::string> exports_of(const fs::path& library) {
  std::ifstream file(library, std::ios::binary);
  const std::string bytes{std::istreambuf_iterator<char>(file), {}};
  const auto header = table<Elf64_Ehdr>(bytes, 0, 1).front();
  const auto sections = table<Elf64_Shdr>(bytes, header.e_shoff, header.e_shnum);
  std::vector<std::string> names;
  for (const Elf64_Shdr& section : sections) {
    if (section.sh_type != SHT_DYNSYM) continue;
    const Elf64_Shdr& texts = sections.at(section.sh_link);
    for (const auto& symbol :
         table<Elf64_Sym>(bytes, section.sh_offset, section.sh_size / sizeof(Elf64_Sym))) {
      const bool local = ELF64_ST_BIND(symbol.st_info) == STB_LOCAL;
      if (symbol.st_shndx == SHN_UNDEF || local) continue;
      names.emplace_back(bytes.data() + texts.sh_offset + symbol.st_name);
    }
  }
  return names;
}

std::vector<fs::path> plugins() {
  std::vector<fs::path> result = {fixture("sample"), fixture("c_backend")};
  if (!fs::exists(SHARKREG_PLUGIN_DIR)) return result;
  for (const auto& entry : fs::directory_iterator(SHARKREG_PLUGIN_DIR)) {
    if (entry.path().extension() == ".so") result.push_back(entry.path());
  }
  return result;
}

TEST_CASE("every plugin exports one symbol") {
  for (const fs::path& plugin : plugins()) {
    CAPTURE(plugin.native());
    CHECK(exports_of(plugin) == std::vector<std::string>{"sharkreg_plugin"});
  }
}

TEST_CASE("exports are seen where there are others") {
  CHECK(exports_of(SHARKREG_MANY_EXPORTS).size() > 1);
}

}  // namespace
}  // namespace sharkreg::core
