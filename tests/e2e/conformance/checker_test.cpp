// SPDX-License-Identifier: Apache-2.0
// What sharkreg-conformance says of plugins that are wrong in one way: the case that fails, and why.
#include <filesystem>

#include <doctest/doctest.h>

#include "bad_plugins.h"
#include "scene.h"

namespace sharkreg::e2e {
namespace {

namespace fs = std::filesystem;

// The checker names this case as failed, and says what came.
void names(const std::string& file, const std::string& name, const std::string& came,
           const Arguments& more = {}) {
  const Sandbox box;
  Arguments arguments = {"--only=" + name, file};
  arguments.insert(arguments.end(), more.begin(), more.end());
  const Ended ended = run_checker(box, arguments);
  INFO(ended.out << ended.err);
  CHECK(ended.exit_status == 1);
  CHECK(contains(ended.out, "FAIL  " + name + " "));
  CHECK(contains(ended.out, came));
  CHECK(contains(ended.out, " 1 failed,"));
  CHECK(ended.err == "");
}

void names_comparator(const std::string& plugin, const std::string& name, const std::string& came) {
  names(bad_plugin(plugin), "comparator/bad/" + name, came);
}

void names_fetcher(const std::string& plugin, const std::string& name, const std::string& came) {
  names(bad_plugin(plugin), "fetcher/bad/" + name, came, {"--url=bad://shelf/sample.mlir"});
}

void names_backend(const std::string& plugin, const std::string& name, const std::string& came) {
  names(bad_plugin(plugin), "backend/bad/" + name, came);
}

void names_tuner(const std::string& plugin, const std::string& name, const std::string& came) {
  names(bad_plugin(plugin), "tuner/bad/" + name, came);
}

void names_descriptor(const std::string& file, const std::string& came) {
  names(file, "library/descriptor", came);
}

std::string written(const Sandbox& box, std::string_view content) {
  return box.write("libwritten.so", content);
}

}  // namespace

TEST_CASE("checker: a text file") {
  const Sandbox box;
  names(written(box, "no library, but long enough to be the header of one of them, surely\n"),
        "library/file", "it is no ELF file");
}
TEST_CASE("checker: an empty file") {
  const Sandbox box;
  names(written(box, ""), "library/file", "it has 0 bytes");
}
TEST_CASE("checker: a truncated file") {
  const Sandbox box;
  const std::string whole = content_of(bad_plugin("good_comparator"));
  names(written(box, whole.substr(0, whole.size() / 3)), "library/file", "it is cut short");
}
TEST_CASE("checker: another architecture") {
  const Sandbox box;
  names(written(box, for_another_machine(content_of(bad_plugin("good_comparator")))),
        "library/file", "for another architecture");
}
TEST_CASE("checker: a file that everybody can write") {
  const Sandbox box;
  const std::string file = written(box, content_of(bad_plugin("good_comparator")));
  fs::permissions(file, fs::perms(0777));
  names(file, "library/file", "lets others write");
}

TEST_CASE("checker: no symbol") {
  names(fixture("no_symbol"), "library/loads", "no such symbol");
}
TEST_CASE("checker: a symbol that nobody defines") {
  names(fixture("needs_more"), "library/loads", "nobody_defines_this");
}
TEST_CASE("checker: a library that aborts when it is loaded") {
  names(fixture("aborts_when_loaded"), "library/loads", "SIGABRT");
}
TEST_CASE("checker: a library that prints when it is loaded") {
  names(fixture("prints_when_loaded"), "library/loading", "what stands on standard output");
}
TEST_CASE("checker: two exports") {
  names(bad_plugin("two_exports"), "library/exports", "another_export");
}

TEST_CASE("checker: wrong magic") {
  names_descriptor(fixture("wrong_magic"), "0x1122334455667788");
}
TEST_CASE("checker: other major") {
  names_descriptor(fixture("other_major"), "came    7");
}
TEST_CASE("checker: minor too new") {
  names_descriptor(fixture("minor_too_new"), "came    99");
}
TEST_CASE("checker: other sanitizer") {
  names_descriptor(fixture("other_sanitizer"), "came    3");
}
TEST_CASE("checker: null descriptor") {
  names_descriptor(fixture("null_descriptor"), "a null pointer");
}
TEST_CASE("checker: struct_size 0") {
  names_descriptor(bad_plugin("size_0"), "came    0");
}
TEST_CASE("checker: struct_size huge") {
  names_descriptor(bad_plugin("size_huge"), "came    18446744073709551615");
}
TEST_CASE("checker: struct_size 0 of an interface") {
  names_descriptor(bad_plugin("interface_size_0"), "came    0");
}
TEST_CASE("checker: null interfaces") {
  names_descriptor(bad_plugin("no_interfaces"), "at a null pointer");
}
TEST_CASE("checker: null table") {
  names_descriptor(bad_plugin("no_functions"), "a null pointer");
}
TEST_CASE("checker: a name that is not UTF-8") {
  names_descriptor(bad_plugin("name_not_utf8"), "bytes that are not UTF-8");
}
TEST_CASE("checker: a name with capitals") {
  names_descriptor(bad_plugin("name_with_capitals"), "\"Bad\"");
}
TEST_CASE("checker: one interface twice") {
  names_descriptor(bad_plugin("twice"), "twice");
}
TEST_CASE("checker: a description that changes") {
  names(bad_plugin("version_counts"), "library/constant", "another one");
}

TEST_CASE("checker: struct_size 0 of a table") {
  names_comparator("table_size_0", "describe", "a struct_size that ends before it");
}
TEST_CASE("checker: hangs in create") {
  names(bad_plugin("hangs_in_create"), "comparator/bad/create", "within the time limit of 1 s",
        {"--time-limit=1"});
}
TEST_CASE("checker: exits in create") {
  names_comparator("exits_in_create", "create", "exit status 0");
}
TEST_CASE("checker: throws in create") {
  names(fixture("throws_in_create"), "backend/misbehaving/create", "the constructor throws");
}
TEST_CASE("checker: wants a configuration") {
  names_comparator("wants_configuration", "create", "SR_INVALID without a text");
}
TEST_CASE("checker: leaks") {
  names_comparator("leaks", "growth", "does not grow");
}
TEST_CASE("checker: leaks descriptors") {
  names_comparator("leaks_descriptors", "growth", "1000 more");
}
TEST_CASE("checker: a thread that stays") {
  names_comparator("thread_stays", "process", "the number of threads was 1, and is 2");
}
TEST_CASE("checker: closes stdout") {
  names_comparator("closes_stdout", "process", "is closed");
}
TEST_CASE("checker: prints") {
  names_comparator("prints", "process", "what stands on standard output");
}
TEST_CASE("checker: changes the working directory") {
  names_comparator("changes_directory", "process", "the working directory was");
}
TEST_CASE("checker: changes the locale") {
  names_comparator("changes_locale", "process", "the locale was");
}
TEST_CASE("checker: changes the environment") {
  names_comparator("changes_environment", "process", "the environment was changed");
}
TEST_CASE("checker: changes signal handlers") {
  names_comparator("changes_signals", "process", "the set of signal handlers");
}
TEST_CASE("checker: calls what an old host has not") {
  names_comparator("uses_old_host", "hosts", "SIGSEGV");
}
TEST_CASE("checker: knows every extension") {
  names_comparator("knows_every_extension", "extensions", "a table");
}

TEST_CASE("checker: exits in describe") {
  names_comparator("exits_in_describe", "describe", "exit status 0");
}
TEST_CASE("checker: throws in describe") {
  names(fixture("throws_in_describe"), "backend/misbehaving/describe", "of unknown type");
}
TEST_CASE("checker: hangs in describe") {
  names(fixture("hangs_in_describe"), "backend/misbehaving/describe", "time limit",
        {"--time-limit=1"});
}
TEST_CASE("checker: an option of another name") {
  names(fixture("wrong_option"), "backend/misbehaving/describe", "other-option");
}

TEST_CASE("checker: crashes in compare") {
  names_comparator("crashes_in_compare", "verdict", "SIGABRT");
}
TEST_CASE("checker: throws across") {
  names_comparator("throws_across", "verdict", "a C++ exception that crossed the ABI");
}
TEST_CASE("checker: fails without a text") {
  names_comparator("fails_without_text", "verdict", "SR_FAILED without a text");
}
TEST_CASE("checker: reads past a view") {
  names_comparator("reads_past_view", "views", "SIGSEGV");
}
TEST_CASE("checker: writes to a view") {
  names_comparator("writes_to_view", "views", "SIGSEGV");
}
TEST_CASE("checker: a metric that is not a number") {
  names_comparator("nan_metric", "verdict", "not a finite number");
}
TEST_CASE("checker: an unknown member") {
  names_comparator("unknown_member", "verdict", "favourite_number");
}
TEST_CASE("checker: a wrong schema") {
  names_comparator("wrong_schema", "verdict", "sharkreg.comparison/7");
}
TEST_CASE("checker: a text in place of a boolean") {
  names_comparator("match_is_text", "verdict", "should be true or false");
}
TEST_CASE("checker: instances that share a counter") {
  names_comparator("counts", "independent", "mismatch_count");
}
TEST_CASE("checker: a verdict that changes") {
  names_comparator("changes_its_mind", "stable", "five times more");
}
TEST_CASE("checker: matches everything") {
  names_comparator("always_matches", "verdict", "-1000 times");
}
TEST_CASE("checker: refuses empty tensors") {
  names_comparator("refuses_empty", "empty", "no match");
}
TEST_CASE("checker: asymmetric, and says symmetric") {
  names_comparator("says_symmetric", "symmetry", "a match one way only");
}
TEST_CASE("checker: NaN matches") {
  names_comparator("nan_matches", "special", "with NaN");
}

TEST_CASE("checker: a wrong scheme") {
  names_fetcher("wrong_scheme", "describe", "Bad://");
}
TEST_CASE("checker: a host with a port") {
  names_fetcher("host_with_port", "describe", "sea.com:443");
}
TEST_CASE("checker: everything is there") {
  names_fetcher("all_is_there", "missing", "SR_OK");
}
TEST_CASE("checker: a wrong digest") {
  names_fetcher("wrong_digest", "stat", "NO DIGEST");
}
TEST_CASE("checker: ignores offset") {
  names_fetcher("ignores_offset", "ranges", "other ones");
}
TEST_CASE("checker: ignores length") {
  names_fetcher("ignores_length", "ranges", "not those");
}
TEST_CASE("checker: ignores the validator") {
  names_fetcher("ignores_validator", "validator", "SR_CHANGED");
}
TEST_CASE("checker: calls receive after cancel") {
  names_fetcher("ignores_cancel", "cancel", "9 more");
}
TEST_CASE("checker: returns success after cancel") {
  names_fetcher("cancel_is_fine", "cancel", "came    SR_OK");
}
TEST_CASE("checker: crashes in read") {
  names_fetcher("crashes_in_read", "ranges", "SIGABRT");
}

TEST_CASE("checker: an action of a wrong name") {
  names_backend("action_name", "plan_compile", "Compile it");
}
TEST_CASE("checker: an output in another directory") {
  names_backend("output_elsewhere", "plan_compile", "../module.bin");
}
TEST_CASE("checker: a reference to no output") {
  names_backend("unknown_output", "plan_compile", "\"nothing\"");
}
TEST_CASE("checker: a plan of another schema") {
  names_backend("wrong_plan", "plan_compile", "sharkreg.poem/1");
}
TEST_CASE("checker: absence where there is none") {
  names_backend("answers_absent", "plan_compile", "SR_ABSENT");
}
TEST_CASE("checker: an input that nobody has") {
  names_backend("unknown_input", "plan_run", "nobody_has_this");
}
TEST_CASE("checker: an unknown kind of failure") {
  names_backend("unknown_kind", "classify", "bad luck");
}
TEST_CASE("checker: says of every failure that it hung") {
  names_backend("always_hung", "classify", "\"hung\" and \"timeout\" only where");
}
TEST_CASE("checker: reads without looking") {
  names_backend("reads_without_looking", "missing_members", "SIGABRT");
}

TEST_CASE("checker: a tuner file for everything") {
  names_tuner("always_chooses", "unknown", "SR_OK with a choice");
}
TEST_CASE("checker: an empty choice") {
  names_tuner("chooses_nothing", "choice", "an empty path");
}

}  // namespace sharkreg::e2e
