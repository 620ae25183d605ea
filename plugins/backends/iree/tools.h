// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <filesystem>
#include <string>
#include <vector>

namespace sharkreg::iree {

// One of IREE's programs on this machine.
struct LocatedTool {
  std::string name;     // "iree-compile"
  std::string path;     // absolute; empty if it is nowhere
  std::string missing;  // if it is nowhere: where it was looked for, and what to do

  bool found() const { return !path.empty(); }
  // What an action names as its program.
  const std::string& program() const { return found() ? path : name; }
};

// Looks for programs in directories, the first hit wins. Reads the file system at every call.
class Tools {
 public:
  explicit Tools(std::vector<std::string> directories) : directories_(std::move(directories)) {}

  // A Python wrapper of IREE's wheels is looked through to the native program that it would start;
  // whatever else bears the name (a source build's program, a user's script) is taken as it is.
  LocatedTool locate(const std::string& name) const;

 private:
  std::vector<std::string> directories_;
};

// A program and those that it starts in turn, if it is a script that does so by their absolute paths.
// Reads each of them once, in the constructor.
class ProgramChain {
 public:
  explicit ProgramChain(const std::string& path);

  // The files whose content decides what the program says about itself: all of the chain, and the
  // library of the compiler where there is one.
  std::vector<std::string> program_files() const;

  // The files whose content decides what it makes as a compiler: those, its linker, and the device
  // libraries of one target backend ("rocm").
  std::vector<std::string> compiler_files(const std::string& target_backend) const;

  // Whether it is a program by itself, and no script, which may need anything of the user's
  // environment.
  bool is_native() const { return is_native_; }

  // Whether the linker of the compiler lies beside it, where it is looked for first.
  bool has_own_linker() const;

  // Whether one of them is a script, a wheel's wrapper or another, of which it cannot be told what it
  // starts with its own arguments, so that nobody knows which files decide.
  bool hides_something() const { return hides_something_; }

 private:
  struct Program {
    std::string path;
    std::filesystem::path home;  // the directory in which it really lies
  };
  std::vector<Program> programs_;
  bool is_native_ = false;
  bool hides_something_ = false;
};

// What the wheel says about the version of the program at `path`; empty if it is not in a wheel.
std::string wheel_version(const std::string& path);

}  // namespace sharkreg::iree
