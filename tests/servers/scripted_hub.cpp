// SPDX-License-Identifier: Apache-2.0
#include "scripted_hub.h"

#include <set>
#include <utility>

#include "base/digest.h"

namespace sharkreg::test {
namespace {

HttpResponse refusal(int status, const std::string& code, const std::string& message) {
  std::vector<std::string> headers{"X-Error-Message: " + message};
  if (!code.empty()) headers.push_back("X-Error-Code: " + code);
  HttpResponse response = HttpResponse::of("", std::move(headers));
  response.status = status;
  return response;
}

}  // namespace

ScriptedHub::ScriptedHub() = default;

void ScriptedHub::put(const std::string& repository, const std::string& path, std::string content,
                      bool is_large) {
  const std::scoped_lock lock(mutex_);
  repositories_[repository].files[path] = {std::move(content), is_large};
}

void ScriptedHub::set_access(const std::string& repository, Access access) {
  const std::scoped_lock lock(mutex_);
  repositories_[repository].access = access;
}

void ScriptedHub::move(const std::string& from, const std::string& to) {
  const std::scoped_lock lock(mutex_);
  repositories_[to] = std::exchange(repositories_[from], {});
  repositories_[from].moved_to = to;
}

void ScriptedHub::make_tags_weak() {
  const std::scoped_lock lock(mutex_);
  tags_are_weak_ = true;
}

void ScriptedHub::expire_next_links(int count) {
  const std::scoped_lock lock(mutex_);
  links_to_expire_ = count;
}

HttpResponse ScriptedHub::answer(const HttpRequest& request) {
  const std::scoped_lock lock(mutex_);
  const std::string path = request.path.substr(0, request.path.find('?'));
  const std::size_t middle = path.find("/resolve/");
  if (middle == std::string::npos) return refusal(404, "", "Sorry, we can't find the page");
  const std::string name = path.substr(1, middle - 1);
  const std::string rest = path.substr(middle + 9);
  const std::string revision = rest.substr(0, rest.find('/'));
  const std::string file = rest.substr(std::min(revision.size() + 1, rest.size()));

  const std::string authorization = request.header("authorization");
  const bool is_reader = authorization == std::string("Bearer ") + reader;
  const bool is_known = is_reader || authorization == std::string("Bearer ") + stranger;
  if (!authorization.empty() && !is_known) {
    return refusal(401, "", "Invalid credentials in Authorization header");
  }
  const auto found = repositories_.find(name);
  if (found == repositories_.end() || (found->second.access == Access::hidden && !is_reader)) {
    return refusal(is_known ? 404 : 401, "RepoNotFound",
                   is_known ? "Repository not found" : "Invalid username or password.");
  }
  const Repository& repository = found->second;
  if (!repository.moved_to.empty()) {
    HttpResponse response =
        HttpResponse::of("", {"Location: /" + repository.moved_to + path.substr(middle)});
    response.status = 307;
    return response;
  }
  if (repository.access == Access::gated && !is_reader) {
    return refusal(is_known ? 403 : 401, "GatedRepo", "Access to model " + name + " is restricted");
  }
  if (!std::set<std::string>{"main", commit, "refs%2Fpr%2F1"}.contains(revision)) {
    return refusal(404, "RevisionNotFound", "Invalid rev id: " + revision);
  }
  const auto entry = repository.files.find(file);
  if (entry == repository.files.end()) return refusal(404, "EntryNotFound", "Entry not found");
  return give(request, entry->second);
}

HttpResponse ScriptedHub::give(const HttpRequest& request, const File& file) {
  const std::string digest = core::sha256_of(file.content);
  const std::string of_commit = std::string("X-Repo-Commit: ") + commit;
  if (!file.is_large) {
    // The hub takes git's name of the content, which is as long.
    const std::string tag = (tags_are_weak_ ? "W/\"" : "\"") + digest.substr(0, 40) + "\"";
    HttpResponse response = HttpResponse::file(request, file.content, tag);
    response.headers.push_back(of_commit);
    return response;
  }
  const bool is_expired = links_to_expire_ > 0 && request.method == "HEAD";
  if (is_expired) --links_to_expire_;
  HttpResponse response =
      HttpResponse::of("", {of_commit, "X-Linked-Size: " + std::to_string(file.content.size()),
                            "X-Linked-ETag: \"" + digest + "\"", "Accept-Ranges: bytes",
                            "Location: http://localhost:" + std::to_string(links_.port()) + "/" +
                                digest + "?Signature=" + (is_expired ? "expired" : "swordfish")});
  response.status = 302;
  return response;
}

HttpResponse ScriptedHub::answer_link(const HttpRequest& request) {
  const std::scoped_lock lock(mutex_);
  const std::size_t query = request.path.find('?');
  if (request.path.substr(query + 1) != "Signature=swordfish") {
    return refusal(403, "", "Request has expired");
  }
  const std::string digest = request.path.substr(1, query - 1);
  for (const auto& [name, repository] : repositories_) {
    for (const auto& [path, file] : repository.files) {
      if (core::sha256_of(file.content) != digest) continue;
      return HttpResponse::file(request, file.content, "\"of the store\"");
    }
  }
  return refusal(404, "", "NoSuchKey");
}

}  // namespace sharkreg::test
