// SPDX-License-Identifier: Apache-2.0
// Whatever the network and the server do, fetching gives the right bytes or says what is wrong.
#include <algorithm>
#include <array>
#include <cstdio>
#include <future>
#include <semaphore>
#include <thread>

#include <doctest/doctest.h>

#include "bad_servers.h"

namespace sharkreg::e2e {
namespace {

using namespace std::chrono_literals;
using test::HttpResponse;

// What is to be said; an empty message: nothing, the right bytes come.
struct Expected {
  std::string message = {};
  std::string hint = {};
};

struct Fault {
  const char* name;
  MakeBadServer make;
  Expected expected = {};
  Expected large = expected;  // for the file in chunks, if it is another
  bool waits = false;         // most of its time: for the next try, or for bytes that do not come
  Environment environment = {{"SHARKREG_HTTP_STALL_SECONDS", "20"}};
};

const Expected right_bytes;
const Expected it_changes{"it changed 3 times while it was fetched",
                          "fetch it when nobody uploads it"};
const Environment impatient{{"SHARKREG_HTTP_STALL_SECONDS", "1"}};

// --- How answers are spoiled ---------------------------------------------------------------------

void refuse(Turn& turn, int status, const std::string& retry_after) {
  turn.response = HttpResponse::of("later", {"Retry-After: " + retry_after});
  turn.response.status = status;
}

// The bytes from `first` on, whatever was asked for.
void give_range(Turn& turn, std::size_t first, std::size_t total) {
  turn.response = HttpResponse::of(
      turn.files.first.substr(first, turn.last() - first + 1),
      {"ETag: \"first\"", "Content-Range: bytes " + std::to_string(first) + "-" +
                              std::to_string(turn.last()) + "/" + std::to_string(total)});
  turn.response.status = 206;
}

void shift_range(Turn& turn) {
  if (turn.get > 0) give_range(turn, turn.first() + 1, turn.size());
}

void claim_another_total(Turn& turn) {
  give_range(turn, turn.first(), turn.size() + 1);
}

void reset_half_way(Turn& turn) {
  if (turn.get == 1) turn.response.reset_after = turn.response.body.size() / 2;
}

// What is wrong is wrong from the second answer on: the first one breaks off, so that there are more.
MakeBadServer scripted_later(Spoil spoil) {
  return scripted([spoil = std::move(spoil)](Turn& turn) {
    reset_half_way(turn);
    if (turn.get > 1) spoil(turn);
  });
}

void ignore_ranges(Turn& turn) {
  if (turn.get == 0) return;
  turn.response = HttpResponse::of(turn.files.first, {"ETag: \"first\"", "Accept-Ranges: bytes"});
}

void replace_half_way(Turn& turn) {
  reset_half_way(turn);
  turn.replaced = turn.get == 2;
}

void change_always(Turn& turn) {
  test::HttpRequest unconditional = turn.request;
  unconditional.headers.erase("if-match");
  turn.response = HttpResponse::file(unconditional, turn.files.second,
                                     "\"" + std::to_string(turn.number) + "\"");
}

// What is left of a body of which a server gives less than it should, so that several tries have it.
std::size_t less(const Turn& turn) {
  const std::size_t most = std::min(turn.size() / 3, std::size_t{3} << 20);
  return std::min(turn.response.body.size(), most);
}

void cut(Turn& turn) {
  turn.response.close = less(turn) < turn.response.body.size();
  turn.response.body.resize(less(turn));
}

// Another body with its own Content-Length.
void announce(Turn& turn, const std::string& body) {
  std::erase_if(turn.response.headers,
                [](const std::string& header) { return header.starts_with("Content-Length"); });
  turn.response.headers.push_back("Content-Length: " + std::to_string(body.size()));
  turn.response.body = body;
}

void announce_less(Turn& turn) {
  if (turn.get > 0) announce(turn, turn.response.body.substr(0, less(turn)));
}

void announce_more(Turn& turn) {
  if (turn.get > 0) announce(turn, turn.response.body + std::string(1000, 'x'));
}

void send_more(Turn& turn) {
  if (turn.get > 0) turn.response.body += std::string(1000, 'x');
}

void send_chunked(Turn& turn) {
  std::vector<std::string>& headers = turn.response.headers;
  std::erase_if(headers,
                [](const std::string& header) { return header.starts_with("Content-Length"); });
  headers.emplace_back("Transfer-Encoding: chunked");
  std::string body;
  constexpr std::size_t piece = 0x10000;
  for (std::size_t at = 0; at < turn.response.body.size(); at += piece) {
    const std::string bytes = turn.response.body.substr(at, piece);
    std::array<char, 20> head{};
    std::snprintf(head.data(), head.size(), "%zx\r\n", bytes.size());
    body.append(head.data()).append(bytes).append("\r\n");
  }
  turn.response.body = body + "0\r\n\r\n";
}

void cut_chunked(Turn& turn) {
  send_chunked(turn);
  if (turn.get != 1) return;
  turn.response.body.resize(turn.response.body.size() / 2);
  turn.response.close = true;
}

// Of which no part can be asked for, and which never comes as a whole.
void cut_always(Turn& turn) {
  turn.response = HttpResponse::of(turn.files.first);
  turn.response.body.resize(turn.size() / 2);
  turn.response.close = true;
}

// That of nothing.
void promise_another_digest(Turn& turn) {
  turn.response.headers.emplace_back(
      "Repr-Digest: sha-256=:47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=:");
}

void encode(Turn& turn) {
  if (turn.get > 0) turn.response.headers.emplace_back("Content-Encoding: gzip");
}

void give_a_page(Turn& turn) {
  turn.response = HttpResponse::of("<html>", {"Content-Type: text/html"});
}

void lose(Turn& turn) {
  turn.response.status = 404;
}

void redirect(Turn& turn) {
  turn.response = HttpResponse::of("", {"Location: " + turn.request.path});
  turn.response.status = 302;
}

// --- How the network fails -----------------------------------------------------------------------

void come_up_later(const test::Toxiproxy::Way& way) {
  std::this_thread::sleep_for(700ms);
  way.turn(true);
}

void go_down_for_a_while(const test::Toxiproxy::Way& way) {
  std::this_thread::sleep_for(400ms);
  way.turn(false);
  come_up_later(way);
}

void heal_later(const test::Toxiproxy::Way& way) {
  std::this_thread::sleep_for(1500ms);
  way.heal();
}

const Poison slow{"bandwidth", R"({"rate": 200})", R"({"rate": 5000})"};
const Poison dead{"timeout", R"({"timeout": 0})", R"({"timeout": 0})"};

std::vector<Fault> all_faults() {
  return {
      {"latency", proxied({{{"latency", R"({"latency": 200})", R"({"latency": 200})"}}})},
      {"little bandwidth", proxied({{{"bandwidth", R"({"rate": 500})", R"({"rate": 10000})"}}})},
      {"each connection cut off after some bytes",
       proxied({{{"limit_data", R"({"bytes": 100000})", R"({"bytes": 5000000})"}}})},
      {"each connection reset, for a while",
       proxied({.poisons = {{"reset_peer", R"({"timeout": 100})", R"({"timeout": 100})"}},
                .act = heal_later})},
      {.name = "each connection reset at once",
       .make = proxied({{{"reset_peer", R"({"timeout": 0})", R"({"timeout": 0})"}}}),
       .expected = {"Connection reset by peer (tried 6 times)"},
       .waits = true},
      {.name = "nothing comes",
       .make = proxied({{dead}}),
       .expected = {"Operation too slow"},
       .waits = true,
       .environment = impatient},
      {.name = "nothing comes for a while",
       .make = proxied({.poisons = {dead}, .act = heal_later}),
       .environment = impatient},
      {"slices",
       proxied({{{"slicer", R"({"average_size": 3000, "size_variation": 2000, "delay": 10})",
                  R"({"average_size": 30000, "size_variation": 20000, "delay": 10})"}}})},
      {"down, then up", proxied({.down = true, .act = come_up_later})},
      {"down half-way, then up", proxied({.poisons = {slow}, .act = go_down_for_a_while})},
      {.name = "down for good",
       .make = proxied({.down = true}),
       .expected = {"connect to 127.0.0.1", "look whether this machine reaches the server"},
       .waits = true},
      {"no ranges", plain("/without_ranges")},
      {"limited rate", plain("/slow")},

      {.name = "another range than the one asked for",
       .make = scripted(shift_range),
       .expected = {"other ones than were asked for"},
       .waits = true},
      {.name = "another total",
       .make = scripted_later(claim_another_total),
       .expected = it_changes},
      {"reset half-way", scripted(reset_half_way)},
      {"ranges announced and ignored", scripted(ignore_ranges)},
      {"replaced half-way", scripted(replace_half_way)},
      {.name = "changed at every request",
       .make = scripted_later(change_always),
       .expected = it_changes},
      {"a body that ends too early", scripted(cut)},
      {"a body announced as shorter", scripted(announce_less), it_changes, right_bytes},
      {"a body announced as longer", scripted(announce_more), it_changes, right_bytes},
      {"a body with more than was announced", scripted(send_more)},
      {"chunked", scripted(send_chunked)},
      {"chunked and cut off", scripted(cut_chunked)},
      {.name = "a digest of other bytes",
       .make = scripted(promise_another_digest),
       .expected = {"but the server says", "what came is kept as"}},
      {.name = "stalled half-way",
       .make = scripted([](Turn& turn) {
         if (turn.get == 1) turn.response.stall_after = turn.response.body.size() / 2;
       }),
       .environment = impatient},
      {"429 at first", scripted([](Turn& turn) {
         if (turn.get > 0 && turn.get < 3) refuse(turn, 429, "1");
       })},
      {"503 at first", scripted([](Turn& turn) {
         if (turn.number < 3) refuse(turn, 503, "1");
       })},
      {.name = "503 for good",
       .make = scripted([](Turn& turn) { refuse(turn, 503, "0"); }),
       .expected = {"the server says 503 Scripted (tried 6 times)"},
       .waits = true},
      {.name = "429 for a day",
       .make = scripted([](Turn& turn) { refuse(turn, 429, "86400"); }),
       .expected = {"the server says 429 Scripted"}},
      {.name = "gzip",
       .make = scripted(encode),
       .expected = {"the body is encoded by gzip",
                    "ask those who run the server to send it as it is"},
       .waits = true},
      {.name = "a head without end",
       .make = scripted([](Turn& turn) { turn.response.endless_head = turn.get > 0; }),
       .expected = {"the answer's head has more than 256 KiB"},
       .waits = true},
      {.name = "redirects in a circle",
       .make = scripted(redirect),
       .expected = {"redirects", "look at where its redirects lead"}},
      {.name = "a page in its place",
       .make = scripted_later(give_a_page),
       .expected = {"does not say which content it is of"},
       .waits = true},
      {.name = "gone meanwhile", .make = scripted_later(lose), .expected = {"is no longer there"}},
  };
}

// Lets a few in at a time; everybody, if there is no limit.
class Turnstile {
 public:
  explicit Turnstile(std::counting_semaphore<>* limit) : limit_(limit) {
    if (limit_ != nullptr) limit_->acquire();
  }
  Turnstile(const Turnstile&) = delete;
  Turnstile& operator=(const Turnstile&) = delete;
  ~Turnstile() {
    if (limit_ != nullptr) limit_->release();
  }

