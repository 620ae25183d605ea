// SPDX-License-Identifier: Apache-2.0
#include "rocm/topology.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <cstdio>
#include <map>
#include <optional>

#include "iree/text.h"

namespace sharkreg::rocm {
namespace {

namespace fs = std::filesystem;

using Properties = std::map<std::string, std::uint64_t, std::less<>>;

constexpr std::size_t properties_size_limit = 65536;

std::optional<std::uint64_t> number_from(std::string_view text) {
  std::uint64_t number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (error != std::errc() || end != text.data() + text.size()) return std::nullopt;
  return number;
}

// Lines "name value"; others are not for us.
Properties parse_properties(std::string_view text) {
  Properties properties;
  for (const std::string_view line : iree::lines_of(text)) {
    const std::size_t space = line.find(' ');
    if (space == std::string_view::npos) continue;
    if (const auto value = number_from(iree::trimmed(line.substr(space)))) {
      properties.emplace(line.substr(0, space), *value);
    }
  }
  return properties;
}

std::uint64_t value_of(const Properties& properties, std::string_view name) {
  const auto found = properties.find(name);
  return found == properties.end() ? 0 : found->second;
}

// Bus, device and function are packed into 16 bits; a partition's number may stand above them.
std::string pci_address(std::uint64_t domain, std::uint64_t location) {
  std::array<char, 32> text;
  const int length = std::snprintf(
      text.data(), text.size(), "%04x:%02x:%02x.%x", static_cast<unsigned>(domain & 0xffffffff),
      static_cast<unsigned>(location >> 8 & 0xff), static_cast<unsigned>(location >> 3 & 0x1f),
      static_cast<unsigned>(location & 0x7));
  return {text.data(), static_cast<std::size_t>(length)};
}

// Numbers of the nodes, in order.
std::vector<int> node_numbers(const fs::path& directory) {
  std::vector<int> numbers;
  std::error_code error;
  for (fs::directory_iterator entry(directory, error), end; !error && entry != end;
       entry.increment(error)) {
    const auto number = number_from(entry->path().filename().string());
    if (number && *number < 100000) numbers.push_back(static_cast<int>(*number));
  }
  std::sort(numbers.begin(), numbers.end());
  return numbers;
}

void read_node(const fs::path& file, int number, Topology& topology) {
  const std::string text = iree::read_text(file, properties_size_limit);
  const Properties properties = parse_properties(text);
  if (!properties.contains("gfx_target_version")) {
    topology.notes.push_back(file.string() + (text.empty() ? " is empty or cannot be read"
                                                           : " holds no gfx_target_version"));
    return;
  }
  const std::uint64_t version = value_of(properties, "gfx_target_version");
  if (version == 0) return;  // a processor
  GpuNode gpu;
  gpu.number = number;
  gpu.target = target_name(version);
  if (gpu.target.empty()) {
    topology.notes.push_back(file.string() + " has the impossible gfx_target_version " +
                             std::to_string(version));
    return;
  }
  gpu.unique_id = value_of(properties, "unique_id");
  gpu.vendor_id = static_cast<std::uint32_t>(value_of(properties, "vendor_id"));
  gpu.device_id = static_cast<std::uint32_t>(value_of(properties, "device_id"));
  gpu.address = pci_address(value_of(properties, "domain"), value_of(properties, "location_id"));
  gpu.render_minor = static_cast<std::uint32_t>(value_of(properties, "drm_render_minor"));
  topology.gpus.push_back(std::move(gpu));
}

}  // namespace

fs::path topology_directory(const fs::path& root) {
  return root / "sys/class/kfd/kfd/topology/nodes";
}

std::string target_name(std::uint64_t gfx_target_version) {
  const std::uint64_t major = gfx_target_version / 10000;
  const std::uint64_t minor = gfx_target_version / 100 % 100;
  const std::uint64_t step = gfx_target_version % 100;
  if (major == 0 || major > 99 || minor > 15 || step > 15) return {};
  constexpr std::string_view digits = "0123456789abcdef";
  return "gfx" + std::to_string(major) + digits[minor] + digits[step];
}

Topology read_topology(const fs::path& root) {
  const fs::path directory = topology_directory(root);
  Topology topology;
  std::error_code error;
  topology.present = fs::is_directory(directory, error);
  for (const int number : node_numbers(directory)) {
    ++topology.node_count;
    read_node(directory / std::to_string(number) / "properties", number, topology);
  }
  return topology;
}

}  // namespace sharkreg::rocm
