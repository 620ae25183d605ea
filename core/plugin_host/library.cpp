// SPDX-License-Identifier: Apache-2.0
#include "plugin_host/library.h"

// Errors and paths of the standard library, so that no other file-system library is loaded.
#define BOOST_DLL_USE_STD_FS

#include <dlfcn.h>
#include <string_view>
#include <system_error>
#include <utility>

#include <boost/dll/shared_library.hpp>
#include <boost/dll/shared_library_load_mode.hpp>
#include <fmt/format.h>

#include <sharkreg/codec.h>

#include "base/digest.h"
#include "base/text.h"
#include "plugin_host/descriptor_check.h"
#include "plugin_host/library_file.h"

namespace sharkreg::core {
namespace {

namespace dll = boost::dll;

// On POSIX, Boost.DLL hands the bits of its mode to dlopen as they are; it has no name of its own
// for RTLD_NODELETE (boostorg/dll issue 74). Without that, threads and exit handlers that a plugin
// left behind would run into code that is gone.
const auto load_mode = static_cast<dll::load_mode::type>(
    dll::load_mode::rtld_now | dll::load_mode::rtld_local | RTLD_NODELETE);

// The loader's own sentence out of what Boost.DLL makes of it.
std::string loader_text(std::string_view what) {
  constexpr std::string_view before = "(dlerror system message: ";
  const std::size_t begin = what.find(before);
  if (begin == std::string_view::npos) return std::string(what);
  what.remove_prefix(begin + before.size());
  return std::string(what.substr(0, what.rfind("):")));
}

Error cannot_load(const std::string& file, std::string_view what) {
  const std::string said = loader_text(what);
  const bool symbol = said.find("undefined symbol") != std::string::npos;
  const bool library = said.find("cannot open shared object file") != std::string::npos;
  return Error{ErrorKind::infrastructure,
               fmt::format("{} cannot be loaded: {}", file, printable(said)),
               symbol ? "link the plugin with all that it needs (-Wl,-z,defs shows what is missing)"
               : library ? "install the library that it needs, or link that statically"
                         : "see what the plugin needs with ldd"};
}

Result<void> check_digest(const std::filesystem::path& file, const std::string& trusted) {
  if (trusted.empty()) return {};
  const auto digest = sha256_of_file(file);
  if (!digest) return digest.error();
  if (*digest == trusted) return {};
  return Error{ErrorKind::infrastructure,
               fmt::format("{} is no longer the file that was trusted: its SHA-256 is {}, trusted "
                           "is {}",
                           file.native(), *digest, trusted),
               "find out who changed it; `sharkreg plugins --digests` prints lines for the list"};
}

}  // namespace

struct PluginLibrary::State {
  std::filesystem::path path;
  dll::shared_library library;
  const sr_plugin* descriptor = nullptr;
};

PluginLibrary::PluginLibrary(std::unique_ptr<State> state) : state_(std::move(state)) {}
PluginLibrary::~PluginLibrary() = default;

Result<std::shared_ptr<const PluginLibrary>> PluginLibrary::load(
    const std::filesystem::path& path, const std::string& trusted_sha256) {
  auto state = std::make_unique<State>();
  state->path = std::filesystem::absolute(path).lexically_normal();
  const std::string& file = state->path.native();
  if (auto checked = check_is_shared_library(state->path); !checked) return checked.error();
  if (auto checked = check_nobody_else_can_write(state->path); !checked) return checked.error();
  if (auto checked = check_digest(state->path, trusted_sha256); !checked) return checked.error();
  try {
    state->library.load(state->path, load_mode);
  } catch (const std::system_error& trouble) {
    return cannot_load(file, trouble.what());
  }
  if (!state->library.has(SR_PLUGIN_SYMBOL)) {
    return Error{ErrorKind::infrastructure,
                 fmt::format("{} is a shared library, but no plugin: it exports no function {}",
                             file, SR_PLUGIN_SYMBOL),
                 "build the plugin with sharkreg's SDK, which exports it"};
  }
  const auto entry =
      &state->library.get<std::remove_pointer_t<sr_plugin_function>>(SR_PLUGIN_SYMBOL);
  state->descriptor = entry();
  if (auto checked = check_descriptor(state->descriptor, file); !checked) return checked.error();
  return std::shared_ptr<const PluginLibrary>(new PluginLibrary(std::move(state)));
}

const std::filesystem::path& PluginLibrary::path() const {
  return state_->path;
}
const sr_plugin& PluginLibrary::descriptor() const {
  return *state_->descriptor;
}

const sr_interface* PluginLibrary::find(std::string_view id, std::string_view name) const {
  for (std::size_t index = 0; index < state_->descriptor->interface_count; ++index) {
    const sr_interface* interface = state_->descriptor->interfaces[index];
    if (from_abi(interface->id) == id && from_abi(interface->name) == name) return interface;
  }
  return nullptr;
}

}  // namespace sharkreg::core
