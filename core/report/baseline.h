// SPDX-License-Identifier: Apache-2.0
// A run compared with an earlier one: only what has become worse fails the whole.
#pragma once

#include <filesystem>
#include <map>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <tuple>
#include <vector>

#include "base/error.h"
#include "report/event.h"
#include "report/run_view.h"

namespace sharkreg::core {

// What the baseline says of a step. StepFinished::standing holds its name.
enum class Standing {
  none,           // nothing to say: it was as good before, or there is no verdict to compare
  known_failure,  // it is bad and was bad
  new_failure,    // it is bad and was not, or was not there
  fixed,          // it was bad and is not
  absent,         // it is not bad, and the baseline does not know it
};

std::string_view name_of(Standing standing);

// Of a name that it does not know, none: the file may be of a later version.
Standing standing_of(const StepFinished& step);

inline bool is_known_failure(const StepFinished& step) {
  return standing_of(step) == Standing::known_failure;
}

// The verdicts of an earlier run by model, submodel and step. Of a step that was done several times
// the worst counts, and it is held against each repetition, however many there were in either run.
//
// A failure is known when the earlier run failed there too, whichever way. Where nothing was found
// out (infra, invalid, no-golden) the verdict must have been the very same: a step that could not
// be tried has not failed as before.
class Baseline {
 public:
  // `path`: a results.jsonl, or a directory with one.
  static Result<Baseline> read(const std::filesystem::path& path);

  explicit Baseline(std::span<const Event> events);

  Standing standing_of(const StepFinished& step, bool strict_xfail) const;

  // Fills the member `standing`.
  void mark(StepFinished& step, bool strict_xfail) const;

 private:
  using Place = std::tuple<std::string, std::string, std::string>;
  std::map<Place, std::vector<Verdict>> verdicts_;
};

// The path of a results.jsonl that is named by itself or by its directory.
std::filesystem::path results_file_named(const std::filesystem::path& path);

// How a run stands against its baseline, for reports. Names are "run acme a1 of magika/file_type".
struct StandingLists {
  std::vector<std::string> known_failures;
  std::vector<std::string> new_failures;
  std::vector<std::string> fixed;
  std::vector<std::string> absent;
};

// Absent: the run was compared with none.
std::optional<StandingLists> standings_of(const RunView& view);

}  // namespace sharkreg::core
