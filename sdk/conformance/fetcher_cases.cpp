// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <cstdint>
#include <fstream>
#include <limits>

#include <fmt/format.h>

#include <sharkreg/fetcher.h>

#include "cases.h"

namespace sharkreg::conformance {
namespace {

using Table = sr_fetcher_functions;
constexpr std::uint64_t to_end = std::numeric_limits<std::uint64_t>::max();

// What a read passes on, and how it behaves when it is told to stop.
struct Received {
  std::string content;
  std::uint64_t calls = 0;
  std::uint64_t stop_at_call = 0;  // 0: never
  bool called_after_stop = false;
  bool stopped = false;

  static std::int32_t take(void* context, const void* bytes, std::size_t size) {
    auto& self = *static_cast<Received*>(context);
    ++self.calls;
    if (self.stopped) self.called_after_stop = true;
    if (size > 0) self.content.append(static_cast<const char*>(bytes), size);
    self.stopped = self.stopped || self.calls == self.stop_at_call;
    return self.stopped ? 1 : 0;
  }
};

FetcherDescription describe(Context& context, const Instance& instance) {
  context.ask("describe");
  return take<FetcherDescription>(context,
                                  instance.call(Age::current, &Table::describe, "describe"));
}

// The sample that was given, or one that is made for fetchers of files.
struct Sample {
  std::string url;
  std::string content;  // of one that was made
};

std::string made_content() {
  std::string content((std::size_t{5} << 19) + 17, '\0');
  std::uint32_t state = 1;
  for (char& byte : content) {
    state = state * 1664525 + 1013904223;
    byte = static_cast<char>(state >> 24);
  }
  return content;
}

Sample sample_of(Context& context, const Instance& instance) {
  if (!context.url.empty()) return {context.url, {}};
  const auto schemes = describe(context, instance).schemes;
  if (std::ranges::find(schemes, "file") == schemes.end()) {
    throw NotApplicable("no sample to read: give one with --url=URL");
  }
  Sample sample{"file://" + (context.scratch / "sample.bin").native(), made_content()};
  std::ofstream(context.scratch / "sample.bin", std::ios::binary) << sample.content;
  return sample;
}

std::string missing_url(const Context& context, const std::vector<std::string>& schemes) {
  if (!context.url.empty()) return context.url + ".no-such-artifact";
  if (std::ranges::find(schemes, "file") == schemes.end()) {
    throw NotApplicable("no place to look in: give a sample with --url=URL");
  }
  return "file://" + (context.scratch / "no-such-artifact").native();
}

Answer stat(const Instance& instance, Age age, const std::string& url) {
  return instance.call(age, &Table::stat, "stat", to_abi(url));
}

Answer read(const Instance& instance, const std::string& url, std::uint64_t offset,
            std::uint64_t length, Received& received) {
  return instance.call(Age::current, &Table::read, "read", to_abi(url), sr_string{}, offset, length,
                       static_cast<void*>(&received), &Received::take);
}

bool is_small(char c) {
  return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '.' || c == '-';
}

bool is_scheme(std::string_view text) {
  if (text == "*") return true;
  return !text.empty() && text.front() >= 'a' && text.front() <= 'z' &&
         std::ranges::all_of(text, [](char c) { return is_small(c) || c == '+'; });
}

bool is_host_pattern(std::string_view text) {
  if (text.starts_with("*.")) text.remove_prefix(2);
  return !text.empty() && text.front() != '.' && text.back() != '.' &&
         text.find("..") == std::string_view::npos && std::ranges::all_of(text, &is_small);
}

void check_description(Context& context) {
  const Host host;
  const Instance instance(context, host);
  const auto [schemes, hosts] = describe(context, instance);
  context.require(!schemes.empty(), "one URL scheme at least", "none", "name those it can read");
  for (const std::string& scheme : schemes) {
    context.require(
        is_scheme(scheme), "schemes in lower case, without \"://\"", shown(scheme),
        "name them as RFC 3986 does: https; or \"*\" for all that no other fetcher has");
  }
  for (const std::string& pattern : hosts) {
    context.require(is_host_pattern(pattern), "hosts in lower case, without a port", shown(pattern),
                    "name them so: example.com, or *.example.com for those below it");
  }
}

void check_missing(Context& context) {
  const Host host;
  const Instance instance(context, host);
  const std::string url = missing_url(context, describe(context, instance).schemes);
  context.ask("stat of " + url + ", which does not exist");
  const Answer answer = stat(instance, Age::current, url);
  context.require(answer.status == SR_ABSENT, "SR_ABSENT",
                  name_of_status(answer.status) + " " + answer.tree->message,
                  "tell what is certainly not there from what cannot be learned now");
}

void check_nonsense(Context& context) {
  const Host host;
  const Instance instance(context, host);
  const std::string long_url = "file://" + std::string(100000, 'x');
  for (const std::string_view url :
       {std::string_view(), std::string_view("nonsense"), std::string_view("://"),
        std::string_view("file://%zz"), std::string_view(long_url)}) {
    context.ask("stat of " + shown(to_abi(url)));
    const Answer answer = instance.call(Age::current, &Table::stat, "stat", to_abi(url));
    context.require(answer.status != SR_OK, "SR_ABSENT, or a failure with a text", "SR_OK",
                    "refuse what is no URL of your schemes");
    if (answer.status != SR_ABSENT) expect_refusal(context, answer);
  }
}

ArtifactInformation information_of(Context& context, const Instance& instance,
                                   const Sample& sample) {
  context.ask("stat of " + sample.url);
  return take<ArtifactInformation>(context, stat(instance, Age::current, sample.url));
}

void check_information(Context& context) {
  const Host host;
  const Instance instance(context, host);
  const Sample sample = sample_of(context, instance);
  const ArtifactInformation information = information_of(context, instance, sample);
  if (information.size) {
    context.require(*information.size >= 0, "a size that is not negative",
                    std::to_string(*information.size), "leave the size out if it is not known");
    context.require(sample.content.empty() ||
                        static_cast<std::size_t>(*information.size) == sample.content.size(),
                    fmt::format("a size of {}", sample.content.size()),
                    std::to_string(*information.size), "give the size in bytes");
  }
  for (const auto& [algorithm, digest] : information.digests) {
    const bool hexadecimal = !digest.empty() && std::ranges::all_of(digest, [](char c) {
      return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f');
    });
    context.require(hexadecimal, "digests in lower-case hexadecimal", algorithm + " " + digest,
                    "write them as sha256sum does");
  }
  if (information.local_path) {
    context.require(std::filesystem::path(*information.local_path).is_absolute(),
                    "a local_path that is absolute", *information.local_path,
                    "resolve it against nothing but the URL");
  }
}

std::string whole_content(Context& context, const Instance& instance, const Sample& sample) {
  context.ask("read of all of " + sample.url);
  Received received;
  expect_success(context, read(instance, sample.url, 0, to_end, received));
  context.require(sample.content.empty() || received.content == sample.content,
                  fmt::format("its {} bytes", sample.content.size()),
                  fmt::format("{} bytes, other ones", received.content.size()),
                  "pass on the content as it is, in order");
  return received.content;
}

void check_range(Context& context, const Instance& instance, const Sample& sample,
                 const std::string& whole, std::uint64_t offset, std::uint64_t length) {
  context.ask(fmt::format("read of {} bytes from {} on, of {}",
                          length == to_end ? "all" : std::to_string(length), offset, sample.url));
  Received received;
  expect_success(context, read(instance, sample.url, offset, length, received));
  const std::string wanted =
      whole.substr(static_cast<std::size_t>(offset),
                   static_cast<std::size_t>(std::min<std::uint64_t>(length, whole.size())));
  context.require(
      received.content == wanted, fmt::format("these {} bytes", wanted.size()),
      fmt::format("{} bytes, {}", received.content.size(),
                  received.content.size() == wanted.size() ? "other ones" : "not those"),
      "honour offset and length exactly: hosts join ranges");
}

void check_ranges(Context& context) {
  const Host host;
  const Instance instance(context, host);
  const Sample sample = sample_of(context, instance);
  const bool ranges = information_of(context, instance, sample).ranges;
  const std::string whole = whole_content(context, instance, sample);
  const std::uint64_t size = whole.size();
  check_range(context, instance, sample, whole, 0, 0);
  check_range(context, instance, sample, whole, 0, std::min<std::uint64_t>(size, 1));
  check_range(context, instance, sample, whole, 0, size / 2);
  check_range(context, instance, sample, whole, 0, size);
  if (!ranges) return;
  check_range(context, instance, sample, whole, size / 3, size / 3);
  check_range(context, instance, sample, whole, size / 2, to_end);
  check_range(context, instance, sample, whole, size - std::min<std::uint64_t>(size, 1), to_end);
  check_range(context, instance, sample, whole, size, to_end);
}

// Hosts join what several calls read, so bytes of another content must not come.
void check_validator(Context& context) {
  const Host host;
  const Instance instance(context, host);
  const Sample sample = sample_of(context, instance);
  const std::string validator = information_of(context, instance, sample).validator;
  if (validator.empty()) throw NotApplicable("stat gives no validator of " + sample.url);
  const auto read_as = [&](const std::string& as, Received& received) {
    context.ask("read of " + sample.url + " with the validator " + shown(to_abi(as)));
    return instance.call(Age::current, &Table::read, "read", to_abi(sample.url), to_abi(as),
                         std::uint64_t{0}, to_end, static_cast<void*>(&received), &Received::take);
  };
  Received right;
  expect_success(context, read_as(validator, right));
  Received wrong;
  const Answer answer = read_as("no validator of this content", wrong);
  context.require(answer.status == SR_CHANGED, "SR_CHANGED", name_of_status(answer.status),
                  "compare the validator with that of what is read now");
  context.require(wrong.content.empty(), "no byte of it",
                  fmt::format("{} bytes", wrong.content.size()),
                  "compare the validator before the first byte is passed on");
}

const sr_get_functions* get_of(const Instance& instance) {
  const sr_interface& interface = *instance.context().interface;
  if (!SR_HAS(&interface, sr_interface, get_extension)) return nullptr;
  return static_cast<const sr_get_functions*>(guarded(instance.context(), [&] {
    return interface.get_extension(instance.self(), to_abi(SR_GET_ID));
  }));
}

// What get says is what stat says, and what it passes on is what read does.
void check_get(Context& context) {
  const Host host;
  const Instance instance(context, host);
  const sr_get_functions* functions = get_of(instance);
  if (functions == nullptr) throw NotApplicable("it has no extension " SR_GET_ID);
  const Sample sample = sample_of(context, instance);
  const ArtifactInformation known = information_of(context, instance, sample);
  const std::string whole = whole_content(context, instance, sample);
  const std::uint64_t length = whole.size() / 2 + 1;
  context.ask(fmt::format("get of {} bytes of {}", length, sample.url));
  Received received;
  Answer answer{SR_OK, std::make_unique<Tree>(Age::current)};
  answer.status = guarded(context, [&] {
    return functions->get(instance.self(), to_abi(sample.url), length,
                          static_cast<void*>(&received), &Received::take, answer.tree->writer());
  });
  if (answer.status == SR_UNSUPPORTED) throw NotApplicable("not for " + sample.url);
  const auto information = take<ArtifactInformation>(context, answer);
  context.require(information.validator == known.validator && information.size == known.size,
                  "the validator and the size that stat gives",
                  information.validator + ", " + std::to_string(information.size.value_or(-1)),
                  "answer as stat does");
  const std::string wanted =
      information.ranges ? whole.substr(0, static_cast<std::size_t>(length)) : whole;
  context.require(
      received.content == wanted, fmt::format("its first {} bytes", wanted.size()),
      fmt::format("{} bytes, {}", received.content.size(),
                  received.content.size() == wanted.size() ? "other ones" : "not those"),
      "pass on `length` bytes, or all if the answer does not say \"ranges\"");
}

void check_cancel(Context& context) {
  const Host host;
  const Instance instance(context, host);
  const Sample sample = sample_of(context, instance);
  for (const std::uint64_t call : {std::uint64_t{1}, std::uint64_t{2}}) {
    context.ask(fmt::format("read of {}, and to stop at piece {}", sample.url, call));
    Received received;
    received.stop_at_call = call;
    const Answer answer = read(instance, sample.url, 0, to_end, received);
    if (received.calls < call) continue;  // all of it came in fewer pieces
    context.require(!received.called_after_stop, "no call of receive after it said stop",
                    fmt::format("{} more", received.calls - call),
                    "look at what receive returns, and return at once");
    context.require(answer.status == SR_CANCELLED, "SR_CANCELLED", name_of_status(answer.status),
                    "return SR_CANCELLED when receive says stop");
  }
}

}  // namespace

std::vector<Question> fetcher_questions(const Context& context) {
  const std::string url = context.url.empty()
                              ? "file://" + (context.scratch / "no-such-artifact").native()
                              : context.url;
  return {{"describe", [](const Instance& instance,
                          Age age) { return instance.call(age, &Table::describe, "describe"); }},
          {"stat", [url](const Instance& instance, Age age) { return stat(instance, age, url); }}};
}

std::vector<Case> fetcher_cases() {
  return {
      {"describe", "names its URL schemes", &check_description},
      {"missing", "says SR_ABSENT of what does not exist", &check_missing},
      {"nonsense", "refuses what is no URL", &check_nonsense},
      {"stat", "says of a sample what is true", &check_information},
      {"ranges", "honours offset and length exactly", &check_ranges},
      {"validator", "passes on no byte of another content", &check_validator},
      {"get", "gets what stat and read get", &check_get},
      {"cancel", "stops at once when it is told to", &check_cancel},
  };
}

}  // namespace sharkreg::conformance
