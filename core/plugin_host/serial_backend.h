// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <memory>
#include <mutex>

#include <sharkreg/backend.h>

namespace sharkreg::core {

// A backend that several threads may call: each call waits for the one before. The host plans on one
// thread, and asks what failures mean on others, while an instance of a plugin is promised one call
// at a time.
class SerialBackend final : public Backend {
 public:
  explicit SerialBackend(std::shared_ptr<Backend> backend) : backend_(std::move(backend)) {}

  BackendDescription describe() const override { return alone()->describe(); }
  Probe probe(const ProbeRequest& request) override { return alone()->probe(request); }
  CompilePlan plan_compile(const CompileRequest& request) override {
    return alone()->plan_compile(request);
  }
  RunPlan plan_run(const RunRequest& request) override { return alone()->plan_run(request); }
  Classification classify(const FailureReport& report) override {
    return alone()->classify(report);
  }
  ExecuteAnswer execute(const ExecuteRequest& request) override {
    return alone()->execute(request);
  }

 private:
  // The backend, for as long as the returned value lives: to the end of the call.
  struct Turn {
    std::unique_lock<std::mutex> lock;
    Backend* backend;
    Backend* operator->() const { return backend; }
  };
  Turn alone() const { return {std::unique_lock(mutex_), backend_.get()}; }

  mutable std::mutex mutex_;
  std::shared_ptr<Backend> backend_;
};

}  // namespace sharkreg::core
