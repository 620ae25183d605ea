// SPDX-License-Identifier: Apache-2.0
#include "base/error.h"

#include <stdexcept>

#include <doctest/doctest.h>

namespace sharkreg::core {
namespace {

TEST_CASE("an error is shown with its hint in parentheses") {
  CHECK(to_text({ErrorKind::usage, "no model", "name one"}) == "no model (name one)");
  CHECK(to_text({ErrorKind::usage, "no model", ""}) == "no model");
}

TEST_CASE("taking the value of an error is a bug that says which error it was") {
  const Result<int> result = Error{ErrorKind::invalid, "it broke", ""};
  CHECK_THROWS_WITH_AS(result.value(), "an error was not looked at: it broke", std::logic_error);
}

}  // namespace
}  // namespace sharkreg::core
