// SPDX-License-Identifier: Apache-2.0
// Servers, and ways to them, that do one thing wrong, and what came of fetching through them.
#pragma once

#include <atomic>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "nginx.h"
#include "scripted_server.h"
#include "sharkreg_run.h"
#include "toxiproxy.h"

namespace sharkreg::e2e {

// A file of servers, and what somebody may put in its place. All servers have it as /file.mlir.
struct Content {
  std::string first;
  std::string second;
};

// What the bad servers are made of. Their lives end before this one's.
struct World {
  // A small file, or one that is fetched in several chunks.
  explicit World(bool is_large);

  bool large;
  Content content;
  test::ServerDirectory files;
  std::optional<test::Nginx> nginx;          // none where it is not installed
  std::optional<test::Toxiproxy> toxiproxy;  // none where it could not be built
};

// Something between sharkreg and a file that is wrong until it is healed.
class BadServer {
 public:
  virtual ~BadServer() = default;
  virtual std::string url() const = 0;
  // What happens by and by; called when sharkreg was started.
  virtual void act() {}
  virtual void heal() = 0;
  // What the file holds by now.
  virtual const std::string& content() const = 0;
};

using MakeBadServer = std::function<std::unique_ptr<BadServer>(const World&)>;

// --- A server whose answers are wrong ------------------------------------------------------------

// An answer that is about to be given, right until somebody spoils it.
struct Turn {
  const test::HttpRequest& request;
  const Content& files;
  int number;             // of this request, from 1 on
  int get;                // of this GET, from 1 on; 0: it is none
  bool replaced = false;  // set it: from now on the server has the second content
  test::HttpResponse response;

  std::size_t size() const { return files.first.size(); }
  std::string::size_type first() const;  // of the range that is asked for, or 0
  std::string::size_type last() const;
};

using Spoil = std::function<void(Turn&)>;
MakeBadServer scripted(Spoil spoil);

// --- nginx, behind toxiproxy ---------------------------------------------------------------------

struct Poison {
  const char* type;
  const char* small;  // its attributes as JSON, for the small file
  const char* large;
};

struct Trouble {
  std::vector<Poison> poisons = {};
  bool down = false;  // from the beginning
  std::function<void(const test::Toxiproxy::Way&)> act = {};
};

MakeBadServer proxied(Trouble trouble);   // gives null where there is no toxiproxy
MakeBadServer plain(std::string prefix);  // nginx itself; null where there is none

// --- What came of it -----------------------------------------------------------------------------

struct Outcome {
  bool skipped = false;  // a server that it needs is not there
  Ended ended;
  bool placed = false;  // something lies where the artifact belongs
  bool right = false;   // and it is what the server has
  std::string wrong;    // in the store, or beside the artifact
  Ended again;          // undisturbed, afterwards
  bool right_again = false;
  std::string wrong_again;
};

// Fetches through the bad server, then again when it is healed. A sandbox of its own.
Outcome fetch_through(const MakeBadServer& make, const World& world, Environment environment);

}  // namespace sharkreg::e2e
