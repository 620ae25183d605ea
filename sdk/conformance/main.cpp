// SPDX-License-Identifier: Apache-2.0
// sharkreg-conformance FILE: checks a plugin as a strict reviewer would.
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <fnmatch.h>
#include <stdexcept>

#include <fmt/format.h>

#include "child.h"
#include "options.h"
#include "perform.h"
#include "report.h"

#if SR_BUILD_FLAGS != 0
// A plugin's crash is to be seen as the signal that it is, and what ends with _exit leaks nothing.
extern "C" const char* __asan_default_options();
extern "C" const char* __asan_default_options() {
  return "handle_segv=0:handle_abort=0:handle_sigbus=0:detect_leaks=0:quarantine_size_mb=1:"
         "allocator_may_return_null=1";
}
#endif

namespace sharkreg::conformance {
namespace {

namespace fs = std::filesystem;

constexpr int exit_conforms = 0;
constexpr int exit_does_not = 1;
constexpr int exit_usage = 2;
constexpr int exit_cannot_check = 3;

class ScratchDirectory {
 public:
  ScratchDirectory() {
    std::string path = (fs::temp_directory_path() / "sharkreg-conformance-XXXXXX").native();
    if (::mkdtemp(path.data()) == nullptr) throw std::runtime_error("cannot make " + path);
    path_ = fs::canonical(path);
  }
  ScratchDirectory(const ScratchDirectory&) = delete;
  ScratchDirectory& operator=(const ScratchDirectory&) = delete;
  ~ScratchDirectory() {
    std::error_code ignored;
    fs::remove_all(path_, ignored);
  }
  const fs::path& path() const { return path_; }

 private:
  fs::path path_;
};

class Check {
 public:
  Check(const Options& options, const Subject& subject) : options_(options), subject_(subject) {}

  Report run() {
    const auto begin = std::chrono::steady_clock::now();
    report_.file = subject_.file.native();
    for (const NamedCase& one : named_library_cases()) {
      const bool needs_loading = one.check.name != "file" && one.check.name != "exports";
      if (!broken_.empty() && needs_loading) {
        skip(one);
      } else {
        run_library_case(one);
      }
    }
    if (report_.identity) run_interfaces();
    report_.seconds =
        std::chrono::duration<double>(std::chrono::steady_clock::now() - begin).count();
    return std::move(report_);
  }

 private:
  bool is_selected(const NamedCase& one) const {
    return ::fnmatch(options_.only.c_str(), one.name.c_str(), 0) == 0;
  }

  Performed try_case(const NamedCase& one) const {
    if (options_.in_process) return perform(one, subject_, nullptr);
    return perform_in_child(one, subject_, options_.limits);
  }

  // Without these nothing else can be tried; so they are tried, selected or not, and shown if they
  // fail.
  static bool is_needed(const NamedCase& one) {
    return one.check.name == "file" || one.check.name == loading_case ||
           one.check.name == describing_case;
  }

  void run_library_case(const NamedCase& one) {
    if (!is_selected(one) && !is_needed(one)) return;
    Performed performed = try_case(one);
    const bool failed = performed.result.outcome == Outcome::failed;
    if (failed && is_needed(one)) broken_ = one.name;
    if (performed.identity) report_.identity = std::move(performed.identity);
    if (failed || is_selected(one)) report_.results.push_back(std::move(performed.result));
  }

  void skip(const NamedCase& one) {
    if (!is_selected(one)) return;
    Result result;
    result.name = one.name;
    result.sentence = one.check.sentence;
    result.outcome = Outcome::skipped;
    result.reason = "since " + broken_ + " failed";
    report_.results.push_back(std::move(result));
  }

  void run_interfaces() {
    for (const NamedCase& one : named_cases_of(report_.identity->interfaces)) {
      if (is_selected(one)) report_.results.push_back(try_case(one).result);
    }
  }

  const Options& options_;
  const Subject& subject_;
  Report report_;
  std::string broken_;  // the case whose failure leaves nothing to load
};

void list_cases(const std::vector<NamedCase>& cases) {
  for (const NamedCase& one : cases) fmt::print("{:<36}  {}\n", one.name, one.check.sentence);
}

int list(const Options& options, Subject subject) {
  std::vector<InterfaceName> interfaces;
  if (options.file.empty()) {
    for (const Kind& kind : kinds()) interfaces.push_back({0, std::string(kind.id), "NAME"});
  } else {
    const auto describing = find_case("library/" + std::string(describing_case));
    const Performed performed = perform_in_child(*describing, subject, options.limits);
    if (!performed.identity) {
      throw std::runtime_error("its interfaces cannot be learned: " +
                               performed.result.finding.came);
    }
    interfaces = performed.identity->interfaces;
  }
  list_cases(named_library_cases());
  list_cases(named_cases_of(interfaces));
  return exit_conforms;
}

int check(const Options& options) {
  const ScratchDirectory scratch;
  const fs::path file = options.file.empty() ? fs::path() : fs::absolute(options.file);
  const Subject subject{file, scratch.path(), options.url};
  if (options.list) return list(options, subject);
  const Report report = Check(options, subject).run();
  if (report.results.empty()) {
    fmt::print(stderr, "sharkreg-conformance: no case matches --only={}; see --list\n",
               options.only);
    return exit_usage;
  }
  fmt::print("{}", options.format == "json" ? as_json(report) : as_text(report));
  return report.conforms() ? exit_conforms : exit_does_not;
}

int run(int argument_count, const char* const* arguments) {
  Options options;
  try {
    options = parse_options(argument_count, arguments);
    if (!options.run_case.empty()) {
      be_child(options.run_case, {options.file, options.scratch, options.url});
    }
    if (!options.file.empty() && !fs::exists(options.file)) {
      throw std::invalid_argument("there is no file " + options.file);
    }
  } catch (const std::exception& wrong) {
    fmt::print(stderr, "sharkreg-conformance: {}\ntry sharkreg-conformance --help\n", wrong.what());
    return exit_usage;
  }
  if (options.help) {
    fmt::print("{}", help_text());
    return exit_conforms;
  }
  try {
    return check(options);
  } catch (const std::exception& trouble) {
    fmt::print(stderr, "sharkreg-conformance: {} could not be checked: {}\n", options.file,
               trouble.what());
    return exit_cannot_check;
  }
}

}  // namespace
}  // namespace sharkreg::conformance

int main(int argument_count, char** arguments) {
  return sharkreg::conformance::run(argument_count, arguments);
}
