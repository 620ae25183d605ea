// SPDX-License-Identifier: Apache-2.0
#include "rocm/backend.h"

#include "rocm/devices.h"

namespace sharkreg::rocm {
namespace {

std::vector<OptionDeclaration> options() {
  using Type = OptionDeclaration::Type;
  return {{"rocm-chip", Type::text, "gfx942", "CHIP[,CHIP...]",
           "chips to compile for; \"auto\": those of the devices that are here", false},
          {"rocm-root", Type::text, "/", "DIRECTORY",
           "where the driver's files (sys, dev, usr/share) are read from", false}};
}

// The target backend was renamed twice, and its flags with it. Prefetching was on or off before it
// had a number of stages: two were meant by "on", and none is one stage or zero.
std::vector<iree::FlagChange> flag_changes() {
  const std::string prefetch = "iree-llvmgpu-enable-prefetch";
  const std::string stages = "iree-llvmgpu-prefetch-num-stages";
  const std::string native_math = "iree-codegen-gpu-native-math-precision";
  std::vector<iree::FlagChange> changes{
      {.flag = stages, .value = "0", .successor = prefetch, .successor_value = "false"},
      {.flag = stages, .value = "1", .successor = prefetch, .successor_value = "false"},
      {.flag = stages, .value = "2", .successor = prefetch, .successor_value = "true"},
      {.flag = stages, .advice = "this compiler prefetches in two stages or not at all"},
      {.flag = prefetch,
       .boolean = true,
       .value = "false",
       .successor = stages,
       .successor_value = "0"},
      {.flag = prefetch,
       .boolean = true,
       .advice =
           "left to itself the compiler chooses how far to prefetch; --" + stages + "=N says it"},
      {.flag = native_math, .boolean = true},
  };
  for (const char* name : {"target", "waves-per-eu"}) {
    const std::string hip = std::string("iree-hip-") + name;
    const std::string rocm = std::string("iree-rocm-") + name;
    changes.push_back({.flag = hip, .successor = rocm});
    changes.push_back({.flag = rocm, .successor = hip});
  }
  return changes;
}

iree::Hardware hardware() {
  iree::Hardware hardware;
  hardware.name = "rocm";
  hardware.target_backend = "rocm";
  hardware.device = "hip";
  hardware.target_flags = {"iree-rocm-target", "iree-hip-target", "iree-rocm-target-chip"};
  hardware.target_option = "rocm-chip";
  hardware.options = options();
  hardware.takes_tuner_file = true;
  hardware.run_device_count = 1;
  hardware.run_variables = {
      "IREE_HIP_DYLIB_PATH",
      "ROCM_PATH",
      "HIP_PATH",
      "ROCR_VISIBLE_DEVICES",
      "HIP_VISIBLE_DEVICES",
      "HSA_OVERRIDE_GFX_VERSION",
      "HSA_XNACK",
      "HSA_ENABLE_SDMA",
      "GPU_MAX_HW_QUEUES",
      "HIP_FORCE_DEV_KERNARG",
      "AMD_LOG_LEVEL",
  };
  hardware.flag_changes = flag_changes();
  return hardware;
}

}  // namespace

Backend::Backend(const Configuration& configuration, const Host& host)
    : iree::Backend(hardware(), configuration, host), root_(configuration.option("rocm-root")) {
  if (root_.empty()) root_ = std::filesystem::path("/");
}

void Backend::find_devices(Probe& probe) const {
  rocm::find_devices(
      root_,
      {host().environment("ROCR_VISIBLE_DEVICES"), host().environment("HIP_VISIBLE_DEVICES")},
      probe);
}

}  // namespace sharkreg::rocm
