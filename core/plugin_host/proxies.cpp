// SPDX-License-Identifier: Apache-2.0
#include "plugin_host/proxies.h"

#include <exception>
#include <utility>

#include "plugin_host/instance.h"

namespace sharkreg::core {
namespace {

using Absence = Instance::Absence;

class BackendProxy final : public Backend {
 public:
  template <class... Arguments>
  explicit BackendProxy(Arguments&&... arguments)
      : instance_(std::forward<Arguments>(arguments)...) {}

  BackendDescription describe() const override {
    return instance_.ask<BackendDescription>(table(), &Table::describe, "describe");
  }

  Probe probe(const ProbeRequest& request) override {
    return instance_.ask<Probe>(table(), &Table::probe, "probe", request);
  }

  CompilePlan plan_compile(const CompileRequest& request) override {
    return instance_.ask<CompilePlan>(table(), &Table::plan_compile, "plan_compile", request);
  }

  RunPlan plan_run(const RunRequest& request) override {
    return instance_.ask<RunPlan>(table(), &Table::plan_run, "plan_run", request);
  }

  Classification classify(const FailureReport& report) override {
    return instance_.ask<Classification>(table(), &Table::classify, "classify", report);
  }

  ExecuteAnswer execute(const ExecuteRequest& request) override {
    const auto* extension = instance_.extension<sr_execute_functions>(SR_EXECUTE_ID);
    return instance_.ask<ExecuteAnswer>(extension, &sr_execute_functions::execute,
                                        "execute (extension " SR_EXECUTE_ID ")", request);
  }

 private:
  using Table = sr_backend_functions;
  const Table* table() const { return instance_.functions<Table>(); }

  Instance instance_;
};

// Takes a fetcher's bytes to the host's receiver, whose exceptions must not cross the plugin.
class Receiver {
 public:
  Receiver(const ArtifactFetcher::Receive& receive, std::uint64_t most)
      : receive_(receive), most_(most) {}

  void expect_at_most(std::uint64_t bytes) { most_ = bytes; }

  static std::int32_t receive(void* self, const void* bytes, std::size_t size) {
    return static_cast<Receiver*>(self)->take(bytes, size) ? 0 : 1;
  }

  bool stopped() const { return stopped_; }
  bool got_too_much() const { return too_much_; }
  void rethrow() const {
    if (exception_) std::rethrow_exception(exception_);
  }

 private:
  bool take(const void* bytes, std::size_t size) {
    if (stopped_) return false;  // the plugin did not listen
    taken_ += size;
    too_much_ = stopped_ = taken_ > most_;
    if (stopped_) return false;
    try {
      stopped_ = !receive_(bytes, size);
    } catch (...) {
      exception_ = std::current_exception();
      stopped_ = true;
    }
    // How much may come can become known with the first piece.
    too_much_ = taken_ > most_;
    stopped_ = stopped_ || too_much_;
    return !stopped_;
  }

  const ArtifactFetcher::Receive& receive_;
  std::uint64_t most_;
  std::uint64_t taken_ = 0;
  bool stopped_ = false;
  bool too_much_ = false;
  std::exception_ptr exception_;
};

class FetcherProxy final : public ArtifactFetcher {
 public:
  template <class... Arguments>
  explicit FetcherProxy(Arguments&&... arguments)
      : instance_(std::forward<Arguments>(arguments)...) {}

  FetcherDescription describe() const override {
    return instance_.ask<FetcherDescription>(table(), &Table::describe, "describe");
  }

  std::optional<ArtifactInformation> stat(const std::string& url) override {
    Tree answer;
    const bool found =
        instance_.call(table(), &Table::stat, "stat", Absence::is_an_answer, answer, to_abi(url));
    if (!found) return std::nullopt;
    return instance_.take<ArtifactInformation>(answer, "stat");
  }

  void read(const std::string& url, const ArtifactPart& part, const Receive& receive) override {
    Receiver receiver(receive, part.length);
    Tree answer;
    take_bytes(url, receiver, [&] {
      return instance_.call(table(), &Table::read, "read", Absence::is_a_failure, answer,
                            to_abi(url), to_abi(part.validator), part.offset, part.length,
                            static_cast<void*>(&receiver), &Receiver::receive);
    });
  }

  bool get(const std::string& url, std::uint64_t length, const Begin& begin,
           const Receive& receive) override {
    const auto* extension = instance_.extension<sr_get_functions>(SR_GET_ID);
    if (extension == nullptr) throw Failure(Failure::Kind::unsupported, "the plugin has no get");
    Tree answer;
    bool begun = false;
    Receiver* counted = nullptr;
    const auto tell = [&] {
      const auto information = instance_.take<ArtifactInformation>(answer, "get");
      if (information.ranges) counted->expect_at_most(length);
      begun = true;
      return begin(information);
    };
    const Receive tell_and_receive = [&](const void* bytes, std::size_t size) {
      return (begun || size == 0 || tell()) && receive(bytes, size);
    };
    Receiver receiver(tell_and_receive, ArtifactPart::to_end);
    counted = &receiver;
    const bool found = take_bytes(url, receiver, [&] {
      return instance_.call(extension, &sr_get_functions::get, "get (extension " SR_GET_ID ")",
                            Absence::is_an_answer, answer, to_abi(url), length,
                            static_cast<void*>(&receiver), &Receiver::receive);
    });
    if (found && !begun && !tell()) {
      throw Failure(Failure::Kind::cancelled, instance_.told("stopped reading " + url));
    }
    return found;
  }

