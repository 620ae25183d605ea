// SPDX-License-Identifier: Apache-2.0
// kill -9 of one of four processes that share a store, at system calls and at random moments.
#include <algorithm>
#include <array>
#include <csignal>
#include <fstream>
#include <map>
#include <optional>
#include <random>
#include <set>
#include <thread>

#include <doctest/doctest.h>

#include "base/digest.h"
#include "kill_counts.h"
#include "nginx.h"
#include "sharkreg_run.h"
#include "store_checks.h"

namespace sharkreg::e2e {
namespace {

namespace fs = std::filesystem;
using namespace std::chrono_literals;

constexpr std::size_t chunk = std::size_t{8} << 20;
constexpr std::size_t connections = 8;  // for one artifact
constexpr int processes = 4;

// nginx with several small files and a large one, models that name them, and a store.
struct Harbour {
  std::map<std::string, std::string> digests;  // by file name
  test::ServerDirectory files;
  Sandbox box;
  std::optional<test::Nginx> nginx;
  std::size_t answers_before = 0;  // those of earlier scenes

  explicit Harbour(std::size_t large_size) {
    unsigned seed = 0;
    for (const char* name : {"program.mlir", "one.mlir", "two.mlir", "three.mlir", "large.irpa"}) {
      const bool large = std::string(name) == "large.irpa";
      const std::string content = random_content(large ? large_size : 30'011, ++seed);
      files.write(name, content);
      digests[name] = core::sha256_of(content);
    }
    nginx.emplace(test::NginxSettings{.files = files.path()});
    box.write_stub_tools();
    box.write_model("m", "s",
                    R"({"mlir": ")" + nginx->url("/program.mlir") + R"(", "real_weights": ")" +
                        nginx->url("/large.irpa") + R"("})");
    for (const std::string name : {"one", "two", "three"}) {
      box.write_model("m", name, R"({"mlir": ")" + nginx->url("/" + name + ".mlir") + R"("})");
    }
    // LeakSanitizer wants to trace, which strace does already.
    std::string& options = box.environment["ASAN_OPTIONS"];
    options += options.empty() ? "detect_leaks=0" : ":detect_leaks=0";
    // Once, so that plugins and tools are known: what is killed is to be fetching.
    REQUIRE(start(0).wait().exit_status == 0);
    forget();
  }

  fs::path store() const { return box.cache() / "store"; }
  fs::path artifacts(int process) const {
    return box.root() / ("artifacts" + std::to_string(process));
  }

  // As if nothing had been fetched.
  void forget() {
    fs::remove_all(store());
    for (int process = 0; process < processes; ++process) fs::remove_all(artifacts(process));
    answers_before = nginx->served().size();
  }

  Arguments fetch(int process) const {
    return {"fetch",     "--tests-dir",   box.tests(),       "--model=m",       "--tools-dir",
            box.tools(), "--backend=cpu", "--artifacts-dir", artifacts(process)};
  }
  Running start(int process) const { return box.start(fetch(process)); }
  Running start_traced(int process, const Arguments& options) const {
    Arguments all{"-f", "-o", box.root() / "trace"};
    all.insert(all.end(), options.begin(), options.end());
    all.emplace_back(SHARKREG_PROGRAM);
    const Arguments its = fetch(process);
    all.insert(all.end(), its.begin(), its.end());
    return box.start_program("/usr/bin/strace", all);
  }

  // Bytes of each file that were sent since forget().
  std::map<std::string, std::size_t> sent() const {
    std::map<std::string, std::size_t> bytes;
    const std::vector<test::Served> all = nginx->served();
    for (std::size_t at = answers_before; at < all.size(); ++at) {
      if (all[at].method == "GET") bytes[all[at].path.substr(1)] += all[at].bytes;
    }
    return bytes;
  }

  // After one of the processes was killed and the others have ended: what must be right.
  void check_aftermath() const {
    CHECK(wrong_in_store(store()) == "");
    for (int process = 0; process < processes; ++process) {
      const Ended ended = start(process).wait();
      INFO(ended.out, ended.err);
      CHECK(ended.exit_status == 0);
      check_artifacts(process);
    }
    CHECK(wrong_in_store(store()) == "");
    CHECK(fs::is_empty(store() / "parts"));
    for (const auto& [name, bytes] : sent()) {
      // What was under way when somebody was killed, or finished and not yet noted.
      const std::size_t size = fs::file_size(files.path() / name);
      INFO(name, ": ", bytes, " bytes were sent, it has ", size);
      CHECK(bytes >= size);
      CHECK(bytes <= size + std::min(size, connections * chunk));
    }
  }

