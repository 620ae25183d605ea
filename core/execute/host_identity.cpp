// SPDX-License-Identifier: Apache-2.0
#include "execute/host_identity.h"

#include <algorithm>
#include <array>
#include <link.h>
#include <map>
#include <sys/utsname.h>

#include <fmt/format.h>

#include "base/digest.h"
#include "base/text.h"

namespace sharkreg::core {
namespace {

// What kernels call what tells one processor from another.
constexpr std::array<std::string_view, 11> deciding{
    "vendor_id",        "cpu family",  "model",    "stepping", "flags", "CPU implementer",
    "CPU architecture", "CPU variant", "CPU part", "Features", "isa"};

// There is no way to read it piece after piece that is shorter: its size is not known before.
std::string cpuinfo() {
  std::string text;
  if (std::FILE* file = std::fopen("/proc/cpuinfo", "re")) {
    std::array<char, 16384> buffer;
    while (const std::size_t count = std::fread(buffer.data(), 1, buffer.size(), file)) {
      text.append(buffer.data(), count);
      if (text.find("\n\n") != std::string::npos) break;  // the first processor is enough
    }
    std::fclose(file);
  }
  return text;
}

}  // namespace

std::string host_identity_of(std::string_view architecture, std::string_view cpuinfo) {
  std::map<std::string, std::string> facts;
  std::string name;
  for (const std::string& line : split(cpuinfo, '\n')) {
    if (trim(line).empty()) break;
    const std::size_t colon = line.find(':');
    if (colon == std::string::npos) continue;
    const std::string fact(trim(std::string_view(line).substr(0, colon)));
    const std::string value(trim(std::string_view(line).substr(colon + 1)));
    if (fact == "model name") name = value;
    if (std::ranges::find(deciding, fact) != deciding.end()) facts[fact] = value;
  }
  std::string all;
  for (const auto& [fact, value] : facts) all += fact + ":" + value + "\n";
  std::string identity(architecture);
  if (!name.empty()) identity += ", " + name;
  return identity + ", features " + sha256_of(all).substr(0, 16);
}

std::string host_identity() {
  utsname system{};
  ::uname(&system);
  return host_identity_of(system.machine, cpuinfo());
}

std::string kernel_identity() {
  utsname system{};
  ::uname(&system);
  return fmt::format("{} {}", system.release, system.version);
}

std::vector<std::filesystem::path> c_library_files() {
  std::vector<std::filesystem::path> files;
  ::dl_iterate_phdr(
      [](dl_phdr_info* library, std::size_t, void* result) {
        const std::filesystem::path path = library->dlpi_name;
        const std::string name = path.filename();
        if (name.starts_with("libc.so") || name.starts_with("libm.so")) {
          static_cast<std::vector<std::filesystem::path>*>(result)->push_back(path);
        }
        return 0;
      },
      &files);
  std::ranges::sort(files);
  return files;
}

}  // namespace sharkreg::core
