// SPDX-License-Identifier: Apache-2.0
#include "program_search.h"

#include <unistd.h>

#include <sharkreg/failure.h>

#include "programs.h"

namespace exec_fetcher {
namespace {

namespace fs = std::filesystem;
using sharkreg::Failure;

std::string refusal(const FakeHost& host) {
  try {
    find_program(host, "foo");
  } catch (const Failure& failure) {
    CHECK(failure.kind() == Failure::Kind::invalid);
    return failure.what();
  }
  return "none";
}

TEST_CASE("program search: its own path goes before PATH, and the first directory that has it") {
  const Programs own;
  const Programs usual;
  const Programs empty;
  const fs::path first = own.add("foo", "");
  const fs::path second = usual.add("foo", "");
  usual.add("foo+bar-1.0", "");
  FakeHost host;
  host.variables["PATH"] = empty.directory.path().native() + ":" + usual.directory.path().native();
  CHECK(find_program(host, "foo") == second.native());
  CHECK(find_program(host, "foo+bar-1.0") == (usual.path("sharkreg-fetch-foo+bar-1.0")).native());
  host.variables["SHARKREG_FETCH_PATH"] = own.directory.path();
  CHECK(find_program(host, "foo") == first.native());
  CHECK_FALSE(find_program(host, "other"));
  CHECK_FALSE(find_program(FakeHost(), "foo"));
}

TEST_CASE("program search: neither relative directories count nor what cannot be started") {
  const Programs programs;
  const fs::path program = programs.add("foo", "");
  FakeHost host;
  const fs::path relative = fs::relative(programs.directory.path());
  REQUIRE(fs::exists(relative / "sharkreg-fetch-foo"));
  for (const std::string& path : {relative.native(), std::string(), std::string("::."),
                                  "." + programs.directory.path().native()}) {
    host.variables["PATH"] = path;
    CHECK_FALSE(find_program(host, "foo"));
  }
  host.variables["PATH"] = programs.directory.path();
  REQUIRE(::chmod(program.c_str(), 0644) == 0);
  CHECK_FALSE(find_program(host, "foo"));
  fs::remove(program);
  fs::create_directory(program);
  CHECK_FALSE(find_program(host, "foo"));
}

TEST_CASE("program search: a program that others can write is refused, by link too") {
  const Programs programs;
  const Programs links;
  const fs::path program = programs.add("foo", "");
  FakeHost host;
  host.variables["PATH"] = links.directory.path();
  fs::create_symlink(program, links.path("sharkreg-fetch-foo"));
  CHECK(refusal(host) == "none");
  REQUIRE(::chmod(program.c_str(), 0757) == 0);
  CHECK(contains(refusal(host), "is not started: others can write " + program.native()));
  REQUIRE(::chmod(program.c_str(), 0755) == 0);
  REQUIRE(::chmod(programs.directory.path().c_str(), 0777) == 0);
  CHECK(contains(refusal(host), "others can write " + programs.directory.path().native()));
  REQUIRE(::chmod(programs.directory.path().c_str(), 0700) == 0);
  REQUIRE(::chmod(links.directory.path().c_str(), 01777) == 0);
  CHECK(contains(refusal(host), "others can write " + links.directory.path().native()));
}

}  // namespace
}  // namespace exec_fetcher