  // All are links to blobs, which were read once.
  void check_artifacts(int process) const {
    std::set<std::string> found;
    for (const auto& entry : fs::recursive_directory_iterator(artifacts(process))) {
      const std::string name = entry.path().filename();
      if (!digests.contains(name)) continue;
      const std::string& digest = digests.at(name);
      CHECK(fs::read_symlink(entry.path()) ==
            store() / "blobs" / digest.substr(0, 2) / digest.substr(2));
      found.insert(name);
    }
    CHECK(found.size() == digests.size());
  }
};

bool nginx_is_there() {
  if (test::Nginx::is_there()) return true;
  MESSAGE("skipped: nginx is not there; cmake/setup.sh brings it");
  return false;
}

bool can_trace() {
  const Sandbox box;
  if (!fs::exists("/usr/bin/strace")) {
    MESSAGE("skipped: strace is not there; cmake/setup.sh brings it");
    return false;
  }
  const Ended ended =
      box.run_program("/usr/bin/strace", {"-f", "-o", box.root() / "trial", "/bin/true"});
  if (ended.exit_status == 0) return true;
  MESSAGE("skipped: strace may not trace here: ", ended.err);
  return false;
}

// The N-th call by a thread, of all calls or of those for one file.
struct KillPoint {
  std::string call;
  std::string path;  // empty: whatever it is for
  int number = 0;

