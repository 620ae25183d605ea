// SPDX-License-Identifier: Apache-2.0
#include "report/junit.h"

#include <cstdlib>

#include <doctest/doctest.h>
#include <fmt/format.h>

#include "approved.h"
#include "base/files.h"
#include "base/text.h"
#include "recorded.h"

namespace sharkreg::core {
namespace {

const std::string schema = std::string(SHARKREG_SOURCE_DIR) + "/tests/unit/report/junit.xsd";

TEST_CASE("JUnit files are as approved") {
  for (const std::string& run : recorded_runs) {
    check_approved(run + ".junit.xml", junit_xml(view_of(recorded_events(run)), {}));
  }
}

TEST_CASE("JUnit files are valid") {
  if (std::system("command -v xmllint >/dev/null 2>&1") != 0) {
    MESSAGE("xmllint is not installed (Debian: libxml2-utils): JUnit files are not validated");
    return;
  }
  auto directory = TemporaryDirectory::create(std::filesystem::temp_directory_path(), "junit");
  REQUIRE(directory.has_value());
  const auto is_valid = [&](const std::string& xml) {
    const auto path = directory->path() / "junit.xml";
    REQUIRE(write_file_atomically(path, xml).has_value());
    const std::string command =
        fmt::format("xmllint --noout --schema {} {} >{} 2>&1", shell_quote(schema),
                    shell_quote(path.string()), shell_quote((directory->path() / "said").string()));
    const bool valid = std::system(command.c_str()) == 0;
    INFO(*read_file(directory->path() / "said"));
    return valid;
  };
  for (const std::string& run : recorded_runs) {
    CAPTURE(run);
    CHECK(is_valid(junit_xml(view_of(recorded_events(run)), {})));
  }
  CHECK(is_valid(junit_xml(view_of({}), {})));
  CHECK_FALSE(is_valid("<testsuites name=\"sharkreg\"><testcase/></testsuites>"));
}

TEST_CASE("an unexpected pass fails a strict run only") {
  auto step = finished_step("m", "s", "run cpu", Verdict::xpass);
  step.sentence = "It passed, although it is expected to fail.";
  const RunView view = view_of(std::vector<Event>{step});
  const std::string usual = junit_xml(view, {});
  CHECK(usual.find("failures=\"0\"") != std::string::npos);
  CHECK(usual.find("<system-out>It passed, although") != std::string::npos);
  const std::string strict = junit_xml(view, {.strict_xfail = true});
  CHECK(strict.find("failures=\"1\"") != std::string::npos);
  CHECK(strict.find("<failure message=\"It passed") != std::string::npos);
}

TEST_CASE("a file that cannot be written is an error") {
  const auto written = write_junit("/proc/nowhere/junit.xml", view_of({}), {});
  REQUIRE_FALSE(written.has_value());
  CHECK(written.error().message.find("/proc/nowhere") != std::string::npos);
}

}  // namespace
}  // namespace sharkreg::core
