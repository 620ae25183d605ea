// SPDX-License-Identifier: Apache-2.0
#include "execute/cache_key.h"

#include <functional>

#include <doctest/doctest.h>

#include "base/digest.h"
#include "execute/cache_explanation.h"
#include "execute/host_identity.h"
#include "fakes.h"

namespace sharkreg::core {
namespace {

// A compile of one input, staged.
struct Compile {
  HandMadePlan hand;
  CacheSurroundings surroundings;
  std::vector<Device> devices;

  Compile() {
    write(hand.path("tools/compiler"), "a compiler");
    write(hand.path("tools/library"), "its library");
    const FileOrigin program = hand.artifact("program.mlir");
    write(hand.path("artifacts/program.mlir"), "module {}");
    hand.action(hand.compile(), "module", {program});
    Action& action = planned().action;
    action.program = hand.path("tools/compiler");
    action.content_files = {hand.path("tools/compiler"), hand.path("tools/library")};
    action.arguments = {"-o", out("module"), in("in0"), "--fast"};
    action.environment = {{"LANGUAGE", "one"}, {"COUNTRY", "two"}};
    action.cacheable = true;
    surroundings.digest_of = [](const std::filesystem::path& file) { return sha256_of_file(file); };
    surroundings.host = "a host";
    surroundings.kernel = "a kernel";
  }

