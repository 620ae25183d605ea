// SPDX-License-Identifier: Apache-2.0
#include <doctest/doctest.h>

#include "rocm/visibility.h"

namespace sharkreg::tests {
namespace {

using Positions = std::vector<std::size_t>;

// Three GPUs, the third without an id.
std::vector<rocm::GpuNode> three_gpus() {
  std::vector<rocm::GpuNode> gpus(3);
  gpus[0].unique_id = 0xdeadbeefcafe0001;
  gpus[1].unique_id = 0x2;
  return gpus;
}

TEST_CASE("GPUs have UUIDs of 16 digits") {
  const auto gpus = three_gpus();
  CHECK(rocm::uuid_of(gpus[0]) == "GPU-deadbeefcafe0001");
  CHECK(rocm::uuid_of(gpus[1]) == "GPU-0000000000000002");
  CHECK(rocm::uuid_of(gpus[2]).empty());
}

TEST_CASE("lists of positions and UUIDs") {
  const auto gpus = three_gpus();
  const auto rocr = [&](const char* list) { return rocm::visible_gpus(gpus, list, {}); };
  CHECK(rocm::visible_gpus(gpus, {}, {}) == Positions{0, 1, 2});
  CHECK(rocr("1") == Positions{1});
  CHECK(rocr("2, 0") == Positions{2, 0});
  CHECK(rocr("GPU-DEADBEEFCAFE0001,2") == Positions{0, 2});
  CHECK(rocr("1,1") == Positions{1});
  CHECK(rocr("0,7,1") == Positions{0});
  CHECK(rocr("-1").empty());
  CHECK(rocr("GPU-").empty());
  CHECK(rocr("all").empty());
  CHECK(rocr("").empty());
}

TEST_CASE("HIP's list counts among what ROCr's leaves") {
  const auto gpus = three_gpus();
  CHECK(rocm::visible_gpus(gpus, "2,1", "0") == Positions{2});
  CHECK(rocm::visible_gpus(gpus, "2,1", "2").empty());
  CHECK(rocm::visible_gpus(gpus, "2,1", "GPU-0000000000000002") == Positions{1});
  CHECK(rocm::visible_gpus(gpus, {}, "") == Positions{0, 1, 2});
}

TEST_CASE("a GPU is selected by its UUID, or by its position when that tells nothing") {
  auto gpus = three_gpus();
  CHECK(rocm::selector_of(gpus, 0) == "GPU-deadbeefcafe0001");
  CHECK(rocm::selector_of(gpus, 2) == "2");
  gpus[1].unique_id = gpus[0].unique_id;
  CHECK(rocm::selector_of(gpus, 0) == "0");
  CHECK(rocm::selector_of(gpus, 1) == "1");
}

}  // namespace
}  // namespace sharkreg::tests
