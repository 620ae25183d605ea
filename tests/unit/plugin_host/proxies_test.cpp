// SPDX-License-Identifier: Apache-2.0
#include "plugin_host/proxies.h"

#include <stdexcept>

#include <doctest/doctest.h>

#include "cut_off.h"
#include "fixtures.h"

namespace sharkreg::core {
namespace {

// What a call throws: "KIND: MESSAGE | HINT".
template <class Function>
std::string failure_of(Function&& function) {
  static const std::map<Failure::Kind, std::string> kinds = {
      {Failure::Kind::failed, "failed"},
      {Failure::Kind::invalid, "invalid"},
      {Failure::Kind::cancelled, "cancelled"},
      {Failure::Kind::unsupported, "unsupported"}};
  try {
    function();
  } catch (const Failure& failure) {
    const std::string hint = failure.hint().empty() ? "" : " | " + failure.hint();
    return kinds.at(failure.kind()) + ": " + failure.what() + hint;
  }
  return "nothing";
}

Result<std::unique_ptr<Backend>> sample_backend(const Configuration& configuration,
                                                const HostServices& services) {
  const auto library = load_fixture("sample");
  return make_backend_proxy(library, *library->find(SR_BACKEND_ID, "sample"), configuration,
                            services);
}

TEST_CASE("a backend of the SDK is seen through the C ABI as it is") {
  const FakeServices services;
  const auto backend = sample_backend({}, services);
  REQUIRE(backend.has_value());
  const BackendDescription description = (*backend)->describe();
  CHECK(description.program_formats == std::vector<std::string>{"mlir", "onnx"});
  REQUIRE(description.options.size() == 1);
  CHECK(description.options[0].name == "sample-mode");
  CHECK(description.options[0].default_value == "plain");
  CHECK(description.target_option == "sample-mode");

  CompileRequest request;
  request.program = {"program", "model.mlir", "mlir"};
  request.compiler_flags = {"--a", "--b=\xc3\xb6"};
  const CompilePlan plan = (*backend)->plan_compile(request);
  REQUIRE(plan.actions.size() == 1);
  REQUIRE(plan.actions[0].arguments.size() == 3);
  CHECK(plan.actions[0].arguments[1].parts[0].value == "--b=\xc3\xb6");
  CHECK(plan.actions[0].arguments[2].parts[1].kind == ArgumentPart::Kind::input);
  CHECK(plan.actions[0].arguments[2].parts[1].value == "program");

  FailureReport report;
  report.standard_error = "it broke";
  const Classification classification = (*backend)->classify(report);
  CHECK(classification.kind == FailureKind::run_error);
  CHECK(classification.sentence == "it broke");
}

TEST_CASE("a plugin uses the services of its host") {
  FakeServices services;
  services.variables["SAMPLE"] = "from outside";
  Configuration configuration;
  configuration.tool_directories = {"/opt/tools"};
  const auto backend = sample_backend(configuration, services);
  REQUIRE(backend.has_value());
  const Probe probe = (*backend)->probe({});
  CHECK(probe.notes == std::vector<std::string>{"from outside", "from outside", "out err 3"});
  CHECK(probe.tools[0].path == "/opt/tools/tool");
  CHECK(services.asked == std::vector<std::string>{"/usr/bin/tool", "--help", "/usr/bin/tool"});
  CHECK(services.limit == std::chrono::seconds(2));
  REQUIRE(services.logged.size() == 1);
  CHECK(services.logged[0] == std::pair<sr_log_level, std::string>{SR_LOG_NOTE, "probing"});

  services.tools_fail = true;
  CHECK(failure_of([&] { (*backend)->probe({}); }) == "failed: sample: the tool took too long");
}

TEST_CASE("what a plugin throws arrives as a failure with its name") {
  const FakeServices services;
  const auto backend = sample_backend({}, services);
  REQUIRE(backend.has_value());
  CompileRequest request;
  request.target = "throw";
  CHECK(failure_of([&] { (*backend)->plan_compile(request); }) ==
        "failed: sample: thrown on purpose");
  request.target = "throw an int";
  CHECK(failure_of([&] { (*backend)->plan_compile(request); }) ==
        "failed: sample: an exception of unknown type");
  CHECK(failure_of([&] {
          (*backend)->execute({"unpack", {}, {}, {}});
        }) == "unsupported: sample: this backend has no in-process action \"unpack\"");
}

TEST_CASE("a configuration that a plugin refuses is an error") {
  const FakeServices services;
  Configuration configuration;
  configuration.options["sample-mode"] = "refuse";
  const auto backend = sample_backend(configuration, services);
  REQUIRE_FALSE(backend.has_value());
  CHECK(backend.error().kind == ErrorKind::invalid);
  CHECK(to_text(backend.error()) == "sample: no such mode (leave --sample-mode out)");
}

TEST_CASE("a request that cannot be carried is refused before the plugin sees it") {
  const FakeServices services;
  const auto backend = sample_backend({}, services);
  REQUIRE(backend.has_value());
  CompileRequest request;
  request.compiler_flags = {"\xff"};
  CHECK(failure_of([&] { (*backend)->plan_compile(request); }) ==
        "invalid: sample: cannot be asked to plan_compile: the value at \"/compiler_flags/0\" was "
        "not accepted");
}

TEST_CASE("a backend in plain C is as good as any") {
  const FakeServices services;
  const auto library = load_fixture("c_backend");
  const sr_interface& interface = *library->find(SR_BACKEND_ID, "plain");
  const auto backend = make_backend_proxy(library, interface, {}, services);
  REQUIRE(backend.has_value());
  CHECK((*backend)->describe().options[0].name == "plain-mode");

  CompileRequest request;
  request.program.file_name = "tide.mlir";
  const CompilePlan plan = (*backend)->plan_compile(request);
  REQUIRE(plan.actions.size() == 1);
  CHECK(plan.actions[0].arguments[0].parts[0].value == "tide.mlir");
  CHECK(plan.actions[0].arguments[1].parts[1].kind == ArgumentPart::Kind::output);
  CHECK(plan.actions[0].outputs[0].file_name == "model.bin");

  const ExecuteAnswer answer = (*backend)->execute({"count", {}, {{"a", "x"}, {"b", "y"}}, {}});
  REQUIRE(answer.results.size() == 1);
  CHECK(answer.results[0].type == "bf16");
  CHECK(answer.results[0].shape == std::vector<std::int64_t>{2});

  const std::string file = fixture("c_backend").native();
  CHECK(failure_of([&] { (*backend)->probe({}); }) ==
        "unsupported: plain: " + file +
            " does not offer probe | use a newer version of the plugin");
  CHECK(failure_of([&] { (*backend)->classify({}); }) ==
        "failed: plain: classify failed with status 2, without a word why | the plugin is " + file +
            "; ask its author");

  Configuration configuration;
  configuration.options["plain-mode"] = "broken";
  const auto broken = make_backend_proxy(library, interface, configuration, services);
  REQUIRE_FALSE(broken.has_value());
  CHECK(to_text(broken.error()) == "plain: the mode \"broken\" is not there (try \"whole\")");
}

// --- Answers that do not fit, from a backend made by the test ------------------------------------

sr_status make(const sr_host*, const sr_reader*, sr_writer*, void**) {
  return SR_OK;
}
void drop(void*) {}

void put(sr_writer* answer, std::string_view path, std::string_view text) {
  answer->put_string(answer, to_abi(path), to_abi(text));
}

// The plan that the backend below answers with; the tests change it.
std::vector<std::pair<std::string, std::string>> next_answer;
sr_status next_status = SR_OK;

sr_status answer_plan(void*, const sr_reader*, sr_writer* answer) {
  for (const auto& [path, text] : next_answer) put(answer, path, text);
  return next_status;
}

sr_status answer_description(void*, sr_writer* answer) {
  put(answer, "/schema", BackendDescription::schema);
  return SR_OK;
}

struct HandMade {
  HandMade() {
    functions.struct_size = sizeof functions;
    functions.describe = &answer_description;
    functions.plan_compile = &answer_plan;
    interface.struct_size = sizeof interface;
    interface.id = to_abi(SR_BACKEND_ID);
    interface.name = to_abi("handmade");
    interface.create = &make;
    interface.destroy = &drop;
    interface.functions = &functions;
    next_answer.clear();
    next_status = SR_OK;
  }

