// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <elf.h>
#include <string>

#include "sharkreg_run.h"

namespace sharkreg::e2e {

// A plugin of fixtures/, by its name there.
inline std::string bad_plugin(const std::string& name) {
  return std::string(SHARKREG_BAD_PLUGINS) + "/lib" + name + ".so";
}

// One of tests/unit/plugin_host/fixtures/.
inline std::string fixture(const std::string& name) {
  return std::string(SHARKREG_FIXTURES) + "/" + name + "/lib" + name + ".so";
}

// The content of a library, which then says that it is for a machine of another kind.
inline std::string for_another_machine(std::string library) {
  library.at(offsetof(Elf64_Ehdr, e_machine)) = static_cast<char>(EM_S390);
  return library;
}

// sharkreg-conformance with these arguments.
inline Ended run_checker(const Sandbox& box, const Arguments& arguments) {
  return box.run_program(SHARKREG_CONFORMANCE, arguments);
}

}  // namespace sharkreg::e2e
