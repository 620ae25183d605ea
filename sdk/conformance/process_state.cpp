// SPDX-License-Identifier: Apache-2.0
#include "process_state.h"

#include <chrono>
#include <clocale>
#include <csignal>
#include <cstdint>
#include <filesystem>
#include <fstream>
#include <sys/stat.h>
#include <thread>
#include <unistd.h>

#include <fmt/format.h>

namespace sharkreg::conformance {
namespace {

namespace fs = std::filesystem;

std::size_t entries_of(const char* directory) {
  std::size_t count = 0;
  for ([[maybe_unused]] const auto& entry : fs::directory_iterator(directory)) ++count;
  return count;
}

std::string signal_handlers() {
  std::string text;
  for (int signal = 1; signal < NSIG; ++signal) {
    struct sigaction action {};
    if (::sigaction(signal, nullptr, &action) != 0) continue;
    const auto handler = reinterpret_cast<std::uintptr_t>(action.sa_handler);
    if (handler != 0) text += fmt::format("{}:{:#x} ", signal, handler);
  }
  return text.empty() ? "the default ones" : text;
}

std::string environment() {
  std::string text;
  for (char** variable = environ; *variable != nullptr; ++variable) {
    text += *variable;
    text += '\n';
  }
  return text;
}

// What a descriptor is open for; "closed" if it is not.
std::string stream(int descriptor) {
  std::error_code error;
  const fs::path target = fs::read_symlink(fmt::format("/proc/self/fd/{}", descriptor), error);
  return error ? "closed" : target.native();
}

// What was written to a file behind a standard stream so far.
std::string written(int descriptor) {
  struct stat status {};
  if (::fstat(descriptor, &status) != 0 || !S_ISREG(status.st_mode)) return "";
  return fmt::format("{} bytes long", status.st_size);
}

std::string mask() {
  const ::mode_t now = ::umask(0);
  ::umask(now);
  return fmt::format("{:03o}", now);
}

}  // namespace

std::size_t open_descriptors() {
  return entries_of("/proc/self/fd");
}

std::size_t threads() {
  return entries_of("/proc/self/task");
}

std::size_t resident_bytes() {
  std::size_t size = 0;
  std::size_t resident = 0;
  std::ifstream("/proc/self/statm") >> size >> resident;
  return resident * static_cast<std::size_t>(::sysconf(_SC_PAGESIZE));
}

ProcessState process_state() {
  std::fflush(nullptr);
  std::error_code error;
  ProcessState state;
  state["the working directory"] = fs::current_path(error).native();
  state["the locale"] = std::setlocale(LC_ALL, nullptr);
  state["the environment"] = environment();
  state["the set of signal handlers"] = signal_handlers();
  state["the file mode mask"] = mask();
  state["standard input"] = stream(0);
  state["standard output"] = stream(1);
  state["standard error"] = stream(2);
  state["what stands on standard output"] = written(1);
  state["the number of open descriptors"] = std::to_string(open_descriptors());
  state["the number of threads"] = std::to_string(threads());
  return state;
}

std::string changed_since(const ProcessState& before) {
  using Clock = std::chrono::steady_clock;
  const auto deadline = Clock::now() + std::chrono::seconds(1);
  while (std::to_string(threads()) != before.at("the number of threads") &&
         Clock::now() < deadline) {
    std::this_thread::sleep_for(std::chrono::milliseconds(20));
  }
  const ProcessState now = process_state();
  for (const auto& [name, value] : before) {
    if (now.at(name) == value) continue;
    if (name == "the environment") return "the environment was changed";
    return fmt::format("{} was {}, and is {}", name, value, now.at(name));
  }
  return {};
}

}  // namespace sharkreg::conformance
