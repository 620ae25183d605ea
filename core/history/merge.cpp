// SPDX-License-Identifier: Apache-2.0
#include "history/merge.h"

#include <algorithm>
#include <map>
#include <set>
#include <tuple>
#include <utility>
#include <variant>

#include <fmt/format.h>

#include "base/text.h"
#include "history/shard.h"
#include "report/baseline.h"
#include "report/outcome.h"

namespace sharkreg::core {
namespace {

constexpr std::size_t most_named = 5;

using Place = std::tuple<std::string, std::string, std::string>;

std::string text_of(const Place& place) {
  const auto& [model, submodel, step] = place;
  return fmt::format("{}/{} {}", model, submodel, step);
}

Place place_of(const StepFinished& step) {
  return {step.model, step.submodel, step.step};
}

// Whether the run left it to others.
bool is_left_out(Verdict verdict) {
  return verdict == Verdict::skip || verdict == Verdict::blocked ||
         verdict == Verdict::unavailable || verdict == Verdict::not_run;
}

std::string listed(const std::vector<std::string>& names) {
  const std::size_t count = std::min(names.size(), most_named);
  std::string text = join(std::span(names).first(count), ", ");
  if (count < names.size()) text += fmt::format(" and {} more", names.size() - count);
  return text;
}

// One of the runs, looked through.
struct Part {
  const MergeInput* input = nullptr;
  const RunStarted* started = nullptr;
  const RunFinished* finished = nullptr;
  std::set<std::string> cases;                  // those that it tells of
  std::map<Place, std::vector<Verdict>> steps;  // planned ones too, which may have no verdict
};

Part part_of(const MergeInput& input) {
  Part part;
  part.input = &input;
  for (const Event& event : input.recorded.events) {
    if (const auto* started = std::get_if<RunStarted>(&event)) {
      part.started = started;
    } else if (const auto* finished = std::get_if<RunFinished>(&event)) {
      part.finished = finished;
    } else if (const auto* planned = std::get_if<CasePlanned>(&event)) {
      part.cases.insert(planned->model + "/" + planned->submodel);
      for (const std::string& step : planned->steps) {
        part.steps[{planned->model, planned->submodel, step}];
      }
    } else if (const auto* step = std::get_if<StepFinished>(&event)) {
      part.cases.insert(step->model + "/" + step->submodel);
      part.steps[place_of(*step)].push_back(step->verdict);
    }
  }
  return part;
}

// Finds all that is wrong, in words.
class Check {
 public:
  explicit Check(const std::vector<Part>& parts) : parts_(parts) {}

  std::vector<std::string> problems() {
    for (const Part& part : parts_) check_whole(part);
    check_twice();
    const auto is_shard = [](const Part& part) { return part.started && part.started->shard; };
    if (std::ranges::none_of(parts_, is_shard)) {
      check_steps();
    } else if (std::ranges::all_of(parts_, is_shard)) {
      check_shards();
      check_steps();
    } else {
      for (const Part& part : parts_) {
        if (part.started && !part.started->shard) say(part, "is no shard, while others are");
      }
    }
    return std::move(problems_);
  }

 private:
  void say(const Part& part, const std::string& what) {
    problems_.push_back(name_of(part) + " " + what);
  }

  // "shard 2/3 (b/results.jsonl)".
  static std::string name_of(const Part& part) {
    if (!part.started || !part.started->shard) return part.input->name;
    const ShardRecord& shard = *part.started->shard;
    return fmt::format("shard {}/{} ({})", shard.index, shard.count, part.input->name);
  }

  void check_whole(const Part& part) {
    if (!part.started) return say(part, "has no start: it is no results.jsonl of a run");
    if (!part.finished) return say(part, "did not come to its end: the run was killed, or goes on");
    if (part.finished->interrupted) return say(part, "was interrupted");
    if (part.input->recorded.unknown > 0) {
      say(part, "was written by a later sharkreg, and holds what this one does not know");
    }
    std::vector<std::string> missing;
    for (const auto& [place, verdicts] : part.steps) {
      if (verdicts.empty()) missing.push_back(text_of(place));
    }
    if (!missing.empty()) say(part, "has no verdict for " + listed(missing));
    if (part.started->shard) check_cases(part);
  }

