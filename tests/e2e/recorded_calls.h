// SPDX-License-Identifier: Apache-2.0
// Calls of tools: those that the existing runner was recorded to make, those that stub tools saw,
// and those that results.jsonl tells of, in a form in which they can be compared.
#pragma once

#include <compare>
#include <string>
#include <vector>

#include "sharkreg_run.h"

namespace sharkreg::e2e {

struct Call {
  std::string place;  // "sdxl_clip": model and submodel; empty where that is not known
  std::string tool;
  std::vector<std::string> arguments;
  auto operator<=>(const Call&) const = default;
};

// What command_traces.json holds of one run of the existing runner.
struct Recording {
  std::string name;
  std::string model;
  std::string sku;
  std::string chip;
  int passed = 0;
  int failed = 0;
  int skipped = 0;
  int xfailed = 0;
  std::vector<Call> calls;  // sorted and comparable
};

std::vector<Recording> all_recordings();

// The published model files as they were, with their old flags: tests/MODEL/SUBMODEL.json in the
// sandbox. Where a URL stood there stands a path to a small file; the tuner files are files, too.
void write_published_models(const Sandbox& sandbox);

// What the stub tools saw, sorted and comparable. They do not know for which model they work.
std::vector<Call> calls_seen(const Sandbox& sandbox);

// What the run tells of its actions, sorted and comparable.
std::vector<Call> calls_told(const std::vector<core::Event>& events);

// The calls without the places; still sorted.
std::vector<Call> without_places(std::vector<Call> calls);

// One a line, for messages.
std::string to_text(const std::vector<Call>& calls);

}  // namespace sharkreg::e2e
