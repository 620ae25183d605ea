// SPDX-License-Identifier: Apache-2.0
// `sharkreg fetch --pin`, lock files and --locked, with a server of the test's own.
#include <map>
#include <mutex>

#include <doctest/doctest.h>

#include "base/digest.h"
#include "scripted_server.h"
#include "sharkreg_run.h"

namespace sharkreg::e2e {
namespace {

namespace fs = std::filesystem;
using test::HttpRequest;
using test::HttpResponse;
using test::ScriptedServer;

// A server whose files change as the test wants, and a suite with a model in it.
class Reef {
 public:
  Sandbox box;

  Reef() { box.write_stub_tools(); }

  void serve(const std::string& path, const std::string& content) {
    const std::scoped_lock lock(mutex_);
    files_[path] = content;
  }

  std::string url(const std::string& path) const { return server_.url(path); }
  std::size_t requests() const { return server_.requests().size(); }
  fs::path model(const std::string& name) const { return box.tests() / (name + ".json"); }
  fs::path lock() const { return box.tests() / "sharkreg.lock"; }

  // Each time the server is asked for what it has then.
  Ended run(Arguments arguments) const {
    for (const std::string& more :
         {"--tests-dir=" + box.tests().native(), "--tools-dir=" + box.tools().native(),
          std::string("--backend=cpu"), std::string("--revalidate=always")}) {
      arguments.push_back(more);
    }
    return box.run(arguments);
  }

  // The model m/s: a program, a local input, an input that says itself; in lines as people write.
  std::string write_model() {
    serve("/p.mlir", "module {}\n");
    box.write("tests/m/in.bin", "1234");
    const std::string text = "{\n    \"mlir\": \"" + url("/p.mlir") +
                             "\",\n"
                             "    \"inputs\": [\n"
                             "        {\"source\": \"in.bin\", \"value\": \"1xf32\"},\n"
                             "        {\"value\": \"i32=5\"}\n"
                             "    ]\n}\n";
    box.write_model("m", "s", text);
    return text;
  }

 private:
  HttpResponse answer(const HttpRequest& request) {
    const std::scoped_lock lock(mutex_);
    const auto file = files_.find(request.path);
    if (file != files_.end()) {
      return HttpResponse::file(request, file->second,
                                '"' + core::sha256_of(file->second).substr(0, 8) + '"');
    }
    HttpResponse response = HttpResponse::of("");
    response.status = 404;
    return response;
  }

