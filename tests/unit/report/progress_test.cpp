// SPDX-License-Identifier: Apache-2.0
#include <doctest/doctest.h>
#include <fmt/format.h>

#include "approved.h"
#include "base/text.h"
#include "recorded.h"
#include "report/plain_progress.h"
#include "report/terminal_progress.h"
#include "virtual_terminal.h"

namespace sharkreg::core {
namespace {

using namespace std::chrono_literals;
using Lines = std::vector<std::string>;

class FakeClock final : public Clock {
 public:
  std::chrono::system_clock::time_point now() const override { return {}; }
  std::chrono::steady_clock::time_point steady() const override {
    return std::chrono::steady_clock::time_point(elapsed_);
  }
  void advance(std::chrono::milliseconds time) { elapsed_ += time; }

 private:
  std::chrono::milliseconds elapsed_{0};
};

// Keeps what is written.
class Recorder final : public Screen {
 public:
  void write(std::string_view text) override { text_ += text; }
  ScreenSize size() const override { return {}; }
  const std::string& text() const { return text_; }

 private:
  std::string text_;
};

CasePlanned planned(const std::string& submodel, std::vector<std::string> steps) {
  return {"magika", submodel, std::move(steps)};
}

StepStarted started(const std::string& submodel, const std::string& step,
                    const std::string& doing) {
  return {"", "magika", submodel, step, doing};
}

RunStarted run_of(std::int64_t cases) {
  RunStarted run;
  run.cases = cases;
  return run;
}

struct OnTerminal {
  explicit OnTerminal(std::size_t columns = 80, std::size_t rows = 24) : terminal(columns, rows) {}

  void tick(std::chrono::milliseconds time = 100ms) {
    clock.advance(time);
    progress.refresh();
  }

