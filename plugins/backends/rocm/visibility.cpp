// SPDX-License-Identifier: Apache-2.0
#include "rocm/visibility.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <cinttypes>
#include <cstdio>
#include <numeric>
#include <strings.h>

#include "iree/text.h"

namespace sharkreg::rocm {
namespace {

bool is_unique(const std::vector<GpuNode>& gpus, std::uint64_t unique_id) {
  return unique_id != 0 && std::ranges::count(gpus, unique_id, &GpuNode::unique_id) == 1;
}

// The GPU, among those at `positions`, that an entry of a list means.
std::optional<std::size_t> meant_by(std::string_view entry, const std::vector<GpuNode>& gpus,
                                    const std::vector<std::size_t>& positions) {
  if (entry.starts_with("GPU-")) {
    const std::string wanted(entry);
    for (const std::size_t position : positions) {
      if (strcasecmp(uuid_of(gpus[position]).c_str(), wanted.c_str()) == 0) return position;
    }
    return std::nullopt;
  }
  std::size_t index = 0;
  const auto [end, error] = std::from_chars(entry.data(), entry.data() + entry.size(), index);
  if (error != std::errc() || end != entry.data() + entry.size() || index >= positions.size()) {
    return std::nullopt;
  }
  return positions[index];
}

std::vector<std::size_t> filtered(const std::vector<std::size_t>& positions,
                                  const std::string& list, const std::vector<GpuNode>& gpus) {
  std::vector<std::size_t> left;
  for (const auto& entry : iree::split(list, ',')) {
    const auto position = meant_by(iree::trimmed(entry), gpus, positions);
    if (!position) break;
    if (std::ranges::find(left, *position) == left.end()) left.push_back(*position);
  }
  return left;
}

}  // namespace

std::string uuid_of(const GpuNode& gpu) {
  if (gpu.unique_id == 0) return {};
  std::array<char, 32> text;
  const int length = std::snprintf(text.data(), text.size(), "GPU-%016" PRIx64, gpu.unique_id);
  return {text.data(), static_cast<std::size_t>(length)};
}

std::vector<std::size_t> visible_gpus(const std::vector<GpuNode>& gpus,
                                      const std::optional<std::string>& rocr_visible_devices,
                                      const std::optional<std::string>& hip_visible_devices) {
  std::vector<std::size_t> positions(gpus.size());
  std::iota(positions.begin(), positions.end(), std::size_t{0});
  if (rocr_visible_devices) positions = filtered(positions, *rocr_visible_devices, gpus);
  // HIP takes an empty variable for none.
  if (hip_visible_devices && !hip_visible_devices->empty()) {
    positions = filtered(positions, *hip_visible_devices, gpus);
  }
  return positions;
}

std::string selector_of(const std::vector<GpuNode>& gpus, std::size_t position) {
  const GpuNode& gpu = gpus[position];
  return is_unique(gpus, gpu.unique_id) ? uuid_of(gpu) : std::to_string(position);
}

}  // namespace sharkreg::rocm
