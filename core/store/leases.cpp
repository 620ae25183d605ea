// SPDX-License-Identifier: Apache-2.0
#include "store/leases.h"

#include <chrono>
#include <random>
#include <system_error>
#include <unistd.h>
#include <utility>

#include <fmt/format.h>

namespace sharkreg::core {
namespace {

std::string new_process_name() {
  std::random_device random;
  return fmt::format("{}-{:08x}{:08x}", ::getpid(), random(), random());
}

std::string name_of(const std::string& sha256, const std::filesystem::path& link) {
  return sha256 + link.native();
}

}  // namespace

Result<std::string> Leases::process() {
  const std::scoped_lock lock(mutex_);
  if (lock_) return process_;
  process_ = new_process_name();
  auto taken = FileLock::try_to_take(layout_.processes() / process_);
  if (!taken) return taken.error();
  if (!*taken) return Error{ErrorKind::infrastructure, "cannot lock " + process_, {}};
  lock_.emplace(std::move(**taken));
  return process_;
}

Result<void> Leases::take(StoreIndex& index, const std::vector<Lease>& leases) {
  const auto name = process();
  if (!name) return name.error();
  const std::scoped_lock lock(mutex_);
  std::vector<Lease> fresh;
  for (const Lease& lease : leases) {
    if (!leased_.contains(name_of(lease.sha256, lease.link))) fresh.push_back(lease);
  }
  if (fresh.empty()) return {};
  const auto now = std::chrono::time_point_cast<std::chrono::seconds>(clock_.now());
  if (auto leased = index.lease(*name, fresh, now); !leased) return leased;
  for (const Lease& lease : fresh) leased_.insert(name_of(lease.sha256, lease.link));
  return {};
}

void Leases::note(const std::string& sha256, const std::filesystem::path& link) {
  const std::scoped_lock lock(mutex_);
  leased_.insert(name_of(sha256, link));
}

void Leases::end(StoreIndex& index) {
  if (!lock_) return;
  (void)index.end_leases(process_);
  std::error_code ignored;
  std::filesystem::remove(layout_.processes() / process_, ignored);
}

}  // namespace sharkreg::core
