// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <functional>
#include <string>
#include <utility>

#include <boost/program_options/options_description.hpp>

#include "base/error.h"

namespace sharkreg::bench {

constexpr int exit_skipped = 77;  // for ctest

constexpr const char* times_in_milliseconds = "Times in milliseconds: median (least … greatest).\n";

// What is the same in the command lines of all benchmarks.
class Program {
 public:
  explicit Program(std::string name) : name_(std::move(name)) {}

  // The one that all have; the others are to be added behind it.
  static boost::program_options::options_description options();

  // Puts the command line into the variables of `known`. False if the user wanted help, which is
  // printed, with `about` first. Throws what Program_options throws.
  bool parse(int argc, char** argv, const boost::program_options::options_description& known,
             const std::string& about = {}) const;

  // Says what went wrong; returns the exit status.
  int report(const core::Error& error) const;

  // The exit status: that of `run`, 2 for a wrong command line, 1 for other exceptions, each with
  // its message.
  int run(const std::function<int()>& run) const;

 private:
  std::string name_;
};

}  // namespace sharkreg::bench
