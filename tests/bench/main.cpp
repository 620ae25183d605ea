// SPDX-License-Identifier: Apache-2.0
// bench_overhead: what sharkreg adds to the commands that it runs for its users, as differences
// between programs that are run alternately. README.md beside this file says how to read it.
#include <cstdio>
#include <filesystem>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include <boost/json/value.hpp>
#include <boost/program_options.hpp>
#include <fmt/format.h>

#include "base/json.h"
#include "model_run.h"
#include "pairs.h"
#include "program.h"
#include "statistics.h"
#include "timed_process.h"
#include "workplace.h"

namespace sharkreg::bench {
namespace {

namespace po = boost::program_options;

using core::Error;
using core::ErrorKind;
using core::Result;

const Program program("bench_overhead");

struct Options {
  std::filesystem::path sharkreg = SHARKREG_PROGRAM;
  std::filesystem::path tools;
  std::size_t pairs = 21;
  std::size_t run_pairs = 7;
};

// Against a program that does nothing, which costs what any program costs to start.
Result<void> compare_start(const Workplace& workplace, const Options& options,
                           const std::vector<std::string>& arguments) {
  const Command command = workplace.sharkreg(arguments);
  if (const auto warm = run_timed_well(command); !warm) return warm.error();
  const Command nothing = workplace.by_hand({"/bin/true"});
  const Result<Pairs> pairs = measure(
      options.pairs, [&] { return run_timed_well(command); },
      [&] { return run_timed_well(nothing); });
  if (!pairs) return pairs.error();
  print(fmt::format("sharkreg {}", fmt::join(arguments, " ")), "/bin/true", *pairs);
  return {};
}

// What the plan says of a tool that is not here, or nothing.
Result<std::optional<std::string>> find_missing_tool(const Workplace& workplace,
                                                     const std::string& model) {
  const auto planned = run_timed_well(workplace.sharkreg({"plan", model, "--format=json"}));
  if (!planned) return planned.error();
  const auto plan = core::read_json_file(workplace.output());
  if (!plan) return plan.error();
  for (const auto& test_case : plan->at("cases").as_array()) {
    for (const auto& entry : test_case.at("actions").as_array()) {
      const auto& missing = entry.at("action").at("program_missing").as_string();
      if (!missing.empty()) return std::optional<std::string>(missing.c_str());
    }
  }
  return std::optional<std::string>();
}

Result<void> compare_run(const Workplace& workplace, const Options& options,
                         const std::string& model) {
  // What is cached starts no tool; by hand one follows the other.
  const Command command = workplace.sharkreg({model, "--no-cache", "--jobs=1"});
  if (const auto warm = run_timed_well(command); !warm) return warm.error();
  const Result<ModelRun> run = read_run(workplace);
  if (!run) return run.error();
  if (const auto prepared = prepare_hand(workplace); !prepared) return prepared.error();
  if (const auto warm = run_by_hand(workplace, *run); !warm) return warm.error();
  if (const auto same = check_same_outputs(workplace, *run); !same) return same.error();

  Sample own_wall;
  Sample own_cpu;
  const auto with = [&]() -> Result<Times> {
    forget_run(workplace);
    const Result<Times> times = run_timed_well(command);
    if (!times) return times.error();
    const Result<ModelRun> fresh = read_run(workplace);
    if (!fresh) return fresh.error();
    own_wall.push_back(times->wall - fresh->in_tools.wall);
    own_cpu.push_back(times->cpu - fresh->in_tools.cpu);
    if (own_wall.back().count() > 0 && own_cpu.back().count() > 0) return times;
    return Error{ErrorKind::infrastructure,
                 "sharkreg says that its tools needed more time than all of it",
                 {}};
  };
  const Result<Pairs> pairs =
      measure(options.run_pairs, with, [&] { return run_by_hand(workplace, *run); });
  if (!pairs) return pairs.error();
  print(fmt::format("sharkreg {}, {} tools", model, run->commands.size()), "by hand", *pairs);
  fmt::print("  of which outside of its tools: wall {}, CPU {}\n", in_milliseconds(own_wall),
             in_milliseconds(own_cpu));
  return {};
}

std::optional<Options> parse(int argc, char** argv) {
  Options options;
  po::options_description known = Program::options();
  known.add_options()("sharkreg", po::value(&options.sharkreg)->value_name("FILE"),
                      "the program to measure")("tools-dir",
                                                po::value(&options.tools)->value_name("DIR"),
                                                "where its tools are; else where it looks itself")(
      "pairs", po::value(&options.pairs)->default_value(options.pairs),
      "how often the short commands are run")(
      "run-pairs", po::value(&options.run_pairs)->default_value(options.run_pairs),
      "how often the model is run");
  if (!program.parse(argc, argv, known, times_in_milliseconds)) return std::nullopt;
  if (options.pairs == 0 || options.run_pairs == 0) throw po::error("at least one pair is needed");
  return options;
}

int run(const Options& options) {
  const auto workplace = Workplace::create(options.sharkreg, options.tools);
  if (!workplace) return program.report(workplace.error());
  fmt::print("Times in milliseconds: median (least … greatest)\n");
  for (const std::vector<std::string>& arguments :
       {std::vector<std::string>{"--help"}, {"plan", "--model=sdxl"}}) {
    const auto compared = compare_start(*workplace, options, arguments);
    if (!compared) return program.report(compared.error());
  }
  const std::string model = "--model=magika";
  const auto missing = find_missing_tool(*workplace, model);
  if (!missing) return program.report(missing.error());
  if (*missing) {
    fmt::print(stderr, "bench_overhead: the model is not run: {}\n", **missing);
    return exit_skipped;
  }
  const auto compared = compare_run(*workplace, options, model);
  return compared ? 0 : program.report(compared.error());
}

}  // namespace
}  // namespace sharkreg::bench

int main(int argc, char** argv) {
  return sharkreg::bench::program.run([&] {
    const auto options = sharkreg::bench::parse(argc, argv);
    return options ? sharkreg::bench::run(*options) : 0;
  });
}