  PlannedAction& planned() { return hand.plan->actions.at(0); }
  Result<CacheKey> key() {
    const auto staged = stage(*hand.plan, 0, {devices, false}, "/fake/worker");
    REQUIRE(staged.has_value());
    return cache_key(*hand.plan, 0, *staged, devices, surroundings);
  }
  std::string digest() { return key().value().digest; }
  std::string refusal() {
    const auto made = key();
    return made ? "none" : made.error().message;
  }
};

TEST_CASE("cache key: the same wherever and whenever things are, and in whatever order variables") {
  Compile one;
  Compile other;
  std::ranges::reverse(other.planned().action.environment);
  std::ranges::reverse(other.planned().action.content_files);
  other.planned().time_limit = std::chrono::seconds(5);
  other.hand.plan->model = "another";
  CHECK(one.hand.directory.path() != other.hand.directory.path());
  CHECK(one.digest() == other.digest());
  CHECK(one.digest() == one.digest());
}

TEST_CASE("cache key: whatever decides changes it, and the explanation names it") {
  const Compile reference;
  const auto before = Compile().key().value();
  const auto check = [&](const char* explanation, const std::function<void(Compile&)>& change) {
    CAPTURE(explanation);
    Compile compile;
    change(compile);
    const auto now = compile.key();
    REQUIRE(now.has_value());
    CHECK(now->digest != before.digest);
    const auto changes = changes_between(before.components, now->components);
    REQUIRE(changes.size() == 1);
    CHECK(changes[0] == explanation);
  };
  check("compiler changed", [](Compile& c) { write(c.hand.path("tools/compiler"), "another"); });
  check("library changed", [](Compile& c) { write(c.hand.path("tools/library"), "another"); });
  check("input program.mlir changed",
        [](Compile& c) { write(c.hand.path("artifacts/program.mlir"), "module { }"); });
  check("flag added: --x", [](Compile& c) { c.planned().action.arguments.emplace_back("--x"); });
  check("flag removed: --fast", [](Compile& c) { c.planned().action.arguments.pop_back(); });
  check("flag changed: --fast → --fast=2",
        [](Compile& c) { c.planned().action.arguments.back() = "--fast=2"; });
  check("the order of the arguments changed", [](Compile& c) {
    std::swap(c.planned().action.arguments[2], c.planned().action.arguments[3]);
  });
  check("environment COUNTRY changed",
        [](Compile& c) { c.planned().action.environment[1].value = "three"; });
  check("environment CITY added", [](Compile& c) {
    c.planned().action.environment.push_back({"CITY", ""});
  });
  check("environment COUNTRY removed",
        [](Compile& c) { c.planned().action.environment.pop_back(); });
  check("host changed: a host → another", [](Compile& c) { c.surroundings.host = "another"; });
  check("host does not count any more",
        [](Compile& c) { c.planned().action.host_independent = true; });
  check("outputs changed", [](Compile& c) {
    c.planned().action.outputs.push_back({"more", "more.bin"});
  });
}

TEST_CASE("cache key: devices and the kernel count for those who have one") {
  Compile with;
  with.devices = {{.id = "0000:c1:00.0", .name = "A GPU", .target = "a1", .sku = "s1"}};
  const std::string digest = with.digest();
  CHECK(digest != Compile().digest());
  with.surroundings.kernel = "another";
  CHECK(with.digest() != digest);
  Compile without;
  without.surroundings.kernel = "another";
  CHECK(without.digest() == Compile().digest());
}

TEST_CASE(
    "cache key: files that flags name count by content, other absolute paths cannot be cached") {
  const auto with_flag = [](Compile& compile, const std::string& flag) {
    compile.planned().action.arguments.emplace_back(flag);
  };
  for (const char* before : {"--spec=", "--spec=@", "--spec=4xf32=@", "@", "", "--both=one,"}) {
    CAPTURE(before);
    std::string digests[3];
    for (int round = 0; round < 3; ++round) {
      Compile compile;
      write(compile.hand.path("spec"), round == 2 ? "two" : "one");
      with_flag(compile, before + compile.hand.path("spec").string());
      digests[round] = compile.digest();
    }
    CHECK(digests[0] == digests[1]);
    CHECK(digests[1] != digests[2]);
  }
  for (const char* flag :
       {"--dump=/nowhere/file", "/nowhere/file", "--dump=/tmp", "--x=@/nowhere"}) {
    CAPTURE(flag);
    Compile compile;
    with_flag(compile, flag);
    CHECK(compile.refusal().find(flag) == 0);
    CHECK(compile.refusal().find("absolute path") != std::string::npos);
  }
  Compile leaving;
  with_flag(leaving, "--dump=../file");
  CHECK(leaving.refusal().find("leads out") != std::string::npos);
  Compile harmless;
  with_flag(harmless, "--url=https://example.com/x");
  with_flag(harmless, "--o=/dev/null");
  CHECK(harmless.refusal() == "none");
  Compile missing;
  missing.planned().action.content_files.push_back("/nowhere/library");
  CHECK(missing.refusal() != "none");
}

TEST_CASE("cache explanation: versions where they are known, and the nearest of several") {
  const std::vector<KeyComponent> old{{"program", "iree-compile", "1", "3.12.0 @ abc"},
                                      {"content", "libIREECompiler.so", "1"},
                                      {"argument", "", "--a"}};
  std::vector<KeyComponent> now = old;
  now[0].label = "3.13.0 @ def";
  now[1].value = "2";
  CHECK(changes_between(old, now) ==
        std::vector<std::string>{"iree-compile changed 3.12.0 → 3.13.0"});
  now[0].label = "3.12.0 @ def";
  CHECK(changes_between(old, now) ==
        std::vector<std::string>{"iree-compile changed 3.12.0 @ abc → 3.12.0 @ def"});
  CHECK(changes_between(old, old).empty());

  CachedResult far;
  far.components = {{"program", "another", "1"}, {"argument", "", "--b"}};
  CachedResult near;
  near.components = old;
  now = old;
  now.push_back({"argument", "", "--c"});
  CHECK(changes_since_nearest({far, near}, now) == std::vector<std::string>{"flag added: --c"});
  CHECK(changes_since_nearest({}, now).empty());
}

TEST_CASE("host identity: features and model count, what comes and goes does not") {
  const auto identity = [](const std::string& more) {
    return host_identity_of("x86_64", "model name\t: A CPU\nflags\t\t: fpu sse\n" + more);
  };
  CHECK(identity("cpu MHz : 1200\n") == identity("cpu MHz : 3000\n"));
  CHECK(identity("") != host_identity_of("x86_64", "model name: A CPU\nflags: fpu sse avx\n"));
  CHECK(identity("stepping : 1\n") != identity("stepping : 2\n"));
  CHECK(identity("\nflags : of another processor\n") == identity(""));
  CHECK(identity("").find("x86_64, A CPU, features ") == 0);
}

}  // namespace
}  // namespace sharkreg::core
