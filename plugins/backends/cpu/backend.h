// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "iree/backend.h"

namespace sharkreg::cpu {

// The processors of this machine, by IREE's llvm-cpu and its driver local-task. One device, always
// there.
class Backend final : public iree::Backend {
 public:
  Backend(const Configuration& configuration, const Host& host);

 private:
  void find_devices(Probe& probe) const override;
};

}  // namespace sharkreg::cpu
