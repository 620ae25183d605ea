// SPDX-License-Identifier: Apache-2.0
#include "report/junit.h"

#include <string_view>
#include <utility>
#include <vector>

#include <fmt/format.h>

#include "base/files.h"
#include "base/text.h"
#include "report/baseline.h"
#include "report/screen_text.h"
#include "report/step_text.h"

namespace sharkreg::core {
namespace {

enum class Kind { passed, failure, error, skipped };

Kind kind_of_verdict(const StepFinished& step, const JunitOptions& options) {
  if (is_known_failure(step)) return Kind::skipped;
  switch (step.verdict) {
    case Verdict::pass:
      return Kind::passed;
    case Verdict::xpass:
      return options.strict_xfail ? Kind::failure : Kind::passed;
    case Verdict::fail:
    case Verdict::compile_error:
    case Verdict::run_error:
      return Kind::failure;
    case Verdict::timeout:
    case Verdict::crash:
    case Verdict::invalid:
    case Verdict::no_golden:
    case Verdict::infrastructure:
      return Kind::error;
    default:
      return Kind::skipped;
  }
}

// A finding makes a test fail that passed, and is told beside what else went wrong.
Kind kind_of(const StepFinished& step, const JunitOptions& options) {
  const Kind kind = kind_of_verdict(step, options);
  return kind == Kind::passed && !step.findings.empty() ? Kind::failure : kind;
}

// Of text that is harmless(), which has nothing left that XML 1.0 forbids.
std::string xml_escaped(std::string_view text) {
  std::string result;
  for (const char byte : text) {
    switch (byte) {
      case '&':
        result += "&amp;";
        break;
      case '<':
        result += "&lt;";
        break;
      case '>':
        result += "&gt;";
        break;
      case '"':
        result += "&quot;";
        break;
      default:
        result += byte;
    }
  }
  return result;
}

std::string attribute(std::string_view name, std::string_view value) {
  return fmt::format(" {}=\"{}\"", name, xml_escaped(harmless_line(value)));
}

std::string element(std::string_view name, const std::vector<std::string>& lines) {
  if (lines.empty()) return "";
  return fmt::format("      <{0}>{1}</{0}>\n", name, xml_escaped(join(lines, "\n")));
}

struct Totals {
  int tests = 0;
  int failures = 0;
  int errors = 0;
  int skipped = 0;
  double seconds = 0;

  void add(Kind kind, double time) {
    ++tests;
    failures += kind == Kind::failure ? 1 : 0;
    errors += kind == Kind::error ? 1 : 0;
    skipped += kind == Kind::skipped ? 1 : 0;
    seconds += time;
  }