  std::mutex mutex_;  // guards files_
  std::map<std::string, std::string> files_;
  ScriptedServer server_{[this](const HttpRequest& request) { return answer(request); }};
};

std::string pin_of(const std::string& content) {
  return "\"sha256\": \"" + core::sha256_of(content) + '"';
}

std::string entry(const std::string& key, const std::string& content) {
  return "    \"" + key + "\": {" + pin_of(content) +
         ", \"size\": " + std::to_string(content.size()) + "}";
}

std::string lock_text(const std::vector<std::string>& entries) {
  std::string text = "{\n  \"version\": 1,\n  \"artifacts\": {";
  for (const std::string& each : entries) text += (text.ends_with('{') ? "\n" : ",\n") + each;
  return text + "\n  }\n}\n";
}

TEST_CASE("pins: a model file is pinned, changing nothing else of it, and then run") {
  Reef reef;
  const std::string text = reef.write_model();
  const std::string pin = "--pin=" + reef.model("m/s").native();
  const Ended pinned = reef.run({"fetch", pin});
  INFO(pinned.out, pinned.err);
  REQUIRE(pinned.exit_status == 0);
  const std::string written = content_of(reef.model("m/s"));
  CHECK(written == "{\n    \"mlir\": {\"source\": \"" + reef.url("/p.mlir") + "\", " +
                       pin_of("module {}\n") +
                       "},\n"
                       "    \"inputs\": [\n"
                       "        {\"source\": \"in.bin\", " +
                       pin_of("1234") +
                       ", \"value\": \"1xf32\"},\n"
                       "        {\"value\": \"i32=5\"}\n"
                       "    ]\n}\n");

  const auto time = fs::last_write_time(reef.model("m/s"));
  const Ended again = reef.run({"fetch", pin});
  CHECK(again.exit_status == 0);
  CHECK(contains(again.err, "all is pinned already"));
  CHECK(content_of(reef.model("m/s")) == written);
  CHECK(fs::last_write_time(reef.model("m/s")) == time);

  const Ended ended = reef.run({"--model=m", "--locked"});
  INFO(ended.out, ended.err);
  CHECK(ended.exit_status == 0);
  CHECK(verdict_of(reef.box.events(), "m/s", "run cpu") == "pass");
  CHECK(contains(reef.run({"plan", "--model=m"}).out, core::sha256_of("module {}\n")));
}

TEST_CASE("pins: what the server changes is an error that names both digests, until --repin") {
  Reef reef;
  reef.write_model();
  const std::string pin = "--pin=" + reef.model("m/s").native();
  REQUIRE(reef.run({"fetch", pin}).exit_status == 0);
  const std::string written = content_of(reef.model("m/s"));
  reef.serve("/p.mlir", "module {} // another\n");

  // Where the pinned content is in the store nobody is asked; elsewhere it cannot be had any more.
  CHECK(reef.run({"fetch", pin}).exit_status == 0);
  const std::string elsewhere = "--cache-dir=" + (reef.box.tests().parent_path() / "new").native();
  const Ended refused = reef.run({"fetch", pin, elsewhere});
  CHECK(refused.exit_status == 3);
  CHECK(contains(refused.err, core::sha256_of("module {}\n")));
  CHECK(contains(refused.err, core::sha256_of("module {} // another\n")));
  CHECK(content_of(reef.model("m/s")) == written);

  const Ended repinned = reef.run({"fetch", pin, "--repin"});
  INFO(repinned.err);
  CHECK(repinned.exit_status == 0);
  CHECK(contains(content_of(reef.model("m/s")), pin_of("module {} // another\n")));
  CHECK_FALSE(contains(content_of(reef.model("m/s")), pin_of("module {}\n")));
}

TEST_CASE("pins: a fetch that fails leaves the files untouched") {
  Reef reef;
  reef.write_model();
  reef.box.write_model("m", "t", R"({"mlir": ")" + reef.url("/gone.mlir") + R"("})");
  const std::string text = content_of(reef.model("m/t"));
  CHECK(reef.run({"fetch", "--pin=" + reef.model("m/t").native()}).exit_status == 3);
  CHECK(content_of(reef.model("m/t")) == text);
  CHECK(reef.run({"fetch", "--model=m", "--pin=" + reef.lock().native()}).exit_status == 3);
  CHECK_FALSE(fs::exists(reef.lock()));

  reef.box.write_model("m", "t", R"({"mlir": 5})");
  const std::size_t requests = reef.requests();
  const Ended invalid = reef.run({"fetch", "--model=m", "--pin=" + reef.lock().native()});
  CHECK(invalid.exit_status == 2);
  CHECK(contains(invalid.err, "/mlir: found the number 5"));
  CHECK_FALSE(fs::exists(reef.lock()));
  CHECK(reef.requests() == requests);
}

TEST_CASE("pins: all that the file names is fetched, also for other backends and SKUs") {
  Reef reef;
  reef.serve("/p.mlir", "module {}\n");
  reef.serve("/p.onnx", "onnx");
  reef.box.write("tests/tuner.mlir", "tuner");
  reef.box.write_model("m", "s",
                       R"({"mlir":")" + reef.url("/p.mlir") + R"(","programs":{"onnx":")" +
                           reef.url("/p.onnx") + R"("},"tuner_file":{"mi308":"tuner.mlir"}})");
  const Ended pinned = reef.run({"fetch", "--sku=mi300", "--pin=" + reef.model("m/s").native()});
  INFO(pinned.err);
  CHECK(pinned.exit_status == 0);
  const std::string written = content_of(reef.model("m/s"));
  for (const char* content : {"module {}\n", "onnx", "tuner"}) {
    CHECK(contains(written, "\"sha256\":\"" + core::sha256_of(content) + '"'));
  }
}

