// SPDX-License-Identifier: Apache-2.0
// Subcommands that only look: list, plan, validate, plugins, compare, fetch.
#include <filesystem>
#include <iterator>

#include <boost/json.hpp>
#include <doctest/doctest.h>

#include "base/json.h"
#include "sharkreg_run.h"

namespace sharkreg::e2e {
namespace {

namespace fs = std::filesystem;
namespace json = boost::json;

const fs::path published = fs::path(SHARKREG_SOURCE_DIR) / "regression_tests";

json::value parsed(const std::string& text) {
  auto value = core::parse_json(text, "what was printed");
  REQUIRE(value.has_value());
  return *value;
}

std::string npy_of(const std::vector<float>& values) {
  return npy_vector("<f4", values.size(),
                    {reinterpret_cast<const char*>(values.data()), values.size() * sizeof(float)});
}

}  // namespace

TEST_CASE("list names every step and why one will be skipped") {
  const Sandbox sandbox;
  const Ended ended = sandbox.run(
      {"list", "--tests-dir", published, "--model=sdxl,sd3", "--rocm-root", sandbox.root()});
  INFO(ended.err);
  CHECK(ended.exit_status == 0);
  for (const char* name : {"sd3/clip", "sd3/mmdit", "sd3/vae", "sdxl/clip", "sdxl/punet_int8_fp16",
                           "sdxl/punet_int8_fp8", "sdxl/scheduler", "sdxl/unet_fp16",
                           "sdxl/unet_fp16_960_1024", "sdxl/vae"}) {
    CHECK(count_of(ended.out, std::string(name) + "\n") == 1);
  }
  CHECK(count_of(ended.out, "compile rocm gfx942") == 10);
  CHECK(contains(ended.out, "the model file asks for compiles only"));
  CHECK(contains(ended.out, "the model file asks for rocm only"));
  CHECK(contains(ended.out, "expected to fail"));
  CHECK(contains(ended.out, "unavailable: no device for gfx942"));
}

TEST_CASE("plan is JSON, also without tools or network") {
  Sandbox sandbox;
  sandbox.environment["PATH"] = "";
  const Ended ended = sandbox.run({"plan", "--tests-dir", published, "--model=sdxl", "--no-probe"});
  CHECK(ended.exit_status == 0);
  const json::value plan = parsed(ended.out);
  CHECK(plan.at("schema") == "sharkreg.plan/1");
  CHECK(plan.at("cases").as_array().size() == 7);
  const auto first_actions = plan.at("cases").at(0).at("actions").as_array();
  REQUIRE_FALSE(first_actions.empty());
  CHECK(first_actions.front().at("action").at("arguments").as_array().size() > 5);
}

TEST_CASE("plan notes a URL that no plugin fetches") {
  const Sandbox sandbox;
  sandbox.write_stub_tools();
  sandbox.write_model("m", "s", R"({"mlir": "gopher://sea/s.mlir"})");
  const Ended ended = sandbox.run({"plan", "--tests-dir", sandbox.tests(), "--model=m",
                                   "--tools-dir", sandbox.tools(), "--no-probe"});
  CHECK(ended.exit_status == 0);
  CHECK(contains(ended.out, "no fetcher for gopher:// was found"));
}

TEST_CASE("plan starts no tool and opens no artifact") {
  const Sandbox sandbox;
  sandbox.write_stub_tools();
  sandbox.write_model("m", "s", R"({"mlir": "missing.mlir", "tuner_file": {"mi300": "gone"}})");
  const Ended ended = sandbox.run({"plan", "--tests-dir", sandbox.tests(), "--model=m",
                                   "--tools-dir", sandbox.tools(), "--no-probe"});
  CHECK(ended.exit_status == 0);
  // Asking the compiler for its flags is all that is started.
  const std::string calls = fs::exists(sandbox.calls()) ? content_of(sandbox.calls()) : "";
  CHECK_FALSE(contains(calls, "missing.mlir"));
  CHECK(sandbox.runs().empty());
}

TEST_CASE("validate says everything that is wrong with all files in one go") {
  const Sandbox sandbox;
  sandbox.write_model("m", "good", R"({"mlir": "program.mlir"})");
  sandbox.write_model("m", "bad", R"({"mlri": "program.mlir", "inputs": [{"source": 7}],
                                      "compile_only": "yes"})");
  sandbox.write_model("m", "cut", R"({"mlir": "program.mlir",)");
  const fs::path model = sandbox.tests() / "m";
  const Ended ended =
      sandbox.run({"validate", model / "good.json", model / "bad.json", model / "cut.json"});
  CHECK(ended.exit_status == 2);
  CHECK(contains(ended.out, "1 of 3 model files are valid"));
  CHECK(contains(ended.err, "did you mean mlir"));
  CHECK(contains(ended.err, "/inputs/0/source"));
  CHECK(contains(ended.err, "/compile_only"));
  CHECK(contains(ended.err, "cut.json"));
  CHECK_FALSE(contains(ended.err, "good.json"));

  CHECK(sandbox.run({"validate", "--tests-dir", published, "--model=*"}).exit_status == 0);
}

TEST_CASE("plugins lists accepted and refused ones with the reason") {
  const Sandbox sandbox;
  sandbox.write("plugins/libgarbage.so", "not a library");
  const Ended ended = sandbox.run({"plugins", "--plugin-path", sandbox.root() / "plugins"});
  CHECK(ended.exit_status == 0);
  for (const char* interface :
       {"sharkreg.backend/1 cpu", "sharkreg.backend/1 rocm", "sharkreg.backend/1 vulkan",
        "sharkreg.artifact_fetcher/1 file", "sharkreg.artifact_fetcher/1 http",
        "sharkreg.artifact_fetcher/1 azure", "sharkreg.artifact_fetcher/1 s3",
        "sharkreg.comparator/1 iree_threshold", "sharkreg.tuner_resolver/1 sku_lookup"}) {
    CHECK(contains(ended.out, interface));
  }
  CHECK(contains(ended.out, "libgarbage.so  [on the path that --plugin-path gives]\n  refused: "));
  CHECK(contains(ended.out, "libcpu.so  [comes with sharkreg]\n  accepted: cpu "));
  CHECK(contains(sandbox.run({"plugins", "--backend-plugin=libcpu.so"}).out,
                 "libcpu.so  [named by --backend-plugin]\n  accepted: cpu "));
  const fs::directory_iterator own(SHARKREG_PLUGIN_DIR);
  CHECK(count_of(ended.out, "accepted: ") ==
        static_cast<std::size_t>(std::distance(begin(own), end(own))));
}

TEST_CASE("compare exits 0 for a match, 1 for a mismatch and 2 for wrong usage") {
  const Sandbox sandbox;
  const fs::path expected = sandbox.write("e.npy", npy_of({1, 2, 3}));
  const fs::path near = sandbox.write("near.npy", npy_of({1, 2.4F, 3}));
  const fs::path raw = sandbox.write("raw.bin", npy_of({1, 2.4F, 3}).substr(128));

  const Ended mismatch = sandbox.run({"compare", expected, near});
  CHECK(mismatch.exit_status == 1);
  CHECK(contains(mismatch.out, "mismatch: "));
  CHECK(contains(mismatch.out, "max_absolute_error"));
  CHECK(contains(mismatch.out, "index 1: expected 2, actual 2.4"));

  const std::string tolerance = "--args=--expected_f32_threshold=0.5f --expected_rtol=0";
  CHECK(sandbox.run({"compare", expected, near, tolerance}).exit_status == 0);
  const Ended from_raw =
      sandbox.run({"compare", raw, near, "--value=3xf32", "--args=--equality_mode=exact"});
  INFO(from_raw.err);
  CHECK(from_raw.exit_status == 0);

  CHECK(sandbox.run({"compare", expected}).exit_status == 2);
  CHECK(sandbox.run({"compare", expected, sandbox.root() / "gone.npy"}).exit_status == 2);
  CHECK(sandbox.run({"compare", expected, near, "--value=3xf33"}).exit_status == 2);
  CHECK(sandbox.run({"compare", expected, near, "--args=--no_such_flag"}).exit_status == 2);
  CHECK(sandbox.run({"compare", expected, near, "--comparator=none"}).exit_status != 0);
}

TEST_CASE("fetch brings the artifacts of what is selected and says which it cannot bring") {
  const Sandbox sandbox;
  sandbox.write_model("m", "here", R"({"mlir": "program.mlir"})");
  const Ended fetched = sandbox.run({"fetch", "--tests-dir", sandbox.tests(), "--model=m"});
  INFO(fetched.err);
  CHECK(fetched.exit_status == 0);
  const fs::path placed = sandbox.cache() / "artifacts" / "m_here" / "program.mlir";
  CHECK(contains(fetched.out, placed.string()));
  CHECK(content_of(placed) == "module {}\n");

  sandbox.write_model("m", "gone", R"({"mlir": "gone.mlir"})");
  const Ended half = sandbox.run({"fetch", "--tests-dir", sandbox.tests(), "--model=m"});
  CHECK(half.exit_status == 3);
  CHECK(contains(half.out, placed.string()));
  CHECK(contains(half.err, "m/gone: cannot provide gone.mlir"));
}

}  // namespace sharkreg::e2e
