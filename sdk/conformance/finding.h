// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <exception>
#include <string>
#include <utility>

namespace sharkreg::conformance {

// Why a case failed: what the plugin was asked, what the contract wants, what came instead, and
// what its author can do about it.
struct Finding {
  std::string asked;
  std::string wanted;
  std::string came;
  std::string advice;
};

// Thrown by a case whose plugin does not keep the contract.
class Broken final : public std::exception {
 public:
  explicit Broken(Finding finding) : finding_(std::move(finding)) {}
  const Finding& finding() const { return finding_; }
  const char* what() const noexcept override { return finding_.came.c_str(); }

 private:
  Finding finding_;
};

// Thrown by a case that says nothing about this plugin, or cannot be tried here.
class NotApplicable final : public std::exception {
 public:
  explicit NotApplicable(std::string reason) : reason_(std::move(reason)) {}
  const char* what() const noexcept override { return reason_.c_str(); }

 private:
  std::string reason_;
};

}  // namespace sharkreg::conformance