  Arguments options() const {
    Arguments all{"-e", "trace=" + call, "-e",
                  "inject=" + call + ":signal=KILL:when=" + std::to_string(number)};
    if (!path.empty()) all.insert(all.end(), {"-P", path});
    return all;
  }
  std::string text() const {
    return call + " number " + std::to_string(number) + " of a thread" +
           (path.empty() ? "" : " for " + path);
  }
};

// "123 fsync(5</a/file>) = 0", "123 rename("/a/from", "/a/to") = 0": the first path.
std::string path_in(const std::string& arguments) {
  const std::size_t begin = arguments.find_first_of("<\"");
  if (begin == std::string::npos) return {};
  return arguments.substr(begin + 1, arguments.find_first_of(">\"", begin + 1) - begin - 1);
}

// strace counts by thread, and which thread does what is another matter each time; so the files of
// the store, whose names are the same each time, are told apart.
std::vector<KillPoint> points_in(const fs::path& trace, const std::string& store) {
  std::map<std::pair<std::string, std::string>, std::map<std::string, int>> counts;
  std::ifstream lines(trace);
  for (std::string line; std::getline(lines, line);) {
    const std::size_t begin = line.find_first_not_of(' ', line.find(' '));
    const std::size_t end = line.find('(');
    if (end == std::string::npos || line.find(' ', begin) < end) continue;
    std::string path = path_in(line.substr(end + 1));
    if (!path.starts_with(store)) path.clear();
    ++counts[{line.substr(begin, end - begin), path}][line.substr(0, begin)];
  }
  std::vector<KillPoint> points;
  for (const auto& [what, by_thread] : counts) {
    int most = 0;
    for (const auto& [thread, count] : by_thread) most = std::max(most, count);
    for (int number = 1; number <= most; ++number) {
      points.push_back({what.first, what.second, number});
    }
  }
  return points;
}

// So many of them, spread evenly.
std::vector<KillPoint> some_of(const std::vector<KillPoint>& points, std::size_t most) {
  std::vector<KillPoint> some;
  const std::size_t count = std::min(points.size(), most);
  for (std::size_t at = 0; at < count; ++at) some.push_back(points[at * points.size() / count]);
  return some;
}

std::vector<KillPoint> learn(Harbour& harbour, const std::string& calls) {
  harbour.forget();
  REQUIRE(harbour.start_traced(0, {"-y", "-e", "trace=" + calls}).wait().exit_status == 0);
  return points_in(harbour.box.root() / "trace", harbour.store());
}

// Returns as soon as somebody fetches, or when nobody does for a while.
void wait_for_a_lock(const fs::path& store) {
  for (int time = 0; time < 500; ++time) {
    if (fs::exists(store / "urls.lock")) return;
    std::this_thread::sleep_for(1ms);
  }
}

void check_end(Running& process) {
  const Ended ended = process.wait();
  INFO(ended.out, ended.err);
  CHECK(ended.exit_status == 0);
}

// Kills one of four there, which begins before the others, so that it is the one that fetches. True
// if it came to that.
bool kill_at(Harbour& harbour, const KillPoint& point) {
  INFO(point.text());
  harbour.forget();
  Running victim = harbour.start_traced(0, point.options());
  wait_for_a_lock(harbour.store());
  Running first = harbour.start(1);
  Running second = harbour.start(2);
  Running third = harbour.start(3);
  const bool killed = victim.wait().signal == SIGKILL;
  for (Running* other : {&first, &second, &third}) check_end(*other);
  harbour.check_aftermath();
  return killed;
}

// Kills one of four then. True if it had not ended yet.
bool kill_after(Harbour& harbour, std::chrono::microseconds time, std::size_t victim) {
  INFO("process ", victim, " after ", time.count(), " us");
  harbour.forget();
  Running first = harbour.start(0);
  Running second = harbour.start(1);
  Running third = harbour.start(2);
  Running fourth = harbour.start(3);
  const std::array<Running*, processes> all{&first, &second, &third, &fourth};
  std::this_thread::sleep_for(time);
  all.at(victim)->send(SIGKILL);
  const bool killed = all.at(victim)->wait().signal == SIGKILL;
  for (Running* other : all) {
    if (other != all.at(victim)) check_end(*other);
  }
  harbour.check_aftermath();
  return killed;
}

TEST_CASE("fetch: kill -9 of one of four at each kind of call that writes") {
  if (!nginx_is_there() || !can_trace()) return;
  Harbour harbour(2 * chunk + 1001);
  for (const std::string calls :
       {"write", "pwrite64", "fsync,fdatasync,syncfs", "rename,renameat,renameat2"}) {
    const std::vector<KillPoint> points = learn(harbour, calls);
    const std::vector<KillPoint> chosen = some_of(points, most_kills_of_a_kind);
    INFO(calls, ": ", points.size(), " points");
    CHECK_FALSE(chosen.empty());
    const auto kills = std::ranges::count_if(
        chosen, [&](const KillPoint& point) { return kill_at(harbour, point); });
    MESSAGE(calls, ": ", kills, " kills at ", chosen.size(), " of ", points.size(), " points");
    // A thread may do less than the one that the numbers were learned from.
    CHECK(kills * 2 >= static_cast<std::ptrdiff_t>(chosen.size()));
  }
}

// What the shortest of three takes, from its start to its end, to fetch all beside three others.
std::chrono::microseconds undisturbed_time(Harbour& harbour) {
  auto shortest = std::chrono::microseconds::max();
  for (int time = 0; time < 3; ++time) {
    harbour.forget();
    const auto begin = std::chrono::steady_clock::now();
    Running first = harbour.start(0);
    Running second = harbour.start(1);
    Running third = harbour.start(2);
    Running fourth = harbour.start(3);
    check_end(first);
    shortest = std::min(shortest, std::chrono::duration_cast<std::chrono::microseconds>(
                                      std::chrono::steady_clock::now() - begin));
    for (Running* other : {&second, &third, &fourth}) check_end(*other);
  }
  return shortest;
}

TEST_CASE("fetch: kill -9 of one of four at random moments") {
  if (!nginx_is_there()) return;
  Harbour harbour(2 * chunk + 1001);
  constexpr unsigned seed = 20250613;
  MESSAGE("seed ", seed);
  std::mt19937 random(seed);
  const std::int64_t longest = undisturbed_time(harbour).count();
  int kills = 0;
  for (int time = 0; time < random_kills; ++time) {
    const std::chrono::microseconds moment(
        std::uniform_int_distribution<std::int64_t>(0, longest)(random));
    const std::size_t victim = std::uniform_int_distribution<std::size_t>(0, 3)(random);
    if (kill_after(harbour, moment, victim)) ++kills;
  }
  MESSAGE(kills, " kills");
  CHECK(kills * 2 >= random_kills);
}

// Of a file of so many chunks that fetching it twice would be seen.
TEST_CASE("fetch: kill -9 of one of four loses no more than the chunks that are under way") {
  if (!nginx_is_there() || !can_trace()) return;
  Harbour harbour(11 * chunk + 1001);
  std::vector<KillPoint> points = learn(harbour, "pwrite64");
  std::erase_if(points, [](const KillPoint& point) { return !contains(point.path, "/parts/"); });
  const std::vector<KillPoint> chosen = some_of(points, most_kills_of_a_kind / 3);
  const auto kills = std::ranges::count_if(
      chosen, [&](const KillPoint& point) { return kill_at(harbour, point); });
  MESSAGE(kills, " kills");
  CHECK(kills * 2 >= static_cast<std::ptrdiff_t>(chosen.size()));
}

}  // namespace
}  // namespace sharkreg::e2e
