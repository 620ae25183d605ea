// SPDX-License-Identifier: Apache-2.0
#include "rocm/devices.h"

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstdio>
#include <fcntl.h>
#include <system_error>
#include <unistd.h>

#include "rocm/product.h"
#include "rocm/topology.h"
#include "rocm/visibility.h"

namespace sharkreg::rocm {
namespace {

namespace fs = std::filesystem;

// Why a device file cannot be opened; empty if it can. Asking for the permission bits would not
// do: in a container the kernel may refuse what they allow.
std::string open_trouble(const fs::path& path) {
  const int descriptor = ::open(path.c_str(), O_RDWR | O_CLOEXEC | O_NONBLOCK);
  if (descriptor >= 0) {
    ::close(descriptor);
    return {};
  }
  const int error = errno;
  std::string trouble =
      path.string() + " cannot be opened: " + std::generic_category().message(error);
  if (error == EACCES) trouble += " (members of the groups render and video usually may)";
  return trouble;
}

std::string unnamed(const GpuNode& gpu) {
  std::array<char, 32> id;
  const int length = std::snprintf(id.data(), id.size(), "0x%04x", gpu.device_id);
  return "AMD GPU " + std::string(id.data(), static_cast<std::size_t>(length));
}

// The address alone, or, where partitions share it, with the partition's number.
std::string id_of(const std::vector<GpuNode>& gpus, std::size_t position) {
  const std::string& address = gpus[position].address;
  if (std::ranges::count(gpus, address, &GpuNode::address) == 1) return address;
  const auto end = gpus.begin() + static_cast<std::ptrdiff_t>(position);
  return address + "/" +
         std::to_string(std::ranges::count(gpus.begin(), end, address, &GpuNode::address));
}

Device describe(const fs::path& root, const std::vector<GpuNode>& gpus, std::size_t position) {
  const GpuNode& gpu = gpus[position];
  const std::string product = product_name(root, gpu);
  Device device;
  device.id = id_of(gpus, position);
  device.name = product.empty() ? unnamed(gpu) : product;
  device.target = gpu.target;
  device.sku = sku_of(product);
  // The second variable counts among what the first leaves, so a value of the user's would be
  // wrong here.
  device.environment = {{"ROCR_VISIBLE_DEVICES", selector_of(gpus, position)},
                        {"HIP_VISIBLE_DEVICES", "0"}};
  return device;
}

std::string hidden_by(const VisibleDevices& visible) {
  std::string text = "hidden by";
  if (visible.rocr) text += " ROCR_VISIBLE_DEVICES=" + *visible.rocr;
  if (visible.hip) text += " HIP_VISIBLE_DEVICES=" + *visible.hip;
  return text;
}

void say_what_was_looked_for(const fs::path& root, const Topology& topology, Probe& probe) {
  const std::string directory = topology_directory(root).string();
  if (!topology.present) {
    probe.looked_for.push_back("no " + directory + ": the amdgpu driver is not loaded");
  } else if (topology.gpus.empty()) {
    probe.looked_for.push_back(directory + " lists no GPU that can be read (nodes: " +
                               std::to_string(topology.node_count) + ")");
  }
  for (const Device& device : probe.devices) {
    probe.looked_for.push_back(device.name + " at " + device.id + ": " + device.unusable_because);
  }
  if (topology.gpus.empty()) {
    const std::string trouble = open_trouble(root / "dev/kfd");
    if (!trouble.empty()) probe.looked_for.push_back(trouble);
  }
}

}  // namespace

void find_devices(const fs::path& root, const VisibleDevices& visible, Probe& probe) {
  const Topology topology = read_topology(root);
  probe.notes.insert(probe.notes.end(), topology.notes.begin(), topology.notes.end());
  const auto& gpus = topology.gpus;
  const auto seen = visible_gpus(gpus, visible.rocr, visible.hip);
  const std::string driver_trouble = gpus.empty() ? "" : open_trouble(root / "dev/kfd");

  bool any_usable = false;
  for (std::size_t position = 0; position < gpus.size(); ++position) {
    Device device = describe(root, gpus, position);
    if (std::ranges::find(seen, position) == seen.end()) {
      device.unusable_because = hidden_by(visible);
    } else if (!driver_trouble.empty()) {
      device.unusable_because = driver_trouble;
    } else {
      const std::string node = "renderD" + std::to_string(gpus[position].render_minor);
      device.unusable_because = open_trouble(root / "dev/dri" / node);
    }
    device.usable = device.unusable_because.empty();
    any_usable = any_usable || device.usable;
    probe.devices.push_back(std::move(device));
  }
  if (!any_usable) say_what_was_looked_for(root, topology, probe);
}

}  // namespace sharkreg::rocm
