// SPDX-License-Identifier: Apache-2.0
#include <doctest/doctest.h>

#include "iree_support.h"
#include "rocm/product.h"

namespace sharkreg::tests {
namespace {

rocm::GpuNode mi300x() {
  rocm::GpuNode gpu;
  gpu.vendor_id = 4098;
  gpu.device_id = 0x74a1;
  gpu.address = "0000:05:00.0";
  return gpu;
}

TEST_CASE("the SKU is taken from the product's name, not from the chip") {
  CHECK(rocm::sku_of("AMD Instinct MI300X") == "mi300");
  CHECK(rocm::sku_of("AMD Instinct MI300X VF") == "mi300");
  CHECK(rocm::sku_of("AMD Instinct MI300A") == "mi300a");
  CHECK(rocm::sku_of("AMD Instinct MI308X") == "mi308");
  CHECK(rocm::sku_of("AMD Instinct MI325X") == "mi325");
  CHECK(rocm::sku_of("Aldebaran/MI200 [Instinct MI250X/MI250]") == "mi250");
  CHECK(rocm::sku_of("Aldebaran/MI200 [Instinct MI210]") == "mi210");
  CHECK(rocm::sku_of("amd instinct mi300x") == "mi300");
}

TEST_CASE("a SKU is not guessed") {
  CHECK(rocm::sku_of("").empty());
  CHECK(rocm::sku_of("AMD Radeon RX 9070 XT").empty());
  CHECK(rocm::sku_of("AMD Instinct MI300XYZ").empty());
  CHECK(rocm::sku_of("AMD Instinct MI300X/MI308X").empty());
}

TEST_CASE("amdgpu.ids names the product, by revision where that matters") {
  const TemporaryDirectory root;
  root.write("usr/share/libdrm/amdgpu.ids",
             "# List of AMDGPU IDs\n1.0.0\n74A0,\t00,\tAMD Instinct MI300A\n"
             "74A1,\t00,\tAMD Instinct MI300X\n74A1,\t01,\tAMD Instinct MI308X\n7550,\tC0\n");
  rocm::GpuNode gpu = mi300x();
  CHECK(rocm::product_name(root.path(), gpu).empty());
  root.write("sys/bus/pci/devices/0000:05:00.0/revision", "0x01\n");
  CHECK(rocm::product_name(root.path(), gpu) == "AMD Instinct MI308X");
  root.write("sys/bus/pci/devices/0000:05:00.0/revision", "0x00\n");
  CHECK(rocm::product_name(root.path(), gpu) == "AMD Instinct MI300X");

  gpu.device_id = 0x74a0;
  gpu.address = "0000:06:00.0";
  CHECK(rocm::product_name(root.path(), gpu) == "AMD Instinct MI300A");
  gpu.device_id = 0x7550;
  CHECK(rocm::product_name(root.path(), gpu).empty());
}

TEST_CASE("pci.ids is asked when amdgpu.ids is silent, for the right vendor") {
  const TemporaryDirectory root;
  root.write("usr/share/misc/pci.ids",
             "# comment\n1001  Someone else\n\t74a1  Wrong thing\n"
             "1002  Advanced Micro Devices, Inc. [AMD/ATI]\n"
             "\t740c  Aldebaran/MI200 [Instinct MI250X/MI250]\n\t\t1002 74a1  A board\n"
             "\t74a1  Aqua Vanjaram [Instinct MI300X]\n1003  Another\n\t74a1  Wrong again\n");
  CHECK(rocm::product_name(root.path(), mi300x()) == "Aqua Vanjaram [Instinct MI300X]");
  root.write("sys/bus/pci/devices/0000:05:00.0/product_name", "AMD Instinct MI300X OAM\n");
  CHECK(rocm::product_name(root.path(), mi300x()) == "AMD Instinct MI300X OAM");
}

}  // namespace
}  // namespace sharkreg::tests
