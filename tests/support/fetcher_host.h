// SPDX-License-Identifier: Apache-2.0
// What tests of fetchers have in the host's place, and how they look at failures.
#pragma once

#include <chrono>
#include <functional>
#include <map>
#include <optional>
#include <stdexcept>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <doctest/doctest.h>

#include <sharkreg/failure.h>
#include <sharkreg/host.h>

namespace sharkreg::test {

// A host with these variables and nothing else.
class FakeHost final : public Host {
 public:
  explicit FakeHost(std::map<std::string, std::string> its_variables = {})
      : variables(std::move(its_variables)) {}

  std::map<std::string, std::string> variables;

  void log(sr_log_level, std::string_view) const override {}
  std::optional<std::string> environment(const std::string& name) const override {
    const auto found = variables.find(name);
    return found == variables.end() ? std::nullopt : std::optional(found->second);
  }
  ToolAnswer ask_tool(const std::vector<std::string>&, const std::vector<std::string>&,
                      std::chrono::milliseconds) const override {
    throw std::logic_error("no tool is asked");
  }
};

// What the function throws; the test fails if it throws nothing.
inline Failure failure_of(const std::function<void()>& function) {
  try {
    function();
  } catch (const Failure& failure) {
    return failure;
  }
  FAIL("nothing was thrown");
  throw std::logic_error("not reached");
}

}  // namespace sharkreg::test
