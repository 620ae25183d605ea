// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <map>
#include <stdexcept>
#include <string>

#include <sharkreg/host.h>

namespace hf_fetcher {

// A host with these variables and nothing else.
class FakeHost final : public sharkreg::Host {
 public:
  std::map<std::string, std::string> variables{
      {"NETRC", "/nowhere"}, {"HF_HOME", "/nowhere"}, {"SHARKREG_HTTP_STALL_SECONDS", "5"}};

  void log(sr_log_level, std::string_view) const override {}
  std::optional<std::string> environment(const std::string& name) const override {
    const auto found = variables.find(name);
    return found == variables.end() ? std::nullopt : std::optional(found->second);
  }
  sharkreg::ToolAnswer ask_tool(const std::vector<std::string>&, const std::vector<std::string>&,
                                std::chrono::milliseconds) const override {
    throw std::logic_error("no tool is asked");
  }
};

}  // namespace hf_fetcher
