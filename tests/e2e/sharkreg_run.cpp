// SPDX-License-Identifier: Apache-2.0
#include "sharkreg_run.h"

#include <algorithm>
#include <atomic>
#include <cstdlib>
#include <fcntl.h>
#include <fstream>
#include <poll.h>
#include <signal.h>
#include <spawn.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <doctest/doctest.h>

#include "base/files.h"
#include "report/results_file.h"

namespace sharkreg::e2e {
namespace {

namespace fs = std::filesystem;

std::vector<char*> pointers_to(std::vector<std::string>& texts) {
  std::vector<char*> pointers;
  for (std::string& text : texts) pointers.push_back(text.data());
  pointers.push_back(nullptr);
  return pointers;
}

std::vector<std::string> as_entries(const Environment& environment) {
  std::vector<std::string> entries;
  for (const auto& [name, value] : environment) entries.push_back(name + "=" + value);
  return entries;
}

// In a process group of its own, with default signals, nothing to read.
pid_t spawn(const std::string& program, const Arguments& arguments, const Environment& environment,
            const fs::path& directory, const fs::path& out, const fs::path& err) {
  posix_spawn_file_actions_t files;
  posix_spawn_file_actions_init(&files);
  posix_spawn_file_actions_addchdir_np(&files, directory.c_str());
  posix_spawn_file_actions_addopen(&files, STDIN_FILENO, "/dev/null", O_RDONLY, 0);
  constexpr int fresh = O_WRONLY | O_CREAT | O_TRUNC;
  posix_spawn_file_actions_addopen(&files, STDOUT_FILENO, out.c_str(), fresh, 0644);
  posix_spawn_file_actions_addopen(&files, STDERR_FILENO, err.c_str(), fresh, 0644);

  posix_spawnattr_t attributes;
  posix_spawnattr_init(&attributes);
  posix_spawnattr_setflags(&attributes,
                           POSIX_SPAWN_SETPGROUP | POSIX_SPAWN_SETSIGDEF | POSIX_SPAWN_SETSIGMASK);
  posix_spawnattr_setpgroup(&attributes, 0);
  sigset_t all;
  sigfillset(&all);
  posix_spawnattr_setsigdefault(&attributes, &all);
  sigset_t none;
  sigemptyset(&none);
  posix_spawnattr_setsigmask(&attributes, &none);

  std::vector<std::string> words{program};
  words.insert(words.end(), arguments.begin(), arguments.end());
  std::vector<std::string> entries = as_entries(environment);
  pid_t pid = -1;
  const int trouble = posix_spawn(&pid, program.c_str(), &files, &attributes,
                                  pointers_to(words).data(), pointers_to(entries).data());
  posix_spawnattr_destroy(&attributes);
  posix_spawn_file_actions_destroy(&files);
  INFO("starting ", program);
  REQUIRE(trouble == 0);
  return pid;
}

template <class T>
T value_of(const core::Result<T>& result) {
  const std::string trouble = result.has_value() ? "" : core::to_text(result.error());
  REQUIRE(trouble == "");
  return *result;
}

// Prints its name and directory, then its arguments, each on a line, in one write.
constexpr std::string_view recording_prologue = R"(#!/bin/sh
record() {
  line="$(basename "$0") in $PWD"
  for argument in "$@"; do line="$line
$argument"; done
  printf '%s\n\n' "$line" >> "CALLS"
}
record "$@"
)";

constexpr std::string_view stub_compiler = R"(while [ $# -gt 0 ]; do
  case "$1" in
    -o) shift; output="$1" ;;
    -o=*) output="${1#-o=}" ;;
  esac
  shift
done
[ -z "$output" ] || echo "a module" > "$output"
)";

constexpr std::string_view stub_runtime =
    R"(echo "[SUCCESS] all function outputs matched their expected values."
)";

std::string recording(std::string_view script, const fs::path& calls) {
  std::string text(recording_prologue);
  const std::string_view mark = "CALLS";
  text.replace(text.find(mark), mark.size(), calls.string());
  return text.append(script);
}

}  // namespace

Running::Running(pid_t pid, fs::path out, fs::path err)
    : pid_(pid),
      out_(std::move(out)),
      err_(std::move(err)),
      started_(std::chrono::steady_clock::now()) {}

