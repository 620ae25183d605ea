// SPDX-License-Identifier: Apache-2.0
#include "plugin_host/one_at_a_time.h"

#include <mutex>
#include <utility>

namespace sharkreg::core {
namespace {

class OneAtATime final : public Backend {
 public:
  explicit OneAtATime(std::unique_ptr<Backend> backend) : backend_(std::move(backend)) {}

  BackendDescription describe() const override {
    const std::scoped_lock lock(mutex_);
    return backend_->describe();
  }
  Probe probe(const ProbeRequest& request) override {
    const std::scoped_lock lock(mutex_);
    return backend_->probe(request);
  }
  CompilePlan plan_compile(const CompileRequest& request) override {
    const std::scoped_lock lock(mutex_);
    return backend_->plan_compile(request);
  }
  RunPlan plan_run(const RunRequest& request) override {
    const std::scoped_lock lock(mutex_);
    return backend_->plan_run(request);
  }
  Classification classify(const FailureReport& report) override {
    const std::scoped_lock lock(mutex_);
    return backend_->classify(report);
  }
  ExecuteAnswer execute(const ExecuteRequest& request) override {
    const std::scoped_lock lock(mutex_);
    return backend_->execute(request);
  }

 private:
  mutable std::mutex mutex_;  // guards all calls of backend_
  std::unique_ptr<Backend> backend_;
};

}  // namespace

std::unique_ptr<Backend> one_at_a_time(std::unique_ptr<Backend> backend) {
  return std::make_unique<OneAtATime>(std::move(backend));
}

}  // namespace sharkreg::core