TEST_CASE("pins: a lock file is written for the selected models, and found by itself") {
  Reef reef;
  const std::string text = reef.write_model();
  reef.serve("/q.mlir", "q");
  reef.box.write_model("n", "s", R"({"mlir": ")" + reef.url("/q.mlir?sig=swordfish") + R"("})");
  reef.serve("/q.mlir?sig=swordfish", "q");
  const std::string pin = "--pin=" + reef.lock().native();

  REQUIRE(reef.run({"fetch", "--model=m", pin}).exit_status == 0);
  const std::vector<std::string> of_m = {entry(reef.url("/p.mlir"), "module {}\n"),
                                         entry("m/in.bin", "1234")};
  CHECK(content_of(reef.lock()) == lock_text(of_m));
  CHECK(content_of(reef.model("m/s")) == text);

  // The entries of models that are not selected stay.
  REQUIRE(reef.run({"fetch", "--model=n", pin}).exit_status == 0);
  const std::string both = lock_text({of_m[0], entry(reef.url("/q.mlir?***"), "q"), of_m[1]});
  CHECK(content_of(reef.lock()) == both);
  const Ended again = reef.run({"fetch", "--model=*", pin});
  CHECK(again.exit_status == 0);
  CHECK(content_of(reef.lock()) == both);

  for (const char* command : {"plan", "list", "fetch"}) {
    const Ended ended = reef.run({command, "--model=*", "--locked"});
    INFO(ended.err);
    CHECK(ended.exit_status == 0);
  }
  CHECK(contains(reef.run({"plan", "--model=n"}).out, core::sha256_of("q")));
  CHECK(reef.run({"--model=*", "--locked"}).exit_status == 0);

  // What no model names any more goes, with whatever model is selected.
  reef.box.write_model("m", "s", R"({"mlir": ")" + reef.url("/p.mlir") + R"("})");
  REQUIRE(reef.run({"fetch", "--model=n", pin}).exit_status == 0);
  CHECK(content_of(reef.lock()) == lock_text({of_m[0], entry(reef.url("/q.mlir?***"), "q")}));
}

TEST_CASE("pins: what is stale stays as long as a model cannot be read") {
  Reef reef;
  reef.write_model();
  reef.box.write_model("n", "s", R"({"mlir": "program.mlir"})");
  const std::string pin = "--pin=" + reef.lock().native();
  REQUIRE(reef.run({"fetch", "--model=*", pin}).exit_status == 0);
  const std::string whole = content_of(reef.lock());
  reef.box.write_model("n", "s", "{");
  REQUIRE(reef.run({"fetch", "--model=m", pin}).exit_status == 0);
  CHECK(content_of(reef.lock()) == whole);
}

TEST_CASE("pins: the lock file notices what changes, and is written anew by --repin alone") {
  Reef reef;
  reef.write_model();
  const std::string pin = "--pin=" + reef.lock().native();
  REQUIRE(reef.run({"fetch", "--model=m", pin}).exit_status == 0);
  const std::string before = content_of(reef.lock());
  reef.box.write("tests/m/in.bin", "5678");
  const Ended refused = reef.run({"fetch", "--model=m", pin});
  CHECK(refused.exit_status == 3);
  CHECK(contains(refused.err, core::sha256_of("1234")));
  CHECK(contains(refused.err, core::sha256_of("5678")));
  CHECK(content_of(reef.lock()) == before);
  CHECK(reef.run({"fetch", "--model=m", pin, "--repin"}).exit_status == 0);
  CHECK(content_of(reef.lock()) ==
        lock_text({entry(reef.url("/p.mlir"), "module {}\n"), entry("m/in.bin", "5678")}));
}

TEST_CASE("pins: two pins that disagree make a model invalid, and name each other") {
  Reef reef;
  reef.write_model();
  REQUIRE(reef.run({"fetch", "--model=m", "--pin=" + reef.lock().native()}).exit_status == 0);
  const std::string other = core::sha256_of("other");
  reef.box.write_model(
      "m", "s",
      R"({"mlir": {"source": ")" + reef.url("/p.mlir") + R"(", "sha256": ")" + other + R"("}})");
  const std::size_t requests = reef.requests();
  for (const Arguments& arguments :
       {Arguments{"validate"}, Arguments{"list"}, Arguments{"fetch"}, Arguments{}}) {
    Arguments all = arguments;
    all.emplace_back("--model=m");
    const Ended ended = reef.run(all);
    const std::string said = ended.out + ended.err;
    INFO(said);
    CHECK(ended.exit_status == 2);
    CHECK(contains(said, "/mlir/sha256: found the SHA-256 " + other));
    CHECK(contains(said, core::sha256_of("module {}\n") + ", which "));
    CHECK(contains(said, reef.lock().native()));
  }
  CHECK(reef.requests() == requests);
}

