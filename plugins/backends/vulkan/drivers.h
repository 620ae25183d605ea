// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include <sharkreg/host.h>

namespace sharkreg::vulkan {

// Variables by which the user tells Vulkan's loader which drivers to take. Source: "Loader and Driver
// Interface" of the Vulkan-Loader project, section "Driver Discovery".
extern const std::vector<std::string> driver_variables;

// One installed driver.
struct Driver {
  std::string manifest;  // the JSON file that announces it
  std::string library;   // its shared library; empty if the loader is to search for it
};

struct Drivers {
  std::vector<Driver> found;
  std::vector<std::string> looked_for;  // what was not found where; empty if there is a driver
};

// The drivers that Vulkan's loader would take, in its order: those that VK_DRIVER_FILES or the older
// VK_ICD_FILENAMES names (files or directories, separated by colons), else those that
// VK_ADD_DRIVER_FILES adds and those in the icd.d directories below `root` and of the user. A
// manifest that names a library which is not there is no driver. Of these the ones whose manifest's
// name fits a pattern of VK_LOADER_DRIVERS_SELECT, if that is set, and none of
// VK_LOADER_DRIVERS_DISABLE.
Drivers find_drivers(const Host& host, const std::filesystem::path& root);

}  // namespace sharkreg::vulkan