  std::unique_ptr<Backend> backend(const sr_interface& of) const {
    return *make_backend_proxy(load_fixture("sane_descriptor"), of, {}, services);
  }

  std::string plan_failure() const {
    const auto made = backend(interface);
    return failure_of([&] { made->plan_compile({}); });
  }

  FakeServices services;
  sr_backend_functions functions{};
  sr_interface interface {};
};

TEST_CASE("an answer needs the schema that was asked for") {
  const HandMade sample;
  CHECK(sample.plan_failure() ==
        "failed: descriptor/handmade: its answer to plan_compile has no schema; wanted is "
        "\"sharkreg.compile_plan/1\" | use a version of the plugin that fits this sharkreg");
  next_answer = {{"/schema", "sharkreg.compile_plan/2"}};
  CHECK(sample.plan_failure() ==
        "failed: descriptor/handmade: its answer to plan_compile has the schema "
        "\"sharkreg.compile_plan/2\"; wanted is \"sharkreg.compile_plan/1\" | use a version of the "
        "plugin that fits this sharkreg");
  next_answer = {{"/schema", "sharkreg.compile_plan/1"}};
  CHECK(sample.plan_failure() == "nothing");
}

TEST_CASE("an answer with unknown or malformed members is refused, with optional ones taken") {
  const HandMade sample;
  next_answer = {{"/schema", "sharkreg.compile_plan/1"}, {"/mood", "good"}};
  CHECK(
      sample.plan_failure() ==
      "failed: descriptor/handmade: its answer does not fit plan_compile: the member \"/mood\" is "
      "not known here | update sharkreg, or use an older version of the plugin");
  next_answer.emplace_back("/optional/-", "mood");
  CHECK(sample.plan_failure() == "nothing");
  next_answer = {{"/schema", "sharkreg.compile_plan/1"}, {"/actions", "compile"}};
  CHECK(sample.plan_failure() ==
        "failed: descriptor/handmade: its answer does not fit plan_compile: \"/actions\" should be "
        "an array | the plugin is " +
            fixture("sane_descriptor").native() + "; ask its author");
}

TEST_CASE("each status has its meaning, unknown ones are failures") {
  const HandMade sample;
  const auto with = [&](sr_status status) {
    next_status = status;
    const std::string said = sample.plan_failure();
    return said.substr(0, said.find(" | "));
  };
  const std::string silent = ", without a word why";
  CHECK(with(SR_ABSENT) ==
        "failed: descriptor/handmade: plan_compile failed with status 1" + silent);
  CHECK(with(SR_FAILED) ==
        "failed: descriptor/handmade: plan_compile failed with status 2" + silent);
  CHECK(with(SR_INVALID) ==
        "invalid: descriptor/handmade: plan_compile failed with status 3" + silent);
  CHECK(with(SR_CANCELLED) ==
        "cancelled: descriptor/handmade: plan_compile failed with status 4" + silent);
  CHECK(with(SR_UNSUPPORTED) ==
        "unsupported: descriptor/handmade: plan_compile failed with status 5" + silent);
  CHECK(with(-77) == "failed: descriptor/handmade: plan_compile failed with status -77" + silent);
}

TEST_CASE("a table is read as far as it says that it goes") {
  HandMade sample;
  const CutOff<sr_backend_functions> shorter(sample.functions,
                                             offsetof(sr_backend_functions, plan_compile));
  sample.interface.functions = shorter.get();
  const CutOff<sr_interface> interface(sample.interface, sizeof(sr_interface));
  const auto backend = sample.backend(*interface.get());
  CHECK_NOTHROW(backend->describe());
  CHECK(failure_of([&] { backend->plan_compile({}); }).starts_with("unsupported: "));
  CHECK(failure_of([&] { backend->classify({}); }).starts_with("unsupported: "));
  CHECK(failure_of([&] { backend->execute({}); }).starts_with("unsupported: "));
}

TEST_CASE("a table that is longer than this program knows is fine") {
  HandMade sample;
  const Longer<sr_backend_functions> functions(sample.functions);
  sample.interface.functions = &functions.head;
  const Longer<sr_interface> interface(sample.interface);
  next_answer = {{"/schema", "sharkreg.compile_plan/1"}};
  const auto backend = sample.backend(interface.head);
  CHECK_NOTHROW(backend->plan_compile({}));
  CHECK(failure_of([&] { backend->plan_run({}); }).starts_with("unsupported: "));
}

// --- The other kinds -----------------------------------------------------------------------------

TEST_CASE("a fetcher passes its bytes on, in order") {
  const FakeServices services;
  const auto library = load_fixture("sample");
  const auto made =
      make_fetcher_proxy(library, *library->find(SR_FETCHER_ID, "sample_fetcher"), {}, services);
  REQUIRE(made.has_value());
  ArtifactFetcher& fetcher = **made;
  CHECK(fetcher.describe().schemes == std::vector<std::string>{"sample"});
  CHECK(fetcher.stat("sample:x")->size == 26);
  CHECK_FALSE(fetcher.stat("sample:none"));

  std::string got;
  const auto keep = [&](const void* bytes, std::size_t size) {
    got.append(static_cast<const char*>(bytes), size);
    return true;
  };
  fetcher.read("sample:x", {3, 12, "v1"}, keep);
  CHECK(got == "defghijklmno");
  got.clear();
  fetcher.read("sample:x", {20, ArtifactPart::to_end, {}}, keep);
  CHECK(got == "uvwxyz");

  got.clear();
  CHECK(
      failure_of([&] {
        fetcher.read("sample:endless", {0, 8, {}}, keep);
      }) ==
      "failed: sample/sample_fetcher: it read more bytes of sample:endless than it was asked for");
  CHECK(got == "abcde");
}

TEST_CASE("a fetcher stops when it is told to") {
  const FakeServices services;
  const auto library = load_fixture("sample");
  const auto made =
      make_fetcher_proxy(library, *library->find(SR_FETCHER_ID, "sample_fetcher"), {}, services);
  REQUIRE(made.has_value());
  for (const std::string url : {"sample:x", "sample:deaf"}) {
    CAPTURE(url);
    int calls = 0;
    CHECK(failure_of([&] {
            (*made)->read(url, {}, [&](const void*, std::size_t) { return ++calls < 2; });
          }) == "cancelled: sample/sample_fetcher: stopped reading " + url);
    CHECK(calls == 2);
    CHECK_THROWS_WITH_AS((*made)->read(url, {},
                                       [](const void*, std::size_t) -> bool {
                                         throw std::length_error("the disk is full");
                                       }),
                         "the disk is full", std::length_error);
  }
}

TEST_CASE("a comparator sees the tensors where they are") {
  const FakeServices services;
  const auto library = load_fixture("sample");
  const auto made = make_comparator_proxy(
      library, *library->find(SR_COMPARATOR_ID, "sample_comparator"), {}, services);
  REQUIRE(made.has_value());
  CHECK((*made)->describe().arguments == std::vector<std::string>{"--any"});
  const std::int16_t a[] = {1, 2, 3, 4, 5, 6};
  std::int16_t b[] = {1, 2, 3, 4, 5, 6};
  const TensorView expected{ElementType::i16, {2, 3}, a, sizeof a};
  const TensorView actual{ElementType::i16, {2, 3}, b, sizeof b};
  const Comparison equal = (*made)->compare(expected, actual, {"--x", "--y"});
  CHECK(equal.match);
  CHECK(equal.message == "i162,3,--x--y");
  b[5] = 7;
  CHECK_FALSE((*made)->compare(expected, actual, {}).match);
  const TensorView scalar{ElementType::i16, {}, a, 2};
  CHECK((*made)->compare(scalar, scalar, {}).message == "i16");
  CHECK(failure_of([&] { (*made)->compare(expected, actual, {"nan"}); }) ==
        "failed: sample/sample_comparator: the value at \"/metrics/error\" was not accepted");
}

TEST_CASE("a tuner resolver may have no answer") {
  const FakeServices services;
  const auto library = load_fixture("sample");
  const auto made =
      make_tuner_proxy(library, *library->find(SR_TUNER_ID, "sample_tuner"), {}, services);
  REQUIRE(made.has_value());
  const TunerRequest request{{{"mi300", "tuner.mlir"}}, "mi300", "rocm", "gfx942"};
  CHECK((*made)->resolve(request)->path == "tuner.mlir@rocm@gfx942");
  CHECK_FALSE((*made)->resolve({{{"mi300", "tuner.mlir"}}, "mi250", "rocm", "gfx90a"}));
}

}  // namespace
}  // namespace sharkreg::core
