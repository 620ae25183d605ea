// SPDX-License-Identifier: Apache-2.0
#include <fstream>
#include <signal.h>

#include <doctest/doctest.h>

#include "base/files.h"
#include "base/digest.h"
#include "fixtures.h"
#include "plugin_host/description.h"
#include "plugin_host/worker_request.h"
#include "worker_process.h"

namespace sharkreg::core {
namespace {

constexpr int broken = static_cast<int>(WorkerStatus::broken);

TEST_CASE("the worker describes a plugin on standard output") {
  const WorkerRun run = run_worker({"describe", fixture("sample")});
  CHECK(run.exit_status == 0);
  CHECK(run.standard_error.empty());
  const auto description = description_from_json(run.standard_output);
  REQUIRE(description.has_value());
  CHECK(description->name == "sample");
  CHECK(description->version == "1.0");
  CHECK(description->abi == "1.0");
  CHECK(description->toolchain.find("libstdc++") != std::string::npos);
  REQUIRE(description->interfaces.size() == 4);
  CHECK(description->interfaces[0].backend->program_formats.size() == 2);
  CHECK(description->interfaces[1].fetcher->schemes == std::vector<std::string>{"sample"});
  CHECK_FALSE(description->interfaces[2].backend);
}

TEST_CASE("interfaces that this program does not know are described by name") {
  const WorkerRun run = run_worker({"describe", fixture("c_backend")});
  const auto description = description_from_json(run.standard_output);
  REQUIRE(description.has_value());
  CHECK(description->toolchain == "C11");
  REQUIRE(description->interfaces.size() == 2);
  CHECK(description->interfaces[0].thread_safe);
  CHECK(description->interfaces[1].id == "com.example.gauge/2");
  CHECK_FALSE(description->interfaces[1].thread_safe);
}

TEST_CASE("what a plugin prints does not get into its description") {
  const WorkerRun run = run_worker({"describe", fixture("prints_when_loaded")});
  CHECK(run.exit_status == 0);
  CHECK(run.standard_error == "{\"this\": \"is no description\"}\n");
  CHECK(description_from_json(run.standard_output).has_value());
}

TEST_CASE("a plugin that cannot be described is refused in one line") {
  const auto refusal = [](const std::string& name) {
    const WorkerRun run = run_worker({"describe", fixture(name)});
    CHECK(run.exit_status == 1);
    CHECK(run.standard_output.empty());
    return run.standard_error;
  };
  CHECK(refusal("throws_in_create") == "misbehaving: the constructor throws\n");
  CHECK(refusal("throws_in_describe") == "misbehaving: an exception of unknown type\n");
  CHECK(refusal("wrong_option") ==
        "misbehaving: it declares an option \"other-option\"; wanted is \"misbehaving-\" followed "
        "by small letters, digits and dashes (the plugin is at fault: ask its author)\n");
  CHECK(refusal("null_descriptor") == fixture("null_descriptor").native() +
                                          " describes itself by a null pointer (the plugin is at "
                                          "fault: ask its author)\n");
}

TEST_CASE("a library that ends or hangs its process does so in the worker") {
  CHECK(run_worker({"describe", fixture("aborts_when_loaded")}).signal == SIGABRT);
  const WorkerRun hanging =
      run_worker({"describe", fixture("hangs_in_describe")}, std::chrono::milliseconds(500));
  CHECK(hanging.timed_out);
  CHECK(hanging.standard_output.empty());
}

// --- execute -------------------------------------------------------------------------------------

// Has the worker do an action of a fixture; the request is kept in `scratch`.
WorkerRun execute(const ScratchDirectory& scratch, WorkerRequest request) {
  std::ofstream(scratch / "request.json") << to_json(request);
  return run_worker({"execute", scratch / "request.json"});
}

WorkerRequest request_for(const std::string& plugin, const std::string& name,
                          const std::string& action) {
  WorkerRequest request;
  request.library = fixture(plugin);
  request.interface = SR_BACKEND_ID;
  request.name = name;
  request.request.action = action;
  return request;
}

TEST_CASE("the worker does an action and keeps the answer") {
  const ScratchDirectory scratch;
  WorkerRequest request = request_for("c_backend", "plain", "count");
  request.request.inputs = {{"a", "x"}, {"b", "y"}, {"c", "z"}};
  request.answer = scratch / "answer.json";
  const WorkerRun run = execute(scratch, request);
  CHECK(run.exit_status == 0);
  CHECK(run.standard_output.empty());
  CHECK(run.standard_error.empty());
  const auto answer = read_execute_answer(scratch / "answer.json");
  REQUIRE(answer.has_value());
  CHECK(answer->results[0].shape == std::vector<std::int64_t>{3});
}

TEST_CASE("an answer that nobody wants is not kept") {
  const ScratchDirectory scratch;
  CHECK(execute(scratch, request_for("c_backend", "plain", "count")).exit_status == 0);
  const auto files = std::filesystem::directory_iterator(scratch.path());
  CHECK(std::distance(begin(files), end(files)) == 1);  // the request
}

TEST_CASE("an action that fails says why, and of what kind the failure is") {
  const ScratchDirectory scratch;
  const WorkerRun failed = execute(scratch, request_for("prints_when_loaded", "misbehaving", "x"));
  CHECK(failed.exit_status == 1);
  CHECK(failed.standard_output.empty());
  CHECK(failed.standard_error.ends_with("misbehaving: it cannot be done\n"));

  const WorkerRun invalid = execute(scratch, request_for("wrong_option", "misbehaving", "invalid"));
  CHECK(invalid.exit_status == 2);
  CHECK(invalid.standard_error == "misbehaving: a wrong argument\nmend it\n");

  CHECK(execute(scratch, request_for("wrong_option", "misbehaving", "abort")).signal == SIGABRT);

  WorkerRequest refused = request_for("c_backend", "plain", "count");
  refused.configuration.options["plain-mode"] = "broken";
  const WorkerRun configuration = execute(scratch, refused);
  CHECK(configuration.exit_status == 2);
  CHECK(configuration.standard_error == "plain: the mode \"broken\" is not there\ntry \"whole\"\n");
}

TEST_CASE("an action is not done by a library that is not the trusted one any more") {
  const ScratchDirectory scratch;
  WorkerRequest request = request_for("c_backend", "plain", "count");
  request.trusted_sha256 = sha256_of_file(request.library).value();
  CHECK(execute(scratch, request).exit_status == 0);
  request.trusted_sha256.back() = request.trusted_sha256.back() == '0' ? '1' : '0';
  const WorkerRun run = execute(scratch, request);
  CHECK(run.exit_status == static_cast<int>(WorkerStatus::broken));
  CHECK(run.standard_error.find("is no longer the file that was trusted") != std::string::npos);
}

TEST_CASE("what the host gets wrong is told from what a plugin gets wrong") {
  const ScratchDirectory scratch;
  const auto outcome = [&](const WorkerRequest& request) {
    const WorkerRun run = execute(scratch, request);
    CHECK(run.exit_status == broken);
    return run.standard_error;
  };
  CHECK(outcome(request_for("c_backend", "other", "x"))
            .starts_with(fixture("c_backend").native() + " offers no backend \"other\"\n"));
  CHECK(outcome(request_for("nowhere", "x", "x"))
            .starts_with(fixture("nowhere").native() + " cannot be opened: "));
  WorkerRequest comparator = request_for("sample", "sample_comparator", "x");
  comparator.interface = "sharkreg.comparator/1";
  CHECK(outcome(comparator) ==
        "\"sharkreg.comparator/1\" has no actions; wanted is sharkreg.backend/1\n");

  const std::string file = scratch / "odd.json";
  const auto read = [&](std::string_view content) {
    std::ofstream(file) << content;
    const WorkerRun run = run_worker({"execute", file});
    CHECK(run.exit_status == broken);
    return run.standard_error;
  };
  CHECK(read("{}").starts_with(file + " has not the schema \"sharkreg.worker_request/1\"\n"));
  CHECK(read(R"({"schema": "sharkreg.worker_request/1", "nme": "x"})")
            .starts_with(file + ": the member \"/nme\" is not known here\n"));
  CHECK(read("{").find(file) != std::string::npos);
  CHECK(run_worker({"execute", scratch / "none.json"}).exit_status == broken);
  CHECK(run_worker({}).exit_status == broken);
  CHECK(run_worker({"describe"}).standard_error.starts_with("usage: sharkreg-worker describe"));
}

TEST_CASE("an answer that cannot be kept is trouble of the host") {
  const ScratchDirectory scratch;
  WorkerRequest request = request_for("c_backend", "plain", "count");
  request.answer = scratch.path();  // a directory
  CHECK(execute(scratch, request).exit_status == broken);
}

TEST_CASE("a request comes back as it went") {
  const ScratchDirectory scratch;
  WorkerRequest request = request_for("sample", "sample", "unpack");
  request.configuration.options = {{"sample-mode", "x"}};
  request.request.arguments = {"a", "b"};
  request.answer = "answer.json";
  std::ofstream(scratch / "request.json") << to_json(request);
  const auto back = read_worker_request(scratch / "request.json");
  REQUIRE(back.has_value());
  CHECK(to_json(*back) == to_json(request));
  CHECK(back->request.arguments == request.request.arguments);
  CHECK(back->answer == "answer.json");
}

}  // namespace
}  // namespace sharkreg::core