 private:
  // What `call` returns, once what the receiver came upon is told.
  template <class Call>
  bool take_bytes(const std::string& url, const Receiver& receiver, const Call& call) const {
    bool found = true;
    try {
      found = call();
    } catch (const Failure&) {
      // That the plugin stopped because it was told to is not the news.
      if (!receiver.stopped()) throw;
    }
    receiver.rethrow();
    if (receiver.got_too_much()) {
      throw Failure(Failure::Kind::failed,
                    instance_.told("it read more bytes of " + url + " than it was asked for"));
    }
    if (receiver.stopped()) {
      throw Failure(Failure::Kind::cancelled, instance_.told("stopped reading " + url));
    }
    return found;
  }

  using Table = sr_fetcher_functions;
  const Table* table() const { return instance_.functions<Table>(); }

  Instance instance_;
};

sr_tensor tensor_of(const TensorView& view) {
  sr_tensor tensor{};
  tensor.struct_size = sizeof tensor;
  tensor.element_type = static_cast<sr_element_type>(view.type);
  tensor.rank = static_cast<std::uint32_t>(view.shape.size());
  tensor.shape = view.shape.data();
  tensor.data = view.data;
  tensor.byte_size = view.byte_size;
  const ElementTypeInformation* known = information_of(view.type);
  tensor.element_bits = known != nullptr ? known->bits : view.element_bits;
  tensor.type_name = to_abi(known != nullptr ? known->name : view.type_name);
  return tensor;
}

class ComparatorProxy final : public Comparator {
 public:
  template <class... Arguments>
  explicit ComparatorProxy(Arguments&&... arguments)
      : instance_(std::forward<Arguments>(arguments)...) {}

  ComparatorDescription describe() const override {
    return instance_.ask<ComparatorDescription>(table(), &Table::describe, "describe");
  }

  Comparison compare(const TensorView& expected, const TensorView& actual,
                     const std::vector<std::string>& arguments) override {
    const sr_tensor expected_tensor = tensor_of(expected);
    const sr_tensor actual_tensor = tensor_of(actual);
    Tree request;
    instance_.put(request, ComparatorArguments{arguments}, "compare");
    Tree answer;
    instance_.call(table(), &Table::compare, "compare", Absence::is_a_failure, answer,
                   &expected_tensor, &actual_tensor, request.reader());
    return instance_.take<Comparison>(answer, "compare");
  }

 private:
  using Table = sr_comparator_functions;
  const Table* table() const { return instance_.functions<Table>(); }

  Instance instance_;
};

class TunerProxy final : public TunerResolver {
 public:
  template <class... Arguments>
  explicit TunerProxy(Arguments&&... arguments)
      : instance_(std::forward<Arguments>(arguments)...) {}

  std::optional<TunerChoice> resolve(const TunerRequest& request) override {
    Tree question;
    instance_.put(question, request, "resolve");
    Tree answer;
    const bool found = instance_.call(table(), &Table::resolve, "resolve", Absence::is_an_answer,
                                      answer, question.reader());
    if (!found) return std::nullopt;
    return instance_.take<TunerChoice>(answer, "resolve");
  }

 private:
  using Table = sr_tuner_functions;
  const Table* table() const { return instance_.functions<Table>(); }

  Instance instance_;
};

ErrorKind kind_of(const Failure& failure) {
  switch (failure.kind()) {
    case Failure::Kind::invalid:
      return ErrorKind::invalid;
    case Failure::Kind::cancelled:
      return ErrorKind::interrupted;
    case Failure::Kind::failed:
    case Failure::Kind::unsupported:
    case Failure::Kind::changed:
      break;
  }
  return ErrorKind::infrastructure;
}

template <class Interface, class Proxy>
Result<std::unique_ptr<Interface>> make(std::shared_ptr<const PluginLibrary> library,
                                        const sr_interface& interface,
                                        const Configuration& configuration,
                                        const HostServices& services) {
  try {
    return std::unique_ptr<Interface>(
        std::make_unique<Proxy>(std::move(library), interface, configuration, services));
  } catch (const Failure& failure) {
    return Error{kind_of(failure), failure.what(), failure.hint()};
  }
}

}  // namespace

Result<std::unique_ptr<Backend>> make_backend_proxy(std::shared_ptr<const PluginLibrary> library,
                                                    const sr_interface& interface,
                                                    const Configuration& configuration,
                                                    const HostServices& services) {
  return make<Backend, BackendProxy>(std::move(library), interface, configuration, services);
}

Result<std::unique_ptr<ArtifactFetcher>> make_fetcher_proxy(
    std::shared_ptr<const PluginLibrary> library, const sr_interface& interface,
    const Configuration& configuration, const HostServices& services) {
  return make<ArtifactFetcher, FetcherProxy>(std::move(library), interface, configuration,
                                             services);
}

Result<std::unique_ptr<Comparator>> make_comparator_proxy(
    std::shared_ptr<const PluginLibrary> library, const sr_interface& interface,
    const Configuration& configuration, const HostServices& services) {
  return make<Comparator, ComparatorProxy>(std::move(library), interface, configuration, services);
}

Result<std::unique_ptr<TunerResolver>> make_tuner_proxy(
    std::shared_ptr<const PluginLibrary> library, const sr_interface& interface,
    const Configuration& configuration, const HostServices& services) {
  return make<TunerResolver, TunerProxy>(std::move(library), interface, configuration, services);
}

}  // namespace sharkreg::core
