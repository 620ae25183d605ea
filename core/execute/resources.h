// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

namespace sharkreg::core {

// What an action needs while it runs.
struct Demand {
  std::size_t cpu_slots = 1;  // 0: it keeps no processor busy
  std::uint64_t memory_bytes = 0;
};

// Counts the processors and the memory of the machine that actions have.
//
// A demand for more than there is counts as one for all there is: such an action runs alone.
// Threads: one.
class Resources {
 public:
  // What one action has. To be given back.
  struct Share {
    std::vector<std::size_t> slots;  // numbers of CPU slots, from 0
    std::uint64_t memory_bytes = 0;
  };

  // `memory_bytes` 0: memory is not counted.
  Resources(std::size_t cpu_slots, std::uint64_t memory_bytes);

  bool has_room(const Demand& demand) const;
  Share take(const Demand& demand);  // there must be room
  void give_back(const Share& share);

  std::size_t free_slots() const { return free_; }
  std::size_t all_slots() const { return busy_.size(); }

 private:
  Demand possible(const Demand& demand) const;

  std::vector<bool> busy_;  // by the slot's number
  std::size_t free_;
  std::uint64_t memory_bytes_;
  std::uint64_t memory_in_use_ = 0;
};

}  // namespace sharkreg::core