TEST_CASE("pins: a repinned model file leaves a lock file that it tells of, and that follows") {
  Reef reef;
  reef.write_model();
  const std::string pin = "--pin=" + reef.model("m/s").native();
  const std::string pin_lock = "--pin=" + reef.lock().native();
  REQUIRE(reef.run({"fetch", pin}).exit_status == 0);
  REQUIRE(reef.run({"fetch", "--model=m", pin_lock}).exit_status == 0);
  reef.serve("/p.mlir", "module {} // another\n");
  const Ended repinned = reef.run({"fetch", pin, "--repin"});
  CHECK(repinned.exit_status == 0);
  CHECK(contains(repinned.err,
                 "/mlir/sha256: found the SHA-256 " + core::sha256_of("module {} // another\n")));
  CHECK(reef.run({"fetch", "--model=m", pin_lock}).exit_status == 2);
  CHECK(reef.run({"fetch", "--model=m", pin_lock, "--repin"}).exit_status == 0);
  CHECK(reef.run({"fetch", "--model=m", "--locked"}).exit_status == 0);
}

TEST_CASE("pins: --locked refuses what nothing pins before anything is fetched") {
  Reef reef;
  reef.write_model();
  reef.box.write_model("n", "s", R"({"mlir": "program.mlir"})");  // no URL: needs no pin
  for (const Arguments& arguments :
       {Arguments{}, Arguments{"fetch"}, Arguments{"plan"}, Arguments{"list"}}) {
    Arguments all = arguments;
    all.insert(all.end(), {"--model=*", "--locked"});
    const Ended ended = reef.run(all);
    INFO(ended.out, ended.err);
    CHECK(ended.exit_status == 2);
    CHECK(contains(ended.err, "--locked: nothing pins 1 of the artifacts: m/s: /mlir: " +
                                  reef.url("/p.mlir")));
  }
  CHECK(reef.requests() == 0);
  CHECK(reef.box.runs().empty());
  CHECK(reef.run({"--model=n", "--locked"}).exit_status == 0);
}

TEST_CASE(
    "pins: URLs that a lock file does not tell apart are pinned in the model file, or refused") {
  Reef reef;
  reef.serve("/get?file=p.mlir", "module {}\n");
  reef.serve("/get?file=q.mlir", "q");
  const auto source = [&](const std::string& file) { return reef.url("/get?file=" + file); };
  reef.box.write_model(
      "m", "s",
      R"({"mlir": ")" + source("p.mlir") + R"(", "pipeline_mlir": ")" + source("q.mlir") + R"("})");
  const std::string pin_lock = "--pin=" + reef.lock().native();
  const Ended refused = reef.run({"fetch", "--model=m", pin_lock});
  CHECK(refused.exit_status == 2);
  CHECK(contains(refused.err, reef.url("/get?***") + " has different contents"));
  CHECK_FALSE(contains(refused.err, "file=p"));
  CHECK_FALSE(fs::exists(reef.lock()));

  REQUIRE(reef.run({"fetch", "--pin=" + reef.model("m/s").native()}).exit_status == 0);
  CHECK(reef.run({"fetch", "--model=m", pin_lock}).exit_status == 0);
  CHECK(content_of(reef.lock()) == "{\n  \"version\": 1,\n  \"artifacts\": {}\n}\n");
  CHECK(reef.run({"list", "--model=m", "--locked"}).exit_status == 0);

  // With one content they share an entry.
  reef.serve("/get?file=q.mlir", "module {}\n");
  REQUIRE(reef.run({"fetch", "--pin=" + reef.model("m/s").native(), "--repin"}).exit_status == 0);
  CHECK(reef.run({"fetch", "--model=m", pin_lock}).exit_status == 0);
  CHECK(content_of(reef.lock()) == lock_text({entry(reef.url("/get?***"), "module {}\n")}));
}

