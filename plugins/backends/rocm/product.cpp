// SPDX-License-Identifier: Apache-2.0
#include "rocm/product.h"

#include <algorithm>
#include <array>
#include <cctype>
#include <charconv>
#include <optional>
#include <utility>

#include "iree/text.h"

namespace sharkreg::rocm {
namespace {

namespace fs = std::filesystem;

constexpr std::size_t list_size_limit = std::size_t{8} << 20;

std::optional<std::uint32_t> hexadecimal(std::string_view text) {
  text = iree::trimmed(text);
  if (text.starts_with("0x")) text.remove_prefix(2);
  std::uint32_t number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number, 16);
  if (text.empty() || error != std::errc() || end != text.data() + text.size()) {
    return std::nullopt;
  }
  return number;
}

// Lines "74A1,\t00,\tAMD Instinct MI300X": device, revision, name. Without the GPU's revision, or
// when the list does not have it, a name counts only if all revisions have it.
std::string name_in_amdgpu_ids(std::string_view list, std::uint32_t device_id,
                               std::optional<std::uint32_t> revision) {
  std::string common;
  for (const std::string_view line : iree::lines_of(list)) {
    if (line.starts_with('#')) continue;
    const std::size_t first = line.find(',');
    if (first == std::string_view::npos || hexadecimal(line.substr(0, first)) != device_id) {
      continue;
    }
    const std::size_t second = line.find(',', first + 1);
    if (second == std::string_view::npos) continue;
    const std::string name(iree::trimmed(line.substr(second + 1)));
    if (revision && hexadecimal(line.substr(first + 1, second - first - 1)) == revision) {
      return name;
    }
    if (common.empty()) common = name;
    if (common != name) return {};
  }
  return common;
}

// A vendor's line is "1002  NAME", those of its devices follow, indented by a tab.
std::string name_in_pci_ids(std::string_view list, std::uint32_t vendor_id,
                            std::uint32_t device_id) {
  bool of_vendor = false;
  for (const std::string_view line : iree::lines_of(list)) {
    if (line.empty() || line.starts_with('#') || line.starts_with("\t\t")) continue;
    if (!line.starts_with('\t')) {
      of_vendor = hexadecimal(line.substr(0, 4)) == vendor_id;
    } else if (of_vendor && hexadecimal(line.substr(1, 4)) == device_id && line.size() > 5) {
      return std::string(iree::trimmed(line.substr(5)));
    }
  }
  return {};
}

// "GPU [Instinct MI300X]" of pci.ids, "AMD Instinct MI300X" of amdgpu.ids.
std::vector<std::string> words_of(std::string_view product) {
  std::vector<std::string> words(1);
  for (const char c : product) {
    if (std::isalnum(static_cast<unsigned char>(c)) != 0) {
      words.back() += static_cast<char>(std::toupper(static_cast<unsigned char>(c)));
    } else if (!words.back().empty()) {
      words.emplace_back();
    }
  }
  return words;
}

}  // namespace

std::string product_name(const fs::path& root, const GpuNode& gpu) {
  const fs::path device = root / "sys/bus/pci/devices" / gpu.address;
  const auto revision = hexadecimal(iree::read_text(device / "revision", 64));
  for (const char* list : {"opt/amdgpu/share/libdrm/amdgpu.ids", "usr/share/libdrm/amdgpu.ids"}) {
    const std::string text = iree::read_text(root / list, list_size_limit);
    std::string name = name_in_amdgpu_ids(text, gpu.device_id, revision);
    if (!name.empty()) return name;
  }
  // Boards with a memory for it tell the driver themselves.
  const std::string own_name(iree::trimmed(iree::read_text(device / "product_name", 256)));
  if (!own_name.empty()) return own_name;
  for (const char* list : {"usr/share/misc/pci.ids", "usr/share/hwdata/pci.ids"}) {
    const std::string text = iree::read_text(root / list, list_size_limit);
    std::string name = name_in_pci_ids(text, gpu.vendor_id, gpu.device_id);
    if (!name.empty()) return name;
  }
  return {};
}

std::string sku_of(std::string_view product) {
  static constexpr std::array<std::pair<std::string_view, std::string_view>, 7> skus{{
      {"MI210", "mi210"},
      {"MI250", "mi250"},
      {"MI250X", "mi250"},
      {"MI300A", "mi300a"},
      {"MI300X", "mi300"},
      {"MI308X", "mi308"},
      {"MI325X", "mi325"},
  }};
  std::string result;
  for (const auto& word : words_of(product)) {
    const auto known =
        std::find_if(skus.begin(), skus.end(), [&](const auto& sku) { return sku.first == word; });
    if (known == skus.end()) continue;
    if (!result.empty() && result != known->second) return {};
    result = known->second;
  }
  return result;
}

}  // namespace sharkreg::rocm
