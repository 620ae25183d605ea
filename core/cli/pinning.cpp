// SPDX-License-Identifier: Apache-2.0
#include "cli/pinning.h"

#include <algorithm>
#include <cstdio>
#include <iterator>
#include <set>
#include <system_error>

#include <fmt/format.h>

#include "base/digest.h"
#include "base/files.h"
#include "base/secrets.h"
#include "base/text.h"
#include "suite/pin_edit.h"

namespace sharkreg::core {
namespace {

namespace fs = std::filesystem;

Error usage(std::string message, std::string hint) {
  return {ErrorKind::usage, std::move(message), std::move(hint)};
}

bool is_same_file(const fs::path& a, const fs::path& b) {
  std::error_code absent;
  return a == b || fs::equivalent(a, b, absent);
}

// What was given on the command line contradicts the file that is to be pinned.
bool excludes(const Settings& settings, const std::string& option, const std::string& name) {
  if (settings.all.at(option).origin != Origin::command_line) return false;
  const std::vector<std::string> patterns = settings.list(option);
  return std::ranges::none_of(
      patterns, [&](const std::string& pattern) { return matches_glob(name, pattern); });
}

CasePlan plan_of_artifacts(const Case& test_case, const fs::path& artifacts_dir) {
  CasePlan plan;
  plan.model = test_case.model;
  plan.submodel = test_case.submodel;
  plan.file = test_case.file;
  ArtifactPlaces places(artifacts_dir / directory_name(plan.model, plan.submodel));
  for (const Source* source : sources_of(test_case)) {
    plan.artifacts.push_back({source->pointer, *source, places.place_of(*source)});
  }
  return plan;
}

// Of what is not in the store: a file of this machine, which the place of the artifact is a link to.
Result<LockedArtifact> content_of_file(const Source& source, const fs::path& place) {
  const fs::path file = source.is_url ? place : fs::path(source.location);
  std::error_code error;
  if (source.is_url &&
      (!fs::is_symlink(place, error) || source.unpacking.kind != Unpacking::Kind::none)) {
    return Error{ErrorKind::infrastructure,
                 redacted(source.text) + " was not fetched, so it cannot be pinned",
                 "fetch it when its server answers; without --offline"};
  }
  auto sha256 = sha256_of_file(file);
  if (!sha256) return sha256.error();
  const std::uint64_t size = fs::file_size(file, error);
  if (error) {
    return Error{ErrorKind::infrastructure, fmt::format("{}: {}", file.string(), error.message()),
                 ""};
  }
  return LockedArtifact{*std::move(sha256), size};
}

}  // namespace

Result<FetchedContents> contents_of(const std::vector<CasePlan>& plans, ArtifactStore& store) {
  FetchedContents contents;
  for (const CasePlan& plan : plans) {
    for (const PlannedArtifact& artifact : plan.artifacts) {
      const Source& source = artifact.source;
      if (contents.contains(source.location)) continue;
      const auto stored = store.look_up(source.location);
      if (!stored) return stored.error();
      if (*stored) {
        contents[source.location] = {(*stored)->sha256, (*stored)->size};
        continue;
      }
      auto local = content_of_file(source, artifact.path);
      if (!local) return local.error();
      contents[source.location] = std::move(*local);
    }
  }
  return contents;
}

Result<void> require_pins(const Context& context, const std::vector<CaseFile>& files,
                          const LoadOptions& options) {
  if (!context.settings().is_true("locked")) return {};
  constexpr std::size_t most_listed = 5;
  std::vector<std::string> missing;
  for (const CaseFile& file : files) {
    const LoadedCase loaded = load_case(file, options);
    if (!loaded.test_case) continue;
    for (const Source* source : unpinned_sources_of(*loaded.test_case)) {
      missing.push_back(fmt::format("{}: {}: {}", loaded.test_case->name(), source->pointer,
                                    redacted(source->text)));
    }
  }
  if (missing.empty()) return {};
  const std::string list =
      join(std::span(missing).first(std::min(missing.size(), most_listed)), "; ");
  return Error{ErrorKind::invalid,
               fmt::format("--locked: nothing pins {} of the artifacts: {}{}", missing.size(), list,
                           missing.size() > most_listed ? "; …" : ""),
               fmt::format("write their pins by `sharkreg fetch --pin {}`",
                           shell_quote(context.places().lock_file.string()))};
}

Result<std::optional<Pinning>> Pinning::asked_for(Context& context) {
  const Settings& settings = context.settings();
  const std::string named = settings.text("pin");
  const bool repins = settings.is_true("repin");
  if (named.empty()) {
    if (!repins) return std::optional<Pinning>();
    return usage("--repin has no effect without --pin",
                 "name the file whose pins are replaced by --pin=FILE");
  }
  if (settings.is_true("locked")) {
    return usage("--pin writes the pins that --locked demands", "give one of the two");
  }
  const fs::path file = fs::absolute(named).lexically_normal();
  if (file.extension() == ".json") {
    return std::optional(Pinning(context, Kind::model_file, file, repins));
  }
  if (file.extension() != ".lock") {
    return usage(
        fmt::format("--pin={}: neither a model file (.json) nor a lock file (.lock)", named),
        fmt::format("the lock file of a suite is called {}", LockFile::default_name));
  }
  const bool names_other = settings.all.at("lock").origin == Origin::command_line &&
                           !is_same_file(file, context.places().lock_file);
  if (names_other) {
    return usage(
        fmt::format("--pin={} and --lock={} name two lock files", named, settings.text("lock")),
        "leave --lock out");
  }
  return std::optional(Pinning(context, Kind::lock_file, file, repins));
}

// With the pins that have to hold.
Result<LoadOptions> Pinning::load_options() const {
  if (kind_ == Kind::model_file && !repins_) return context_.load_options();
  LoadOptions options = context_.load_options_without_lock();
  std::error_code ignored;
  if (kind_ == Kind::model_file || repins_ || !fs::exists(fs::symlink_status(file_, ignored))) {
    return options;
  }
  auto lock = LockFile::read(file_);
  if (!lock) return lock.error();
  options.lock = std::make_shared<const LockFile>(std::move(*lock));
  return options;
}

Result<std::vector<CaseFile>> Pinning::files() const {
  if (kind_ == Kind::lock_file) return context_.select();
  const fs::path& tests_dir = context_.places().tests_dir;
  const Result<Suite> suite = Suite::open(tests_dir);
  if (!suite) return suite.error();
  const auto all = suite->select({}, {});
  if (!all) return all.error();
  const auto found = std::ranges::find_if(
      *all, [&](const CaseFile& file) { return is_same_file(file.path, file_); });
  if (found == all->end()) {
    return usage(fmt::format("--pin={} is no model file of the suite {}", file_.string(),
                             tests_dir.string()),
                 "name the directory of its model's directory by --tests-dir");
  }
  if (excludes(context_.settings(), "model", found->model) ||
      excludes(context_.settings(), "submodel", found->submodel)) {
    return usage(fmt::format("--pin={} is of {}/{}, which --model and --submodel do not select",
                             file_.string(), found->model, found->submodel),
                 "leave them out: --pin selects its model file");
  }
  return std::vector{*found};
}

Result<PlannedCases> Pinning::all_named() {
  const auto files = this->files();
  if (!files) return files.error();
  const auto options = load_options();
  if (!options) return options.error();
  if (kind_ == Kind::model_file) {
    auto text = read_file(file_);
    if (!text) return text.error();
    text_ = *std::move(text);
  }
  PlannedCases named;
  for (const CaseFile& file : *files) {
    LoadedCase loaded = load_case(file, *options);
    std::ranges::move(loaded.diagnostics, std::back_inserter(named.diagnostics));
    if (!loaded.test_case) {
      named.invalid = true;
      continue;
    }
    if (kind_ == Kind::model_file && repins_) {
      for (Source* source : sources_of(*loaded.test_case)) source->pin.sha256.clear();
    }
    named.plans.push_back(plan_of_artifacts(*loaded.test_case, context_.places().artifacts_dir));
    cases_.push_back(*std::move(loaded.test_case));
  }
  return named;
}

Result<void> Pinning::write(const FetchedContents& contents) const {
  if (auto checked = check_digests(contents); !checked) return checked;
  return kind_ == Kind::model_file ? write_model_file(contents) : write_lock_file(contents);
}

Result<void> Pinning::check_digests(const FetchedContents& contents) const {
  for (const Case& test_case : cases_) {
    for (const Source* source : sources_of(test_case)) {
      const std::string& pinned = source->pin.sha256;
      const std::string& found = contents.at(source->location).sha256;
      if (pinned.empty() || pinned == found) continue;
      return Error{
          ErrorKind::infrastructure,
          fmt::format("{}: {}: {} is pinned to the SHA-256 {}, but has {}", test_case.name(),
                      source->pointer, redacted(source->text), pinned, found),
          "nothing was written; if the new content is meant, --repin replaces the pins of "
          "the file that --pin names"};
    }
  }
  return {};
}

Result<void> Pinning::write_model_file(const FetchedContents& contents) const {
  std::map<std::string, Pin> pins;
  for (const Source* source : sources_of(cases_.front())) {
    pins[source->pointer].sha256 = contents.at(source->location).sha256;
  }
  const auto text = with_pins(text_, pins);
  if (!text) return text.error();
  const auto now = read_file(file_);
  if (!now) return now.error();
  if (*now != text_) {
    return Error{ErrorKind::infrastructure,
                 fmt::format("{} was changed while its artifacts were fetched: nothing was written",
                             file_.string()),
                 "do it again: what was fetched is kept"};
  }
  if (auto replaced = replace(text_, *text); !replaced) return replaced;
  warn_of_lock({file_, cases_.front().model, cases_.front().submodel});
  return {};
}

// After --repin the lock file may pin what was replaced.
void Pinning::warn_of_lock(const CaseFile& file) const {
  if (!repins_) return;
  const auto options = context_.load_options();
  if (!options) return print_notes({to_text(options.error())});
  print_diagnostics(load_case(file, *options).diagnostics);
}

Result<void> Pinning::write_lock_file(const FetchedContents& contents) const {
  LockFile lock(file_);
  std::string old_text;
  std::error_code ignored;
  if (fs::exists(fs::symlink_status(file_, ignored))) {
    auto text = read_file(file_);
    if (!text) return text.error();
    auto old = LockFile::parse(*text, file_);
    if (!old) return old.error();
    lock = *std::move(old);
    old_text = *std::move(text);
  }
  if (auto locked = lock_all(contents, lock); !locked) return locked;
  if (auto done = forget_unnamed(lock); !done) return done;
  return replace(old_text, lock.text());
}

// Sources that share a key have to share a content, or to be pinned by their model files: then the
// lock file says nothing of them.
Result<void> Pinning::lock_all(const FetchedContents& contents, LockFile& lock) const {
  struct Named {
    LockedArtifact content;
    bool has_others = false;
    bool is_pinned = true;
  };
  std::map<std::string, Named> named;  // by key
  for (const Case& test_case : cases_) {
    for (const Source* source : sources_of(test_case)) {
      const LockedArtifact& content = contents.at(source->location);
      Named& same = named.try_emplace(lock.key_of(*source), Named{content}).first->second;
      if (same.content != content) same.has_others = true;
      if (source->pin.sha256.empty()) same.is_pinned = false;
    }
  }
  for (const auto& [key, artifact] : named) {
    if (!is_valid_utf8(key)) {
      return usage(
          fmt::format("\"{}\" cannot stand in a lock file: it is not UTF-8", printable(key)),
          "put the lock file into the directory of the models");
    }
    if (!artifact.has_others) {
      lock.set(key, artifact.content);
    } else if (artifact.is_pinned) {
      lock.remove(key);
    } else {
      return Error{ErrorKind::invalid,
                   fmt::format("{} has different contents with different queries; a lock file does "
                               "not tell them apart, since queries may be secret",
                               key),
                   "pin them in their model files"};
    }
  }
  return {};
}

// What no model file of the whole suite names any more goes. If one of them cannot be read, nobody
// knows what it names, and all stays.
Result<void> Pinning::forget_unnamed(LockFile& lock) const {
  const Result<Suite> suite = Suite::open(context_.places().tests_dir);
  if (!suite) return suite.error();
  const auto files = suite->select({}, {});
  if (!files) return files.error();
  std::set<std::string> named;
  for (const CaseFile& file : *files) {
    const LoadedCase loaded = load_case(file, context_.load_options_without_lock());
    if (!loaded.test_case) return {};
    for (const Source* source : sources_of(*loaded.test_case)) named.insert(lock.key_of(*source));
  }
  const std::map<std::string, LockedArtifact> artifacts = lock.artifacts();
  for (const auto& [key, artifact] : artifacts) {
    if (!named.contains(key)) lock.remove(key);
  }
  return {};
}

Result<void> Pinning::replace(const std::string& old_text, const std::string& text) const {
  if (text == old_text) {
    fmt::print(stderr, "{}: all is pinned already\n", file_.string());
    return {};
  }
  if (auto written = write_file_atomically(file_, text); !written) return written;
  fmt::print(stderr, "{}: pinned\n", file_.string());
  return {};
}

}  // namespace sharkreg::core