 private:
  std::counting_semaphore<>* limit_;
};

// All at once, since most of their time is waiting; of those that bring bytes a few at a time.
std::vector<Outcome> outcomes_of(const std::vector<Fault>& faults, bool large) {
  const World world(large);
  std::counting_semaphore<> transfers(4);
  std::vector<std::future<Outcome>> running;
  for (const Fault& fault : faults) {
    running.push_back(std::async(std::launch::async, [&] {
      const Turnstile turnstile(fault.waits ? nullptr : &transfers);
      return fetch_through(fault.make, world, fault.environment);
    }));
  }
  std::vector<Outcome> outcomes;
  for (std::future<Outcome>& one : running) outcomes.push_back(one.get());
  return outcomes;
}

void check(const Outcome& outcome, const Expected& expected) {
  if (outcome.skipped) {
    MESSAGE("skipped: nginx or toxiproxy-server is not there; cmake/setup.sh brings them");
    return;
  }
  INFO(outcome.ended.out, outcome.ended.err);
  CHECK(outcome.wrong == "");
  if (expected.message.empty()) {
    CHECK(outcome.ended.exit_status == 0);
    CHECK(outcome.right);
  } else {
    CHECK(outcome.ended.exit_status == 3);
    CHECK_FALSE(outcome.placed);
    CHECK(contains(outcome.ended.err, expected.message));
    CHECK(contains(outcome.ended.err, expected.hint));
  }
  INFO("then undisturbed: ", outcome.again.out, outcome.again.err);
  CHECK(outcome.again.exit_status == 0);
  CHECK(outcome.right_again);
  CHECK(outcome.wrong_again == "");
}

TEST_CASE("network faults: of a small file") {
  static const std::vector<Fault> faults = all_faults();
  static const std::vector<Outcome> outcomes = outcomes_of(faults, false);
  for (std::size_t index = 0; index < faults.size(); ++index) {
    SUBCASE(faults[index].name) {
      check(outcomes[index], faults[index].expected);
    }
  }
}

TEST_CASE("network faults: of a large file, in chunks") {
  static const std::vector<Fault> faults = all_faults();
  static const std::vector<Outcome> outcomes = outcomes_of(faults, true);
  for (std::size_t index = 0; index < faults.size(); ++index) {
    SUBCASE(faults[index].name) {
      check(outcomes[index], faults[index].large);
    }
  }
}

TEST_CASE("network faults: a small file whose server ignores ranges, after two answers broke off") {
  const World world(false);
  const auto broken_at_first = [](Turn& turn) {
    ignore_ranges(turn);
    if (turn.get == 1 || turn.get == 2) turn.response.reset_after = turn.size() / 2;
  };
  check(fetch_through(scripted(broken_at_first), world, {}), right_bytes);
}

// Each try brings half of it: if that were progress, it would be tried for hours.
TEST_CASE("network faults: a body that never comes as a whole, of which no part can be asked for") {
  const World world(false);
  check(fetch_through(scripted(cut_always), world, {}), {"(tried 6 times)"});
}

}  // namespace
}  // namespace sharkreg::e2e
