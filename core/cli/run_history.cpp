// SPDX-License-Identifier: Apache-2.0
#include "cli/run_history.h"

#include <utility>

#include "cli/commands.h"
#include "history/history_estimates.h"
#include "history/import.h"

namespace sharkreg::core {

std::filesystem::path history_file(const Context& context) {
  return context.places().cache_dir / "history.sqlite";
}

History* RunHistory::history() {
  if (!is_opened_) {
    is_opened_ = true;
    auto history = History::open(history_file(context_));
    if (history) {
      history_ = std::move(*history);
    } else {
      give_up(history.error());
    }
  }
  return history_.get();
}

History* RunHistory::up_to_date() {
  if (history() == nullptr) return nullptr;
  auto imported = import_runs(*history_, context_.places().cache_dir / "runs");
  if (!imported) {
    give_up(imported.error());
  } else {
    std::ranges::move(imported->notes, std::back_inserter(notes_));
  }
  return history_.get();
}

std::unique_ptr<Estimates> RunHistory::estimates(const std::string& sku) {
  History* const known = history();
  if (known == nullptr) return std::make_unique<NoEstimates>();
  return std::make_unique<HistoryEstimates>(*known, sku);
}

void RunHistory::remember() {
  up_to_date();
  print_notes(take_notes());
}

std::vector<std::string> RunHistory::take_notes() {
  return std::exchange(notes_, {});
}

void RunHistory::give_up(const Error& error) {
  history_.reset();
  notes_.push_back("what runs came to is not remembered: " + to_text(error));
}

}  // namespace sharkreg::core
