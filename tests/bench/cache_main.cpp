// SPDX-License-Identifier: Apache-2.0
// bench_cache: what compiling with sharkreg takes, cold and cached, against the tools by hand.
// README.md beside this file says how to read it.
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <boost/program_options.hpp>
#include <fmt/format.h>

#include "base/digest.h"
#include "model_run.h"
#include "pairs.h"
#include "program.h"
#include "timed_process.h"
#include "workplace.h"

namespace sharkreg::bench {
namespace {

namespace fs = std::filesystem;
namespace po = boost::program_options;

using core::Error;
using core::ErrorKind;
using core::Result;

const Program program("bench_cache");

struct Options {
  fs::path sharkreg = SHARKREG_PROGRAM;
  fs::path python = SHARKREG_PYTHON;  // of the environment that has the wheels
  fs::path samples = SHARKREG_SAMPLES;
  fs::path tests = SHARKREG_REGRESSION_TESTS;
  std::string only;
  std::size_t pairs = 3;
  std::size_t small_count = 150;

  bool wants(const char* part) const { return only.empty() || only == part; }
};

Error failure(std::string message) {
  return {ErrorKind::infrastructure, std::move(message), {}};
}

// What is kept of plugins and tools stays; what was compiled, and the runs, go.
void forget(const Workplace& workplace) {
  std::error_code ignored;
  for (const char* part : {"store", "outputs", "runs"}) {
    fs::remove_all(workplace.cache() / part, ignored);
  }
}

// The commands of a run with the wheels' wrappers in the place of the programs.
ModelRun by_wrappers(ModelRun run, const fs::path& wrappers) {
  for (auto& words : run.commands) words.front() = wrappers / fs::path(words.front()).filename();
  return run;
}

constexpr std::string_view module_option = "--module=";

// "iree-compile -o FILE …".
bool writes_module(const std::vector<std::string>& words) {
  return words.size() > 2 && words[1] == "-o";
}

// By hand all is done in one directory, where the modules of several models must not share a name.
ModelRun with_own_modules(ModelRun run) {
  std::map<std::string, std::size_t> numbers;
  for (std::size_t index = 0; index < run.commands.size(); ++index) {
    const std::size_t number = numbers.try_emplace(run.cases[index], numbers.size()).first->second;
    const std::string begin = std::to_string(number) + ".";
    std::vector<std::string>& words = run.commands[index];
    if (writes_module(words)) words[2] = begin + words[2];
    for (std::string& word : words) {
      if (word.starts_with(module_option)) word.insert(module_option.size(), begin);
    }
  }
  return run;
}

// An error if a module made by hand is none of those that sharkreg made.
Result<void> check_modules(const Workplace& workplace, const ModelRun& run) {
  std::set<std::string> made;
  for (const fs::path& output : run.outputs) {
    const auto digest = core::sha256_of_file(output);
    if (!digest) return digest.error();
    made.insert(*digest);
  }
  for (const auto& words : run.commands) {
    if (const auto done = run_timed_well(workplace.by_hand(words)); !done) return done.error();
    if (!writes_module(words)) continue;
    const auto digest = core::sha256_of_file(workplace.hand() / words[2]);
    if (!digest) return digest.error();
    if (!made.contains(*digest)) {
      return failure(
          fmt::format("{} by hand gives another module than sharkreg made", fmt::join(words, " ")));
    }
  }
  return {};
}

// The commands two at a time, by xargs.
Result<Times> two_at_a_time(const Workplace& workplace, const ModelRun& run,
                            const std::string& one_more) {
  std::ofstream list(workplace.hand() / "commands");
  for (std::vector<std::string> words : run.commands) {
    if (!one_more.empty()) words.push_back(one_more);
    list << fmt::format("{}\n", fmt::join(words, " "));
  }
  list.close();
  return run_timed_well(
      workplace.by_hand({"/usr/bin/xargs", "-P2", "-L1", "-a",
                         (workplace.hand() / "commands").string(), "/usr/bin/env"}));
}

// Cold and warm in turn, each against every other way.
struct Contender {
  const char* name;
  Measure measure;
  Pairs cold = {};
  Pairs warm = {};
};

Result<void> compare(const Workplace& workplace, const Options& options, const Command& command,
                     const char* title, std::vector<Contender>& others) {
  for (std::size_t pair = 0; pair < options.pairs; ++pair) {
    forget(workplace);
    const auto cold = run_timed_well(command);
    if (!cold) return cold.error();
    forget_run(workplace);
    const auto warm = run_timed_well(command);
    if (!warm) return warm.error();
    for (Contender& other : others) {
      const auto times = other.measure();
      if (!times) return times.error();
      other.cold.add(*cold, *times);
      other.warm.add(*warm, *times);
    }
  }
  for (const Contender& other : others) {
    print(fmt::format("{}, cold", title), other.name, other.cold);
    print(fmt::format("{}, cached", title), other.name, other.warm);
  }
  return {};
}

Result<void> make_models(const Workplace& workplace, const Options& options,
                         std::vector<std::string> words) {
  words.insert(words.begin(), {options.python.string(), SHARKREG_MAKE_MODELS});
  const auto made = run_timed_well(workplace.by_hand(std::move(words)));
  if (!made) return made.error();
  return {};
}

// What sharkreg did once, so that it can be done by hand, and gives the same.
Result<ModelRun> learn(const Workplace& workplace, const Command& command) {
  forget(workplace);
  if (const auto done = run_timed_well(command); !done) return done.error();
  auto read = read_run(workplace);
  if (!read) return read.error();
  const ModelRun run = with_own_modules(std::move(*read));
  if (const auto prepared = prepare_hand(workplace); !prepared) return prepared.error();
  if (const auto same = check_modules(workplace, run); !same) return same.error();
  return run;
}

Result<void> compare_large(const Options& options) {
  const auto workplace = Workplace::create(options.sharkreg, {});
  if (!workplace) return workplace.error();
  const fs::path tests = workplace->hand() / "tests";
  if (const auto made = make_models(*workplace, options, {"layers", (tests / "net").string()});
      !made) {
    return made.error();
  }
  std::error_code error;
  fs::create_directory_symlink(options.tests / "magika", tests / "magika", error);
  if (error) return failure("cannot link the model magika: " + error.message());
  // What is compiled, and all that is asked for: the model's run takes its time, cached or not.
  for (const bool runs : {false, true}) {
    std::vector<std::string> arguments{"--tests-dir=" + tests.string(), "--model=magika,net",
                                       "--rocm-chip=gfx942"};
    if (!runs) arguments.emplace_back("--stage=compile");
    const Command command = workplace->sharkreg(std::move(arguments));
    const auto run = learn(*workplace, command);
    if (!run) return run.error();
    const ModelRun wrapped = by_wrappers(*run, options.python.parent_path());
    std::vector<Contender> others{
        {"wrappers, one by one", [&] { return run_by_hand(*workplace, wrapped); }}};
    const char* title = runs ? "three models and a run" : "three models";
    if (const auto done = compare(*workplace, options, command, title, others); !done) {
      return done.error();
    }
  }
  return {};
}

Result<void> compare_small(const Options& options) {
  const auto workplace = Workplace::create(options.sharkreg, {});
  if (!workplace) return workplace.error();
  const fs::path tests = workplace->hand() / "tests";
  if (const auto made = make_models(*workplace, options,
                                    {"small", (tests / "ops").string(), options.samples.string(),
                                     std::to_string(options.small_count)});
      !made) {
    return made.error();
  }
  const Command command =
      workplace->sharkreg({"--tests-dir=" + tests.string(), "--model=ops", "--backend=cpu"});
  const auto run = learn(*workplace, command);
  if (!run) return run.error();
  const ModelRun wrapped = by_wrappers(*run, options.python.parent_path());
  std::vector<Contender> others{
      {"native, xargs -P2",
       [&] { return two_at_a_time(*workplace, *run, "--mlir-disable-threading"); }},
      {"wrappers, xargs -P2", [&] { return two_at_a_time(*workplace, wrapped, ""); }}};
  return compare(*workplace, options, command,
                 fmt::format("{} programs", options.small_count).c_str(), others);
}

std::optional<Options> parse(int argc, char** argv) {
  Options options;
  po::options_description known = Program::options();
  known.add_options()("sharkreg", po::value(&options.sharkreg)->value_name("FILE"),
                      "the program to measure")("python",
                                                po::value(&options.python)->value_name("FILE"),
                                                "of the environment that has IREE's wheels")(
      "samples", po::value(&options.samples)->value_name("DIR"), "of ONNX operators")(
      "only", po::value(&options.only)->value_name("PART"), "large or small")(
      "small-count", po::value(&options.small_count)->default_value(options.small_count),
      "small programs")("pairs", po::value(&options.pairs)->default_value(options.pairs),
                        "how often all is done");
  if (!program.parse(argc, argv, known, times_in_milliseconds)) return std::nullopt;
  if (options.pairs == 0 || options.small_count == 0) throw po::error("at least one is needed");
  return options;
}

int run(const Options& options) {
  if (!fs::exists(options.python) || !fs::exists(options.python.parent_path() / "iree-compile")) {
    fmt::print(stderr, "bench_cache: there are no wheels beside {}\n", options.python.string());
    return exit_skipped;
  }
  fmt::print("Times in milliseconds: median (least … greatest)\n");
  bool has_run = false;
  if (options.wants("large")) {
    if (!fs::exists(options.tests / "magika/files/magika.mlir")) {
      fmt::print("large: left out, since the model magika has not been imported\n");
    } else if (const auto compared = compare_large(options); !compared) {
      return program.report(compared.error());
    } else {
      has_run = true;
    }
  }
  if (options.wants("small")) {
    if (!fs::exists(options.samples / "outcomes.json")) {
      fmt::print("small: left out, since there are no samples in {}\n", options.samples.string());
    } else if (const auto compared = compare_small(options); !compared) {
      return program.report(compared.error());
    } else {
      has_run = true;
    }
  }
  return has_run ? 0 : exit_skipped;
}

}  // namespace
}  // namespace sharkreg::bench

int main(int argc, char** argv) {
  return sharkreg::bench::program.run([&] {
    const auto options = sharkreg::bench::parse(argc, argv);
    return options ? sharkreg::bench::run(*options) : 0;
  });
}
