// SPDX-License-Identifier: Apache-2.0
#include "exec_fetcher.h"

#include <algorithm>
#include <cstdlib>
#include <cstring>

#include <sharkreg/failure.h>

#include "program_search.h"
#include "protocol.h"

namespace exec_fetcher {
namespace {

using sharkreg::ArtifactPart;
using sharkreg::Failure;

constexpr std::size_t most_stat_bytes = std::size_t{64} << 10;

// How a program says what came of it.
enum Status { done = 0, of_no_use = 2, is_absent = 3, is_changed = 4 };  // others: it may pass

std::string reason_of(const Ending& ending, const std::string& said) {
  if (!said.empty()) return said;
  if (ending.signal != 0) {
    return std::string("it was ended by a signal: ") + ::strsignal(ending.signal);
  }
  return "it ended with status " + std::to_string(ending.status) + ", and no word";
}

std::chrono::seconds stall_of(const sharkreg::Host& host) {
  const std::string text = host.environment("SHARKREG_EXEC_STALL_SECONDS").value_or("");
  const int seconds = std::atoi(text.c_str());
  return std::chrono::seconds(seconds > 0 ? seconds : 60);
}

}  // namespace

sharkreg::FetcherDescription ExecFetcher::describe() const {
  return {{"*"}};
}

std::string ExecFetcher::program_for(const std::string& url) const {
  const std::string scheme = scheme_of(url);
  if (const auto program = find_program(host_, scheme)) return *program;
  throw Failure(Failure::Kind::invalid,
                "no fetcher for " + scheme + ":// was found: neither a plugin nor a program " +
                    "sharkreg-fetch-" + scheme + " on SHARKREG_FETCH_PATH or PATH",
                "a plugin that reads it can be named by --fetcher-plugin; `sharkreg plugins` lists "
                "what there is; docs/fetching.md tells how such a program is written");
}

bool ExecFetcher::ask(const Question& question, const ChildProcess::OnOutput& on_output) const {
  Remarks remarks(question.url);
  const std::string where = shown(question.url) + ": " + question.program;
  Ending ending;
  try {
    ChildProcess child(question.program, question.argument, question.input);
    ending = child.run(
        on_output, [&](std::string_view bytes) { remarks.take(bytes); }, stall_of(host_));
  } catch (const Failure& failure) {
    throw Failure(failure.kind(), where + ": " + failure.what(), failure.hint());
  }
  remarks.end();
  if (ending.status == Status::done) return true;
  if (ending.status == Status::is_absent) return false;
  const bool was_changed = ending.status == Status::is_changed && question.argument == "read";
  const auto kind = ending.status == Status::of_no_use ? Failure::Kind::invalid
                    : was_changed                      ? Failure::Kind::changed
                                                       : Failure::Kind::failed;
  Failure failure(kind, where + ": " + reason_of(ending, remarks.reason()), remarks.hint());
  failure.set_retry_after(remarks.retry_after());
  throw failure;
}

std::optional<sharkreg::ArtifactInformation> ExecFetcher::stat(const std::string& url) {
  const std::string program = program_for(url);
  std::string said;
  const auto take = [&](const char* bytes, std::size_t size) {
    said.append(bytes, size);
    if (said.size() > most_stat_bytes) {
      throw Failure(Failure::Kind::invalid, "it says more than 64 KiB where it was asked to stat");
    }
    return true;
  };
  if (!ask({url, program, "stat", stat_request(url)}, take)) return std::nullopt;
  return parse_information(program, said);
}

void ExecFetcher::read(const std::string& url, const ArtifactPart& part, const Receive& receive) {
  if (part.length == 0) return;
  const std::string program = program_for(url);
  if (part.validator.find_first_of(std::string("\n\r\0", 3)) != std::string::npos) {
    throw Failure(Failure::Kind::changed, shown(url) + ": no program gives such a validator");
  }
  std::uint64_t left = part.length;
  const auto take = [&](const char* bytes, std::size_t size) {
    if (size > left) {
      throw Failure(Failure::Kind::invalid, "it gives more bytes than were asked for",
                    "ask its author to look at \"length\"");
    }
    if (!receive(bytes, size)) return false;
    if (left != ArtifactPart::to_end) left -= size;
    return true;
  };
  if (!ask({url, program, "read", read_request(url, part)}, take)) {
    throw Failure(Failure::Kind::changed, shown(url) + " is no longer there");
  }
  if (left > 0 && left != ArtifactPart::to_end) {
    throw Failure(Failure::Kind::failed, shown(url) + ": " + program + " ended " +
                                             std::to_string(left) + " bytes too early");
  }
}

}  // namespace exec_fetcher
