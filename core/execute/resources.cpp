// SPDX-License-Identifier: Apache-2.0
#include "execute/resources.h"

#include <algorithm>

namespace sharkreg::core {

Resources::Resources(std::size_t cpu_slots, std::uint64_t memory_bytes)
    : busy_(std::max<std::size_t>(cpu_slots, 1)),
      free_(busy_.size()),
      memory_bytes_(memory_bytes) {}

Demand Resources::possible(const Demand& demand) const {
  return {std::min(demand.cpu_slots, busy_.size()),
          memory_bytes_ == 0 ? 0 : std::min(demand.memory_bytes, memory_bytes_)};
}

bool Resources::has_room(const Demand& demand) const {
  const Demand wanted = possible(demand);
  return wanted.cpu_slots <= free_ &&
         (memory_bytes_ == 0 || wanted.memory_bytes <= memory_bytes_ - memory_in_use_);
}

Resources::Share Resources::take(const Demand& demand) {
  const Demand wanted = possible(demand);
  Share share{{}, wanted.memory_bytes};
  for (std::size_t slot = 0; share.slots.size() < wanted.cpu_slots; ++slot) {
    if (busy_[slot]) continue;
    busy_[slot] = true;
    share.slots.push_back(slot);
  }
  free_ -= share.slots.size();
  memory_in_use_ += share.memory_bytes;
  return share;
}

void Resources::give_back(const Share& share) {
  for (const std::size_t slot : share.slots) busy_[slot] = false;
  free_ += share.slots.size();
  memory_in_use_ -= share.memory_bytes;
}

}  // namespace sharkreg::core
