// SPDX-License-Identifier: Apache-2.0
#include <algorithm>

#include <boost/json.hpp>
#include <fmt/format.h>

#include <sharkreg/backend.h>

#include "action_rules.h"
#include "backend_requests.h"
#include "cases.h"

namespace sharkreg::conformance {
namespace {

using Table = sr_backend_functions;
using Function = decltype(&Table::probe);
namespace json = boost::json;

template <class T>
Answer ask(const Instance& instance, Age age, Function function, const char* name,
           const T& request) {
  Tree question(age);
  fill(question, request);
  return instance.call(age, function, name, question.reader());
}

Answer ask_describe(const Instance& instance, Age age) {
  return instance.call(age, &Table::describe, "describe");
}

BackendDescription describe(Context& context, const Instance& instance) {
  context.ask("describe");
  return take<BackendDescription>(context, ask_describe(instance, Age::current));
}

Probe probe(Context& context, const Instance& instance, bool devices) {
  context.ask(devices ? "probe" : "probe without devices");
  ProbeRequest request;
  request.devices = devices;
  return take<Probe>(context, ask(instance, Age::current, &Table::probe, "probe", request));
}

// An instance that was asked what hosts ask before they plan.
struct Prepared {
  explicit Prepared(Context& context) : instance(context, host) {
    description = describe(context, instance);
    context.require(!description.program_formats.empty(), "one program format at least", "none",
                    "name the formats that it compiles, best first");
    for (const Device& device : probe(context, instance, true).devices) {
      if (device.usable && target.empty()) target = device.target;
    }
    if (target.empty() && !description.target_option.empty()) target = "sample_target";
  }

