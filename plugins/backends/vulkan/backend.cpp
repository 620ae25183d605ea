// SPDX-License-Identifier: Apache-2.0
#include "vulkan/backend.h"

#include <algorithm>

#include "iree/text.h"
#include "vulkan/devices.h"
#include "vulkan/drivers.h"

namespace sharkreg::vulkan {
namespace {

iree::Hardware hardware() {
  iree::Hardware hardware;
  hardware.name = "vulkan";
  hardware.target_backend = "vulkan-spirv";
  hardware.device = "vulkan";
  hardware.target_flags = {"iree-vulkan-target"};
  hardware.target_option = "vulkan-target";
  hardware.options = {
      {"vulkan-target", OptionDeclaration::Type::text, "vp_android_baseline_2022",
       "TARGET[,TARGET...]",
       "what to compile for: architectures such as rdna3, chips such as gfx1100, or a profile",
       false}};
  hardware.pipeline_inherits_flags = true;
  hardware.run_device_count = 1;
  hardware.run_variables = driver_variables;
  // What a software driver, or a layer that the user has switched on, reads.
  hardware.run_variables.insert(
      hardware.run_variables.end(),
      {"VK_INSTANCE_LAYERS", "VK_LAYER_PATH", "VK_ADD_LAYER_PATH", "VK_LOADER_DEBUG",
       "LP_NUM_THREADS", "MESA_SHADER_CACHE_DIR", "MESA_SHADER_CACHE_DISABLE", "XDG_CACHE_HOME"});
  return hardware;
}

}  // namespace

Backend::Backend(const Configuration& configuration, const Host& host)
    : iree::Backend(hardware(), configuration, host), tools_(configuration.tool_directories) {
  const auto targets = iree::split(configuration.option("vulkan-target"), ',');
  if (std::ranges::any_of(targets,
                          [](const auto& each) { return iree::trimmed(each) == "auto"; })) {
    throw Failure(
        Failure::Kind::invalid,
        "--vulkan-target=auto: a Vulkan device does not tell what IREE calls it",
        "name the target, such as rdna3; or leave the option out for the portable profile");
  }
}

void Backend::find_devices(Probe& probe) const {
  vulkan::find_devices(tools_.locate("iree-run-module"), find_drivers(host(), "/"), host(), probe);
}

}  // namespace sharkreg::vulkan