TEST_CASE("pins: a lock file can lie elsewhere, if it is named") {
  Reef reef;
  reef.write_model();
  const fs::path lock = reef.box.work() / "ours.lock";
  REQUIRE(reef.run({"fetch", "--model=m", "--pin=ours.lock"}).exit_status == 0);
  CHECK(content_of(lock) ==
        lock_text({entry("../tests/m/in.bin", "1234"), entry(reef.url("/p.mlir"), "module {}\n")}));
  CHECK(reef.run({"list", "--model=m", "--locked"}).exit_status == 2);
  CHECK(reef.run({"list", "--model=m", "--locked", "--lock=ours.lock"}).exit_status == 0);

  const Ended missing = reef.run({"list", "--model=m", "--lock=theirs.lock"});
  CHECK(missing.exit_status == 2);
  CHECK(contains(missing.err, "theirs.lock"));
}

TEST_CASE("pins: a lock file that cannot be read stops all that needs it, with one message") {
  Reef reef;
  reef.write_model();
  const std::map<std::string, std::string> cases = {
      {"", "it is empty"},
      {"{\"version\": 1, \"artif", "cut off"},
      {"{\"version\": 2, \"artifacts\": {}}", "/version: found the number 2"},
      {"{\"version\": 1, \"version\": 1, \"artifacts\": {}}", "found the key \"version\" again"}};
  const auto is_told = [&](const std::string& what) {
    for (const Arguments& arguments :
         {Arguments{}, Arguments{"list"}, Arguments{"fetch", "--pin=" + reef.lock().native()}}) {
      Arguments all = arguments;
      all.emplace_back("--model=m");
      const Ended ended = reef.run(all);
      INFO(ended.err);
      CHECK(ended.exit_status != 0);
      CHECK(count_of(ended.err, "sharkreg: ") == 1);
      CHECK(contains(ended.err, reef.lock().native()));
      CHECK(contains(ended.err, what));
    }
  };
  for (const auto& [text, what] : cases) {
    reef.box.write("tests/sharkreg.lock", text);
    is_told(what);
    CHECK(content_of(reef.lock()) == text);
  }
  fs::remove(reef.lock());
  fs::create_directory(reef.lock());
  is_told("directory");
  CHECK(reef.requests() == 0);
}

TEST_CASE("pins: what contradicts itself on the command line is wrong usage") {
  Reef reef;
  reef.write_model();
  reef.box.write_model("n", "s", R"({"mlir": "program.mlir"})");
  const fs::path elsewhere = reef.box.write("elsewhere/m/s.json", R"({"mlir": "p.mlir"})");
  const std::string model = "--pin=" + reef.model("m/s").native();
  const std::string lock = "--pin=" + reef.lock().native();
  const std::map<std::string, Arguments> wrong = {
      {"which --model and --submodel do not select", {model, "--model=n"}},
      {"do not select", {model, "--submodel=other"}},
      {"--repin has no effect without --pin", {"--model=m", "--repin"}},
      {"neither a model file (.json) nor a lock file (.lock)", {"--pin=pins.txt"}},
      {"is no model file of the suite", {"--pin=" + elsewhere.native()}},
      {"missing.json is no model file", {"--pin=" + reef.model("m/missing").native()}},
      {"--pin writes the pins that --locked demands", {model, "--locked"}},
      {"name two lock files", {lock, "--lock=other.lock", "--model=m"}}};
  for (const auto& [what, arguments] : wrong) {
    Arguments all{"fetch"};
    all.insert(all.end(), arguments.begin(), arguments.end());
    const Ended ended = reef.run(all);
    INFO(ended.err);
    CHECK(ended.exit_status == 2);
    CHECK(contains(ended.err, what));
  }
  CHECK(reef.requests() == 0);
  CHECK_FALSE(fs::exists(reef.lock()));

  // A --model that selects the file is no contradiction, nor is a variable of the user's.
  reef.box.environment["SHARKREG_SUBMODEL"] = "other";
  CHECK(reef.run({"fetch", model, "--model=m,n"}).exit_status == 0);
}

}  // namespace
}  // namespace sharkreg::e2e
