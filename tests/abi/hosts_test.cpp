// SPDX-License-Identifier: Apache-2.0
// Plugins under hosts that are not the one they were built for. The host's structs end early, right
// before memory that nobody may touch, or go on with garbage; what a plugin asks for that is not
// there is absent, and the rest works.

#include <doctest/doctest.h>

#include <sharkreg/comparator.h>
#include <sharkreg/plugin_abi.h>

#include "cut_off.h"
#include "fixtures.h"
#include "plugin_host/host_table.h"
#include "plugin_host/instance.h"
#include "plugin_host/tree.h"

namespace sharkreg::core {
namespace {

const sr_interface& interface_of(const std::shared_ptr<const PluginLibrary>& library,
                                 std::string_view id, std::string_view name) {
  const sr_interface* found = library->find(id, name);
  REQUIRE(found != nullptr);
  return *found;
}

// An instance that a plugin made for a host table, called without the proxies.
class Made {
 public:
  Made(std::shared_ptr<const PluginLibrary> library, const sr_interface& interface,
       const sr_host* host)
      : library_(std::move(library)), interface_(interface) {
    Configuration settings;
    settings.tool_directories = {"/opt/tools"};
    Tree request;
    encode(request.writer(), settings);
    Tree error;
    REQUIRE(interface.create(host, request.reader(), error.writer(), &self) == SR_OK);
  }
  Made(const Made&) = delete;
  Made& operator=(const Made&) = delete;
  ~Made() { interface_.destroy(self); }

  template <class Table>
  const Table& table() const {
    return *static_cast<const Table*>(interface_.functions);
  }

  void* self = nullptr;

