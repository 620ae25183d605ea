// SPDX-License-Identifier: Apache-2.0
#include "iree_support.h"

#include <algorithm>
#include <fstream>
#include <stdlib.h>

#include <doctest/doctest.h>

namespace sharkreg::tests {

namespace fs = std::filesystem;

TemporaryDirectory::TemporaryDirectory() {
  std::string pattern = (fs::temp_directory_path() / "sharkreg-plugins-XXXXXX").string();
  if (::mkdtemp(pattern.data()) == nullptr) throw std::runtime_error("no temporary directory");
  path_ = fs::canonical(pattern);
}

TemporaryDirectory::~TemporaryDirectory() {
  std::error_code error;
  fs::remove_all(path_, error);
}

std::string TemporaryDirectory::write(const fs::path& name, std::string_view content) const {
  const fs::path file = path_ / name;
  fs::create_directories(file.parent_path());
  std::ofstream(file, std::ios::binary) << content;
  return file.string();
}

std::string TemporaryDirectory::write_program(const fs::path& name,
                                              std::string_view content) const {
  std::string file = write(name, content);
  fs::permissions(file, fs::perms::owner_all);
  return file;
}

const std::string_view help_of_today = R"(OVERVIEW: IREE compilation driver

USAGE: iree-compile [options] <input file or '-' for stdin>

OPTIONS:

Color Options:

  --color                                              - Use colors in output (default=autodetect)

General options:

  --verify                                             - Verifies the IR for correctness.
  IT block support
      --arm-default-it                                 - Generate any type of IT block
  -h                                                   - Alias for --help
  -o <filename>                                        - Output filename
  --iree-codegen-transform-dialect-library=<string>    - File path to a module. If not specified,
                                                         --not-a-flag would be used as a default.
  --iree-codegen-tuning-spec-path=<string>             - Path to a module containing a tuning spec
  --iree-execution-model=<value>                       - Specifies the execution model.
    =host-only                                         -   Host-local code only.
    =async-external                                    -   Full HAL with external synchronization.
  --iree-hal-target-backends=<string>                  - Target backends for compilation.
  --iree-llvmcpu-target-cpu=<string>                   - LLVM target machine CPU
  --iree-llvmgpu-prefetch-num-stages=<value>           - Number of pipelining stages
  --iree-opt-const-eval                                - Enables constant evaluation.
  --iree-opt-level[=<value>]                           - Global optimization level
  --iree-rocm-target=<string>                          - ROCM target, such as gfx942
  --iree-rocm-target-features=<string>                 - ROCM target features
  --iree-rocm-waves-per-eu=<int>                       - Occupancy hint
  --iree-scheduling-dump-statistics-file=<string>      - File path to write statistics to.
)";

const std::string_view help_of_2025 = R"(OPTIONS:
  -o <filename>                           - Output filename
  --iree-hal-target-backends=<string>     - Target backends for compilation.
  --iree-codegen-gpu-native-math-precision - Skip polynomial lowering
  --iree-hip-target=<string>              - HIP target
  --iree-hip-waves-per-eu=<int>           - Occupancy hint
  --iree-llvmgpu-enable-prefetch          - Enable prefetch in the vector distribute pipeline
)";

const std::string_view help_of_2024 = R"(OPTIONS:
  -o <filename>                           - Output filename
  --iree-hal-target-backends=<string>     - Target backends for compilation.
  --iree-rocm-target-chip=<string>        - ROCm target chip
  --iree-rocm-waves-per-eu=<int>          - Occupancy hint
)";

const std::string_view version_of_today = R"(IREE (https://iree.dev):
  IREE compiler version 3.13.0rc20261016 @ 89ece87b89852100c0a4ac3d515e14842d090967
  LLVM version 24.0.0git
  Optimized build
)";

std::vector<std::string> shown(const std::vector<Argument>& arguments) {
  std::vector<std::string> result;
  for (const auto& argument : arguments) {
    std::string& text = result.emplace_back();
    for (const auto& part : argument.parts) {
      switch (part.kind) {
        case ArgumentPart::Kind::text:
          text += part.value;
          break;
        case ArgumentPart::Kind::input:
          text += "{in:" + part.value + "}";
          break;
        case ArgumentPart::Kind::output:
          text += "{out:" + part.value + "}";
          break;
      }
    }
  }
  return result;
}

const Action& action_named(const std::vector<Action>& actions, const std::string& name) {
  const auto named = [&](const Action& action) { return action.name == name; };
  REQUIRE(std::ranges::count_if(actions, named) == 1);
  return *std::ranges::find_if(actions, named);
}

}  // namespace sharkreg::tests