Running::~Running() {
  if (waited_) return;
  ::kill(-pid_, SIGKILL);
  ::waitpid(pid_, nullptr, 0);
}

void Running::send(int signal) const {
  REQUIRE(::kill(pid_, signal) == 0);
}

void Running::send_to_group(int signal) const {
  REQUIRE(::kill(-pid_, signal) == 0);
}

std::string Running::out() const {
  return content_of(out_);
}

std::string Running::err() const {
  return content_of(err_);
}

Ended Running::wait(std::chrono::milliseconds limit) {
  // glibc 2.36 declares pidfd_open() in a way that C++ cannot link.
  const int descriptor = static_cast<int>(::syscall(SYS_pidfd_open, pid_, 0));
  REQUIRE(descriptor >= 0);
  pollfd waiting{descriptor, POLLIN, 0};
  const int ready = ::poll(&waiting, 1, static_cast<int>(limit.count()));
  ::close(descriptor);
  if (ready != 1) ::kill(-pid_, SIGKILL);
  int status = 0;
  REQUIRE(::waitpid(pid_, &status, 0) == pid_);
  waited_ = true;
  Ended ended;
  ended.seconds =
      std::chrono::duration<double>(std::chrono::steady_clock::now() - started_).count();
  ended.out = out();
  ended.err = err();
  if (WIFEXITED(status)) ended.exit_status = WEXITSTATUS(status);
  if (WIFSIGNALED(status)) ended.signal = WTERMSIG(status);
  INFO("it still ran after ", limit.count(), " ms and was killed; it printed:\n", ended.out,
       ended.err);
  REQUIRE(ready == 1);
  return ended;
}

Sandbox::Sandbox() {
  std::string pattern = (fs::temp_directory_path() / "sharkreg-e2e-XXXXXX").string();
  REQUIRE(::mkdtemp(pattern.data()) != nullptr);
  root_ = fs::canonical(pattern);
  for (const char* directory : {"work", "home", "cache", "tmp"}) {
    fs::create_directory(root_ / directory);
  }
  environment["HOME"] = root_ / "home";
  environment["XDG_CACHE_HOME"] = root_ / "cache";
  environment["TMPDIR"] = root_ / "tmp";
  environment["SHARKREG_LOCK_DIR"] = root_ / "locks";
  environment["PATH"] = "/usr/local/bin:/usr/bin:/bin";
  for (const char* name : {"ASAN_OPTIONS", "LSAN_OPTIONS", "TSAN_OPTIONS", "UBSAN_OPTIONS"}) {
    if (const char* value = std::getenv(name)) environment[name] = value;
  }
}

Sandbox::~Sandbox() {
  std::error_code ignored;
  fs::remove_all(root_, ignored);
}

fs::path Sandbox::write(const fs::path& relative, std::string_view content) const {
  const fs::path path = root_ / relative;
  fs::create_directories(path.parent_path());
  std::ofstream file(path, std::ios::binary | std::ios::trunc);
  file << content;
  file.close();
  INFO("writing ", path.string());
  REQUIRE(file.good());
  return path;
}

fs::path Sandbox::write_program(const fs::path& relative, std::string_view script) const {
  const fs::path path = write(relative, script);
  fs::permissions(path, fs::perms(0755));
  return path;
}

void Sandbox::write_model(const std::string& model, const std::string& submodel,
                          std::string_view json) const {
  const fs::path directory = fs::path("tests") / model;
  write(directory / (submodel + ".json"), json);
  if (!fs::exists(root_ / directory / "program.mlir")) {
    write(directory / "program.mlir", "module {}\n");
  }
}

void Sandbox::write_stub_tools() const {
  write_program("tools/iree-compile", recording(stub_compiler, calls()));
  write_program("tools/iree-run-module", recording(stub_runtime, calls()));
  write_program("tools/iree-dump-module", recording("", calls()));
}

Running Sandbox::start(const Arguments& arguments) const {
  return start_program(SHARKREG_PROGRAM, arguments);
}

Ended Sandbox::run(const Arguments& arguments, std::chrono::milliseconds limit) const {
  return start(arguments).wait(limit);
}

