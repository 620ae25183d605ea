// SPDX-License-Identifier: Apache-2.0
#include "report/outcome.h"

#include <csignal>
#include <functional>
#include <numeric>
#include <string_view>
#include <vector>

#include <fmt/format.h>

#include "base/text.h"

namespace sharkreg::core {
namespace {

std::size_t index_of(Verdict verdict) {
  return static_cast<std::size_t>(verdict);
}

// Bad because of what was found out, or could not be, about the program under test.
bool is_bad_finding(Verdict verdict, bool strict_xfail) {
  switch (verdict) {
    case Verdict::fail:
    case Verdict::compile_error:
    case Verdict::run_error:
    case Verdict::timeout:
    case Verdict::crash:
    case Verdict::no_golden:
      return true;
    case Verdict::xpass:
      return strict_xfail;
    default:
      return false;
  }
}

using CountOf = std::function<std::int64_t(Verdict)>;

// "2 fail, 1 crash": those verdicts that occur, in the order of the enumeration.
std::string listed(const CountOf& count, const std::function<bool(Verdict)>& wanted) {
  std::vector<std::string> parts;
  for (std::size_t index = 0; index < verdict_names.size(); ++index) {
    const auto verdict = static_cast<Verdict>(index);
    if (count(verdict) == 0 || !wanted(verdict)) continue;
    parts.push_back(fmt::format("{} {}", count(verdict), name_of(verdict)));
  }
  return join(parts, ", ");
}

std::int64_t sum(const CountOf& count, const std::function<bool(Verdict)>& wanted) {
  std::int64_t total = 0;
  for (std::size_t index = 0; index < verdict_names.size(); ++index) {
    const auto verdict = static_cast<Verdict>(index);
    if (wanted(verdict)) total += count(verdict);
  }
  return total;
}

CountOf all_of(const Tally& tally) {
  return [&tally](Verdict verdict) { return tally.count(verdict); };
}

std::string fine(const Tally& tally, std::int64_t known) {
  std::string text = fmt::format("{} judged, none of them {}", counted(tally.judged(), "step"),
                                 known > 0 ? "newly bad" : "bad");
  if (known > 0) text += fmt::format("; {}", counted(known, "known failure"));
  if (tally.judged() < tally.total()) {
    text += fmt::format("; {} not judged", tally.total() - tally.judged());
  }
  return text + ".";
}

}  // namespace

bool fails_the_run(Verdict verdict, bool strict_xfail) {
  return verdict == Verdict::infrastructure || verdict == Verdict::invalid ||
         is_bad_finding(verdict, strict_xfail);
}

void Tally::add(Verdict verdict, bool is_known_failure) {
  ++counts_[index_of(verdict)];
  if (is_known_failure) ++known_[index_of(verdict)];
}

std::int64_t Tally::count(Verdict verdict) const {
  return counts_[index_of(verdict)];
}

std::int64_t Tally::total() const {
  return std::accumulate(counts_.begin(), counts_.end(), std::int64_t{0});
}

std::int64_t Tally::judged() const {
  return sum(all_of(*this), is_judged);
}

std::int64_t Tally::known() const {
  return std::accumulate(known_.begin(), known_.end(), std::int64_t{0});
}

std::int64_t Tally::count_unknown(Verdict verdict) const {
  return counts_[index_of(verdict)] - known_[index_of(verdict)];
}

std::map<std::string, std::int64_t> Tally::counts() const {
  std::map<std::string, std::int64_t> counts;
  for (std::size_t index = 0; index < counts_.size(); ++index) {
    if (counts_[index] > 0) counts.emplace(verdict_names[index], counts_[index]);
  }
  return counts;
}

int Tally::exit_status(const OutcomeOptions& options) const {
  if (options.signal) return *options.signal == SIGTERM ? exit_terminated : exit_interrupted;
  const auto unknown = [this](Verdict verdict) { return count_unknown(verdict); };
  const auto bad = [&](Verdict verdict) { return is_bad_finding(verdict, options.strict_xfail); };
  if (unknown(Verdict::infrastructure) > 0) return exit_infrastructure;
  if (judged() == 0 && count(Verdict::unavailable) > 0) return exit_infrastructure;
  if (unknown(Verdict::invalid) > 0) return exit_usage;
  if (findings() > 0 || sum(unknown, bad) > 0) return exit_bad_verdict;
  if (total() == 0 && options.may_be_empty) return exit_fine;
  return judged() == 0 ? exit_usage : exit_fine;
}

std::string Tally::conclusion(const OutcomeOptions& options) const {
  if (exit_status(options) == exit_fine) {
    return total() == 0 ? "this shard has no step." : fine(*this, known());
  }
  const auto unknown = [this](Verdict verdict) { return count_unknown(verdict); };
  const auto bad = [&](Verdict verdict) { return is_bad_finding(verdict, options.strict_xfail); };
  const auto any = [](Verdict) { return true; };
  std::vector<std::string> parts;  // the one that decides first
  if (options.signal) {
    parts.push_back(fmt::format("interrupted by {}, {} not run",
                                *options.signal == SIGTERM ? "SIGTERM" : "SIGINT",
                                counted(count(Verdict::not_run), "step")));
  }
  if (const auto number = unknown(Verdict::infrastructure); number > 0) {
    parts.push_back(fmt::format("{} stopped by broken infrastructure", counted(number, "step")));
  }
  if (const auto number = unknown(Verdict::invalid); number > 0) {
    parts.push_back(fmt::format("{} invalid", counted(number, "file")));
  }
  if (const auto number = sum(unknown, bad); number > 0) {
    parts.push_back(fmt::format("{} {} ({})", counted(number, "step"),
                                known() > 0 ? "newly bad" : "bad", listed(unknown, bad)));
  }
  if (known() > 0) parts.push_back(counted(known(), "known failure"));
  if (findings() > 0) parts.push_back(counted(findings(), "finding"));
  if (!options.stopped_by.empty()) {
    parts.push_back(fmt::format("stopped by {}, {} not run", options.stopped_by,
                                counted(count(Verdict::not_run), "step")));
  }
  if (total() == 0) {
    parts.push_back("there was no step");
  } else if (judged() == 0) {
    parts.push_back(fmt::format("nothing was judged ({})", listed(all_of(*this), any)));
  }
  return join(parts, "; ") + ".";
}

std::string Tally::sentence() const {
  const auto not_judged = [](Verdict verdict) { return !is_judged(verdict); };
  std::vector<std::string> parts;
  if (judged() > 0) {
    parts.push_back(fmt::format("{} judged ({})", judged(), listed(all_of(*this), is_judged)));
  }
  if (judged() < total()) {
    parts.push_back(
        fmt::format("{} not judged ({})", total() - judged(), listed(all_of(*this), not_judged)));
  }
  if (judged() == 0) parts.insert(parts.begin(), "none judged");
  if (findings() > 0) parts.push_back(counted(findings(), "finding"));
  return counted(total(), "step") + ": " + join(parts, ", ");
}

std::string counted(std::int64_t count, const std::string& noun) {
  return fmt::format("{} {}{}", count, noun, count == 1 ? "" : "s");
}

}  // namespace sharkreg::core
