// SPDX-License-Identifier: Apache-2.0
// What holds for every interface, whatever its kind.
#include <array>
#include <exception>
#include <malloc.h>
#include <thread>

#include <boost/json.hpp>

#include <fmt/format.h>

#include <sharkreg/configuration.h>

#include "cases.h"
#include "process_state.h"

namespace sharkreg::conformance {
namespace {

using Questions = std::vector<Question>;
namespace json = boost::json;

std::string age_text(Age age) {
  switch (age) {
    case Age::newer:
      return " by a newer host, whose structs are longer";
    case Age::older:
      return " by an older host, whose sr_host ends before its callbacks";
    case Age::null:
      return " by a host whose callbacks are null";
    case Age::current:
      break;
  }
  return {};
}

void ask_all(Context& context, const Questions& questions, const Instance& instance, Age age) {
  for (const Question& question : questions) {
    context.ask(question.name + age_text(age));
    const Answer answer = question.ask(instance, age);
    context.require(answer.status >= SR_OK && answer.status <= SR_CHANGED, "a status of sr_status",
                    name_of_status(answer.status), "return one of the SR_… values");
    if (answer.status != SR_OK && answer.status != SR_ABSENT) expect_refusal(context, answer);
  }
}

void check_creation(Context& context) {
  const Host host;
  const Instance instance(context, host);
  context.ask("destroy");
}

struct Try {
  const char* what;
  const char* configuration;
};

// Options of the user come as text, checked; but a host may hand over anything.
constexpr Try wrong_configurations[] = {
    {"no members at all", "{}"},
    {"options that are a text", R"({"schema": "sharkreg.configuration/1", "options": "x"})"},
    {"an option that is a number",
     R"({"schema": "sharkreg.configuration/1", "options": {"a": 1}})"},
    {"an option that nobody declared",
     R"({"schema": "sharkreg.configuration/1", "options": {"nobody-declared-this": "x"}})"},
    {"tool directories that are an object",
     R"({"schema": "sharkreg.configuration/1", "tool_directories": {"a": "b"}})"},
    {"a tool directory that does not exist",
     R"({"schema": "sharkreg.configuration/1", "tool_directories": ["/no/such/place"]})"},
    {"a member that came later",
     R"({"schema": "sharkreg.configuration/1", "options": {}, "came_later": [1, {"a": null}]})"},
};

void try_configuration(Context& context, const Host& host, const std::string& what,
                       const json::value& value) {
  context.ask("create with a configuration that has " + what);
  Tree configuration;
  configuration.root = value;
  configuration.has_root = true;
  Answer answer{SR_OK, std::make_unique<Tree>()};
  void* self = nullptr;
  answer.status = guarded(context, [&] {
    return context.interface->create(host.abi(), configuration.reader(), answer.tree->writer(),
                                     &self);
  });
  expect_success_or_text(context, answer);
  if (answer.status == SR_OK) context.interface->destroy(self);
}

// Names of the options that a backend declares.
std::vector<std::string> options_of(Context& context, const Kind& kind,
                                    const Questions& questions) {
  std::vector<std::string> names;
  if (kind.name != "backend") return names;
  const Host host;
  const Instance instance(context, host);
  const Answer answer = questions.front().ask(instance, Age::current);
  json::error_code error;
  const json::value* options = answer.tree->root.find_pointer("/options", error);
  if (options == nullptr || !options->is_array()) return names;
  for (const json::value& option : options->get_array()) {
    const json::value* name = option.find_pointer("/name", error);
    if (name != nullptr && name->is_string()) names.emplace_back(name->get_string());
  }
  return names;
}

void check_configurations(Context& context, const Kind& kind, const Questions& questions) {
  const Host host;
  for (const Try& wrong : wrong_configurations) {
    try_configuration(context, host, wrong.what, json::parse(wrong.configuration));
  }
  for (const std::string& name : options_of(context, kind, questions)) {
    for (const std::string& value :
         {std::string(), std::string("\n"), std::string("no such value"),
          std::string("-99999999999999999999"), std::string(100000, 'x')}) {
      const json::value configuration = {{"schema", SR_CONFIGURATION_SCHEMA},
                                         {"options", {{name, value}}}};
      try_configuration(context, host,
                        fmt::format("the value {} of {}", shown(value.substr(0, 20)), name),
                        configuration);
    }
  }
}

void check_extensions(Context& context) {
  if (context.interface->get_extension == nullptr) throw NotApplicable("it has no get_extension");
  const Host host;
  const Instance instance(context, host);
  const std::string long_id = "com.example." + std::string(100000, 'x') + "/1";
  for (const std::string_view id :
       {std::string_view(), std::string_view("/"), std::string_view("sharkreg.no_such_thing/1"),
        std::string_view("sharkreg.execute/999"), std::string_view("com.example.thing/1"),
        std::string_view("\xff\xfe", 2), std::string_view("sharkreg.execute/1\0x", 20),
        std::string_view(long_id)}) {
    context.ask(fmt::format("get_extension of {}", shown(to_abi(id))));
    const void* found = guarded(
        context, [&] { return context.interface->get_extension(instance.self(), to_abi(id)); });
    context.require(found == nullptr, "null", "a table",
                    "return null for every id that the plugin does not know");
  }
}

struct Use {
  std::size_t heap;
  std::size_t resident;
  std::size_t descriptors;
  std::size_t threads;
};

Use use_now() {
  const struct mallinfo2 heap = ::mallinfo2();
  return {heap.uordblks + heap.hblkhd, resident_bytes(), open_descriptors(), threads()};
}

constexpr int times = 1000;
#if SR_BUILD_FLAGS != 0
constexpr std::size_t most_resident_growth = 64u << 20;  // sanitizers keep what is freed
#else
constexpr std::size_t most_resident_growth = 4u << 20;
#endif
constexpr std::size_t most_heap_growth = times * std::size_t{16};

void make_and_end(Context& context, const Questions& questions) {
  const Host host;
  const Instance instance(context, host);
  questions.front().ask(instance, Age::current);
}

void check_growth(Context& context, const Questions& questions) {
  const auto tell = std::exchange(context.tell, nullptr);
  for (int time = 0; time < 100; ++time) make_and_end(context, questions);
  if (tell) tell(fmt::format("create and destroy, {} times", times));
  const Use before = use_now();
  for (int time = 0; time < times; ++time) make_and_end(context, questions);
  const Use after = use_now();
  context.asked = fmt::format("create, {}, destroy; {} times", questions.front().name, times);
  const char* const advice = "let destroy give back all that create and the calls took";
  context.require(after.descriptors <= before.descriptors, "no open descriptor left behind",
                  fmt::format("{} more", after.descriptors - before.descriptors), advice);
  context.require(after.threads <= before.threads, "no thread left behind",
                  fmt::format("{} more", after.threads - before.threads), advice);
  const auto growth = [](std::size_t from, std::size_t to) { return to > from ? to - from : 0; };
  const std::size_t heap = growth(before.heap, after.heap);
  context.require(heap <= most_heap_growth, "memory in use that does not grow",
                  fmt::format("{} bytes more, {} each time", heap, heap / times), advice);
  const std::size_t resident = growth(before.resident, after.resident);
  context.require(resident <= most_resident_growth, "a process that does not grow",
                  fmt::format("{} KiB more", resident / 1024), advice);
}

std::vector<std::string> answers_of(const Questions& questions, const Instance& instance) {
  std::vector<std::string> answers;
  for (const Question& question : questions) {
    answers.push_back(question.ask(instance, Age::current).text());
  }
  return answers;
}

void require_same(Context& context, const Questions& questions,
                  const std::vector<std::string>& wanted, const std::vector<std::string>& came,
                  const char* advice) {
  for (std::size_t index = 0; index < questions.size(); ++index) {
    if (wanted[index] == came[index]) continue;
    context.asked += ": " + questions[index].name;
    context.fail("the answer as before: " + shown(wanted[index]), shown(came[index]), advice);
  }
}

void check_stable(Context& context, const Questions& questions) {
  const Host host;
  const Instance one(context, host);
  const char* const advice =
      "let answers depend on the request alone: no counters, clocks or addresses";
  for (const Question& question : questions) {
    context.ask(question.name);
    const std::string first = question.ask(one, Age::current).text();
    context.ask(question.name + ", five times more");
    for (int time = 0; time < 5; ++time) {
      const std::string now = question.ask(one, Age::current).text();
      context.require(now == first, "the answer as before: " + shown(first), shown(now), advice);
    }
  }
}

void check_independent(Context& context, const Questions& questions) {
  const Host host;
  const Instance one(context, host);
  const auto first = answers_of(questions, one);
  const char* const advice = "keep state in the instance, not in variables of the library";
  {
    const Instance other(context, host);
    context.ask("the same of two instances in turn");
    require_same(context, questions, first, answers_of(questions, other), advice);
    require_same(context, questions, first, answers_of(questions, one), advice);
  }
  context.ask("the same after another instance ended");
  require_same(context, questions, first, answers_of(questions, one), advice);
}

void check_threads(Context& context, const Questions& questions) {
  const bool shared = (context.interface->flags & SR_INTERFACE_THREAD_SAFE) != 0;
  const Host host;
  const Instance one(context, host);
  const auto first = answers_of(questions, one);
  context.ask(shared ? "the usual questions, on eight threads of one instance"
                     : "the usual questions, on eight threads with an instance each");
  const auto tell = std::exchange(context.tell, nullptr);
  std::array<std::vector<std::string>, 8> answers;
  std::array<std::exception_ptr, 8> troubles;
  {
    std::vector<std::jthread> callers;
    for (std::size_t index = 0; index < answers.size(); ++index) {
      callers.emplace_back([&, index] {
        try {
          Context mine = context;
          for (int time = 0; time < 10; ++time) {
            if (shared) {
              answers[index] = answers_of(questions, one);
            } else {
              answers[index] = answers_of(questions, Instance(mine, host));
            }
            if (answers[index] != first) return;
          }
        } catch (...) {
          troubles[index] = std::current_exception();
        }
      });
    }
  }
  for (const auto& trouble : troubles) {
    if (trouble) std::rethrow_exception(trouble);
  }
  for (const auto& answer : answers) {
    require_same(context, questions, first, answer,
                 shared ? "guard what the instance shares, or take the flag thread-safe back"
                        : "share nothing between instances that is not guarded");
  }
}

void check_hosts(Context& context, const Questions& questions) {
  for (const Age age : {Age::newer, Age::older, Age::null}) {
    const Host host(age);
    const Instance instance(context, host);
    ask_all(context, questions, instance, age);
  }
}

void check_process(Context& context, const Questions& questions) {
  const ProcessState before = process_state();
  {
    const Host host;
    const Instance instance(context, host);
    ask_all(context, questions, instance, Age::current);
    context.ask("destroy");
  }
  context.ask("what create, all usual calls and destroy leave behind");
  const std::string changed = changed_since(before);
  context.require(changed.empty(), "a process as it was before", changed,
                  "restore it before the call returns; end threads in destroy; print nothing");
}

}  // namespace

std::vector<Case> common_cases(const Kind& kind) {
  // Questions need an interface, which is there only when the case is tried.
  using Check = void (*)(Context&, const Questions&);
  const auto asking = [&kind](Check check) {
    return [&kind, check](Context& context) { check(context, kind.questions(context)); };
  };
  return {
      {"create", "makes an instance from an empty configuration", &check_creation},
      {"configuration", "takes or refuses odd configurations, with a text",
       [&kind](Context& context) { check_configurations(context, kind, kind.questions(context)); }},
      {"extensions", "answers unknown extension ids with null", &check_extensions},
      {"growth", "comes and goes a thousand times without growth", asking(&check_growth)},
      {"stable", "gives equal answers to equal questions", asking(&check_stable)},
      {"independent", "keeps instances apart", asking(&check_independent)},
      {"threads", "answers alike on many threads", asking(&check_threads)},
      {"hosts", "works under older and newer hosts", asking(&check_hosts)},
      {"process", "leaves the process as it is", asking(&check_process)},
  };
}

}  // namespace sharkreg::conformance
