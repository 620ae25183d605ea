// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "iree/backend.h"
#include "iree/tools.h"

namespace sharkreg::vulkan {

// GPUs, and processors by a software driver, by IREE's vulkan-spirv target and its driver vulkan.
// Targets are architectures ("rdna3"), chips ("gfx1100") and the portable profile, which is the
// default. A device does not tell its target: every target fits, and its driver has the last word
// when the program is loaded.
class Backend final : public iree::Backend {
 public:
  Backend(const Configuration& configuration, const Host& host);

 private:
  void find_devices(Probe& probe) const override;

  iree::Tools tools_;
};

}  // namespace sharkreg::vulkan
