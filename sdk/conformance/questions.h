// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <functional>
#include <string>
#include <vector>

#include "instance.h"

namespace sharkreg::conformance {

// Something that every plugin of a kind is asked, and answers alike each time.
struct Question {
  std::string name;
  std::function<Answer(const Instance&, Age)> ask;
};

// The usual calls of each kind of interface; describe comes first where there is one.
std::vector<Question> backend_questions(const Context& context);
std::vector<Question> fetcher_questions(const Context& context);
std::vector<Question> comparator_questions(const Context& context);
std::vector<Question> tuner_questions(const Context& context);

}  // namespace sharkreg::conformance
