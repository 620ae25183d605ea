// SPDX-License-Identifier: Apache-2.0
#include "execute/machine.h"

#include "fakes.h"

namespace sharkreg::core {
namespace {

struct Machine {
  TemporaryDirectory directory =
      TemporaryDirectory::create(std::filesystem::temp_directory_path(), "machine-").value();
  MachineFiles files{directory.path() / "proc", directory.path() / "cgroup"};

  void proc(const std::string& name, const std::string& text) const {
    write(files.proc / name, text);
  }
  void group(const std::string& name, const std::string& text) const {
    write(files.cgroup / name, text);
  }
};

TEST_CASE("this machine has a processor, and memory") {
  CHECK(usable_processors() >= 1);
  CHECK(usable_memory() > 0);
  CHECK(load_average() >= 0);
}

TEST_CASE("a quota of version 2 bounds processors, also one of a group above") {
  const Machine machine;
  machine.proc("self/cgroup", "0::/user/job\n");
  CHECK(usable_processors(machine.files) == usable_processors());
  machine.group("user/job/cpu.max", "max 100000\n");
  CHECK(usable_processors(machine.files) == usable_processors());
  machine.group("user/cpu.max", "50000 100000\n");
  CHECK(usable_processors(machine.files) == 1);
}

TEST_CASE("a quota of version 1 bounds processors") {
  const Machine machine;
  machine.proc("self/cgroup", "5:cpu,cpuacct:/job\n3:memory:/job\n");
  machine.group("cpu,cpuacct/job/cpu.cfs_quota_us", "-1\n");
  machine.group("cpu,cpuacct/job/cpu.cfs_period_us", "100000\n");
  CHECK(usable_processors(machine.files) == usable_processors());
  machine.group("cpu,cpuacct/job/cpu.cfs_quota_us", "20000\n");
  CHECK(usable_processors(machine.files) == 1);
}

TEST_CASE("memory is what is available, or all where the kernel does not say") {
  const Machine machine;
  CHECK(usable_memory(machine.files) == 0);
  machine.proc("meminfo", "MemTotal:       16000 kB\nMemFree:         100 kB\n");
  CHECK(usable_memory(machine.files) == 16000 * 1024);
  machine.proc("meminfo", "MemTotal:       16000 kB\nMemAvailable:    9000 kB\n");
  CHECK(usable_memory(machine.files) == 9000 * 1024);
}

TEST_CASE("a limit of version 2 bounds memory by what is left of it") {
  const Machine machine;
  machine.proc("meminfo", "MemAvailable:    9000 kB\n");
  machine.proc("self/cgroup", "0::/job\n");
  machine.group("job/memory.max", "max\n");
  CHECK(usable_memory(machine.files) == 9000 * 1024);
  machine.group("job/memory.max", "5000000\n");
  machine.group("job/memory.current", "2000000\n");
  CHECK(usable_memory(machine.files) == 3000000);
  machine.group("job/memory.stat", "anon 700000\ninactive_file 1500000\n");
  CHECK(usable_memory(machine.files) == 4500000);
  machine.group("memory.max", "1000000\n");
  CHECK(usable_memory(machine.files) == 1000000);
}

TEST_CASE("a limit of version 1 bounds memory, seen at the root in a container") {
  const Machine machine;
  machine.proc("meminfo", "MemAvailable:    9000 kB\n");
  machine.proc("self/cgroup", "3:memory:/docker/0123\n");
  machine.group("memory/memory.limit_in_bytes", "4000000\n");
  machine.group("memory/memory.usage_in_bytes", "1000000\n");
  machine.group("memory/memory.stat", "cache 5\ntotal_inactive_file 400000\n");
  CHECK(usable_memory(machine.files) == 3400000);
}

}  // namespace
}  // namespace sharkreg::core
