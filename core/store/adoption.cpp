// SPDX-License-Identifier: Apache-2.0
#include "store/adoption.h"

#include <cctype>
#include <fstream>
#include <string>
#include <system_error>
#include <vector>

#include "store/index.h"
#include "store/placing.h"
#include "store/transfer.h"

namespace sharkreg::core {
namespace {

namespace fs = std::filesystem;

constexpr std::size_t md5_digits = 32;
constexpr std::size_t sha256_digits = 64;
constexpr std::size_t block_size = std::size_t{1} << 20;

// The first word of so many hexadecimal digits, in lower case; "" if there is none.
std::string digits_in(const std::string& text, std::size_t count) {
  std::string word;
  for (std::size_t at = 0; at <= text.size(); ++at) {
    const auto c = static_cast<unsigned char>(at < text.size() ? text[at] : ' ');
    if (std::isalnum(c) != 0) {
      word += static_cast<char>(std::tolower(c));
      continue;
    }
    if (word.size() == count && word.find_first_not_of("0123456789abcdef") == std::string::npos) {
      return word;
    }
    word.clear();
  }
  return {};
}

std::optional<Pin> digests_of(const fs::path& file, bool with_md5) {
  ContentDigests digests(with_md5);
  std::vector<char> block(block_size);
  std::ifstream stream(file, std::ios::binary);
  while (stream.read(block.data(), static_cast<std::streamsize>(block.size())) ||
         stream.gcount() > 0) {
    digests.add({block.data(), static_cast<std::size_t>(stream.gcount())});
  }
  if (!stream.eof()) return std::nullopt;
  return digests.finish();
}

bool is_meant(const Pin& found, const Pin& told) {
  return told.sha256.empty() ? found.md5 == told.md5 : found.sha256 == told.sha256;
}

}  // namespace

bool is_plain_file(const fs::path& path) {
  std::error_code error;
  return fs::symlink_status(path, error).type() == fs::file_type::regular;
}

Pin digests_told_by(const ArtifactInformation& information) {
  const auto says = [&](const char* algorithm, std::size_t digits) {
    const auto said = information.digests.find(algorithm);
    if (said != information.digests.end()) return said->second;
    return digits_in(information.validator, digits);
  };
  return {says("sha256", sha256_digits), says("md5", md5_digits)};
}

std::optional<Downloaded> adopt(const fs::path& file, const ArtifactInformation& information,
                                const Pin& told, const fs::path& part) {
  const auto identity = identity_of(file);
  if (told.is_empty() || !identity) return std::nullopt;
  if (information.size && *information.size != identity->size) return std::nullopt;
  std::error_code ignored;
  fs::remove(part, ignored);
  if (copy_durably(file, part)) {
    // Of the copy: the file may be written to meanwhile.
    const auto digests = digests_of(part, !told.md5.empty());
    if (digests && is_meant(*digests, told)) {
      return Downloaded{*digests, information, static_cast<std::uint64_t>(identity->size)};
    }
  }
  fs::remove(part, ignored);
  return std::nullopt;
}

}  // namespace sharkreg::core
