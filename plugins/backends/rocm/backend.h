// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <filesystem>

#include "iree/backend.h"

namespace sharkreg::rocm {

// AMD GPUs, by IREE's rocm target and its driver hip. Targets are chips such as "gfx942".
class Backend final : public iree::Backend {
 public:
  Backend(const Configuration& configuration, const Host& host);

 private:
  void find_devices(Probe& probe) const override;

  std::filesystem::path root_;  // below it lie the driver's files: sys/, dev/, usr/share/
};

}  // namespace sharkreg::rocm
