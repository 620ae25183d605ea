// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <filesystem>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "cli/context.h"
#include "execute/estimates.h"
#include "store/history.h"

namespace sharkreg::core {

// Where the history lies: beside the store.
std::filesystem::path history_file(const Context& context);

// The history as runs use it: trouble with it is a note, and never keeps a run from running.
class RunHistory {
 public:
  // `context` must outlive it. Nothing is opened before it is asked for something.
  explicit RunHistory(const Context& context) : context_(context) {}

  // Null: it cannot be used.
  History* history();

  // The same, with the results of all runs so far in it.
  History* up_to_date();

  // What actions are known to need for this SKU; refers to this object.
  std::unique_ptr<Estimates> estimates(const std::string& sku);

  // At the end of a run: brings in its results, and those of earlier runs that were killed. Tells
  // trouble itself.
  void remember();

  // Remarks so far, for the run to tell.
  void note(std::string text) { notes_.push_back(std::move(text)); }
  std::vector<std::string> take_notes();

 private:
  void give_up(const Error& error);

  const Context& context_;
  std::unique_ptr<History> history_;
  bool is_opened_ = false;
  std::vector<std::string> notes_;
};

}  // namespace sharkreg::core
