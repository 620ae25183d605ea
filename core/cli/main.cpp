// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <cerrno>
#include <csignal>
#include <cstdio>
#include <cstring>
#include <exception>
#include <fcntl.h>
#include <filesystem>
#include <string_view>
#include <system_error>
#include <unistd.h>
#include <vector>

#include <fmt/format.h>

#include "base/secrets.h"
#include "base/text.h"
#include "base/verdict.h"
#include "cli/commands.h"
#include "cli/compatibility.h"
#include "cli/option_table.h"

namespace sharkreg::core {
namespace {

struct Subcommand {
  std::string name;
  std::string arguments;
  std::string help;
  Result<int> (*function)(Context&);
  std::vector<OptionSpec> (*options)() = nullptr;
};

const std::vector<Subcommand>& subcommands() {
  static const std::vector<Subcommand> all = {
      {"run", "", "compile, run and judge; what sharkreg does without a subcommand", run_command},
      {"list", "", "models, submodels, steps, and why a step will be skipped", list_command},
      {"plan", "", "print what would happen, as JSON or as a shell script", plan_command,
       plan_options},
      {"fetch", "", "bring the artifacts of the selected models here", fetch_command,
       fetch_options},
      {"cache", "stats|verify|gc|path",
       "look at the store, check it, make room in it, or find the file of a URL", cache_command,
       cache_options},
      {"validate", "[FILE...]", "say everything that is wrong with model files", validate_command},
      {"compare", "EXPECTED ACTUAL", "compare two tensors: 0 match, 1 mismatch", compare_command,
       compare_options},
      {"plugins", "", "every plugin that was found, accepted or refused and why", plugins_command,
       plugins_options},
      {"new-plugin", "KIND NAME", "write a project for a backend, fetcher, comparator or tuner",
       new_plugin_command, new_plugin_options},
      {"config", "", "each setting and where it came from", config_command},
      {"report", "RESULTS.jsonl", "show a run again, and write its reports", report_command},
      {"history", "[MODEL[/SUBMODEL]]", "the last results of each step; `history export` as a file",
       history_command, history_options},
      {"merge", "RESULTS...", "join the results of shards into those of one run", merge_command,
       merge_options},
  };
  return all;
}

const Subcommand* find_subcommand(const std::string& name) {
  const auto found = std::ranges::find(subcommands(), name, &Subcommand::name);
  return found == subcommands().end() ? nullptr : &*found;
}

int exit_status_of(const Error& error) {
  switch (error.kind) {
    case ErrorKind::infrastructure:
      return exit_infrastructure;
    case ErrorKind::interrupted:
      return exit_interrupted;
    default:
      return exit_usage;
  }
}

// A message holds words of the command line, which may hold anything.
std::string presentable(const std::string& text) {
  constexpr std::size_t most_before = 1500;
  constexpr std::size_t most_after = 500;
  const std::string shown = printable(text);
  if (shown.size() <= most_before + most_after) return shown;
  const std::string_view head = std::string_view(shown).substr(0, most_before);
  std::string_view tail = std::string_view(shown).substr(shown.size() - most_after);
  while (!is_valid_utf8(tail)) tail.remove_prefix(1);
  return fmt::format("{}…{}", head.substr(0, valid_utf8_length(head)), tail);
}

int report(const Error& error) {
  fmt::print(stderr, "sharkreg: {}\n", presentable(redacted(error.message)));
  if (!error.hint.empty()) fmt::print(stderr, "  {}\n", presentable(redacted(error.hint)));
  return exit_status_of(error);
}

void print_help(const Context& context) {
  fmt::print(
      "sharkreg: does this model still compile, run and give the right numbers on this hardware?\n"
      "\n"
      "Usage: sharkreg [SUBCOMMAND] [OPTION...]\n"
      "  {}\n"
      "\nSubcommands:\n",
      compatibility::example);
  for (const Subcommand& subcommand : subcommands()) {
    const std::string left = subcommand.name + " " + subcommand.arguments;
    if (left.size() < 28) {
      fmt::print("  {:<28}{}\n", left, subcommand.help);
    } else {
      fmt::print("  {}\n{:30}{}\n", left, "", subcommand.help);
    }
  }
  fmt::print("{}", help_of(context.options().specs()));
  fmt::print(
      "\nOptions also come from SHARKREG_… variables, from sharkreg.cfg in the directory of the\n"
      "models and from sharkreg/sharkreg.cfg in the user's configuration, in this order.\n"
      "Exit status: 0 fine, 1 some verdict is bad, 2 wrong usage or invalid file,\n"
      "3 infrastructure, 130 or 143 interrupted.\n");
}

Error unknown_subcommand(const std::string& name) {
  std::vector<std::string> names;
  for (const Subcommand& subcommand : subcommands()) names.push_back(subcommand.name);
  return {ErrorKind::usage,
          fmt::format("\"{}\" is not a subcommand{}", name, did_you_mean(name, names)),
          "`sharkreg --help` lists them"};
}

// Were one of the three closed, the next file to be opened would get its number, and what is printed
// would go into that file.
void open_standard_descriptors() {
  for (int number : {STDIN_FILENO, STDOUT_FILENO, STDERR_FILENO}) {
    if (::fcntl(number, F_GETFD) < 0) ::open("/dev/null", O_RDWR);
  }
}

// Whoever reads what is printed may go away early, as `head` does: that is no failure.
int cannot_print(int trouble, int status) {
  if (trouble == EPIPE) return status;
  fmt::print(stderr, "sharkreg: cannot write to the standard output: {}\n", std::strerror(trouble));
  return std::max<int>(status, exit_infrastructure);
}

int run(int argc, const char* const* argv) {
  std::error_code error;
  if (std::filesystem::current_path(error).empty()) {
    return report({ErrorKind::usage, "the current directory cannot be used: " + error.message(),
                   "change to a directory that exists"});
  }
  CommandLine line = split_command_line(argc, argv);
  const auto asks_for = [&](std::string_view option) {
    return std::ranges::find(line.arguments, option) != line.arguments.end();
  };
  if (asks_for("--version")) {
    fmt::print("sharkreg {}\n", SHARKREG_VERSION);
    return exit_fine;
  }
  const bool help = asks_for("--help") || asks_for("-h") || line.subcommand == "help";
  const bool main_job = line.subcommand.empty() || line.subcommand == "help";
  const Subcommand* subcommand = find_subcommand(main_job ? "run" : line.subcommand);
  if (subcommand == nullptr) return report(unknown_subcommand(line.subcommand));
  if (help) {
    std::erase(line.arguments, "--help");
    std::erase(line.arguments, "-h");
  }
  auto context =
      Context::create(std::move(line), subcommand->options == nullptr ? std::vector<OptionSpec>{}
                                                                      : subcommand->options());
  if (!context) return report(context.error());
  if (help) {
    print_help(**context);
    return exit_fine;
  }
  const Result<int> status = subcommand->function(**context);
  return status ? *status : report(status.error());
}

}  // namespace
}  // namespace sharkreg::core

int main(int argc, char** argv) {
  using namespace sharkreg::core;
  open_standard_descriptors();
  // A reader that goes away must not end a run before its results are written.
  std::signal(SIGPIPE, SIG_IGN);
  try {
    const int status = run(argc, argv);
    return std::fflush(stdout) == 0 ? status : cannot_print(errno, status);
  } catch (const std::system_error& error) {
    if (std::ferror(stdout) != 0) return cannot_print(error.code().value(), exit_fine);
    fmt::print(stderr, "sharkreg: internal error: {}\n  please report it with the command line\n",
               error.what());
    return exit_infrastructure;
  } catch (const std::exception& error) {
    fmt::print(stderr, "sharkreg: internal error: {}\n  please report it with the command line\n",
               error.what());
    return exit_infrastructure;
  }
}
