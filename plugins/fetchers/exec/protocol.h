// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <chrono>
#include <string>
#include <string_view>

#include <sharkreg/fetcher.h>

namespace exec_fetcher {

// What is said between this plugin and a program; docs/fetching.md tells its authors.

// The scheme of a URL in lower case. Throws Failure(invalid) for what is no URL, and for control
// characters, which would be lines of their own.
std::string scheme_of(const std::string& url);

// A URL as people may see it: without user, query and fragment.
std::string shown(std::string_view url);

// What the program reads on its standard input.
std::string stat_request(const std::string& url);
std::string read_request(const std::string& url, const sharkreg::ArtifactPart& part);

// What a program prints for stat. Throws Failure(invalid) with the line that does not fit.
sharkreg::ArtifactInformation parse_information(const std::string& program, std::string_view text);

// What a program writes on its standard error, of any length: what counts of it is kept, without
// the secrets of URLs.
class Remarks {
 public:
  explicit Remarks(std::string url) : url_(std::move(url)) {}

  void take(std::string_view bytes);
  // The last line is over.
  void end();

  const std::string& reason() const { return reason_; }  // its last line, for people
  const std::string& hint() const { return hint_; }
  std::chrono::seconds retry_after() const { return retry_after_; }

 private:
  std::string url_;   // the one that is asked for
  std::string line_;  // as far as it is there
  std::string reason_;
  std::string hint_;
  std::chrono::seconds retry_after_{0};
};

}  // namespace exec_fetcher
