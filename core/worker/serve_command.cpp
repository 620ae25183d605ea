// SPDX-License-Identifier: Apache-2.0
#include <csignal>
#include <cstring>
#include <memory>
#include <poll.h>
#include <thread>
#include <unistd.h>

#include "commands.h"
#include "plugin_host/channel.h"
#include "plugin_host/library.h"
#include "plugin_host/proxies.h"
#include "plugin_host/served_calls.h"
#include "report.h"

namespace sharkreg::core {
namespace {

// The host's services, asked of the host.
class ServedHost final : public HostServices {
 public:
  explicit ServedHost(Channel& channel) : channel_(channel) {}

  void log(sr_log_level level, std::string_view text) const override {
    channel_.send("log", struct_to_json(Remark{level, std::string(text)}));
  }

  std::optional<std::string> environment(const std::string& name) const override {
    return ask<Text>("environment", Text{name}).text;
  }

  ToolAnswer ask_tool(const std::vector<std::string>& arguments,
                      const std::vector<std::string>& content_files,
                      std::chrono::milliseconds limit) const override {
    const auto said =
        ask<ToolSaid>("ask_tool", ToolQuestion{arguments, content_files, limit.count()});
    if (!said.failure.empty()) throw Failure(Failure::Kind::failed, said.failure);
    return {static_cast<int>(said.exit_status), said.standard_output, said.standard_error};
  }

  // Whether to go on.
  bool take(const void* bytes, std::size_t size) const {
    channel_.send("bytes", "{}", {{static_cast<const char*>(bytes), size}});
    return struct_from_json<Proceed>(next("bytes")).proceed;
  }

 private:
  template <class Answer, class Question>
  Answer ask(std::string_view name, const Question& question) const {
    channel_.send(name, struct_to_json(question));
    return struct_from_json<Answer>(next(name));
  }

  std::string next(std::string_view name) const {
    auto message = channel_.receive(std::nullopt);
    if (!message || !*message || (*message)->name != name) ::_exit(0);  // the host is gone
    return std::move((*message)->json);
  }

