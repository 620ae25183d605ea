// SPDX-License-Identifier: Apache-2.0
#include "iree/flag_rewriting.h"

#include <algorithm>

#include "iree/text.h"

namespace sharkreg::iree {
namespace {

std::string spelled(const std::string& name, const std::optional<std::string>& value) {
  return "--" + name + (value ? "=" + *value : std::string());
}

// LLVM reads booleans in these spellings.
std::string boolean_value(const std::optional<std::string>& value) {
  if (!value || value->empty() || *value == "1" || *value == "TRUE" || *value == "True") {
    return "true";
  }
  if (*value == "0" || *value == "FALSE" || *value == "False") return "false";
  return *value;
}

// Walks over the arguments of one list and sorts out each flag.
class Rewriter {
 public:
  Rewriter(const std::string& field, const FlagContext& context)
      : field_(field), context_(context) {}

  RewrittenFlags run(const std::vector<std::string>& arguments) {
    for (std::size_t index = 0; index < arguments.size(); ++index) {
      const auto flag = parse_flag(arguments[index]);
      if (!flag) {
        result_.flags.push_back(arguments[index]);
      } else if (context_.known.knows(flag->name)) {
        result_.flags.push_back(arguments[index]);
        const bool value_follows = !flag->value && context_.known.takes_value(flag->name);
        if (value_follows && index + 1 < arguments.size()) {
          result_.flags.push_back(arguments[++index]);
        }
      } else {
        index += replace(*flag, index + 1 < arguments.size() ? &arguments[index + 1] : nullptr);
      }
    }
    return std::move(result_);
  }

 private:
  // Deals with a flag that the compiler does not know. Returns 1 when the next argument is its
  // value, else 0.
  std::size_t replace(WrittenFlag flag, const std::string* next) {
    const bool listed = std::ranges::any_of(
        context_.changes, [&](const FlagChange& change) { return change.flag == flag.name; });
    const bool boolean = std::ranges::any_of(context_.changes, [&](const FlagChange& change) {
      return change.flag == flag.name && change.boolean;
    });
    const bool next_is_value = !flag.value && !boolean && next != nullptr && !parse_flag(*next);
    if (next_is_value) flag.value = *next;

    if (const FlagChange* change = successor(flag, boolean)) {
      rename(flag, *change);
    } else if (listed) {
      drop(flag);
    } else {
      refuse(spelled(flag.name, flag.value) + " in " + field_ + " is not a flag of " +
             context_.compiler + nearest(flag.name));
    }
    return next_is_value ? 1 : 0;
  }

  const FlagChange* successor(const WrittenFlag& flag, bool boolean) const {
    const std::string value = boolean ? boolean_value(flag.value) : flag.value.value_or("");
    for (const auto& change : context_.changes) {
      if (change.flag == flag.name && (change.value.empty() || change.value == value) &&
          !change.successor.empty() && context_.known.knows(change.successor)) {
        return &change;
      }
    }
    return nullptr;
  }

  void rename(const WrittenFlag& flag, const FlagChange& change) {
    const std::string before = spelled(flag.name, flag.value);
    const std::string after = spelled(
        change.successor,
        change.successor_value.empty() ? flag.value : std::optional(change.successor_value));
    if (context_.compatibility == FlagCompatibility::strict) {
      result_.renaming_helps = true;
      refuse(before + " in " + field_ + " is not a flag of " + context_.compiler +
             ", which calls it " + after);
      return;
    }
    result_.flags.push_back(after);
    result_.notes.push_back(
        {field_ + ": " + before + " is given to " + context_.compiler + " as " + after, false});
  }

  void drop(const WrittenFlag& flag) {
    const std::string before = spelled(flag.name, flag.value);
    if (context_.compatibility == FlagCompatibility::drop) {
      result_.notes.push_back({field_ + ": " + before + " is left out: " + context_.compiler +
                                   " has nothing in its place",
                               true});
      return;
    }
    result_.dropping_helps = true;
    const std::string advice = advice_for(flag.name);
    refuse(before + " in " + field_ + " is not a flag of " + context_.compiler +
           ", which has no successor for it" + (advice.empty() ? "" : ": " + advice) +
           nearest(flag.name));
  }

  std::string advice_for(const std::string& name) const {
    for (const auto& change : context_.changes) {
      if (change.flag == name && !change.advice.empty()) return change.advice;
    }
    return {};
  }

  std::string nearest(const std::string& name) const {
    const auto names = context_.known.nearest(name, 2);
    return names.empty() ? std::string() : "; nearest: " + joined(names, ", ");
  }

  void refuse(std::string problem) { result_.problems.push_back(std::move(problem)); }

  const std::string& field_;
  const FlagContext& context_;
  RewrittenFlags result_;
};

}  // namespace

RewrittenFlags rewrite_flags(const std::vector<std::string>& flags, const std::string& field,
                             const FlagContext& context) {
  return Rewriter(field, context).run(flags);
}

}  // namespace sharkreg::iree