Running Sandbox::start_program(const std::string& program, const Arguments& arguments) const {
  static std::atomic<int> count = 0;
  const std::string number = std::to_string(++count);
  const fs::path out = root_ / ("stdout." + number);
  const fs::path err = root_ / ("stderr." + number);
  return {spawn(program, arguments, environment, work(), out, err), out, err};
}

Ended Sandbox::run_program(const std::string& program, const Arguments& arguments,
                           std::chrono::milliseconds limit) const {
  return start_program(program, arguments).wait(limit);
}

std::vector<fs::path> Sandbox::runs() const {
  std::vector<fs::path> runs;
  std::error_code missing;
  for (const auto& entry : fs::directory_iterator(cache() / "runs", missing)) {
    if (fs::exists(entry.path() / "results.jsonl")) runs.push_back(entry.path());
  }
  std::ranges::sort(runs, {}, [](const fs::path& run) {
    return std::pair(fs::last_write_time(run / "results.jsonl"), run);
  });
  return runs;
}

fs::path Sandbox::results_file() const {
  const std::vector<fs::path> all = runs();
  REQUIRE_FALSE(all.empty());
  return all.back() / "results.jsonl";
}

std::vector<core::Event> Sandbox::events() const {
  const core::RecordedEvents read = value_of(core::read_results(results_file()));
  CHECK(read.unknown == 0);
  return read.events;
}

core::StepFinished step_of(const std::vector<core::Event>& events, std::string_view name,
                           std::string_view step) {
  std::vector<core::StepFinished> found;
  std::string others;
  for (const core::Event& event : events) {
    const auto* finished = std::get_if<core::StepFinished>(&event);
    if (finished == nullptr) continue;
    const std::string whole = finished->model + "/" + finished->submodel;
    if (whole == name && finished->step == step) found.push_back(*finished);
    others += whole + ": " + finished->step + "\n";
  }
  INFO("looking for ", name, ": ", step, " among\n", others);
  REQUIRE(found.size() == 1);
  return found.front();
}

std::string verdict_of(const std::vector<core::Event>& events, std::string_view name,
                       std::string_view step) {
  return std::string(core::name_of(step_of(events, name, step).verdict));
}

std::vector<std::string> verdicts_of(const std::vector<core::Event>& events) {
  std::vector<std::string> verdicts;
  for (const core::Event& event : events) {
    const auto* finished = std::get_if<core::StepFinished>(&event);
    if (finished == nullptr) continue;
    verdicts.push_back(finished->model + "/" + finished->submodel + " " + finished->step + ": " +
                       std::string(core::name_of(finished->verdict)));
  }
  std::ranges::sort(verdicts);
  return verdicts;
}

core::RunFinished finish_of(const std::vector<core::Event>& events) {
  REQUIRE_FALSE(events.empty());
  const auto* finished = std::get_if<core::RunFinished>(&events.back());
  REQUIRE(finished != nullptr);
  return *finished;
}

bool contains(std::string_view text, std::string_view part) {
  return text.find(part) != std::string_view::npos;
}

std::size_t count_of(std::string_view text, std::string_view part) {
  std::size_t count = 0;
  for (std::size_t at = text.find(part); at != std::string_view::npos;
       at = text.find(part, at + part.size())) {
    ++count;
  }
  return count;
}

std::string content_of(const fs::path& path) {
  return value_of(core::read_file(path));
}

std::string npy_vector(const std::string& type, std::size_t count, std::string_view bytes) {
  std::string header = "{'descr': '" + type + "', 'fortran_order': False, 'shape': (" +
                       std::to_string(count) + ",), }";
  header.resize(117, ' ');  // with magic, version, length and newline 128
  header += '\n';
  std::string file("\x93NUMPY\x01\x00", 8);
  file += static_cast<char>(header.size());
  file += '\0';
  return file.append(header).append(bytes);
}

fs::path real_tools() {
  const fs::path directory = fs::path(SHARKREG_PLUGIN_DIR).parent_path() / "tools";
  INFO("the compiler and the runtime are missing; cmake/setup.sh brings them");
  REQUIRE(fs::exists(directory / "iree-compile"));
  return directory;
}

}  // namespace sharkreg::e2e
