// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <map>
#include <mutex>
#include <string>

#include "scripted_server.h"

namespace sharkreg::test {

// Answers as the Hugging Face hub does, as far as files are concerned; check_hub.py lets the hub's
// own client find out. Small files come from the hub (127.0.0.1), large ones by a signed link from a
// second server that goes by another name (localhost).
//
// Threads: any.
class ScriptedHub {
 public:
  // Who sees a repository: all; those who accepted its conditions; its readers.
  enum class Access { all, gated, hidden };

  // Of somebody who may read everything, and of somebody who accepted no conditions. Other tokens are
  // refused.
  static constexpr const char* reader = "hf_reader";
  static constexpr const char* stranger = "hf_stranger";
  static constexpr const char* commit = "0123456789abcdef0123456789abcdef01234567";  // of all

  ScriptedHub();

  std::string endpoint() const { return hub_.url(""); }  // for HF_ENDPOINT
  const ScriptedServer& hub() const { return hub_; }
  const ScriptedServer& links() const { return links_; }

  // The repository "acme/model", "datasets/acme/data" gets or changes a file.
  void put(const std::string& repository, const std::string& path, std::string content,
           bool is_large = false);
  void set_access(const std::string& repository, Access access);
  void move(const std::string& from, const std::string& to);  // its name
  void make_tags_weak();                                      // those of small files
  void expire_next_links(int count);  // so many links are too old as soon as they are given

 private:
  struct File {
    std::string content;
    bool is_large = false;
  };
  struct Repository {
    std::map<std::string, File> files;
    Access access = Access::all;
    std::string moved_to;
  };

  HttpResponse answer(const HttpRequest& request);
  HttpResponse answer_link(const HttpRequest& request);
  HttpResponse give(const HttpRequest& request, const File& file);

  std::mutex mutex_;  // guards what follows, but for the servers
  std::map<std::string, Repository> repositories_;
  bool tags_are_weak_ = false;
  int links_to_expire_ = 0;
  ScriptedServer links_{[this](const HttpRequest& request) { return answer_link(request); }};
  ScriptedServer hub_{[this](const HttpRequest& request) { return answer(request); }};
};

}  // namespace sharkreg::test
