// SPDX-License-Identifier: Apache-2.0
#include "scripted_cache.h"

#include "action_result.pb.h"
#include "base/digest.h"

namespace sharkreg::test {
namespace {

// "cas/…" of "/team/cas/…"; empty for what names nothing.
std::string plain_path(const std::string& path) {
  constexpr std::size_t digits = 64;
  if (path.size() < digits) return {};
  const std::string name = path.substr(path.size() - digits);
  if (name.find_first_not_of("0123456789abcdef") != std::string::npos) return {};
  for (const std::string kind : {"ac/", "cas/"}) {
    if (path.substr(0, path.size() - digits).ends_with("/" + kind)) return kind + name;
  }
  return {};
}

HttpResponse refusal(int status, const std::string& why) {
  HttpResponse response = HttpResponse::of(why + "\n", {"Content-Type: text/plain"});
  response.status = status;
  return response;
}

}  // namespace

std::optional<std::string> ScriptedCache::content(const std::string& path) const {
  const std::scoped_lock lock(mutex_);
  const auto found = contents_.find(path);
  return found == contents_.end() ? std::nullopt : std::optional(found->second);
}

void ScriptedCache::remove(const std::string& path) {
  const std::scoped_lock lock(mutex_);
  contents_.erase(path);
}

bool ScriptedCache::has_file(const std::string& sha256) const {
  return sha256 == core::sha256_of("") || contents_.contains("cas/" + sha256);
}

bool ScriptedCache::is_whole(const std::string& entry) const {
  remote::ActionResult result;
  if (!result.ParseFromString(entry)) return false;
  for (const auto& file : result.output_files()) {
    if (!has_file(file.digest().hash())) return false;
  }
  return !result.has_stderr_digest() || has_file(result.stderr_digest().hash());
}

HttpResponse ScriptedCache::give(const std::string& path) const {
  if (path == "cas/" + core::sha256_of("")) return HttpResponse::of("");
  const auto found = contents_.find(path);
  if (found == contents_.end()) return refusal(404, "Not found");
  if (path.starts_with("ac/") && !is_whole(found->second)) return refusal(404, "Not found");
  return HttpResponse::of(found->second, {"Content-Type: application/octet-stream"});
}

HttpResponse ScriptedCache::take(const std::string& path, const HttpRequest& request) {
  if (request.header("content-length").empty()) {
    return refusal(400, "PUT without Content-Length");
  }
  std::string content = request.body;
  if (path.starts_with("ac/")) {
    remote::ActionResult result;
    if (!result.ParseFromString(content)) return refusal(400, "this is no ActionResult");
    auto& metadata = *result.mutable_execution_metadata();
    if (metadata.worker().empty()) metadata.set_worker("127.0.0.1");
    content = result.SerializeAsString();
  } else if (path != "cas/" + core::sha256_of(content)) {
    return refusal(400, "the content has another SHA-256");
  }
  if (content.size() > limits_.largest) return refusal(400, "too large");
  std::size_t used = content.size();
  for (const auto& [_, other] : contents_) used += other.size();
  if (used > limits_.room) return refusal(507, "there is no room");
  contents_[path] = std::move(content);
  return HttpResponse::of("");
}

HttpResponse ScriptedCache::answer(const HttpRequest& request) {
  const std::string path = plain_path(request.path);
  if (path.empty()) return refusal(400, "a name has 64 hexadecimal digits behind ac/ or cas/");
  const std::scoped_lock lock(mutex_);
  if (request.method == "GET" || request.method == "HEAD") return give(path);
  if (request.method == "PUT") return take(path, request);
  return refusal(405, "there is no such method");
}

}  // namespace sharkreg::test
