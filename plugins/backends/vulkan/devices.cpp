// SPDX-License-Identifier: Apache-2.0
#include "vulkan/devices.h"

#include <algorithm>
#include <chrono>
#include <filesystem>

#include "iree/text.h"

namespace sharkreg::vulkan {
namespace {

namespace fs = std::filesystem;

// Opening a driver takes 0.2 s when its library has to be read first.
constexpr std::chrono::seconds answer_limit{10};

// The line that names why there is none: "FILE.c:441: UNAVAILABLE; [vkCreateInstance]
// VK_ERROR_INCOMPATIBLE_DRIVER", without the place in IREE's sources.
std::string reason_in(const ToolAnswer& answer) {
  std::string_view last;
  for (const std::string_view line : iree::lines_of(answer.standard_error)) {
    if (!iree::trimmed(line).empty()) last = iree::trimmed(line);
  }
  const std::size_t place = last.find(": ");
  if (place != std::string_view::npos &&
      last.substr(0, place).find(".c:") != std::string_view::npos) {
    last.remove_prefix(place + 2);
  }
  if (last.empty()) return "it has no device";
  return std::string(last);
}

// Which graphics devices the kernel knows: their vendors and models decide what a driver finds.
std::vector<std::string> kernel_files() {
  std::vector<std::string> files;
  std::error_code error;
  for (fs::directory_iterator at("/sys/class/drm", error), end; !error && at != end;
       at.increment(error)) {
    if (!at->path().filename().native().starts_with("renderD")) continue;
    for (const char* name : {"device/vendor", "device/device"}) {
      const fs::path file = at->path() / name;
      std::error_code ignored;
      if (fs::is_regular_file(file, ignored)) files.push_back(file.native());
    }
  }
  std::ranges::sort(files);
  return files;
}

ToolAnswer ask(const iree::LocatedTool& runtime, const Driver& driver, const Host& host) {
  std::vector<std::string> files = iree::ProgramChain(runtime.path).program_files();
  files.push_back(driver.manifest);
  if (!driver.library.empty()) files.push_back(driver.library);
  const std::vector<std::string> kernel = kernel_files();
  files.insert(files.end(), kernel.begin(), kernel.end());
  return host.ask_tool(
      {"/usr/bin/env", "VK_DRIVER_FILES=" + driver.manifest, "VK_ICD_FILENAMES=" + driver.manifest,
       runtime.path, "--dump_devices=vulkan"},
      files, answer_limit);
}

Device device_of(const ListedDevice& listed, const Driver& driver) {
  Device device;
  device.id = listed.uuid;
  device.name = listed.name + (listed.driver.empty() ? "" : ", " + listed.driver);
  device.environment = {{"VK_DRIVER_FILES", driver.manifest},
                        {"VK_ICD_FILENAMES", driver.manifest}};
  return device;
}

void add_devices(const ToolAnswer& answer, const Driver& driver, Probe& probe,
                 std::vector<std::string>& looked_for) {
  const std::vector<ListedDevice> listed = parse_devices(answer.standard_output);
  if (listed.empty()) {
    looked_for.push_back("the driver of " + driver.manifest + ": " + reason_in(answer));
    return;
  }
  for (std::size_t index = 0; index < listed.size(); ++index) {
    Device device = device_of(listed[index], driver);
    const auto known = [&](const Device& other) { return other.id == device.id; };
    if (std::ranges::any_of(probe.devices, known)) continue;
    if (index > 0) {
      device.usable = false;
      device.unusable_because = "runs take the first device of a driver, " + listed[0].name;
    }
    probe.devices.push_back(std::move(device));
  }
}

}  // namespace

std::vector<ListedDevice> parse_devices(std::string_view dump) {
  std::vector<ListedDevice> devices;
  constexpr std::string_view start = "# --device=vulkan://";
  constexpr std::string_view name = "name: ";
  constexpr std::string_view driver = "driver_info: ";
  for (const std::string_view line : iree::lines_of(dump)) {
    if (line.starts_with(start)) {
      devices.push_back({std::string(iree::trimmed(line.substr(start.size()))), {}, {}});
    } else if (devices.empty()) {
      continue;
    } else if (line.starts_with(name)) {
      devices.back().name = std::string(iree::trimmed(line.substr(name.size())));
    } else if (line.starts_with(driver)) {
      devices.back().driver = std::string(iree::trimmed(line.substr(driver.size())));
    }
  }
  return devices;
}

void find_devices(const iree::LocatedTool& runtime, const Drivers& drivers, const Host& host,
                  Probe& probe) {
  std::vector<std::string> looked_for = drivers.looked_for;
  if (!runtime.found()) {
    looked_for.push_back(runtime.missing);
  } else {
    for (const Driver& driver : drivers.found) {
      try {
        add_devices(ask(runtime, driver, host), driver, probe, looked_for);
      } catch (const Failure& failure) {
        looked_for.push_back("the driver of " + driver.manifest + ": " + failure.what());
      }
    }
  }
  const bool usable = std::ranges::any_of(probe.devices, &Device::usable);
  if (!usable)
    probe.looked_for.insert(probe.looked_for.end(), looked_for.begin(), looked_for.end());
}

}  // namespace sharkreg::vulkan
