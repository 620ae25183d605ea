// SPDX-License-Identifier: Apache-2.0
#include "store/action_result.h"

#include <algorithm>
#include <set>

#include <fmt/format.h>

#include "action_result.pb.h"
#include "base/digest.h"
#include "base/text.h"

namespace sharkreg::core {
namespace {

constexpr std::size_t most_outputs = 1000;
constexpr std::size_t most_name_bytes = 255;

Error wrong(std::string message) {
  return {ErrorKind::invalid, std::move(message), {}};
}

// As a part of a message: what a server sends may be long, and no text.
std::string shown(std::string_view name) {
  constexpr std::size_t most = 60;
  return "\"" + printable(name.substr(0, most)) + (name.size() > most ? "…\"" : "\"");
}

bool is_plain_name(std::string_view name) {
  const auto is_odd = [](char c) { return c == '/' || (c >= 0 && c < ' ') || c == '\x7f'; };
  return !name.empty() && name != "." && name != ".." && name.size() <= most_name_bytes &&
         std::ranges::none_of(name, is_odd) && is_valid_utf8(name);
}

Result<void> check(const RemoteEntry& entry, std::uint64_t largest) {
  if (entry.outputs.size() > most_outputs) {
    return wrong(fmt::format("it has {} files, more than {}", entry.outputs.size(), most_outputs));
  }
  std::set<std::string_view> names;
  for (const RemoteOutput& output : entry.outputs) {
    if (const auto fine = check(output, largest); !fine) return fine.error();
    if (!names.insert(output.name).second) {
      return wrong("it has two files of the name " + shown(output.name));
    }
  }
  return {};
}

RemoteOutput output_of(const remote::Digest& digest) {
  RemoteOutput output;
  output.sha256 = digest.hash();
  // A negative size becomes one that is larger than any limit.
  output.size = static_cast<std::uint64_t>(digest.size_bytes());
  return output;
}

void set(remote::Digest& digest, std::string_view sha256, std::uint64_t size) {
  digest.set_hash(sha256.data(), sha256.size());
  digest.set_size_bytes(static_cast<std::int64_t>(size));
}

Result<SentEntry> entry_of(remote::ActionResult& result, std::uint64_t largest) {
  // Written last, so a part that was cut off behind a field is known by it.
  if (result.execution_metadata().worker().empty()) return wrong("it is not whole");
  if (result.exit_code() != 0) {
    return wrong(
        fmt::format("it is of an action that failed, with exit status {}", result.exit_code()));
  }
  SentEntry sent;
  for (remote::OutputFile& file : *result.mutable_output_files()) {
    RemoteOutput output = output_of(file.digest());
    output.name = std::move(*file.mutable_path());
    output.is_executable = file.is_executable();
    sent.entry.outputs.push_back(std::move(output));
  }
  if (const auto fine = check(sent.entry, largest); !fine) return fine.error();
  sent.entry.standard_error = std::move(*result.mutable_stderr_raw());
  if (result.has_stderr_digest()) {
    RemoteOutput output = output_of(result.stderr_digest());
    output.name = "standard error";
    if (const auto fine = check(output, most_error_bytes); !fine) return fine.error();
    // A server may give both.
    if (sent.entry.standard_error.empty()) sent.standard_error_file = std::move(output);
  }
  return sent;
}

}  // namespace

bool is_sha256(std::string_view text) {
  return text.size() == 64 && text.find_first_not_of("0123456789abcdef") == std::string_view::npos;
}

Result<void> check(const RemoteOutput& output, std::uint64_t largest) {
  if (!is_plain_name(output.name)) return wrong(shown(output.name) + " is no plain file name");
  if (!is_sha256(output.sha256)) {
    return wrong(shown(output.name) + " has " + shown(output.sha256) + " for a SHA-256");
  }
  if (output.size > largest) {
    return wrong(fmt::format("{} has an impossible size, or more than {} bytes", shown(output.name),
                             largest));
  }
  return {};
}

Result<std::string> action_result_of(const RemoteEntry& entry, std::uint64_t largest) {
  if (const auto fine = check(entry, largest); !fine) return fine.error();
  if (entry.standard_error.size() > most_error_bytes) {
    return wrong(fmt::format("its standard error has {} bytes, more than {}",
                             entry.standard_error.size(), most_error_bytes));
  }
  remote::ActionResult result;
  for (const RemoteOutput& output : entry.outputs) {
    remote::OutputFile& file = *result.add_output_files();
    file.set_path(output.name);
    set(*file.mutable_digest(), output.sha256, output.size);
    file.set_is_executable(output.is_executable);
  }
  if (entry.standard_error.size() <= most_inline_error) {
    result.set_stderr_raw(entry.standard_error);
  } else {
    set(*result.mutable_stderr_digest(), sha256_of(entry.standard_error),
        entry.standard_error.size());
  }
  result.mutable_execution_metadata()->set_worker("sharkreg");
  return result.SerializeAsString();
}

Result<SentEntry> parse_action_result(std::string_view bytes, std::uint64_t largest) {
  remote::ActionResult result;
  if (bytes.size() > most_entry_bytes ||
      !result.ParseFromArray(bytes.data(), static_cast<int>(bytes.size()))) {
    return Error{ErrorKind::infrastructure, "it is no ActionResult", {}};
  }
  auto sent = entry_of(result, largest);
  if (!sent) return Error{ErrorKind::infrastructure, sent.error().message, {}};
  return sent;
}

}  // namespace sharkreg::core
