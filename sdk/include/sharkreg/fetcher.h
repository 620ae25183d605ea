// SPDX-License-Identifier: Apache-2.0
#ifndef SHARKREG_FETCHER_H
#define SHARKREG_FETCHER_H

#include <sharkreg/codec.h>
#include <sharkreg/failure.h>
#include <sharkreg/fetcher_abi.h>
#include <sharkreg/get_abi.h>

#include <cstddef>
#include <cstdint>
#include <functional>
#include <limits>
#include <optional>
#include <string>
#include <vector>

namespace sharkreg {

struct FetcherDescription {
  static constexpr std::string_view schema = SR_FETCHER_DESCRIPTION_SCHEMA;
  std::vector<std::string> schemes;  // lower case, without "://", such as "https"; "file"
  // For http and https URLs of these hosts it goes before other fetchers: "*.example.com".
  std::vector<std::string> hosts = {};
};

// What is known of an artifact without reading it.
struct ArtifactInformation {
  static constexpr std::string_view schema = SR_ARTIFACT_INFORMATION_SCHEMA;
  std::optional<std::int64_t> size;  // bytes
  std::string validator;             // changes whenever the content does (an ETag); empty: none
  std::map<std::string, std::string> digests;  // algorithm ("sha256", "md5") to lower-case hex
  bool ranges = false;                         // read() may start at any offset
  // Absolute path of a file on this machine that is the artifact itself. The host then links to it
  // in place of reading it.
  std::optional<std::string> local_path;
};

// What of an artifact is to be read.
struct ArtifactPart {
  static constexpr std::uint64_t to_end = std::numeric_limits<std::uint64_t>::max();

  std::uint64_t offset = 0;       // of its first byte
  std::uint64_t length = to_end;  // bytes
  std::string validator;          // of the content that is meant; empty: any
};

// Reads artifacts by URL. The host retries, resumes, verifies and stores.
//
// Ownership: the host owns the instance. Threads: one call at a time on one instance, unless the
// plugin says that it is thread-safe.
class ArtifactFetcher {
 public:
  using Receive = std::function<bool(const void* bytes, std::size_t size)>;
  using Begin = std::function<bool(const ArtifactInformation& information)>;

  virtual ~ArtifactFetcher() = default;

  virtual FetcherDescription describe() const = 0;

  // Absent: there is no such artifact. Throws Failure when that cannot be learned.
  virtual std::optional<ArtifactInformation> stat(const std::string& url) = 0;

  // Passes this part to `receive`, in order. Stops when receive returns false, with
  // Failure(cancelled); while nothing comes, asks it about once a second with no bytes. Throws
  // Failure(changed), without having passed a byte of it, when the content has another validator.
  virtual void read(const std::string& url, const ArtifactPart& part, const Receive& receive) = 0;

  // stat() and the beginning of read() in one request of the service, for those that can: calls
  // `begin` once with what stat() would say, before the first byte; then passes the first `length`
  // bytes, or all there are if the information does not say `ranges`. When begin returns false it
  // stops, with Failure(cancelled). False: there is no such artifact. Throws Failure(unsupported),
  // before it calls begin, where it cannot; else as stat() and read().
  virtual bool get(const std::string& url, std::uint64_t length, const Begin& begin,
                   const Receive& receive) {
    static_cast<void>(url), static_cast<void>(length);
    static_cast<void>(begin), static_cast<void>(receive);
    throw Failure(Failure::Kind::unsupported, "this fetcher has no get");
  }
};

template <class Visitor>
void fields(Visitor& visit, FetcherDescription& value) {
  visit("schemes", value.schemes);
  visit("hosts", value.hosts);
}

template <class Visitor>
void fields(Visitor& visit, ArtifactInformation& value) {
  visit("size", value.size);
  visit("validator", value.validator);
  visit("digests", value.digests);
  visit("ranges", value.ranges);
  visit("local_path", value.local_path);
}

}  // namespace sharkreg

#endif  // SHARKREG_FETCHER_H
