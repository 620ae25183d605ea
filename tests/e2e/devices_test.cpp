// SPDX-License-Identifier: Apache-2.0
// Devices, as the driver's files under --rocm-root tell of them, and what is done where there are
// none.
#include <boost/json.hpp>
#include <doctest/doctest.h>

#include "base/json.h"
#include "sharkreg_run.h"

namespace sharkreg::e2e {
namespace {

namespace fs = std::filesystem;

// A sandbox with stub tools, one model and, on demand, the files of an MI300X.
class Machine {
 public:
  Machine() {
    sandbox.write_stub_tools();
    sandbox.write_program("tools/iree-run-module",
                          "#!/bin/sh\necho \"$* sees ${ROCR_VISIBLE_DEVICES-all}\" >> " +
                              (sandbox.root() / "seen").string() + "\n");
    sandbox.write_model("m", "s", R"({"mlir": "program.mlir"})");
  }

  void add_mi300x() const {
    const fs::path nodes = "machine/sys/class/kfd/kfd/topology/nodes";
    sandbox.write(nodes / "0/properties",
                  "cpu_cores_count 96\nsimd_count 0\ngfx_target_version 0\n");
    sandbox.write(nodes / "1/properties",
                  "cpu_cores_count 0\nsimd_count 1216\ngfx_target_version 90402\nvendor_id 4098\n"
                  "device_id 29857\nlocation_id 1280\ndomain 0\ndrm_render_minor 128\n"
                  "unique_id 16045690984503050241\nnum_xcc 8\n");
    sandbox.write("machine/dev/kfd", "");
    sandbox.write("machine/dev/dri/renderD128", "");
    sandbox.write("machine/usr/share/libdrm/amdgpu.ids", "74A1,\t00,\tAMD Instinct MI300X\n");
  }

  Ended run(const Arguments& more) const {
    Arguments arguments = more;
    arguments.insert(arguments.end(), {"--tests-dir", sandbox.tests(), "--model=m", "--tools-dir",
                                       sandbox.tools(), "--rocm-root", sandbox.root() / "machine"});
    return sandbox.run(arguments);
  }

  std::vector<std::string> verdicts() const { return verdicts_of(sandbox.events()); }

  Sandbox sandbox;
};

using Texts = std::vector<std::string>;

}  // namespace

TEST_CASE("chip and SKU are found in the driver's files") {
  const Machine machine;
  machine.add_mi300x();
  const Ended ended = machine.run({"plan", "--rocm-chip=auto", "--sku=auto"});
  CHECK(ended.exit_status == 0);
  const auto plan = core::parse_json(ended.out, "plan");
  REQUIRE(plan.has_value());
  const boost::json::value& rocm = plan->at("backends").at(1);
  CHECK(rocm.at("name") == "rocm");
  CHECK(rocm.at("targets") == boost::json::array{"gfx942"});
  CHECK(rocm.at("devices").at(0).at("name") == "AMD Instinct MI300X");
  CHECK(contains(ended.out, "--sku=auto: mi300"));
}

TEST_CASE("a device that is present is given to the run, and to it alone") {
  const Machine machine;
  machine.add_mi300x();
  const Ended ended = machine.run({"--rocm-chip=auto"});
  INFO(ended.out, ended.err);
  CHECK(ended.exit_status == 0);
  CHECK(machine.verdicts() == Texts{"m/s compile cpu: pass", "m/s compile rocm gfx942: pass",
                                    "m/s run cpu: pass", "m/s run rocm gfx942: pass"});
  const std::string seen = content_of(machine.sandbox.root() / "seen");
  CHECK(contains(seen, "--device=hip"));
  CHECK(contains(seen, "sees GPU-deadbeefcafe0001"));
}

TEST_CASE("a chip or SKU that is not the one present is noted") {
  const Machine machine;
  machine.add_mi300x();
  const Ended ended = machine.run({"--rocm-chip=gfx90a", "--sku=mi250"});
  INFO(ended.out, ended.err);
  CHECK(ended.exit_status == 0);
  CHECK(contains(ended.out, "gfx90a was chosen, but the devices present are gfx942"));
  CHECK(contains(ended.out, "the SKU mi250 was chosen"));
  CHECK(verdict_of(machine.sandbox.events(), "m/s", "run rocm gfx90a") == "unavailable");
}

TEST_CASE("without a device the run is unavailable and says what was looked for") {
  const Machine machine;
  const Ended ended = machine.run({});
  INFO(ended.out, ended.err);
  CHECK(ended.exit_status == 0);
  const core::StepFinished step = step_of(machine.sandbox.events(), "m/s", "run rocm gfx942");
  CHECK(core::name_of(step.verdict) == "unavailable");
  CHECK(contains(step.sentence, (machine.sandbox.root() / "machine/sys/class/kfd").string()));
}

TEST_CASE("auto without a device plans nothing for rocm and says so") {
  const Machine machine;
  const Ended ended = machine.run({"--rocm-chip=auto", "--sku=auto"});
  INFO(ended.out, ended.err);
  CHECK(ended.exit_status == 0);
  CHECK(machine.verdicts() == Texts{"m/s compile cpu: pass", "m/s compile rocm auto: unavailable",
                                    "m/s run cpu: pass", "m/s run rocm auto: unavailable"});
  CHECK(contains(ended.out + ended.err, "--sku=auto: no device tells its SKU"));
}

TEST_CASE("a backend that was named must have its device") {
  const Machine machine;
  CHECK(machine.run({"--backend-plugin=librocm.so"}).exit_status == 3);
  CHECK(machine.verdicts() == Texts{"m/s compile rocm gfx942: pass", "m/s run rocm gfx942: infra"});
  CHECK(machine.run({"--backend=rocm"}).exit_status == 3);
  CHECK(machine.run({"--backend=cpu,rocm"}).exit_status == 3);
  CHECK(machine.run({"--require=rocm"}).exit_status == 3);
  CHECK(machine.verdicts().size() == 4);
  CHECK(machine.run({"--backend=cpu"}).exit_status == 0);
  CHECK(machine.verdicts() == Texts{"m/s compile cpu: pass", "m/s run cpu: pass"});
  CHECK(machine.run({"--backend=cpu", "--require=rocm"}).exit_status == 2);
}

TEST_CASE("--no-probe runs without looking for a device") {
  const Machine machine;
  CHECK(machine.run({"--backend=rocm", "--no-probe"}).exit_status == 0);
  CHECK(machine.verdicts() == Texts{"m/s compile rocm gfx942: pass", "m/s run rocm gfx942: pass"});
  CHECK(contains(content_of(machine.sandbox.root() / "seen"), "sees all"));
}

TEST_CASE("two chips in one go have two compiles and two runs") {
  const Machine machine;
  machine.add_mi300x();
  const Ended ended = machine.run({"--rocm-chip=gfx942,gfx90a", "--backend-plugin=librocm.so"});
  INFO(ended.out, ended.err);
  CHECK(ended.exit_status == 3);
  CHECK(machine.verdicts() == Texts{"m/s compile rocm gfx90a: pass",
                                    "m/s compile rocm gfx942: pass", "m/s run rocm gfx90a: infra",
                                    "m/s run rocm gfx942: pass"});
}

}  // namespace sharkreg::e2e