  Host host;
  Instance instance;
  BackendDescription description;
  std::string target;
};

bool is_option_of(std::string_view name, std::string_view backend) {
  const std::string prefix = std::string(backend) + "-";
  return name.starts_with(prefix) && name.size() > prefix.size() &&
         std::ranges::all_of(name, [](char c) {
           return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-';
         });
}

void check_description(Context& context) {
  const Prepared prepared(context);
  const std::string_view name = from_abi(context.interface->name);
  context.ask("describe");
  std::set<std::string> names;
  for (const OptionDeclaration& option : prepared.description.options) {
    context.require(is_option_of(option.name, name),
                    fmt::format("options called {}-[a-z0-9-]+", name), shown(option.name),
                    "begin each option with the backend's name");
    context.require(names.insert(option.name).second, "each option once", shown(option.name),
                    "declare it once; \"repeatable\" lets users give it often");
    context.require(!option.help.empty(), "help for " + option.name, "none",
                    "users see it in --help");
  }
  const std::string& target = prepared.description.target_option;
  context.require(target.empty() || names.count(target) > 0,
                  "a target_option that is one of the options", shown(target),
                  "declare it, or leave target_option out");
}

void check_probe(Context& context) {
  const Prepared prepared(context);
  const Probe found = probe(context, prepared.instance, true);
  std::set<std::string> ids;
  bool usable = false;
  for (const Device& device : found.devices) {
    context.require(!device.id.empty() && ids.insert(device.id).second,
                    "devices with an id of their own", shown(device.id),
                    "use what is stable on a machine: a PCI address, a UUID");
    context.require(device.usable || !device.unusable_because.empty(),
                    "a reason for a device that is not usable", "none", "fill unusable_because");
    usable = usable || device.usable;
  }
  context.require(usable || !found.looked_for.empty(), "what was looked for, where no device is",
                  "nothing", "fill looked_for: users ask why their device is not found");
  probe(context, prepared.instance, false);
}

void check_compile_plan(Context& context, const Prepared& prepared, const CompileRequest& request,
                        bool may_refuse) {
  context.ask("plan_compile for " + request.case_name);
  const Answer answer =
      ask(prepared.instance, Age::current, &Table::plan_compile, "plan_compile", request);
  if (may_refuse && answer.status != SR_OK) return expect_refusal(context, answer);
  const auto plan = take<CompilePlan>(context, answer);
  context.require(!plan.actions.empty(), "one action at least", "none",
                  "plan an action even if its tool is missing");
  const auto files = check_actions(context, plan.actions, ids_of(request));
  context.require(files.count("module") > 0, "an output with the id \"module\"", "none",
                  "call the compiled program so: runs refer to it");
  context.require(!request.pipeline_program || files.count("pipeline_module") > 0,
                  "an output with the id \"pipeline_module\"", "none",
                  "compile the pipeline program too, or refuse it with a text");
}

void check_compile(Context& context) {
  const Prepared prepared(context);
  for (const std::string& format : prepared.description.program_formats) {
    check_compile_plan(context, prepared, plain_compile(prepared.target, format), false);
  }
  check_compile_plan(context, prepared, full_compile(prepared.target, prepared.description), true);
}

void check_run_plan(Context& context, const Prepared& prepared, const RunRequest& request,
                    bool may_refuse) {
  context.ask("plan_run for " + request.case_name);
  const Answer answer = ask(prepared.instance, Age::current, &Table::plan_run, "plan_run", request);
  if (may_refuse && answer.status != SR_OK) return expect_refusal(context, answer);
  const auto plan = take<RunPlan>(context, answer);
  context.require(!plan.actions.empty(), "one action at least", "none",
                  "plan an action even if its tool is missing");
  const auto ids = ids_of(request);
  const auto files = check_actions(context, plan.actions, ids);
  for (const PlannedResult& result : plan.results) {
    context.require(files.count(result.output) > 0 && ids.count(result.output) == 0,
                    "results in outputs of the actions", shown(result.output),
                    "name the id of an action's output");
    context.require(ids.count(result.expectation) > 0, "results with an expectation of the request",
                    shown(result.expectation), "leave out results that nobody checks");
    context.require(!result.comparator.empty(), "a comparator for each result", "none",
                    "name the one that is meant");
    context.require(result.format == "npy" || result.format == "bin",
                    "results in the format npy or bin", shown(result.format), "write one of them");
    context.require(result.format != "bin" || files.count(plan.declarations) > 0,
                    "declarations, which results in the format bin need", shown(plan.declarations),
                    "plan an action that writes an ExecuteAnswer");
  }
}

void check_run(Context& context) {
  const Prepared prepared(context);
  check_run_plan(context, prepared, plain_run(prepared.target), false);
  check_run_plan(context, prepared, full_run(prepared.target, prepared.description), true);
}

void check_stall(Context& context, const Prepared& prepared, bool holds_device) {
  context.ask("classify of a run without progress");
  FailureReport report;
  report.action = "run";
  report.target = prepared.target;
  report.stall = Stall{120, 125, 3, holds_device};
  const auto found = take<Classification>(
      context, ask(prepared.instance, Age::current, &Table::classify, "classify", report));
  context.require(!found.sentence.empty(), "one sentence for people", "none",
                  "say that it hangs, or is only slow");
}

void check_classify(Context& context) {
  const Prepared prepared(context);
  check_stall(context, prepared, true);
  check_stall(context, prepared, false);
  for (const bool compiling : {true, false}) {
    for (const std::string& text :
         {std::string(), std::string("no compiler says this"), std::string("error: \x01\x02\n\n\n"),
          std::string(100000, 'x') + "\nerror: y\n"}) {
      for (const std::int64_t status : {1, 127, -1}) {
        context.ask(fmt::format("classify of a {} with status {} that said {}",
                                compiling ? "compile" : "run", status, shown(text.substr(0, 40))));
        FailureReport report{compiling, compiling ? "compile" : "run", prepared.target, status, "",
                             text};
        const auto found = take<Classification>(
            context, ask(prepared.instance, Age::current, &Table::classify, "classify", report));
        context.require(!found.sentence.empty(), "one sentence for people", "none",
                        "say what happened, if only the exit status");
        // Hosts that ask nobody about stalls refuse what they do not know.
        context.require(!found.hung && found.kind != FailureKind::timeout,
                        "\"hung\" and \"timeout\" only where \"stall\" is asked about",
                        found.hung ? "\"hung\"" : "\"timeout\"", "leave them out");
      }
    }
  }
}

Answer ask_tree(const Instance& instance, Function function, const char* name,
                const json::value& request) {
  Tree question;
  question.root = request;
  question.has_root = true;
  return instance.call(Age::current, function, name, question.reader());
}

struct Asked {
  const char* name;
  Function function;
  json::value request;
};

template <class T>
json::value tree_of(const T& request) {
  Tree tree;
  fill(tree, request);
  return tree.root;
}

std::vector<Asked> usual_requests(const Prepared& prepared) {
  const std::string& format = prepared.description.program_formats.front();
  return {
      {"plan_compile", &Table::plan_compile, tree_of(plain_compile(prepared.target, format))},
      {"plan_run", &Table::plan_run, tree_of(plain_run(prepared.target))},
      {"classify", &Table::classify, tree_of(FailureReport{false, "run", "", 1, "", "x"})},
  };
}

void check_unknown_members(Context& context) {
  const Prepared prepared(context);
  for (const auto& [name, function, request] : usual_requests(prepared)) {
    context.ask(fmt::format("{} with members that came later", name));
    const Answer usual = ask_tree(prepared.instance, function, name, request);
    json::value later = request;
    later.as_object()["came_later"] = {{"a", {1, nullptr, true}}};
    const Answer answer = ask_tree(prepared.instance, function, name, later);
    context.require(answer.text() == usual.text(),
                    "the same answer as without them: " + shown(usual.text()), shown(answer.text()),
                    "ignore members of requests that you do not know");
  }
}

void check_missing_members(Context& context) {
  const Prepared prepared(context);
  for (const auto& [name, function, request] : usual_requests(prepared)) {
    for (const auto& member : request.as_object()) {
      for (const json::value& value : {json::value(nullptr), json::value(json::array{1, "x"}),
                                       json::value(json::object{{"id", 7}})}) {
        json::value odd = request;
        context.ask(fmt::format("{} with {} for \"{}\"", name,
                                value.is_null() ? "nothing" : json::serialize(value),
                                std::string(member.key())));
        if (value.is_null()) {
          odd.as_object().erase(member.key());
        } else {
          odd.as_object()[member.key()] = value;
        }
        expect_success_or_text(context, ask_tree(prepared.instance, function, name, odd));
      }
    }
    context.ask(fmt::format("{} of an empty object", name));
    expect_success_or_text(context, ask_tree(prepared.instance, function, name, json::object()));
  }
}

}  // namespace

std::vector<Question> backend_questions(const Context&) {
  const CompileRequest compile = plain_compile("", "mlir");
  const RunRequest run = plain_run("");
  return {
      {"describe", &ask_describe},
      {"probe without devices",
       [](const Instance& instance, Age age) {
         ProbeRequest request;
         request.devices = false;
         return ask(instance, age, &Table::probe, "probe", request);
       }},
      {"plan_compile",
       [compile](const Instance& instance, Age age) {
         return ask(instance, age, &Table::plan_compile, "plan_compile", compile);
       }},
      {"plan_run",
       [run](const Instance& instance, Age age) {
         return ask(instance, age, &Table::plan_run, "plan_run", run);
       }},
      {"classify",
       [](const Instance& instance, Age age) {
         return ask(instance, age, &Table::classify, "classify",
                    FailureReport{true, "compile", "", 1, "", "error: something"});
       }},
  };
}

std::vector<Case> backend_cases() {
  return {
      {"describe", "describes its formats and options", &check_description},
      {"probe", "lists devices, or says what it looked for", &check_probe},
      {"plan_compile", "plans valid actions that write \"module\"", &check_compile},
      {"plan_run", "plans valid actions and results", &check_run},
      {"classify", "says of every failure what it means", &check_classify},
      {"unknown_members", "ignores members of requests that it does not know",
       &check_unknown_members},
      {"missing_members", "takes or refuses incomplete requests", &check_missing_members},
  };
}

}  // namespace sharkreg::conformance
