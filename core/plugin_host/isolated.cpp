// SPDX-License-Identifier: Apache-2.0
#include "plugin_host/isolated.h"

#include <utility>

#include "plugin_host/served_calls.h"
#include "plugin_host/worker_link.h"

namespace sharkreg::core {
namespace {

template <class Answer>
Answer ask(WorkerLink& link, std::string_view function, std::string_view json = "{}",
           const std::vector<std::string_view>& bytes = {}) {
  return struct_from_json<Answer>(link.call(function, json, bytes).value_or("{}"));
}

class IsolatedBackend final : public Backend {
 public:
  explicit IsolatedBackend(std::unique_ptr<WorkerLink> link) : link_(std::move(link)) {}

  BackendDescription describe() const override {
    return ask<BackendDescription>(*link_, "describe");
  }

  Probe probe(const ProbeRequest& request) override {
    probed_ = request;
    link_->start();
    return ask<Probe>(*link_, "probe", struct_to_json(request));
  }

  CompilePlan plan_compile(const CompileRequest& request) override {
    return plan<CompilePlan>("plan_compile", request);
  }

  RunPlan plan_run(const RunRequest& request) override {
    return plan<RunPlan>("plan_run", request);
  }

  Classification classify(const FailureReport& report) override {
    return plan<Classification>("classify", report);
  }

 private:
  // What it plans may depend on what it was probed for, so another worker is told first.
  template <class Answer, class Request>
  Answer plan(std::string_view function, const Request& request) {
    if (link_->start() && probed_) ask<Probe>(*link_, "probe", struct_to_json(*probed_));
    return ask<Answer>(*link_, function, struct_to_json(request));
  }

  std::unique_ptr<WorkerLink> link_;
  std::optional<ProbeRequest> probed_;
};

class IsolatedFetcher final : public ArtifactFetcher {
 public:
  explicit IsolatedFetcher(std::unique_ptr<WorkerLink> link) : link_(std::move(link)) {}

  FetcherDescription describe() const override {
    return ask<FetcherDescription>(*link_, "describe");
  }

  std::optional<ArtifactInformation> stat(const std::string& url) override {
    const auto answer = link_->call("stat", struct_to_json(Text{url}));
    if (!answer) return std::nullopt;
    return struct_from_json<ArtifactInformation>(*answer);
  }

  void read(const std::string& url, const ArtifactPart& part, const Receive& receive) override {
    const ReadCall call{
        url, part.validator, static_cast<std::int64_t>(part.offset),
        part.length == ArtifactPart::to_end ? -1 : static_cast<std::int64_t>(part.length)};
    link_->call("read", struct_to_json(call), {}, receive);
  }

 private:
  std::unique_ptr<WorkerLink> link_;
};

TensorHead head_of(const TensorView& tensor) {
  TensorHead head;
  head.type = static_cast<std::int64_t>(tensor.type);
  for (const std::uint64_t size : tensor.shape)
    head.shape.push_back(static_cast<std::int64_t>(size));
  head.byte_size = static_cast<std::int64_t>(tensor.byte_size);
  head.element_bits = tensor.element_bits;
  head.type_name = tensor.type_name;
  return head;
}

class IsolatedComparator final : public Comparator {
 public:
  explicit IsolatedComparator(std::unique_ptr<WorkerLink> link) : link_(std::move(link)) {}

  ComparatorDescription describe() const override {
    return ask<ComparatorDescription>(*link_, "describe");
  }

  Comparison compare(const TensorView& expected, const TensorView& actual,
                     const std::vector<std::string>& arguments) override {
    const CompareCall call{head_of(expected), head_of(actual), arguments};
    const auto bytes_of = [](const TensorView& tensor) {
      return std::string_view(static_cast<const char*>(tensor.data),
                              static_cast<std::size_t>(tensor.byte_size));
    };
    return ask<Comparison>(*link_, "compare", struct_to_json(call),
                           {bytes_of(expected), bytes_of(actual)});
  }

 private:
  std::unique_ptr<WorkerLink> link_;
};

class IsolatedTuner final : public TunerResolver {
 public:
  explicit IsolatedTuner(std::unique_ptr<WorkerLink> link) : link_(std::move(link)) {}

  std::optional<TunerChoice> resolve(const TunerRequest& request) override {
    const auto answer = link_->call("resolve", struct_to_json(request));
    if (!answer) return std::nullopt;
    return struct_from_json<TunerChoice>(*answer);
  }

 private:
  std::unique_ptr<WorkerLink> link_;
};

// Makes the instance at once, so that a wrong configuration is known here.
template <class Interface, class Isolated>
Result<std::unique_ptr<Interface>> make(const IsolatedInterface& interface, const char* id,
                                        const Configuration& configuration,
                                        const HostServices& services, const Isolation& isolation) {
  auto link = std::make_unique<WorkerLink>(interface, id, configuration, services, isolation);
  try {
    link->start();
  } catch (const Failure& failure) {
    return Error{
        failure.kind() == Failure::Kind::invalid ? ErrorKind::invalid : ErrorKind::infrastructure,
        failure.what(), failure.hint()};
  }
  return std::unique_ptr<Interface>(std::make_unique<Isolated>(std::move(link)));
}

}  // namespace

Result<std::unique_ptr<Backend>> make_isolated_backend(const IsolatedInterface& interface,
                                                       const Configuration& configuration,
                                                       const HostServices& services,
                                                       const Isolation& isolation) {
  return make<Backend, IsolatedBackend>(interface, SR_BACKEND_ID, configuration, services,
                                        isolation);
}

Result<std::unique_ptr<ArtifactFetcher>> make_isolated_fetcher(const IsolatedInterface& interface,
                                                               const Configuration& configuration,
                                                               const HostServices& services,
                                                               const Isolation& isolation) {
  return make<ArtifactFetcher, IsolatedFetcher>(interface, SR_FETCHER_ID, configuration, services,
                                                isolation);
}

Result<std::unique_ptr<Comparator>> make_isolated_comparator(const IsolatedInterface& interface,
                                                             const Configuration& configuration,
                                                             const HostServices& services,
                                                             const Isolation& isolation) {
  return make<Comparator, IsolatedComparator>(interface, SR_COMPARATOR_ID, configuration, services,
                                              isolation);
}

Result<std::unique_ptr<TunerResolver>> make_isolated_tuner(const IsolatedInterface& interface,
                                                           const Configuration& configuration,
                                                           const HostServices& services,
                                                           const Isolation& isolation) {
  return make<TunerResolver, IsolatedTuner>(interface, SR_TUNER_ID, configuration, services,
                                            isolation);
}

}  // namespace sharkreg::core
