// SPDX-License-Identifier: Apache-2.0
// Control groups: in directories that look like those of the kernel, and, where this user may make
// some, in real ones. The kernel's own keeping of a memory limit is not shown here.
#include "execute/supervisor/control_group.h"

#include <fstream>
#include <iterator>
#include <string>
#include <sys/wait.h>

#include <boost/asio/io_context.hpp>
#include <doctest/doctest.h>

#include "execute/delegated_group.h"
#include "execute/process_launcher.h"
#include "witness.h"

namespace sharkreg::core {
namespace {

namespace fs = std::filesystem;

void write(const fs::path& path, const std::string& text) {
  fs::create_directories(path.parent_path());
  std::ofstream(path) << text;
}

// A hierarchy in which this process is in /mine.
struct Hierarchy {
  Witness place;
  fs::path root = place.file("hierarchy");
  fs::path own_file = place.file("own");
  fs::path mine = root / "mine";

  explicit Hierarchy(const std::string& members) {
    write(own_file, "4:memory:/old\n0::/mine\n");
    write(mine / "cgroup.procs", members);
    write(mine / "cgroup.subtree_control", "");
    write(mine / "sharkreg/cgroup.procs", "");
  }
  std::string content(const fs::path& path) const {
    std::ifstream file(path);
    return {std::istreambuf_iterator<char>(file), {}};
  }
  Result<fs::path> ask(const fs::path& wanted = {}) const {
    return delegated_group(wanted, own_file, root);
  }
};

TEST_CASE("a group that is this process's alone is used, from a leaf below it") {
  const std::string self = std::to_string(getpid());
  Hierarchy hierarchy(self + "\n");
  // A directory of the kernel answers with the controllers by name; this one keeps what is written.
  write(hierarchy.mine / "cgroup.subtree_control", "cpu memory\n");
  CHECK(hierarchy.ask().value() == hierarchy.mine);
  CHECK(hierarchy.content(hierarchy.mine / "sharkreg/cgroup.procs") == self);
}

TEST_CASE("a group of several processes, or none, is not taken over") {
  Hierarchy shared(std::to_string(getpid()) + "\n1\n");
  CHECK(shared.ask().value().empty());
  CHECK(shared.content(shared.mine / "sharkreg/cgroup.procs").empty());
  Hierarchy old("");
  write(old.own_file, "4:memory:/old\n");
  CHECK(old.ask().value().empty());
}

TEST_CASE("a group without a controller for memory is left again") {
  const std::string self = std::to_string(getpid());
  Hierarchy hierarchy(self + "\n");
  fs::remove(hierarchy.mine / "cgroup.subtree_control");
  CHECK(hierarchy.ask().value().empty());
  CHECK(hierarchy.content(hierarchy.mine / "cgroup.procs") == self);
}

TEST_CASE("a directory that the user names has to do") {
  Hierarchy hierarchy("1\n");
  write(hierarchy.root / "named/cgroup.subtree_control", "memory pids\n");
  CHECK(hierarchy.ask(hierarchy.root / "named").value() == hierarchy.root / "named");
  const auto refused = hierarchy.ask(hierarchy.root / "missing");
  REQUIRE(refused.has_error());
  CHECK(refused.error().kind == ErrorKind::usage);
  CHECK(refused.error().message.starts_with("--cgroup: \""));
}

TEST_CASE("what cannot be made leaves no group, and no trouble") {
  for (const std::string& parent : {std::string(), std::string("/not/there")}) {
    const ControlGroup group(parent, 1 << 20);
    group.enter();
    group.kill();
    CHECK_FALSE(group.holds_memory());
    CHECK_FALSE(group.reached_memory_limit());
    CHECK(group.peak_memory_kib() == 0);
  }
}

TEST_CASE("a directory that is none of the kernel's holds no memory") {
  Witness place;
  {
    const ControlGroup group(place.directory(), 1 << 20);
    CHECK(fs::exists(place.directory() / ("sharkreg-" + std::to_string(getpid()))));
    group.enter();
    CHECK_FALSE(group.holds_memory());
  }
  CHECK_FALSE(fs::exists(place.directory() / ("sharkreg-" + std::to_string(getpid()))));
}

TEST_CASE("the kernel's files are read, and the limit is the group's alone") {
  Witness place;
  const fs::path own = place.directory() / ("sharkreg-" + std::to_string(getpid()));
  write(own / "memory.max", "max");
  write(own / "cgroup.events", "populated 1\nfrozen 0\n");
  write(own / "memory.events", "low 0\noom 1\noom_kill 2\noom_group_kill 1\n");
  write(own / "memory.peak", "1048576\n");
  {
    const ControlGroup group(place.directory(), 4096);
    std::ifstream limit(own / "memory.max");
    CHECK(std::string(std::istreambuf_iterator<char>(limit), {}).starts_with("4096"));
    CHECK(group.holds_memory());
    CHECK(group.reached_memory_limit());
    CHECK(group.peak_memory_kib() == 1024);
    write(own / "memory.events", "oom_kill 0\n");
    CHECK_FALSE(group.reached_memory_limit());
    fs::remove_all(own);
  }
}

// This process's group of cgroup v2, where that is the only hierarchy or beside those of v1.
fs::path own_group() {
  std::ifstream lines("/proc/self/cgroup");
  std::string line;
  while (std::getline(lines, line) && !line.starts_with("0::/")) {
  }
  for (const char* place : {"/sys/fs/cgroup", "/sys/fs/cgroup/unified"}) {
    if (line.empty() || !fs::exists(fs::path(place) / "cgroup.procs")) continue;
    return fs::path(place) / line.substr(4);
  }
  return {};
}

TEST_CASE("in a real group nobody escapes, and the group is removed") {
  const fs::path own = own_group();
  const fs::path parent =
      own.empty() ? fs::path() : own / ("sharkreg-test-" + std::to_string(getpid()));
  std::error_code error;
  if (parent.empty() || !fs::create_directory(parent, error)) {
    MESSAGE("skipped: this user may make no control groups");
    return;
  }
  Witness witness;
  LaunchRequest request;
  request.program = SHARKREG_PROCESS_TOOL;
  request.arguments = {"stubborn-family", witness.fifo()};
  request.limits.control_group = parent;
  {
    boost::asio::io_context io;
    ProcessLauncher launcher(io, SHARKREG_SUPERVISOR);
    std::string ended;
    launcher.launch(request, [&](const Result<LaunchResult>& result) {
      ended = result ? describe(request, *result) : to_text(result.error());
    });
    CHECK(witness.see(3));
    int groups = 0;
    for (const auto& entry : fs::directory_iterator(parent)) {
      if (!entry.is_directory()) continue;
      ++groups;
      std::ifstream members(entry.path() / "cgroup.procs");
      CHECK(std::distance(std::istream_iterator<int>(members), {}) == 3);
    }
    CHECK(groups == 1);
    launcher.terminate_all();
    io.run();
    CHECK(ended.starts_with("was stopped by request"));
  }
  CHECK(witness.marked_processes() == 0);
  CHECK(fs::remove(parent, error));  // no group is left in it
}

}  // namespace
}  // namespace sharkreg::core
