// SPDX-License-Identifier: Apache-2.0
#include "cli/run_options.h"

#include <memory>
#include <set>

#include <fmt/format.h>

#include "base/text.h"
#include "cli/option_values.h"
#include "history/failed_steps.h"
#include "plan/step_filter.h"

namespace sharkreg::core {
namespace {

constexpr std::size_t most_repetitions = 1000;
constexpr std::size_t most_retries = 100;
constexpr std::size_t most_failures = 1'000'000'000;

StageChoice stage_choice(const std::string& name) {
  return name == "compile" ? StageChoice::compile
         : name == "run"   ? StageChoice::run
                           : StageChoice::all;
}

// What steps of a case can be called, without repetition: no model file has to be read for it.
std::vector<std::string> step_names(const std::vector<ChosenBackend>& backends,
                                    const PlanOptions& options) {
  std::vector<std::string> names;
  for (const ChosenBackend& backend : backends) {
    const std::vector<std::string> targets =
        backend.targets.empty() ? std::vector<std::string>{"auto"} : backend.targets;
    for (const std::string& target : targets) {
      for (const Stage stage : {Stage::compile, Stage::run, Stage::repeat}) {
        if (stage == Stage::repeat && options.repetitions == 1) continue;
        names.push_back(step_name(stage, backend.name, target));
      }
    }
  }
  return names;
}

std::vector<StepAddress> addresses_of(const std::vector<CaseFile>& files,
                                      const std::vector<std::string>& names) {
  std::vector<StepAddress> addresses;
  for (const CaseFile& file : files) {
    for (const std::string& name : names) addresses.push_back({file.model, file.submodel, name});
  }
  return addresses;
}

Error selects_nothing(const std::string& pattern, const std::vector<StepAddress>& steps,
                      const std::vector<std::string>& names) {
  // Far more than these are no help, and take long to be looked at.
  constexpr std::size_t most_looked_at = 10'000;
  std::vector<std::string> candidates;
  for (const StepAddress& step : steps) {
    if (candidates.size() < most_looked_at) candidates.push_back(step.text());
  }
  return {ErrorKind::usage,
          fmt::format("--filter={} selects no step{}", printable(pattern),
                      did_you_mean(pattern, candidates)),
          fmt::format("steps are called MODEL/SUBMODEL/STEP, where STEP is one of: {}; `sharkreg "
                      "list` shows them",
                      join(names, ", "))};
}

// Those whose last verdict was bad, and the runs of compiles among them: they were blocked.
Result<std::set<StepAddress>> failed_steps(RunHistory& history, bool strict_xfail) {
  History* const known = history.up_to_date();
  if (known == nullptr) {
    return Error{ErrorKind::infrastructure,
                 "--rerun-failed needs the history, which cannot be used",
                 join(history.take_notes(), "; ")};
  }
  const auto failed = last_failed(*known, strict_xfail);
  if (!failed) return failed.error();
  std::set<StepAddress> all;
  for (const StepName& step : *failed) {
    const std::string name = without_repetition(step.step);
    all.insert({step.model, step.submodel, name});
    constexpr std::string_view compile = "compile ";
    if (!name.starts_with(compile)) continue;
    all.insert({step.model, step.submodel, "run " + name.substr(compile.size())});
  }
  return all;
}

Error nothing_left(bool rerun, bool filtered) {
  if (rerun) {
    return {ErrorKind::usage,
            filtered ? "none of the steps that --filter selects was bad when it was last judged"
                     : "none of the selected steps was bad when it was last judged",
            "there is nothing to do again: leave --rerun-failed out to do all"};
  }
  return {ErrorKind::usage, "--filter leaves no step: its patterns exclude all that they select",
          "`sharkreg list` shows the steps that there are"};
}

// A file that cannot be read has one step, whose name is known to nobody before: it is wanted if
// any of its steps would be.
void keep_wanted(std::vector<CaseFile>& files, const StepFilter& filter,
                 const std::vector<std::string>& names, bool unreadable_too) {
  std::erase_if(files, [&](const CaseFile& file) {
    for (const std::string& name : names) {
      if (filter.selects({file.model, file.submodel, name})) return false;
    }
    return !unreadable_too || !filter.selects({file.model, file.submodel, "read"});
  });
}

}  // namespace

Result<RunOptions> run_options_of(const Settings& settings) {
  RunOptions options;
  options.strict_xfail = settings.is_true("strict-xfail");
  const auto retries = count_option(settings, "retries", 0, most_retries);
  if (!retries) return retries.error();
  options.retries = static_cast<int>(*retries);
  if (settings.given("max-failures")) {
    const auto most = count_option(settings, "max-failures", 1, most_failures);
    if (!most) return most.error();
    options.max_failures = static_cast<int>(*most);
    options.stopped_by = fmt::format("--max-failures={}", *most);
  }
  if (settings.is_true("fail-fast")) {
    options.max_failures = 1;
    options.stopped_by = "--fail-fast";
  }
  if (settings.given("resume") && settings.is_true("rerun-failed")) {
    return Error{ErrorKind::usage,
                 "--resume and --rerun-failed contradict each other: one keeps bad verdicts, the "
                 "other wants them anew",
                 "give one of the two"};
  }
  return options;
}

Result<void> choose_steps(Context& context, RunHistory& history,
                          const std::vector<ChosenBackend>& backends, std::vector<CaseFile>& files,
                          PlanOptions& options) {
  const Settings& settings = context.settings();
  options.stage = stage_choice(settings.text("stage"));
  const auto repetitions = count_option(settings, "repeat", 1, most_repetitions);
  if (!repetitions) return repetitions.error();
  options.repetitions = static_cast<int>(*repetitions);

  auto filter = StepFilter::create(settings.texts("filter"));
  if (!filter) return filter.error();
  const bool filtered = !filter->is_empty();
  const std::vector<std::string> names = step_names(backends, options);
  if (filtered) {
    const std::vector<StepAddress> steps = addresses_of(files, names);
    if (const std::string* idle = filter->idle_pattern(steps)) {
      return selects_nothing(*idle, steps, names);
    }
  }
  const bool rerun = settings.is_true("rerun-failed");
  if (rerun) {
    auto failed = failed_steps(history, settings.is_true("strict-xfail"));
    if (!failed) return failed.error();
    filter->restrict_to(std::move(*failed));
  }
  if (filter->is_empty()) return {};
  keep_wanted(files, *filter, names, rerun);
  if (files.empty()) return nothing_left(rerun, filtered);
  options.selects = [filter = std::make_shared<const StepFilter>(std::move(*filter))](
                        const std::string& model, const std::string& submodel,
                        const std::string& step) {
    return filter->selects({model, submodel, step});
  };
  return {};
}

}  // namespace sharkreg::core