  std::string attributes() const {
    return fmt::format(" tests=\"{}\" failures=\"{}\" errors=\"{}\" skipped=\"{}\" time=\"{:.3f}\"",
                       tests, failures, errors, skipped, seconds);
  }
};

std::string message_of(const StepFinished& step, const StepStory& story) {
  std::string message =
      story.sentence.empty() ? std::string(name_of(step.verdict)) : story.sentence;
  if (is_known_failure(step)) message = "known failure: " + message;
  if (!story.expectation.empty()) message += " " + story.expectation;
  return message;
}

// What failure and error hold. The tool's own words are here too: GitLab shows nothing else.
std::vector<std::string> body_of(const StepStory& story) {
  std::vector<std::string> lines;
  if (!story.sentence.empty()) lines.push_back(story.sentence);
  lines.insert(lines.end(), story.differences.begin(), story.differences.end());
  lines.insert(lines.end(), story.details.begin(), story.details.end());
  if (!story.expectation.empty()) lines.push_back(story.expectation);
  if (!story.hint.empty()) lines.push_back("hint: " + story.hint);
  if (!story.log.empty()) lines.push_back("log: " + story.log);
  if (!story.repeat.empty()) lines.push_back("repeat: " + story.repeat);
  return lines;
}

std::string outcome_element(Kind kind, const StepFinished& step, const StepStory& story) {
  const std::string message = attribute("message", message_of(step, story));
  if (kind == Kind::failure && !is_bad(step.verdict)) {
    return fmt::format("      <failure{}{}>{}</failure>\n",
                       attribute("message", story.findings.front()), attribute("type", "finding"),
                       xml_escaped(join(story.findings, "\n")));
  }
  if (kind == Kind::passed) return "";
  if (kind == Kind::skipped) return "      <skipped" + message + "/>\n";
  const std::string_view name = kind == Kind::failure ? "failure" : "error";
  return fmt::format("      <{0}{1}{2}>{3}</{0}>\n", name, message,
                     attribute("type", name_of(step.verdict)),
                     xml_escaped(join(body_of(story), "\n")));
}

std::string testcase(const StepFinished& step, Kind kind) {
  const StepStory story = story_of(step);
  std::string text =
      "    <testcase" +
      attribute("classname", harmless_line(step.model) + "." + harmless_line(step.submodel)) +
      attribute("name", step.step) + fmt::format(" time=\"{:.3f}\"", step.seconds);
  if (!step.file.empty()) text += attribute("file", step.file);
  std::vector<std::string> output;
  if (step.cached) output.push_back("cached");
  if (step.verdict == Verdict::xpass && kind == Kind::passed) {
    output.push_back(message_of(step, story));
  }
  for (const std::string& finding : story.findings) output.push_back("finding: " + finding);
  for (const std::string& note : story.notes) output.push_back("note: " + note);
  const std::string inside = outcome_element(kind, step, story) + element("system-out", output) +
                             element("system-err", story.details);
  return text + (inside.empty() ? "/>\n" : ">\n" + inside + "    </testcase>\n");
}

std::string properties(const RunStarted& started) {
  std::string text;
  const auto add = [&](std::string_view name, std::string_view value) {
    if (value.empty()) return;
    text += "      <property" + attribute("name", name) + attribute("value", value) + "/>\n";
  };
  add("sharkreg.run", started.run);
  add("sharkreg.version", started.version);
  add("sharkreg.system", started.system);
  add("sharkreg.sku", started.sku);
  return text.empty() ? "" : "    <properties>\n" + text + "    </properties>\n";
}

// The common schema wants no fraction and no zone.
std::string timestamp_of(const RunStarted& started) {
  return started.time.substr(0, 19);
}

struct Suite {
  std::string model;
  Totals totals;
  std::string testcases;
};

// One for each model, in the order of their first case.
std::vector<Suite> suites_of(const RunView& view, const JunitOptions& options) {
  std::vector<Suite> suites;
  for (const CaseView& place : view.cases) {
    auto found = suites.begin();
    while (found != suites.end() && found->model != place.model) ++found;
    if (found == suites.end()) found = suites.insert(found, Suite{place.model, {}, ""});
    for (const StepFinished& step : place.steps) {
      const Kind kind = kind_of(step, options);
      found->totals.add(kind, step.seconds);
      found->testcases += testcase(step, kind);
    }
  }
  return suites;
}

}  // namespace

std::string junit_xml(const RunView& view, const JunitOptions& options) {
  const std::vector<Suite> suites = suites_of(view, options);
  Totals all;
  for (const Suite& suite : suites) {
    all.tests += suite.totals.tests;
    all.failures += suite.totals.failures;
    all.errors += suite.totals.errors;
    all.skipped += suite.totals.skipped;
    all.seconds += suite.totals.seconds;
  }
  if (view.finished) all.seconds = view.finished->seconds;
  std::string text = "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<testsuites name=\"sharkreg\"" +
                     all.attributes() + ">\n";
  for (const Suite& suite : suites) {
    text += "  <testsuite" + attribute("name", suite.model) + suite.totals.attributes();
    if (view.started) {
      text += attribute("timestamp", timestamp_of(*view.started));
      text += attribute("hostname", view.started->host);
    }
    text += ">\n" + (view.started ? properties(*view.started) : "") + suite.testcases +
            "  </testsuite>\n";
  }
  return text + "</testsuites>\n";
}

Result<void> write_junit(const std::filesystem::path& path, const RunView& view,
                         const JunitOptions& options) {
  return write_file_atomically(path, junit_xml(view, options));
}

}  // namespace sharkreg::core
