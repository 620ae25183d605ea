// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

namespace sharkreg::rocm {

// A GPU, or one partition of a GPU, as the kernel's driver (KFD) describes it.
struct GpuNode {
  int number = 0;                  // of the node in the topology
  std::string target;              // "gfx942"
  std::uint64_t unique_id = 0;     // 0: unknown
  std::uint32_t vendor_id = 0;     // of PCI
  std::uint32_t device_id = 0;     // of PCI
  std::string address;             // of PCI, "0000:05:00.0"; partitions of one GPU share it
  std::uint32_t render_minor = 0;  // N of /dev/dri/renderDN
};

struct Topology {
  bool present = false;            // the driver shows a topology at all
  std::size_t node_count = 0;      // processors included
  std::vector<GpuNode> gpus;       // by number of the node
  std::vector<std::string> notes;  // what could not be understood
};

// Where the topology lies below `root`.
std::filesystem::path topology_directory(const std::filesystem::path& root);

// Reads it. Nodes that the process may not read (a container's limits) are noted and left out.
Topology read_topology(const std::filesystem::path& root);

// The compiler's name for a packed version: 90402 is gfx942, 90010 is gfx90a. Empty for a number
// that no GPU can have.
std::string target_name(std::uint64_t gfx_target_version);

}  // namespace sharkreg::rocm
