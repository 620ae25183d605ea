// SPDX-License-Identifier: Apache-2.0
#include "cli/option_table.h"

#include "cli/compatibility.h"

namespace sharkreg::core {
namespace {

using Type = OptionSpec::Type;

// Designated initialisers would have to name every member; this names what most options have.
OptionSpec option(const char* group, const char* name, const char* value_name, std::string help,
                  std::string default_value = {}) {
  OptionSpec spec;
  spec.name = name;
  spec.value_name = value_name;
  spec.help = std::move(help);
  spec.group = group;
  spec.default_value = std::move(default_value);
  return spec;
}

OptionSpec flag(const char* group, const char* name, const char* help) {
  OptionSpec spec = option(group, name, "", help, "false");
  spec.type = Type::boolean;
  return spec;
}

OptionSpec repeatable(OptionSpec spec) {
  spec.repeatable = true;
  return spec;
}

OptionSpec early(OptionSpec spec) {
  spec.names_plugins = true;
  return spec;
}

OptionSpec among(OptionSpec spec, std::vector<std::string> choices) {
  spec.choices = std::move(choices);
  return spec;
}

OptionSpec integer(OptionSpec spec) {
  spec.type = Type::integer;
  return spec;
}

OptionSpec number(OptionSpec spec) {
  spec.type = Type::number;
  return spec;
}

constexpr const char* selection = "What to test";
constexpr const char* hardware = "On what";
constexpr const char* plugins = "Plugins";
constexpr const char* scheduling = "What runs at a time";
constexpr const char* tools = "Tools and their flags";
constexpr const char* caching = "Compile cache";
constexpr const char* judgement = "Judgement";
constexpr const char* limits = "Limits of each action";
constexpr const char* places = "Places";
constexpr const char* reports = "Reports";

}  // namespace

std::vector<OptionSpec> own_options() {
  namespace old = compatibility;
  return {
      repeatable(option(selection, "model", "NAMES", "models, by name or glob, separated by commas",
                        std::string(old::default_model))),
      repeatable(option(selection, "submodel", "NAMES", "submodels, likewise",
                        std::string(old::default_submodel))),
      early(option(selection, "tests-dir", "DIR",
                   "directory of model directories; else ./regression_tests, else the "
                   "program's own")),
      option(selection, "shard", "I/N",
             "only the Ith of N parts of what is selected, cut so that they take about as long; "
             "`sharkreg merge` joins their results"),
      option(selection, "shard-history", "RESULTS",
             "results.jsonl of an earlier run, whose times decide how --shard cuts; else the "
             "history of this machine does. Shards on several machines need the same"),
      repeatable(option(selection, "filter", "PATTERN",
                        "steps, by a glob for MODEL/SUBMODEL/STEP or by re:EXPRESSION; ! before it "
                        "excludes")),
      flag(selection, "rerun-failed", "only steps that were bad when they were last judged"),
      among(option(selection, "stage", "STAGE",
                   "what this machine does: compile leaves runs out, run takes what compile made "
                   "from the output directory",
                   "all"),
            {"all", "compile", "run"}),
      integer(option(selection, "repeat", "COUNT",
                     "do each run so often, and compare its outputs bit for bit", "1")),
      option(selection, "resume", "RUN",
             "go on with an interrupted run, by its id, or latest: what it finished is taken over"),
      flag(judgement, "fail-fast", "start nothing more after the first bad verdict"),
      integer(option(judgement, "max-failures", "COUNT",
                     "start nothing more after so many bad verdicts")),
      integer(option(judgement, "retries", "COUNT",
                     "do a step that broken infrastructure stopped again, up to so often", "0")),
      flag(selection, "allow-unknown-fields", "unknown fields of model files are only warned of"),
      option(hardware, "sku", "NAME",
             "SKU whose tuner files and golden values count, or auto for that of the device",
             std::string(old::default_sku)),
      repeatable(
          option(hardware, "backend", "NAMES",
                 "backends to use, separated by commas; else those of --backend-plugin, else " +
                     std::string(old::default_backends_text))),
      repeatable(option(hardware, "require", "NAMES",
                        "backends whose missing device is a failure; those named by --backend or "
                        "--backend-plugin always are")),
      flag(hardware, "no-probe", "do not look for devices: try to run"),
      early(repeatable(option(plugins, "backend-plugin", "FILE",
                              "a backend, as path or as file name on the search path"))),
      early(repeatable(option(plugins, "fetcher-plugin", "FILE", "an artifact fetcher"))),
      early(repeatable(option(plugins, "comparator-plugin", "FILE", "a comparator"))),
      early(repeatable(option(plugins, "tuner-plugin", "FILE", "a tuner resolver"))),
      early(option(plugins, "plugin-path", "DIRS",
                   "directories to search, separated by colons, before the program's own")),
      early(
          among(option(plugins, "plugin-policy", "POLICY",
                       "which libraries are loaded: those that nobody else can write, or of these "
                       "only trusted ones",
                       "owner"),
                {"owner", "strict"})),
      early(option(plugins, "trusted-plugins", "FILE",
                   "the SHA-256 of each plugin that is trusted, as `sharkreg plugins --digests` "
                   "prints them; for --plugin-policy=strict")),
      early(among(option(plugins, "isolate", "WHAT",
                         "what of plugins is done in processes of its own: describing libraries "
                         "never seen before and actions, or all",
                         "describe"),
                  {"describe", "all"})),
      flag(places, "offline",
           "fetch nothing over the network: what is not in the store is an error"),
      among(option(places, "revalidate", "WHEN",
                   "whether a server is asked again for what the store has: etag does so once in "
                   "24 hours",
                   "etag"),
            {"never", "etag", "always"}),
      option(places, "revalidate-after", "TIME", "how long etag asks nobody: 24h, 30m", "24h"),
      repeatable(option(places, "mirror", "FROM=TO",
                        "URLs that begin with FROM are looked for at TO first")),
      number(option(places, "fetch-jobs", "COUNT", "artifacts that are fetched at a time", "8")),
      option(places, "fetch-timeout", "TIME",
             "limit for fetching one artifact, with all that is tried again", "6h"),
      option(places, "max-size", "SIZE",
             "bytes that the store may have, such as 200G: what was used longest ago goes first"),
      option(places, "cacert", "FILE",
             "certificate authorities (PEM) in place of the system's, for https"),
      among(option(places, "place", "HOW",
                   "artifacts lie where runs expect them as links to the store, or as copies",
                   "link"),
            {"link", "copy"}),
      option(places, "lock", "FILE",
             "lock file, which pins artifacts by SHA-256; default: sharkreg.lock in the directory "
             "of the models, if there is one"),
      flag(places, "locked",
           "an artifact at a URL that neither its model file nor the lock file pins is an error"),
      number(option(scheduling, "jobs", "COUNT",
                    "CPU slots that actions share; default: the processors that may be used")),
      number(option(scheduling, "device-jobs", "COUNT", "actions that share a device", "1")),
      number(option(scheduling, "load-limit", "LOAD",
                    "start nothing more while the machine's load average is above this")),
      flag(scheduling, "exclusive-timing",
           "runs have the machine to themselves, among all sharkreg processes on it"),
      option(plugins, "tuner-resolver", "NAME", "who chooses tuner files",
             std::string(old::default_tuner_resolver)),
      option(tools, "tools-dir", "DIR",
             "directory of the compiler and runtime tools; else IREE_TOOLS_DIR, PATH, and those "
             "that were set up with sharkreg"),
      among(
          option(tools, "flag-compat", "HOW",
                 "flags that the compiler does not know: rename those with a successor, also drop "
                 "those without, or refuse all",
                 "rename"),
          {"rename", "drop", "strict"}),
      repeatable(option(tools, "compile-arg", "[BACKEND:]ARG",
                        "one more argument for compiles, for a try")),
      repeatable(
          option(tools, "run-arg", "[BACKEND:]ARG", "one more argument for runs, for a try")),
      among(option(caching, "cache", "HOW",
                   "results of compiles in the store: used and added to, only used, only added to "
                   "(refresh), or left alone",
                   "readwrite"),
            {"readwrite", "read", "refresh", "off"}),
      flag(caching, "no-cache", "as --cache=off"),
      flag(caching, "explain", "say of each compile that is not cached what changed"),
      option(caching, "remote-cache", "URL",
             "a cache shared by a team: a server that speaks Bazel's HTTP cache protocol"),
      among(option(caching, "remote-cache-mode", "HOW", "whether results are added to it", "read"),
            {"read", "readwrite"}),
      option(caching, "verify-cache", "PERCENT",
             "compile so many of the cached results again and compare them byte for byte", "0"),
      flag(caching, "reuse-runs",
           "cache runs, too, of which the backend says that they always give the same"),
      number(option(judgement, "timeout", "SECONDS", "time limit of each compile and each run",
                    "600")),
      among(option(judgement, "xfail", "HOW", "what to do with steps that are expected to fail",
                   "run"),
            {"run", "skip"}),
      flag(judgement, "strict-xfail", "an unexpected pass is a failure"),
      option(judgement, "baseline", "RESULTS",
             "results.jsonl of an earlier run, or its directory: only failures that are new fail "
             "the whole"),
      option(judgement, "comparator", "NAME",
             "compares outputs, in place of what the backend means; runtime leaves it to the "
             "runtime that runs the model"),
      option(limits, "memory-limit", "SIZE",
             "memory that the processes of one action may use together: 20G, 512Mi"),
      number(option(limits, "cpu-limit", "SECONDS",
                    "CPU time that they may use together; 0: as much as they want", "0")),
      option(limits, "file-limit", "SIZE", "size that a file may have that an action writes"),
      option(limits, "output-limit", "SIZE",
             "what is kept of each stream that an action prints: of more, head and tail; 0: all",
             "64Mi"),
      number(option(limits, "stall-timeout", "SECONDS",
                    "an action that has a device and makes no progress for so long is looked at by "
                    "its backend, which stops it if it hangs; 0: never",
                    "120")),
      option(limits, "cgroup", "DIR",
             "directory of cgroup v2, delegated to you, in which each action gets a group; else "
             "that of sharkreg itself, if it is alone there"),
      option(places, "cache-dir", "DIR", "everything that sharkreg keeps; default: XDG's cache"),
      option(places, "artifacts-dir", "DIR",
             "fetched artifacts; else $IREE_TEST_FILES/artifacts, else below the cache"),
      option(places, "output-dir", "DIR",
             "compiled programs; else $TEST_OUTPUT_ARTIFACTS, else below the cache"),
      option(reports, "junit", "FILE", "write JUnit XML"),
      option(reports, "trace", "FILE", "write what ran when on what, as a Chrome trace"),
      option(reports, "summary", "FILE", "append a Markdown summary, as for GITHUB_STEP_SUMMARY"),
      among(option(reports, "color", "WHEN", "colours", "auto"), {"auto", "always", "never"}),
  };
}

std::vector<OptionSpec> cache_options() {
  return {option("Options of cache", "older-than", "TIME",
                 "gc removes what was not used for so long: 30d, 12h")};
}

std::vector<OptionSpec> history_options() {
  constexpr const char* group = "Options of history";
  return {number(option(group, "last", "COUNT", "how many executions of each step", "10")),
          option(group, "step", "GLOB", "only steps like this: 'run *', 'compile cpu'"),
          among(option(group, "format", "FORMAT", "what export writes", "csv"), {"csv", "jsonl"}),
          option(group, "output", "FILE", "where export writes; else what is printed")};
}

std::vector<OptionSpec> merge_options() {
  return {option("Options of merge", "output", "PLACE",
                 "where the joined results go: a directory, or a file *.jsonl")};
}

std::vector<OptionSpec> plan_options() {
  constexpr const char* group = "Options of plan";
  return {
      among(option(group, "format", "FORMAT", "how the plan is printed", "json"), {"json", "sh"})};
}

std::vector<OptionSpec> fetch_options() {
  constexpr const char* group = "Options of fetch";
  return {option(group, "pin", "FILE",
                 "fetch all that is named, and write its SHA-256 into this model file (.json), or "
                 "for the selected models into this lock file (.lock)"),
          flag(group, "repin", "replace pins in the file of --pin that no longer hold")};
}

std::vector<OptionSpec> plugins_options() {
  constexpr const char* group = "Options of plugins";
  return {
      flag(group, "digests", "print the SHA-256 of each accepted plugin, for --trusted-plugins"),
      early(flag(group, "recheck", "ask those again that are remembered to have crashed or hung"))};
}

std::vector<OptionSpec> new_plugin_options() {
  return {option("Options of new-plugin", "directory", "DIR",
                 "where the project is written; default: ./NAME")};
}

std::vector<OptionSpec> compare_options() {
  constexpr const char* group = "Options of compare";
  return {option(group, "value", "TYPE",
                 "shape and element type of the expected tensor, such as 8xf32; needed unless it "
                 "is an .npy file"),
          repeatable(option(group, "args", "ARGUMENTS",
                            "arguments for the comparator, separated by spaces"))};
}

}  // namespace sharkreg::core