  void check_cases(const Part& part) {
    const std::set<std::string> wanted(part.started->shard->cases.begin(),
                                       part.started->shard->cases.end());
    std::vector<std::string> missing;
    std::ranges::set_difference(wanted, part.cases, std::back_inserter(missing));
    if (!missing.empty()) say(part, "ended before it came to " + listed(missing));
    std::vector<std::string> foreign;
    std::ranges::set_difference(part.cases, wanted, std::back_inserter(foreign));
    if (!foreign.empty()) say(part, "has " + listed(foreign) + ", which it should not");
  }

  void check_twice() {
    std::map<std::string, const Part*> by_run;
    for (const Part& part : parts_) {
      if (!part.started) continue;
      const auto [first, is_new] = by_run.emplace(part.started->run, &part);
      if (!is_new) say(part, "is the same run as " + first->second->input->name);
    }
  }

  void check_shards() {
    const ShardRecord& first = *parts_.front().started->shard;
    Partition partition(static_cast<std::size_t>(std::clamp<std::int64_t>(first.count, 0, 10'000)));
    std::map<std::int64_t, const Part*> by_index;
    bool are_of_one = true;
    for (const Part& part : parts_) {
      const ShardRecord& shard = *part.started->shard;
      if (shard.count != first.count || shard.partition != first.partition) {
        are_of_one = false;
        say(part, fmt::format("is of another partition than {}{}", name_of(parts_.front()),
                              difference(shard, first)));
        continue;
      }
      if (shard.selection != first.selection) {
        say(part, fmt::format("did other steps than {}: {} and {}", name_of(parts_.front()),
                              selection_of(shard), selection_of(first)));
      }
      const auto [other, is_new] = by_index.emplace(shard.index, &part);
      if (!is_new) {
        say(part, "is given twice: also by " + other->second->input->name);
      } else if (shard.index >= 1 && shard.index <= std::ssize(partition)) {
        partition[static_cast<std::size_t>(shard.index - 1)] = shard.cases;
      }
    }
    std::vector<std::string> missing;
    for (std::int64_t index = 1; index <= first.count; ++index) {
      if (!by_index.contains(index)) missing.push_back(fmt::format("{}/{}", index, first.count));
    }
    if (!missing.empty()) {
      problems_.push_back(fmt::format("shard{} {} {} missing", missing.size() == 1 ? "" : "s",
                                      listed(missing), missing.size() == 1 ? "is" : "are"));
    } else if (are_of_one && problems_.empty() && digest_of(partition) != first.partition) {
      problems_.push_back("the cases of the shards are not those of their partition");
    }
  }

  static std::string selection_of(const ShardRecord& shard) {
    return shard.selection.empty() ? "an unknown selection" : shard.selection;
  }

  static std::string difference(const ShardRecord& one, const ShardRecord& other) {
    if (one.count != other.count) return "";
    const auto times = [](const ShardRecord& shard) {
      return shard.balanced_by.empty() ? std::string("nothing") : shard.balanced_by;
    };
    return fmt::format(": they were cut by other times ({} and {}), or from another selection",
                       times(one), times(other));
  }

  void check_steps() {
    std::map<Place, std::vector<const Part*>> judges;
    for (const Part& part : parts_) {
      for (const auto& [place, verdicts] : part.steps) {
        const bool counts = !std::ranges::all_of(verdicts, is_left_out);
        if (counts) judges[place].push_back(&part);
      }
    }
    std::vector<std::string> twice;
    for (const auto& [place, parts] : judges) {
      if (parts.size() < 2) continue;
      twice.push_back(
          fmt::format("{} in {} and {}", text_of(place), name_of(*parts[0]), name_of(*parts[1])));
    }
    if (!twice.empty()) problems_.push_back("steps have two results: " + listed(twice));
  }

  const std::vector<Part>& parts_;
  std::vector<std::string> problems_;
};

void add_new(std::vector<std::string>& all, const std::string& text) {
  if (!text.empty() && std::ranges::find(all, text) == all.end()) all.push_back(text);
}

// What is the same in all stays; hosts are named one after the other.
RunStarted joined_start(const std::vector<Part>& parts, bool strict_xfail) {
  RunStarted start = *parts.front().started;
  std::vector<std::string> hosts;
  std::vector<std::string> systems;
  std::vector<std::string> skus;
  std::vector<std::string> runs;
  start.cases = 0;
  start.backends.clear();
  for (const Part& part : parts) {
    const RunStarted& one = *part.started;
    start.time = std::min(start.time, one.time);
    if (start.baseline.empty()) start.baseline = one.baseline;
    start.cases += one.cases;
    add_new(hosts, one.host);
    add_new(systems, one.system);
    add_new(skus, one.sku);
    add_new(runs, one.run);
    for (const BackendRecord& backend : one.backends) {
      if (std::ranges::find(start.backends, backend.name, &BackendRecord::name) ==
          start.backends.end()) {
        start.backends.push_back(backend);
      }
    }
  }
  start.host = join(hosts, ", ");
  start.system = join(systems, ", ");
  start.sku = join(skus, ", ");
  start.run = "merged-" + join(runs, "+");
  if (start.run.size() > 100)
    start.run = fmt::format("merged-{}+{} more", runs[0], runs.size() - 1);
  start.merged_of = std::move(runs);
  start.shard.reset();
  start.strict_xfail = strict_xfail;
  return start;
}

// Steps that another part has judged are left out where they were left out.
std::vector<Event> joined_middle(const std::vector<Part>& parts) {
  std::map<Place, const Part*> keeper;
  for (const Part& part : parts) {
    for (const auto& [place, verdicts] : part.steps) {
      const auto [found, is_new] = keeper.emplace(place, &part);
      const bool was_left_out = std::ranges::all_of(found->second->steps.at(place), is_left_out);
      if (!is_new && was_left_out) found->second = &part;
    }
  }
  std::vector<Event> events;
  for (const Part& part : parts) {
    const auto is_kept = [&](const Place& place) { return keeper.at(place) == &part; };
    for (const Event& event : part.input->recorded.events) {
      if (const auto* planned = std::get_if<CasePlanned>(&event)) {
        CasePlanned kept = *planned;
        std::erase_if(kept.steps, [&](const std::string& step) {
          return !is_kept({planned->model, planned->submodel, step});
        });
        if (!kept.steps.empty() || planned->steps.empty()) events.emplace_back(std::move(kept));
      } else if (const auto* step = std::get_if<StepFinished>(&event)) {
        if (is_kept(place_of(*step))) events.push_back(event);
      } else if (const auto* note = std::get_if<RunNote>(&event)) {
        const auto is_same = [&](const Event& other) {
          const auto* said = std::get_if<RunNote>(&other);
          return said != nullptr && said->text == note->text;
        };
        if (std::ranges::none_of(events, is_same)) events.push_back(event);
      }
    }
  }
  return events;
}

RunFinished joined_end(const std::vector<Part>& parts, const std::vector<Event>& middle,
                       bool strict_xfail) {
  RunFinished end;
  for (const Part& part : parts) {
    end.time = std::max(end.time, part.finished->time);
    end.seconds = std::max(end.seconds, part.finished->seconds);
  }
  Tally tally;
  for (const Event& event : middle) {
    const auto* step = std::get_if<StepFinished>(&event);
    if (step == nullptr) continue;
    tally.add(step->verdict, is_known_failure(*step));
    tally.add_findings(step->findings.size());
  }
  OutcomeOptions options;
  options.strict_xfail = strict_xfail;
  end.counts = tally.counts();
  end.judged = tally.judged();
  end.findings = tally.findings();
  end.exit_status = tally.exit_status(options);
  end.conclusion = tally.conclusion(options);
  return end;
}

}  // namespace

Result<std::vector<Event>> merged(const std::vector<MergeInput>& inputs, bool strict_xfail) {
  std::vector<Part> parts;
  for (const MergeInput& input : inputs) parts.push_back(part_of(input));
  if (const auto problems = Check(parts).problems(); !problems.empty()) {
    return Error{ErrorKind::invalid, "cannot merge: " + join(problems, "; "),
                 "every shard of one `--shard=I/N` is needed once, run to its end, with the same "
                 "selection and the same --shard-history"};
  }
  for (const Part& part : parts) {
    strict_xfail = strict_xfail || part.started->strict_xfail.value_or(false);
  }
  std::ranges::stable_sort(parts, {}, [](const Part& part) {
    return part.started->shard ? part.started->shard->index : 0;
  });
  std::vector<Event> middle = joined_middle(parts);
  const RunFinished end = joined_end(parts, middle, strict_xfail);
  std::vector<Event> events{joined_start(parts, strict_xfail)};
  std::ranges::move(middle, std::back_inserter(events));
  events.emplace_back(end);
  return events;
}

}  // namespace sharkreg::core
