// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <vector>

#include <sharkreg/backend.h>

#include "iree/flag_list.h"

namespace sharkreg::iree {

// How a flag that some compilers know is said to those that do not. Names have no dashes.
struct FlagChange {
  std::string flag;
  bool boolean = false;              // without "=value" it means "true", never the next argument
  std::string value = {};            // the change is for this value only; empty: for every one
  std::string successor = {};        // empty: there is none
  std::string successor_value = {};  // empty: the same value
  std::string advice = {};           // where there is no successor: what to do instead
};

// A model file's flags, made fit for one compiler.
struct RewrittenFlags {
  std::vector<std::string> flags;
  std::vector<PlanNote> notes;        // one for each change
  std::vector<std::string> problems;  // one for each flag that stands in the way, a clause each
  bool dropping_helps = false;        // some of the problems are gone with --flag-compat=drop
  bool renaming_helps = false;        // … with --flag-compat=rename
};

struct FlagContext {
  const FlagList& known;
  const std::vector<FlagChange>& changes;  // the first that fits the value and the compiler counts
  FlagCompatibility compatibility;
  std::string compiler;  // "iree-compile 3.13.0", for people
};

// Flags that the compiler knows stay as they are. Others are renamed, dropped or refused, as
// `changes` and `compatibility` say. `field` names where the flags come from, for people.
RewrittenFlags rewrite_flags(const std::vector<std::string>& flags, const std::string& field,
                             const FlagContext& context);

}  // namespace sharkreg::iree
