// SPDX-License-Identifier: Apache-2.0
#include "program.h"

#include <cstdio>
#include <exception>

#include <boost/program_options.hpp>
#include <fmt/format.h>
#include <fmt/ostream.h>

namespace sharkreg::bench {

namespace po = boost::program_options;

po::options_description Program::options() {
  po::options_description known("Options");
  known.add_options()("help", "print this");
  return known;
}

bool Program::parse(int argc, char** argv, const po::options_description& known,
                    const std::string& about) const {
  po::variables_map values;
  po::store(po::parse_command_line(argc, argv, known), values);
  po::notify(values);
  if (!values.contains("help")) return true;
  fmt::print("Usage: {} [OPTION...]\n{}\n{}", name_, about, fmt::streamed(known));
  return false;
}

int Program::report(const core::Error& error) const {
  fmt::print(stderr, "{}: {}\n", name_, to_text(error));
  return 1;
}

int Program::run(const std::function<int()>& run) const {
  try {
    return run();
  } catch (const po::error& error) {
    fmt::print(stderr, "{}: {}\n", name_, error.what());
    return 2;
  } catch (const std::exception& error) {
    fmt::print(stderr, "{}: {}\n", name_, error.what());
    return 1;
  }
}

}  // namespace sharkreg::bench
