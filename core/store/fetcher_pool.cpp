// SPDX-License-Identifier: Apache-2.0
#include "store/fetcher_pool.h"

#include <algorithm>
#include <utility>

namespace sharkreg::core {
namespace {

// "https://models.example.com:8443"; of a path, nothing.
std::string host_of(std::string_view location) {
  const std::size_t authority = location.find("://");
  if (location.starts_with('/') || authority == std::string_view::npos) return {};
  return std::string(location.substr(0, location.find_first_of("/?#", authority + 3)));
}

}  // namespace

Result<FetcherPool::Loan> FetcherPool::lend(const std::string& location,
                                            const std::stop_token& stop) {
  const std::string name = host_of(location);
  std::unique_lock lock(mutex_);
  Host& host = hosts_[name];
  const auto room = [&] {
    return lent_ < std::max<std::size_t>(limits_.total, 1) &&
           host.lent < std::max<std::size_t>(limits_.for_one_host, 1);
  };
  ++host.waiting;
  const bool is_room = host.returned.wait(lock, stop, room);
  --host.waiting;
  if (!is_room) {
    return Error{ErrorKind::interrupted, "interrupted", {}};
  }
  if (host.idle.empty()) {
    auto made = make_(location);
    if (!made) return made.error();
    host.idle.push_back(std::move(*made));
  }
  Loan loan(*this, name, std::move(host.idle.back()));
  host.idle.pop_back();
  ++host.lent;
  ++lent_;
  return loan;
}

bool FetcherPool::waits_for(const std::string& host) {
  const std::scoped_lock lock(mutex_);
  return hosts_[host].waiting > 0;
}

void FetcherPool::take_back(const std::string& host, std::unique_ptr<ArtifactFetcher> fetcher) {
  const std::scoped_lock lock(mutex_);
  Host& its_host = hosts_[host];
  its_host.idle.push_back(std::move(fetcher));
  --its_host.lent;
  its_host.returned.notify_one();
  if (lent_-- < limits_.total) return;
  // Others may have waited for room of any host.
  for (auto& [name, other] : hosts_) other.returned.notify_one();
}

}  // namespace sharkreg::core
