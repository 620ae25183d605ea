// SPDX-License-Identifier: Apache-2.0
// No secret is ever printed or written: what a model file has in its URLs stays there.
#include <doctest/doctest.h>

#include "sharkreg_run.h"

namespace sharkreg::e2e {
namespace {

namespace fs = std::filesystem;

constexpr const char* model_with_secrets = R"({
  "mlir": "https://user:SECRET@example.org/a/model.mlir?sig=SECRET&x=SECRET",
  "pipeline_mlir": "https://example.org/p.mlir?next=https://a:SECRET@b/?SECRET",
  "inputs": [{"source": "https://example.org/in.npy?sig=SECRET'SECRET"}],
  "outputs": [{"source": "s3://key:SECRET@example.org/out.npy"}],
  "real_weights": "file:///no/such/w.irpa?token=SECRET",
  "tuner_file": {"mi300": "https://example.org/tuner.mlir?sig=SECRET"},
  "cpu_compiler_flags": ["--from=https://example.org/x?sig=SECRET"]
})";

void check_no_secret_below(const fs::path& directory) {
  std::error_code none;
  for (const auto& entry : fs::recursive_directory_iterator(directory, none)) {
    CHECK_FALSE(contains(entry.path().string(), "SECRET"));
    if (!entry.is_regular_file()) continue;
    INFO(entry.path().string());
    CHECK_FALSE(contains(content_of(entry.path()), "SECRET"));
  }
}

}  // namespace

TEST_CASE("no subcommand prints a secret and no file keeps one") {
  const Sandbox sandbox;
  sandbox.write_stub_tools();
  sandbox.write_model("m", "s", model_with_secrets);
  sandbox.write_model("m", "bad", R"({"mlir": "https://u:SECRET@h/a b.mlir?sig=SECRET"})");
  sandbox.write_model("m", "part", R"({"mlir": "https://u:SECRET@h/a.mlir?sig=SECRET#SECRET"})");
  const fs::path reports = sandbox.root() / "reports";
  fs::create_directory(reports);
  const std::vector<Arguments> commands = {
      {"list"},
      {"plan"},
      {"plan", "--format=sh"},
      {"fetch"},
      {"validate"},
      {"config", "--mirror=https://u:SECRET@example.org/=https://b/?SECRET"},
      {"run", "--junit", reports / "junit.xml", "--summary", reports / "summary.md"},
  };
  for (Arguments arguments : commands) {
    arguments.insert(arguments.end(), {"--tests-dir", sandbox.tests(), "--model=m", "--tools-dir",
                                       sandbox.tools(), "--no-probe"});
    const Ended ended = sandbox.run(arguments);
    INFO(arguments.front(), "\n", ended.out, ended.err);
    CHECK_FALSE(contains(ended.out, "SECRET"));
    CHECK_FALSE(contains(ended.err, "SECRET"));
  }
  const Ended plan = sandbox.run({"plan", "--tests-dir", sandbox.tests(), "--model=m"});
  CHECK(contains(plan.out, "https://***@example.org/a/model.mlir?***"));
  check_no_secret_below(reports);
  check_no_secret_below(sandbox.cache());

  const Ended report = sandbox.run({"report", sandbox.results_file()});
  CHECK_FALSE(contains(report.out + report.err, "SECRET"));
}

}  // namespace sharkreg::e2e
