// SPDX-License-Identifier: Apache-2.0
#include "report/trace.h"

#include <boost/json.hpp>
#include <doctest/doctest.h>

#include "base/files.h"
#include "base/json.h"

namespace sharkreg::core {
namespace {

namespace json = boost::json;
using std::chrono::microseconds;

struct Traced {
  TemporaryDirectory directory =
      TemporaryDirectory::create(std::filesystem::temp_directory_path(), "trace-").value();
  std::filesystem::path path = directory.path() / "trace.json";
  std::chrono::steady_clock::time_point start = std::chrono::steady_clock::now();
  std::unique_ptr<TraceFile> file = TraceFile::create(path, start).value();

  TraceSpan span(const std::string& name, const std::vector<std::string>& rows, int from,
                 int to) const {
    TraceSpan result;
    result.name = name;
    result.category = "action";
    result.case_name = "m/s";
    result.step = "run cpu";
    result.rows = rows;
    result.start = start + microseconds(from);
    result.end = start + microseconds(to);
    result.status = "succeeded";
    return result;
  }

  std::string text() const { return read_file(path).value(); }

  // As Chrome reads it: with or without the end.
  json::array events(bool with_end) const {
    auto parsed = parse_json(text() + (with_end ? "" : "\n]"), "trace");
    REQUIRE(parsed.has_value());
    return parsed->as_array();
  }
};

TEST_CASE("a span is written on each of its rows when its step is judged, with the verdict") {
  Traced traced;
  TraceSpan span = traced.span("run", {"CPU 0", "acme gpu-1"}, 10, 25);
  span.cached = true;
  traced.file->add(span);
  CHECK(traced.events(false).size() == 1);
  traced.file->judged("m/s", "run acme", "fail");
  CHECK(traced.events(false).size() == 1);
  traced.file->judged("m/s", "run cpu", "pass");
  CHECK(traced.file->finish().has_value());

  std::map<std::string, std::int64_t> rows;
  std::vector<std::int64_t> drawn;
  for (const json::value& event : traced.events(true)) {
    if (event.at("ph") == "M") {
      if (event.at("name") == "thread_name") {
        rows[std::string(event.at("args").at("name").as_string())] = event.at("tid").as_int64();
      }
      continue;
    }
    CHECK(event.at("ph") == "X");
    CHECK(event.at("name") == "run");
    CHECK(event.at("ts").as_double() == doctest::Approx(10));
    CHECK(event.at("dur").as_double() == doctest::Approx(15));
    CHECK(event.at("args") == json::object{{"case", "m/s"},
                                           {"step", "run cpu"},
                                           {"verdict", "pass"},
                                           {"status", "succeeded"},
                                           {"cached", true}});
    drawn.push_back(event.at("tid").as_int64());
  }
  CHECK(drawn == std::vector<std::int64_t>{rows.at("CPU 0"), rows.at("acme gpu-1")});
}

TEST_CASE("a trace is whole at any time but for its end, and holds what was not judged at last") {
  Traced traced;
  TraceSpan fetch = traced.span("fetch \"x\"\x1b[31m\xff", {"fetch 0"}, 0, 5);
  fetch.step.clear();
  traced.file->add(fetch);
  CHECK(traced.events(false).size() == 4);  // the process, the row's name and place, the fetch
  traced.file->add(traced.span("run", {"CPU 0"}, 5, 6));
  CHECK(traced.events(false).size() == 4);
  CHECK(traced.file->finish().has_value());
  CHECK(traced.events(true).size() == 7);
}

TEST_CASE("a file that cannot be written is an error") {
  CHECK(TraceFile::create("/nowhere/trace.json", {}).has_error());
  const auto full = TraceFile::create("/dev/full", {});
  REQUIRE(full.has_value());
  CHECK((*full)->finish().has_error());
}

}  // namespace
}  // namespace sharkreg::core