 private:
  std::shared_ptr<const PluginLibrary> library_;
  const sr_interface& interface_;
};

Made sample_backend(const sr_host* host) {
  const auto library = load_fixture("sample");
  return Made(library, interface_of(library, SR_BACKEND_ID, "sample"), host);
}

Tree& probe(const Made& backend, bool devices, Tree& answer, sr_status& status) {
  ProbeRequest request;
  request.devices = devices;
  Tree question;
  encode(question.writer(), request);
  status =
      backend.table<sr_backend_functions>().probe(backend.self, question.reader(), answer.writer());
  return answer;
}

std::vector<std::string> notes_of(const Tree& answer) {
  return decode<Probe>(answer.reader()).notes;
}

sr_tensor tensor_of(const float (&data)[2], const std::uint64_t (&shape)[1]) {
  sr_tensor tensor{};
  tensor.struct_size = sizeof tensor;
  tensor.element_type = SR_TYPE_F32;
  tensor.rank = 1;
  tensor.shape = shape;
  tensor.data = data;
  tensor.byte_size = sizeof data;
  tensor.element_bits = 32;
  tensor.type_name = to_abi("f32");
  return tensor;
}

}  // namespace

TEST_CASE("a plugin works under a host that offers less, and says what it lacks") {
  FakeServices services;
  services.variables["SAMPLE"] = "set";
  const HostTable whole(services);
  Tree answer;
  sr_status status = SR_OK;

  SUBCASE("a host that asks no tools") {
    const CutOff<sr_host> host(*whole.abi(), offsetof(sr_host, ask_tool));
    const Made backend = sample_backend(host.get());
    probe(backend, false, answer, status);
    CHECK(status == SR_OK);
    CHECK(notes_of(answer) == std::vector<std::string>{"set", "set"});
    Tree refusal;
    probe(backend, true, refusal, status);
    CHECK(status == SR_UNSUPPORTED);
    CHECK(refusal.failure_message() == "this host asks no tools");
  }
  SUBCASE("a host that has no environment") {
    const CutOff<sr_host> host(*whole.abi(), offsetof(sr_host, get_environment));
    probe(sample_backend(host.get()), false, answer, status);
    CHECK(status == SR_OK);
    CHECK(notes_of(answer) == std::vector<std::string>{"not set", "not set"});
    CHECK(services.logged.size() == 1);
  }
  SUBCASE("a host that has no log") {
    const CutOff<sr_host> host(*whole.abi(), offsetof(sr_host, log));
    probe(sample_backend(host.get()), false, answer, status);
    CHECK(status == SR_OK);
    CHECK(services.logged.empty());
  }
}

TEST_CASE("a plugin works under a host whose structs are longer") {
  FakeServices services;
  services.variables["SAMPLE"] = "set";
  const HostTable known(services);
  const Longer<sr_host> host(*known.abi());
  const Made backend = sample_backend(&host.head);
  Tree question;
  encode(question.writer(), ProbeRequest{});
  const Longer<sr_reader> reader(*question.reader());
  Tree answer;
  Longer<sr_writer> writer(*answer.writer());
  CHECK(backend.table<sr_backend_functions>().probe(backend.self, &reader.head, &writer.head) ==
        SR_OK);
  CHECK(notes_of(answer) == std::vector<std::string>{"set", "set", "out err 3"});
}

TEST_CASE("a comparator takes tensors of older and newer hosts") {
  const FakeServices services;
  const HostTable host(services);
  const auto library = load_fixture("sample");
  const Made made(library, interface_of(library, SR_COMPARATOR_ID, "sample_comparator"),
                  host.abi());
  const float data[2] = {1, 2};
  const std::uint64_t shape[1] = {2};
  const sr_tensor whole = tensor_of(data, shape);
  Tree arguments;
  encode(arguments.writer(), ComparatorArguments{});
  const auto message_of = [&](const sr_tensor* tensor) {
    Tree answer;
    CHECK(made.table<sr_comparator_functions>().compare(
              made.self, tensor, tensor, arguments.reader(), answer.writer()) == SR_OK);
    const auto comparison = decode<Comparison>(answer.reader());
    CHECK(comparison.match);
    return comparison.message;
  };
  CHECK(message_of(&whole) == "f322,");
  CHECK(message_of(CutOff<sr_tensor>(whole, offsetof(sr_tensor, element_bits)).get()) == "f322,");
  CHECK(message_of(CutOff<sr_tensor>(whole, offsetof(sr_tensor, type_name)).get()) == "f322,");
  const Longer<sr_tensor> longer(whole);
  CHECK(message_of(&longer.head) == "f322,");

  sr_tensor of_tomorrow = whole;
  of_tomorrow.element_type = 4711;
  CHECK(message_of(&of_tomorrow) == "opaque2,");
}

TEST_CASE("a plugin in C takes a host of any length that holds what it asks for") {
  FakeServices services;
  const HostTable known(services);
  const auto library = PluginLibrary::load(VINTAGE_PLUGIN);
  REQUIRE(library.has_value());
  const auto& backend = interface_of(*library, SR_BACKEND_ID, "vintage");
  const auto ask = [&](const sr_host* host) {
    const Made made(*library, backend, host);
    Tree answer;
    sr_status status = SR_FAILED;
    probe(made, true, answer, status);
    CHECK(status == SR_OK);
    CHECK(decode<Probe>(answer.reader()).devices.size() == 1);
  };
  const Longer<sr_host> longer(*known.abi());
  ask(&longer.head);
  CHECK(services.logged.size() == 1);
  ask(CutOff<sr_host>(*known.abi(), offsetof(sr_host, log)).get());
  CHECK(services.logged.size() == 1);
}

TEST_CASE("a plugin's answer may have members that this host does not know, if it says so") {
  // The other direction: a plugin of a later version under this host.
  Tree answer;
  encode(answer.writer(), ArtifactInformation{});
  answer.writer()->put_string(answer.writer(), to_abi("/colour"), to_abi("red"));
  CHECK_THROWS_AS(decode<ArtifactInformation>(answer.reader(), UnknownMembers::refuse), Failure);
  answer.writer()->put_string(answer.writer(), to_abi("/optional/-"), to_abi("colour"));
  CHECK_NOTHROW(decode<ArtifactInformation>(answer.reader(), UnknownMembers::refuse));
}

}  // namespace sharkreg::core
