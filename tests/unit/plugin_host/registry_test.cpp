// SPDX-License-Identifier: Apache-2.0
#include "plugin_host/registry.h"

#include <fstream>
#include <iterator>
#include <sys/stat.h>

#include <doctest/doctest.h>

#include "base/digest.h"
#include "fixtures.h"
#include "worker_process.h"

namespace sharkreg::core {
namespace {

namespace fs = std::filesystem;

using Names = std::vector<std::string>;

// A directory of plugins, a memo and a worker.
struct Setting {
  Result<PluginRegistry> find(const Names& named = {}) {
    return PluginRegistry::find({named, {plugins.path()}}, memo, inspector, services);
  }

  ScratchDirectory plugins;
  ScratchDirectory remembered;
  Memo memo{remembered.path()};
  WorkerInspector inspector;
  FakeServices services;
};

TEST_CASE("all plugins of a directory are found, described and made") {
  Setting setting;
  const fs::path sample = setting.plugins.copy_of("sample");
  setting.plugins.copy_of("c_backend");
  const auto registry = setting.find();
  REQUIRE(registry.has_value());
  CHECK(registry->plugins().size() == 2);
  CHECK(registry->names(SR_BACKEND_ID) == Names{"plain", "sample"});
  CHECK(registry->names(SR_COMPARATOR_ID) == Names{"sample_comparator"});
  CHECK(registry->names("com.example.gauge/2") == Names{"gauge"});
  REQUIRE(registry->plugin_of(SR_BACKEND_ID, "sample") != nullptr);
  CHECK(registry->plugin_of(SR_BACKEND_ID, "sample")->library == sample);
  CHECK(registry->interface(SR_BACKEND_ID, "plain")->backend->options[0].name == "plain-mode");
  CHECK(registry->plugin_of(SR_BACKEND_ID, "sample_tuner") == nullptr);
  CHECK(registry->interface(SR_BACKEND_ID, "none") == nullptr);
  CHECK(registry->fetcher_for("sample://sea/x") == "sample_fetcher");
  CHECK(registry->fetcher_for("https://sea/x").empty());

  CHECK(registry->backend("sample", {}).value()->describe().target_option == "sample-mode");
  CHECK(registry->fetcher("sample_fetcher").value()->stat("sample:x")->size == 26);
  CHECK(registry->comparator("sample_comparator").value()->describe().arguments.size() == 1);
  CHECK_FALSE(registry->tuner("sample_tuner").value()->resolve({}));
}

TEST_CASE("a library is asked once for each content") {
  Setting setting;
  const fs::path library = setting.plugins.copy_of("sample");
  REQUIRE(setting.find().has_value());
  CHECK(setting.inspector.calls == 1);
  REQUIRE(setting.find().has_value());
  CHECK(setting.inspector.calls == 1);

  // Under another name it is the same content; the description tells the new place.
  fs::rename(library, setting.plugins / "libmoved.so");
  const auto moved = setting.find();
  REQUIRE(moved.has_value());
  CHECK(setting.inspector.calls == 1);
  CHECK(moved->plugins()[0].description->library == setting.plugins / "libmoved.so");

  // Other content under the old name.
  fs::remove(setting.plugins / "libmoved.so");
  fs::copy_file(fixture("c_backend"), library);
  const auto replaced = setting.find();
  REQUIRE(replaced.has_value());
  CHECK(setting.inspector.calls == 2);
  CHECK(replaced->names(SR_BACKEND_ID) == Names{"plain"});
}

TEST_CASE("what was remembered wrongly is asked again") {
  Setting setting;
  setting.plugins.copy_of("sample");
  REQUIRE(setting.find().has_value());
  for (const auto& entry : fs::recursive_directory_iterator(setting.remembered.path())) {
    if (entry.is_regular_file()) std::ofstream(entry.path()) << "spoiled";
  }
  const auto registry = setting.find();
  REQUIRE(registry.has_value());
  CHECK(registry->names(SR_BACKEND_ID) == Names{"sample"});
  CHECK(setting.inspector.calls == 2);
}

TEST_CASE("a plugin that is refused is listed with the reason; the others still work") {
  Setting setting;
  setting.plugins.copy_of("sample");
  const Names spoiled = {"aborts_when_loaded", "other_major", "throws_in_create"};
  for (const std::string& name : spoiled) setting.plugins.copy_of(name);
  std::ofstream(setting.plugins / "libtext.so") << "no library";
  const auto registry = setting.find();
  REQUIRE(registry.has_value());
  CHECK(registry->names(SR_BACKEND_ID) == Names{"sample"});
  std::map<std::string, std::string> reasons;
  for (const FoundPlugin& plugin : registry->plugins()) {
    if (!plugin.description) reasons[plugin.library.filename()] = plugin.refused_because;
  }
  const std::string directory = setting.plugins.path().native();
  CHECK(reasons.size() == 4);
  CHECK(reasons["libaborts_when_loaded.so"] == directory + "/libaborts_when_loaded.so: signal 6");
  CHECK(reasons["libother_major.so"] ==
        directory +
            "/libother_major.so is built for version 7.0 of the plugin ABI; wanted is 1.x "
            "(update sharkreg, or use an older version of the plugin)");
  CHECK(reasons["libthrows_in_create.so"] ==
        directory + "/libthrows_in_create.so: misbehaving: the constructor throws");
  CHECK(reasons["libtext.so"].starts_with(directory + "/libtext.so is not a shared library: "));

  const auto refused = registry->backend("text", {});
  REQUIRE_FALSE(refused.has_value());
  CHECK(refused.error().message == "there is no backend \"text\"");
  CHECK(refused.error().hint == "a plugin was found, but refused: " + reasons["libtext.so"]);
}

TEST_CASE("a library that hangs is given up") {
  ScratchDirectory plugins;
  plugins.copy_of("hangs_in_describe");
  const ScratchDirectory remembered;
  const Memo memo(remembered.path());
  WorkerInspector inspector(std::chrono::milliseconds(300));
  const FakeServices services;
  const auto registry = PluginRegistry::find({{}, {plugins.path()}}, memo, inspector, services);
  REQUIRE(registry.has_value());
  CHECK(registry->plugins()[0].refused_because ==
        (plugins / "libhangs_in_describe.so").native() + ": it took too long");
}

TEST_CASE("a library that crashed or hung is not asked again until the user wants that") {
  Setting setting;
  setting.plugins.copy_of("aborts_when_loaded");
  setting.plugins.copy_of("throws_in_create");
  const auto reason = [&](const Result<PluginRegistry>& registry) {
    REQUIRE(registry.has_value());
    return registry->plugins().at(0).refused_because;
  };
  CHECK(reason(setting.find()).ends_with(": signal 6"));
  CHECK(setting.inspector.calls == 2);
  CHECK(reason(setting.find())
            .ends_with(": signal 6 (as remembered) (`sharkreg plugins --recheck` asks it again)"));
  CHECK(setting.inspector.calls == 3);  // the one that only refuses is asked: that is quick
  PluginSearch search{{}, {setting.plugins.path()}};
  search.recheck = true;
  CHECK(reason(PluginRegistry::find(search, setting.memo, setting.inspector, setting.services))
            .ends_with(": signal 6"));
  CHECK(setting.inspector.calls == 5);
}

TEST_CASE("the strict policy takes the libraries of a list alone") {
  Setting setting;
  const fs::path sample = setting.plugins.copy_of("sample");
  setting.plugins.copy_of("c_backend");
  const ScratchDirectory lists;
  const auto find = [&](const std::string& content) {
    std::ofstream(lists / "list") << content;
    PluginSearch search{{}, {setting.plugins.path()}};
    auto policy = read_strict_policy(lists / "list");
    if (!policy) throw std::runtime_error(to_text(policy.error()));
    search.policy = std::move(*policy);
    return PluginRegistry::find(search, setting.memo, setting.inspector, setting.services);
  };
  std::string digest = sha256_of_file(sample).value();
  auto registry = find("# ours\n\n" + digest + "  libsample.so\n");
  REQUIRE(registry.has_value());
  CHECK(registry->names(SR_BACKEND_ID) == Names{"sample"});
  CHECK(setting.inspector.calls == 1);  // what is not trusted is not even described
  CHECK(registry->plugins().at(0).refused_because.find(" is not trusted: its SHA-256 ") !=
        std::string::npos);
  CHECK(registry->backend("sample", {}).has_value());

  // Changed between the look and the load.
  std::ofstream(sample, std::ios::app) << "x";
  const auto changed = registry->backend("sample", {});
  REQUIRE_FALSE(changed.has_value());
  CHECK(changed.error().message.find("is no longer the file that was trusted") !=
        std::string::npos);

  for (char& c : digest) c = static_cast<char>(std::toupper(c));
  CHECK(find(digest + "\n").has_value());
  CHECK_THROWS_WITH(find("0123 short\n"),
                    doctest::Contains("list:1: found \"0123\", expected a SHA-256"));
  CHECK_THROWS_WITH(find("# fine\n" + digest + "0 long\n"), doctest::Contains("list:2: "));
}

TEST_CASE("two fetchers for one scheme are an error, unless one of them was named") {
  Setting setting;
  setting.plugins.copy_of("sample");
  setting.plugins.copy_of("sample_scheme");
  const auto refused = setting.find();
  REQUIRE_FALSE(refused.has_value());
  CHECK(refused.error().message.starts_with("two plugins fetch sample: URLs: "));
  CHECK(refused.error().hint == "name the one that is meant with --fetcher-plugin");
  const auto named = setting.find({"libsample_scheme.so"});
  REQUIRE(named.has_value());
  CHECK(named->fetcher_for("sample://sea/x") == "other_fetcher");
  REQUIRE(setting.services.logged.size() == 1);
  CHECK(setting.services.logged[0].second.starts_with("sample: URLs are fetched by "));
  CHECK(setting.services.logged[0].second.ends_with("libsample.so"));
}

TEST_CASE("with isolation this process loads no library") {
  Setting setting;
  setting.plugins.copy_of("crashing");
  const auto registry = PluginRegistry::find(
      {{}, {setting.plugins.path()}}, setting.memo, setting.inspector, setting.services,
      Isolation{.worker = SHARKREG_LIBEXEC_DIR "/sharkreg-worker"});
  REQUIRE(registry.has_value());
  const auto backend = registry->backend("crashing", {});
  REQUIRE(backend.has_value());
  CHECK((*backend)->probe({}).devices.size() == 1);
  std::ifstream maps("/proc/self/maps");
  const std::string loaded{std::istreambuf_iterator<char>(maps), {}};
  CHECK(loaded.find(setting.plugins.path().native()) == std::string::npos);
}

TEST_CASE("a plugin that is named must be there and be accepted") {
  Setting setting;
  const auto missing = setting.find({"librocm.so"});
  REQUIRE_FALSE(missing.has_value());
  CHECK(missing.error().kind == ErrorKind::not_found);
  const auto refused = setting.find({fixture("other_major")});
  REQUIRE_FALSE(refused.has_value());
  CHECK(refused.error().kind == ErrorKind::infrastructure);
  CHECK(refused.error().message.starts_with(fixture("other_major").native() +
                                            " is built for version 7.0"));
  const auto named = setting.find({fixture("sample")});
  REQUIRE(named.has_value());
  CHECK(named->plugins()[0].named_as == fixture("sample"));
}

TEST_CASE("two plugins that offer one name are an error that names both files") {
  Setting setting;
  const fs::path first = setting.plugins.copy_of("sample");
  const fs::path second = setting.plugins.copy_of("sample_again");
  const auto registry = setting.find();
  REQUIRE_FALSE(registry.has_value());
  CHECK(registry.error().kind == ErrorKind::usage);
  CHECK(registry.error().message ==
        "two plugins offer the backend \"sample\": " + first.native() + " and " + second.native());
}

TEST_CASE("interfaces that nobody knows may share a name") {
  Setting setting;
  setting.plugins.copy_of("sane_descriptor");
  fs::copy_file(fixture("sane_descriptor"), setting.plugins / "libcopy.so");
  CHECK(setting.find().has_value());
}

TEST_CASE("a name that is not offered comes with the nearest ones") {
  Setting setting;
  setting.plugins.copy_of("sample");
  const auto registry = setting.find();
  REQUIRE(registry.has_value());
  const auto typo = registry->comparator("sample_comparater");
  REQUIRE_FALSE(typo.has_value());
  CHECK(typo.error().kind == ErrorKind::not_found);
  CHECK(to_text(typo.error()) ==
        "there is no comparator \"sample_comparater\"; did you mean sample_comparator? (`sharkreg "
        "plugins` lists what was found, and what was refused and why)");
}

TEST_CASE("what others can write is refused even if it is known") {
  Setting setting;
  const fs::path library = setting.plugins.copy_of("sample");
  REQUIRE(setting.find()->names(SR_BACKEND_ID).size() == 1);
  ::chmod(library.c_str(), 0777);
  const auto registry = setting.find();
  REQUIRE(registry.has_value());
  CHECK(registry->names(SR_BACKEND_ID).empty());
  CHECK(registry->plugins()[0].refused_because.starts_with("the file " + library.native() +
                                                           " can be written by everybody"));
  CHECK(setting.inspector.calls == 1);
}

TEST_CASE("a library that changed since it was described is noticed") {
  Setting setting;
  const fs::path library = setting.plugins.copy_of("sample");
  const auto registry = setting.find();
  REQUIRE(registry.has_value());
  fs::remove(library);
  fs::copy_file(fixture("c_backend"), library);
  const auto gone = registry->backend("sample", {});
  REQUIRE_FALSE(gone.has_value());
  CHECK(gone.error().message == library.native() + " no longer offers the backend \"sample\"");
}

}  // namespace
}  // namespace sharkreg::core