  Channel& channel_;
};

// The instance: the one of these that was created.
struct Served {
  std::unique_ptr<Backend> backend;
  std::unique_ptr<ArtifactFetcher> fetcher;
  std::unique_ptr<Comparator> comparator;
  std::unique_ptr<TunerResolver> tuner;
};

template <class Instance>
void keep(std::unique_ptr<Instance>& place, Result<std::unique_ptr<Instance>> made) {
  if (made) {
    place = std::move(*made);
    return;
  }
  const Error& error = made.error();
  throw Failure(error.kind == ErrorKind::invalid ? Failure::Kind::invalid : Failure::Kind::failed,
                error.message, error.hint);
}

void create(const CreateCall& call, const std::shared_ptr<const PluginLibrary>& library,
            const HostServices& services, Served& served) {
  const sr_interface* interface = library->find(call.interface_id, call.name);
  if (interface == nullptr) {
    throw Failure(Failure::Kind::failed,
                  library->path().native() + " no longer offers " + call.name,
                  "it changed while sharkreg ran: start again");
  }
  const auto& with = call.configuration;
  if (call.interface_id == SR_BACKEND_ID) {
    keep(served.backend, make_backend_proxy(library, *interface, with, services));
  } else if (call.interface_id == SR_FETCHER_ID) {
    keep(served.fetcher, make_fetcher_proxy(library, *interface, with, services));
  } else if (call.interface_id == SR_COMPARATOR_ID) {
    keep(served.comparator, make_comparator_proxy(library, *interface, with, services));
  } else {
    keep(served.tuner, make_tuner_proxy(library, *interface, with, services));
  }
}

TensorView tensor_of(const TensorHead& head, const char* data) {
  TensorView tensor;
  tensor.type = static_cast<ElementType>(head.type);
  tensor.shape.assign(head.shape.begin(), head.shape.end());
  tensor.data = data;
  tensor.byte_size = static_cast<std::uint64_t>(head.byte_size);
  tensor.element_bits = static_cast<unsigned>(head.element_bits);
  tensor.type_name = head.type_name;
  return tensor;
}

std::string compare(const Message& message, Comparator& comparator) {
  const auto call = struct_from_json<CompareCall>(message.json);
  const char* expected = message.bytes.data();
  return struct_to_json(comparator.compare(
      tensor_of(call.expected, expected),
      tensor_of(call.actual, expected + call.expected.byte_size), call.arguments));
}

void read(const ReadCall& call, ArtifactFetcher& fetcher, const ServedHost& host) {
  const auto length =
      call.length < 0 ? ArtifactPart::to_end : static_cast<std::uint64_t>(call.length);
  fetcher.read(call.url, {static_cast<std::uint64_t>(call.offset), length, call.validator},
               [&](const void* bytes, std::size_t size) { return host.take(bytes, size); });
}

std::optional<std::string> dispatch(const Message& message, Served& served,
                                    const ServedHost& host) {
  const std::string& name = message.name;
  if (served.backend) {
    Backend& backend = *served.backend;
    if (name == "describe") return struct_to_json(backend.describe());
    if (name == "probe") {
      return struct_to_json(backend.probe(struct_from_json<ProbeRequest>(message.json)));
    }
    if (name == "plan_compile") {
      return struct_to_json(backend.plan_compile(struct_from_json<CompileRequest>(message.json)));
    }
    if (name == "plan_run") {
      return struct_to_json(backend.plan_run(struct_from_json<RunRequest>(message.json)));
    }
    if (name == "classify") {
      return struct_to_json(backend.classify(struct_from_json<FailureReport>(message.json)));
    }
  }
  if (served.fetcher) {
    if (name == "describe") return struct_to_json(served.fetcher->describe());
    if (name == "stat") {
      const auto found =
          served.fetcher->stat(struct_from_json<Text>(message.json).text.value_or(""));
      return found ? std::optional(struct_to_json(*found)) : std::nullopt;
    }
    if (name == "read") {
      read(struct_from_json<ReadCall>(message.json), *served.fetcher, host);
      return "{}";
    }
  }
  if (served.comparator) {
    if (name == "describe") return struct_to_json(served.comparator->describe());
    if (name == "compare") return compare(message, *served.comparator);
  }
  if (served.tuner && name == "resolve") {
    const auto choice = served.tuner->resolve(struct_from_json<TunerRequest>(message.json));
    return choice ? std::optional(struct_to_json(*choice)) : std::nullopt;
  }
  throw Failure(Failure::Kind::unsupported, "the worker has no function " + name);
}

// The plugin's code may never return; when the host is gone, nobody waits for it.
void end_with_the_host(int descriptor) {
  std::thread([descriptor] {
    pollfd waiting{descriptor, POLLRDHUP, 0};
    while (::poll(&waiting, 1, -1) < 0 ||
           (waiting.revents & (POLLRDHUP | POLLHUP | POLLERR)) == 0) {
    }
    ::_exit(0);
  }).detach();
}

}  // namespace

WorkerStatus serve_command(const std::filesystem::path& library_file, int descriptor) {
  Channel channel(descriptor);
  end_with_the_host(descriptor);
  const ServedHost host(channel);
  std::shared_ptr<const PluginLibrary> library;
  Served served;
  for (;;) {
    auto message = channel.receive(std::nullopt);
    if (!message || !*message) return WorkerStatus::ok;  // the host needs it no more
    try {
      if ((*message)->name == "create") {
        const auto call = struct_from_json<CreateCall>((*message)->json);
        auto loaded = PluginLibrary::load(library_file, call.trusted_sha256);
        if (!loaded) throw Failure(Failure::Kind::failed, to_text(loaded.error()));
        library = std::move(*loaded);
        create(call, library, host, served);
        channel.send("done", "{}");
        continue;
      }
      const auto answer = dispatch(**message, served, host);
      channel.send(answer ? "done" : "absent", answer.value_or("{}"));
    } catch (const Failure& failure) {
      channel.send("failed", struct_to_json(FailedCall{static_cast<std::int64_t>(failure.kind()),
                                                       failure.what(), failure.hint(),
                                                       failure.retry_after().count()}));
    }
  }
}

}  // namespace sharkreg::core
