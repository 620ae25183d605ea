// SPDX-License-Identifier: Apache-2.0
#include "cpu/backend.h"

#include <algorithm>
#include <thread>

#include "iree/text.h"

namespace sharkreg::cpu {
namespace {

iree::Hardware hardware() {
  iree::Hardware hardware;
  hardware.name = "cpu";
  hardware.target_backend = "llvm-cpu";
  hardware.device = "local-task";
  hardware.pipeline_inherits_flags = true;
  // Workgroups write to places of their own, so it does not matter in which order they come.
  hardware.runs_are_deterministic = true;
  // local-task starts a worker on every core that it may use.
  hardware.run_cpu_slots = std::max(1, static_cast<int>(std::thread::hardware_concurrency()));
  return hardware;
}

// What the kernel calls the first processor; "CPU" where it has no name for it.
std::string model_name() {
  const std::string text = iree::read_text("/proc/cpuinfo", 4096);
  for (const std::string_view line : iree::lines_of(text)) {
    const std::size_t colon = line.find(':');
    if (colon != std::string_view::npos && iree::trimmed(line.substr(0, colon)) == "model name") {
      return std::string(iree::trimmed(line.substr(colon + 1)));
    }
  }
  return "CPU";
}

}  // namespace

Backend::Backend(const Configuration& configuration, const Host& host)
    : iree::Backend(hardware(), configuration, host) {}

void Backend::find_devices(Probe& probe) const {
  Device device;
  device.id = "host";
  device.name = model_name();
  probe.devices.push_back(std::move(device));
}

}  // namespace sharkreg::cpu
