// SPDX-License-Identifier: Apache-2.0
#include "options.h"

#include <sstream>
#include <stdexcept>

#include <boost/program_options.hpp>

namespace sharkreg::conformance {
namespace {

namespace po = boost::program_options;

po::options_description visible() {
  po::options_description options("Options");
  options.add_options()("help", "show this help")(
      "list", "list the cases, with FILE those of its interfaces")(
      "only", po::value<std::string>()->value_name("PATTERN"),
      "try only cases whose name matches, such as 'backend/*'")(
      "url", po::value<std::string>()->value_name("URL"),
      "a sample for fetchers to read; those of the scheme \"file\" need none")(
      "format", po::value<std::string>()->value_name("text|json"), "how to report (text)")(
      "time-limit", po::value<double>()->value_name("S"), "seconds for each case (20)")(
      "memory-limit", po::value<unsigned>()->value_name("MB"),
      "address space for each case (2048)")(
      "in-process", "try all in this process, for debuggers: the first crash ends it");
  return options;
}

po::options_description all_options() {
  po::options_description options = visible();
  options.add_options()("run-case", po::value<std::string>())("scratch", po::value<std::string>())(
      "file", po::value<std::vector<std::string>>());
  return options;
}

template <class T>
void take(const po::variables_map& given, const char* name, T& value) {
  if (given.count(name) > 0) value = given[name].as<T>();
}

void check(const Options& options) {
  if (options.format != "text" && options.format != "json") {
    throw std::invalid_argument("--format is text or json, not \"" + options.format + "\"");
  }
  if (!(options.limits.seconds > 0 && options.limits.seconds < 1e6)) {
    throw std::invalid_argument("--time-limit is a number of seconds above 0");
  }
  if (options.limits.megabytes < 64) {
    throw std::invalid_argument("--memory-limit is 64 MB at least");
  }
  if (options.file.empty() && !options.list && !options.help) {
    throw std::invalid_argument("name the plugin's file");
  }
}

}  // namespace

Options parse_options(int argument_count, const char* const* arguments) {
  po::positional_options_description positional;
  positional.add("file", -1);
  const int style = po::command_line_style::unix_style & ~po::command_line_style::allow_guessing;
  po::variables_map given;
  po::store(po::command_line_parser(argument_count, arguments)
                .options(all_options())
                .positional(positional)
                .style(style)
                .run(),
            given);
  Options options;
  options.help = given.count("help") > 0;
  options.list = given.count("list") > 0;
  options.in_process = given.count("in-process") > 0;
  take(given, "only", options.only);
  take(given, "url", options.url);
  take(given, "format", options.format);
  take(given, "time-limit", options.limits.seconds);
  take(given, "memory-limit", options.limits.megabytes);
  take(given, "run-case", options.run_case);
  take(given, "scratch", options.scratch);
  std::vector<std::string> files;
  take(given, "file", files);
  if (files.size() > 1) throw std::invalid_argument("name one file, not several");
  if (!files.empty()) options.file = files.front();
  check(options);
  return options;
}

std::string help_text() {
  std::ostringstream text;
  text << "sharkreg-conformance FILE: checks a plugin of sharkreg as a strict reviewer would.\n\n"
          "Each case runs in a process of its own, with limits; a crash fails that case only.\n\n"
       << visible()
       << "\nExit status: 0 it conforms, 1 it does not, 2 wrong usage, 3 it could not be checked.\n"
          "\n--format=json prints one object of the schema sharkreg.conformance_report/1: \"file\","
          "\n\"conforms\", \"plugin\" (null, or name, version, toolchain, interfaces), "
          "\"seconds\",\n"
          "and \"cases\": each with name, sentence, outcome (passed, failed or skipped), seconds;\n"
          "failed ones with asked, wanted, came and advice, skipped ones with a reason.\n";
  return text.str();
}

}  // namespace sharkreg::conformance