  FakeClock clock;
  VirtualTerminal terminal;
  TerminalProgress progress{terminal, clock, true};
};

TEST_CASE("the live lines say what runs, for how long, and how far the run is") {
  OnTerminal on;
  on.progress.on(run_of(1));
  on.progress.on(planned("file_type", {"compile cpu", "run cpu", "compile rocm gfx942"}));
  on.progress.on(started("file_type", "compile cpu", "compile"));
  on.tick(1500ms);
  CHECK(on.terminal.lines() ==
        Lines{"  magika/file_type  compile cpu  1.5 s", "0/3 done, 3 left, 1.5 s"});

  on.progress.on(finished_step("magika", "file_type", "compile cpu", Verdict::pass, 1.5));
  on.progress.on(started("file_type", "run cpu", "fetching weights.irpa"));
  on.tick(2s);
  CHECK(on.terminal.lines() == Lines{"  magika/file_type  run cpu: fetching weights.irpa  2.0 s",
                                     "1/3 done, 2 left, 3.5 s  1 pass"});

  on.progress.on(started("file_type", "run cpu", "run"));
  on.tick(60s);
  CHECK(on.terminal.lines() ==
        Lines{"  magika/file_type  run cpu  " + human_duration(62.0),
              fmt::format("1/3 done, 2 left, {}  1 pass", human_duration(63.5))});
}

TEST_CASE("steps that went wrong and notes stay above, the live lines go at the end") {
  OnTerminal on;
  on.progress.on(run_of(2));
  on.progress.on(RunNote{"gfx942 is not the chip of this machine"});
  on.progress.on(planned("file_type", {"compile cpu", "run cpu", "run rocm gfx942"}));
  on.progress.on(finished_step("magika", "file_type", "compile cpu", Verdict::pass, 1));
  auto bad = finished_step("magika", "file_type", "run cpu", Verdict::fail, 0.25);
  bad.sentence = "1 of 1 outputs does not match.";
  on.progress.on(bad);
  on.progress.on(finished_step("magika", "file_type", "run rocm gfx942", Verdict::unavailable));
  on.tick();
  const Lines above = {"note: gfx942 is not the chip of this machine",
                       "FAIL  magika/file_type  run cpu  250 ms",
                       "      1 of 1 outputs does not match."};
  Lines with_live = above;
  with_live.emplace_back("3/3+ done, 0 left, 0.1 s  1 pass  1 fail  1 unavailable");
  CHECK(on.terminal.lines() == with_live);
  CHECK(on.progress.finish().has_value());
  CHECK(on.terminal.lines() == above);
}

TEST_CASE("nothing is drawn more than ten times a second") {
  OnTerminal on;
  for (int index = 0; index < 1000; ++index) {
    on.progress.on(finished_step("magika", fmt::format("part_{}", index), "run cpu",
                                 index % 2 == 0 ? Verdict::pass : Verdict::fail));
    on.clock.advance(1ms);
  }
  CHECK(on.terminal.writes() <= 11);
  CHECK(on.progress.finish().has_value());
  CHECK(on.terminal.lines().size() == 500);
}

TEST_CASE("many running steps leave room on a small screen") {
  OnTerminal on(80, 6);
  on.progress.on(run_of(1));
  for (int index = 0; index < 20; ++index) {
    on.progress.on(started(fmt::format("part_{:02}", index), "run cpu", "run"));
  }
  on.tick();
  CHECK(on.terminal.lines() ==
        Lines{"  magika/part_00  run cpu  0.1 s", "  magika/part_01  run cpu  0.1 s",
              "  magika/part_02  run cpu  0.1 s", "  … and 17 more", "0/0+ done, 0 left, 0.1 s"});
  for (int index = 0; index < 50; ++index) on.tick();
  CHECK(on.terminal.lines().size() == 5);
}

TEST_CASE("no live line reaches the last column") {
  for (const std::size_t columns : {std::size_t{40}, std::size_t{80}, std::size_t{200}}) {
    CAPTURE(columns);
    OnTerminal on(columns);
    on.progress.on(run_of(1));
    on.progress.on(started(std::string(60, 'n') + "_end", "compile rocm gfx942",
                           "fetching " + std::string(100, 'w') + ".irpa"));
    for (std::size_t index = 0; index < verdict_names.size(); ++index) {
      const auto verdict = static_cast<Verdict>(index);
      if (is_bad(verdict)) continue;
      on.progress.on(finished_step("m", fmt::format("s{}", index), "run cpu", verdict));
    }
    on.tick();
    const Lines lines = on.terminal.lines();
    REQUIRE(lines.size() == 2);
    CHECK(lines[0].ends_with("  0.1 s"));
    CHECK(lines[0].starts_with("  magik"));
    CHECK(lines[1].starts_with("5/5 done, 0 left, 0.1 s"));
    for (int index = 0; index < 20; ++index) on.tick();
    CHECK(on.terminal.lines().size() == 2);
  }
}

TEST_CASE("a window made narrower leaves nothing behind") {
  OnTerminal on(120);
  on.progress.on(run_of(1));
  on.progress.on(RunNote{"above"});
  on.progress.on(started(std::string(40, 'n'), "compile rocm gfx942", "fetching weights"));
  on.tick();
  on.terminal.resize(50);
  on.tick();
  CHECK(on.terminal.lines().size() == 3);
  CHECK(on.terminal.lines()[0] == "note: above");
  on.terminal.resize(150);
  on.tick();
  CHECK(on.terminal.lines().size() == 3);
  CHECK(on.progress.finish().has_value());
  CHECK(on.terminal.lines() == Lines{"note: above"});
}

TEST_CASE("a step that is finished twice does not count below zero") {
  OnTerminal on;
  on.progress.on(planned("file_type", {"run cpu"}));
  on.progress.on(finished_step("magika", "file_type", "run cpu", Verdict::pass));
  on.progress.on(finished_step("magika", "file_type", "run cpu", Verdict::pass));
  on.tick();
  CHECK(on.terminal.lines() == Lines{"2/2 done, 0 left, 0.1 s  2 pass"});
}

TEST_CASE("what tools print cannot act on the terminal") {
  OnTerminal on;  // refuses all sequences but a few
  for (const Event& event : recorded_events("hostile")) {
    on.progress.on(event);
    on.tick();
  }
  CHECK(on.progress.finish().has_value());
  CHECK_FALSE(on.terminal.lines().empty());
}

TEST_CASE("plain progress has one line for each finished step") {
  for (const std::string& run : recorded_runs) {
    FakeClock clock;
    Recorder recorder;
    PlainProgress progress(recorder, clock, false);
    for (const Event& event : recorded_events(run)) progress.on(event);
    CHECK(progress.finish().has_value());
    CHECK(recorder.text().find('\x1b') == std::string::npos);
    check_approved(run + ".plain.txt", recorder.text());
  }
}

TEST_CASE("plain progress shows life when a step takes long") {
  FakeClock clock;
  Recorder recorder;
  PlainProgress progress(recorder, clock, false);
  progress.on(started("file_type", "compile cpu", "compile"));
  Lines announced;
  for (int second = 1; second <= 1000; ++second) {
    clock.advance(1s);
    const std::size_t before = recorder.text().size();
    progress.refresh();
    if (recorder.text().size() > before) announced.push_back(std::to_string(second));
  }
  CHECK(announced == Lines{"10", "20", "40", "80", "160", "320", "620", "920"});
  CHECK(recorder.text().starts_with(fmt::format(
      "...   magika/file_type  compile cpu  compile, for {} so far\n", human_duration(10))));
  progress.on(finished_step("magika", "file_type", "compile cpu", Verdict::pass, 1000));
  const std::size_t before = recorder.text().size();
  clock.advance(1000s);
  progress.refresh();
  CHECK(recorder.text().size() == before);
}

}  // namespace
}  // namespace sharkreg::core
