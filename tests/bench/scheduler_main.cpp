// SPDX-License-Identifier: Apache-2.0
// bench_scheduler: what the core itself needs for a case, and how near a run comes to the shortest
// time that it can take. README.md beside this file says how to read it.
#include <algorithm>
#include <cstdio>
#include <string>
#include <vector>

#include <boost/program_options.hpp>
#include <fmt/format.h>

#include "many_cases.h"
#include "mixed_graph.h"
#include "program.h"

namespace sharkreg::bench {
namespace {

namespace po = boost::program_options;

const Program program("bench_scheduler");

struct Options {
  std::size_t few = 1000;
  std::size_t many = 100000;
  std::size_t graphs = 5;
  std::size_t graph_cases = 40;
};

double per_case(const ManyCases& run) {
  return static_cast<double>(run.cpu.count()) / static_cast<double>(run.cases);
}

void print(const std::string& what, const ManyCases& run) {
  fmt::print(
      "  {} cases: {:.1f} µs of CPU time a case, {:.1f} µs of wall time, first result "
      "after {:.1f} ms, {:.1f} MiB at most\n",
      what, per_case(run), static_cast<double>(run.wall.count()) / static_cast<double>(run.cases),
      static_cast<double>(run.first_result.count()) / 1000,
      static_cast<double>(run.peak_rss_bytes) / (1 << 20));
}

bool all_passed(const ManyCases& run) {
  return run.passed == 2 * run.cases;
}

// As many cases in small runs as in the large one: both meet as much of what else goes on.
ManyCases run_few_cases(const Options& options, std::size_t rounds, bool records) {
  ManyCases few;
  for (std::size_t round = 0; round < rounds; ++round) {
    const ManyCases run = run_many_cases(options.few, records);
    few.cases += run.cases;
    few.cpu += run.cpu;
    few.wall += run.wall;
    few.first_result = std::max(few.first_result, run.first_result);
    few.passed += run.passed;
    few.peak_rss_bytes = run.peak_rss_bytes;
  }
  return few;
}

bool measure_cases(const Options& options) {
  bool all = true;
  for (const bool records : {false, true}) {
    fmt::print("Many cases, of an artifact, a compile and a run each, {}\n",
               records ? "with results.jsonl and summary" : "with what is shown meanwhile");
    run_many_cases(options.few, records);  // so that code and memory are there
    const std::size_t rounds = std::max<std::size_t>(options.many / options.few, 1);
    const ManyCases few = run_few_cases(options, rounds, records);
    const ManyCases many = run_many_cases(options.many, records);
    print(fmt::format("{} times {}", rounds, options.few), few);
    print(std::to_string(options.many), many);
    fmt::print("  ratio of CPU times a case: {:.2f}\n", per_case(many) / per_case(few));
    all = all && all_passed(many) && all_passed(few);
  }
  return all;
}

bool measure_graphs(const Options& options) {
  fmt::print("Makespan of mixed graphs of {} cases, by the shortest possible\n",
             options.graph_cases);
  bool possible = true;
  for (const bool known : {true, false}) {
    std::vector<double> ratios;
    for (unsigned seed = 0; seed < options.graphs; ++seed) {
      const Makespan makespan = run_mixed_graph(seed, options.graph_cases, known);
      ratios.push_back(makespan.ratio());
      possible = possible && makespan.taken >= makespan.lower_bound;
    }
    std::ranges::sort(ratios);
    fmt::print("  {}: {:.3f} ({:.3f} … {:.3f})\n",
               known ? "times known from history" : "times unknown", ratios[ratios.size() / 2],
               ratios.front(), ratios.back());
  }
  return possible;
}

int run(int argc, char** argv) {
  Options options;
  po::options_description known = Program::options();
  known.add_options()("few", po::value(&options.few)->default_value(options.few),
                      "cases of the small run")(
      "many", po::value(&options.many)->default_value(options.many), "cases of the large run")(
      "graphs", po::value(&options.graphs)->default_value(options.graphs), "random graphs")(
      "graph-cases", po::value(&options.graph_cases)->default_value(options.graph_cases),
      "cases of each graph");
  if (!program.parse(argc, argv, known)) return 0;
  if (options.few == 0 || options.many == 0 || options.graphs == 0 || options.graph_cases == 0) {
    throw po::error("at least one of each is needed");
  }
  const bool fine = measure_cases(options);
  if (measure_graphs(options) && fine) return 0;
  fmt::print(stderr, "bench_scheduler: not every step passed, or a time is impossible\n");
  return 1;
}

}  // namespace
}  // namespace sharkreg::bench

int main(int argc, char** argv) {
  return sharkreg::bench::program.run([&] { return sharkreg::bench::run(argc, argv); });
}
