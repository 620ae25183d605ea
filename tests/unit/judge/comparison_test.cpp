// SPDX-License-Identifier: Apache-2.0
#include "judge/comparison.h"

#include <doctest/doctest.h>

#include <sharkreg/failure.h>

#include "tensor_files.h"

namespace sharkreg::core {
namespace {

using Kind = ComparisonOutcome::Kind;

// Equal bytes match; remembers what it was asked.
class ByteComparator final : public Comparator {
 public:
  ComparatorDescription describe() const override { return {}; }

  Comparison compare(const TensorView& expected, const TensorView& actual,
                     const std::vector<std::string>& arguments) override {
    ++calls;
    last_arguments = arguments;
    last_type = actual.type;
    CHECK(expected.type == actual.type);
    CHECK(expected.shape == actual.shape);
    REQUIRE(expected.byte_size == actual.byte_size);
    Comparison comparison;
    comparison.match =
        expected.byte_size == 0 || std::memcmp(expected.data, actual.data, expected.byte_size) == 0;
    if (!comparison.match) comparison.message = message;
    return comparison;
  }

  int calls = 0;
  std::vector<std::string> last_arguments;
  ElementType last_type = ElementType::opaque;
  std::string message = "bytes differ";
};

class FailingComparator final : public Comparator {
 public:
  explicit FailingComparator(Failure::Kind kind) : kind_(kind) {}
  ComparatorDescription describe() const override { return {}; }
  Comparison compare(const TensorView&, const TensorView&,
                     const std::vector<std::string>&) override {
    throw Failure(kind_, "no such argument", "leave it out");
  }

 private:
  Failure::Kind kind_;
};

// One comparison of files with the given content.
struct Trial {
  TensorFiles files;
  ComparisonRequest request;
  ByteComparator comparator;

  Trial& expect(const std::string& format, const std::string& content,
                const std::string& value = {}) {
    request.expected_file = files.add("expected." + format, content);
    request.expected_format = format;
    request.expected_value = value;
    return *this;
  }

  Trial& get(const std::string& format, const std::string& content,
             std::optional<DeclaredResult> declared = std::nullopt) {
    request.actual_file = files.add("actual." + format, content);
    request.actual_format = format;
    request.declared = std::move(declared);
    return *this;
  }

  ComparisonOutcome judge() { return compare_tensors(request, comparator); }
};

const std::string four_floats = bytes_of<float>({1, 2, 3, 4});
const std::string other_floats = bytes_of<float>({1, 2, 3, 5});

TEST_CASE("equal files match, whatever format each has") {
  const std::string as_npy = npy("<f4", "(2, 2)", four_floats);
  const DeclaredResult declared{"f32", {2, 2}};
  CHECK(Trial().expect("npy", as_npy).get("npy", as_npy).judge().kind == Kind::match);
  CHECK(Trial().expect("npy", as_npy, "2x2xf32").get("npy", as_npy).judge().kind == Kind::match);
  CHECK(Trial().expect("npy", as_npy).get("bin", four_floats, declared).judge().kind ==
        Kind::match);
  CHECK(Trial().expect("bin", four_floats, "2x2xf32").get("npy", as_npy).judge().kind ==
        Kind::match);
  CHECK(Trial().expect("bin", four_floats, "2x2xf32").get("bin", four_floats).judge().kind ==
        Kind::match);
}

TEST_CASE("other numbers are a mismatch with the comparator's sentence") {
  Trial trial;
  trial.request.arguments = {"--strict"};
  trial.expect("bin", four_floats, "4xf32").get("npy", npy("<f4", "(4,)", other_floats));
  const auto outcome = trial.judge();
  CHECK(outcome.kind == Kind::mismatch);
  CHECK(outcome.sentence == "bytes differ");
  CHECK(outcome.expected_type == "4xf32");
  CHECK(outcome.actual_type == "4xf32");
  REQUIRE(outcome.comparison.has_value());
  CHECK_FALSE(outcome.comparison->match);
  CHECK(trial.comparator.last_arguments == std::vector<std::string>{"--strict"});

  trial.comparator.message.clear();
  CHECK(trial.judge().sentence == "the result does not match what is expected");
}

TEST_CASE("another shape or type is told apart without asking the comparator") {
  const auto sentence = [](const std::string& expected, const std::string& actual) {
    Trial trial;
    const auto outcome = trial.expect("npy", expected).get("npy", actual).judge();
    CHECK(outcome.kind == Kind::different_type);
    CHECK(trial.comparator.calls == 0);
    CHECK_FALSE(outcome.comparison.has_value());
    return outcome.sentence;
  };
  const std::string data(24, '\0');
  CHECK(sentence(npy("<f4", "(2, 3)", data), npy("<f4", "(3, 2)", data)) ==
        "shape 3x2xf32, expected 2x3xf32");
  CHECK(sentence(npy("<f4", "(2, 3)", data), npy("<i4", "(2, 3)", data)) ==
        "type 2x3xi32, expected 2x3xf32");
  CHECK(sentence(npy("<f4", "(2, 3)", data), npy("<f8", "(3,)", data)) ==
        "shape and type 3xf64, expected 2x3xf32");
}

TEST_CASE("a raw result of another size than expected differs in type") {
  const auto outcome =
      Trial().expect("bin", four_floats, "4xf32").get("bin", four_floats.substr(4)).judge();
  CHECK(outcome.kind == Kind::different_type);
  CHECK(outcome.sentence == "size 12 bytes, expected 4xf32 (16 bytes)");
}

TEST_CASE("bf16 goes by raw bytes and the declaration, or by an npy file of voids") {
  const std::string data("\x80\x3f\x00\x40", 4);
  const DeclaredResult declared{"bf16", {-1}};
  Trial trial;
  trial.expect("bin", data, "2xbf16").get("bin", data, declared);
  CHECK(trial.judge().kind == Kind::match);
  CHECK(trial.comparator.last_type == ElementType::bf16);
  trial.expect("npy", npy("|V2", "(2,)", data), "2xbf16").get("bin", data, declared);
  CHECK(trial.judge().kind == Kind::match);
  trial.expect("npy", npy("|V2", "(2,)", data)).get("bin", data, declared);
  CHECK(trial.judge().kind == Kind::invalid);
}

TEST_CASE("an expected file that contradicts its value is invalid, naming both") {
  const auto outcome = Trial()
                           .expect("npy", npy("<f4", "(2, 2)", four_floats), "4xf32")
                           .get("npy", npy("<f4", "(4,)", four_floats))
                           .judge();
  CHECK(outcome.kind == Kind::invalid);
  CHECK(
      contains(outcome.sentence, "expected.npy holds 2x2xf32, but the value beside it says 4xf32"));

  const auto raw = Trial().expect("bin", four_floats, "5xf32").get("bin", four_floats).judge();
  CHECK(raw.kind == Kind::invalid);
  CHECK(contains(raw.sentence, "expected.bin has 16 bytes, but 5xf32 needs 20"));
}

TEST_CASE("raw expected bytes without a value, and unknown formats, are invalid") {
  const auto raw = Trial().expect("bin", four_floats).get("bin", four_floats).judge();
  CHECK(raw.kind == Kind::invalid);
  CHECK(contains(raw.sentence, "raw bytes without shape and type"));
  const auto text = Trial().expect("txt", "1", "f32").get("bin", four_floats).judge();
  CHECK(text.kind == Kind::invalid);
  CHECK(contains(text.sentence, "is in the format \"txt\""));
}

TEST_CASE("what is wrong with the run's own files is never the model file's fault") {
  const std::string good = npy("<f4", "(4,)", four_floats);
  CHECK(Trial().expect("npy", good).get("npy", good.substr(0, 20)).judge().kind ==
        Kind::infrastructure);
  CHECK(Trial().expect("npy", good).get("bin", "123", DeclaredResult{"f32", {4}}).judge().kind ==
        Kind::infrastructure);
  Trial missing;
  missing.expect("npy", good).get("npy", good);
  missing.request.actual_file = missing.files.path("never_written.npy");
  const auto outcome = missing.judge();
  CHECK(outcome.kind == Kind::infrastructure);
  CHECK(contains(outcome.sentence, "never_written.npy: No such file"));
  CHECK(outcome.expected_type == "4xf32");
}

TEST_CASE("integers agree with their counterparts without a sign") {
  const std::string data("\xff\x01", 2);
  Trial trial;
  trial.expect("npy", npy("|u1", "(2,)", data)).get("npy", npy("|i1", "(2,)", data));
  CHECK(trial.judge().kind == Kind::match);
  CHECK(trial.comparator.last_type == ElementType::u8);
  trial.expect("npy", npy("|b1", "(2,)", data)).get("npy", npy("|i1", "(2,)", data));
  CHECK(trial.judge().kind == Kind::different_type);
}

TEST_CASE("scalars are judged, from npy and raw files") {
  const std::string seven = bytes_of<std::int32_t>({7});
  const std::string as_npy = npy("<i4", "()", seven);
  CHECK(Trial().expect("bin", seven, "i32").get("npy", as_npy).judge().kind == Kind::match);
  CHECK(Trial().expect("npy", as_npy).get("npy", as_npy).judge().kind == Kind::match);
  CHECK(Trial().expect("npy", as_npy).get("bin", seven, DeclaredResult{"i32", {}}).judge().kind ==
        Kind::match);
  const std::string eight = npy("<i4", "()", bytes_of<std::int32_t>({8}));
  CHECK(Trial().expect("bin", seven, "i32").get("npy", eight).judge().kind == Kind::mismatch);
}

TEST_CASE("a scalar and a tensor of one element are different, unless the value says otherwise") {
  const std::string seven = bytes_of<std::int32_t>({7});
  const std::string scalar = npy("<i4", "()", seven);
  const std::string tensor = npy("<i4", "(1,)", seven);
  const auto outcome = Trial().expect("npy", tensor).get("npy", scalar).judge();
  CHECK(outcome.kind == Kind::different_type);
  CHECK(outcome.sentence ==
        "shape i32, expected 1xi32 (a scalar and a tensor of one element are different)");
  CHECK(Trial().expect("npy", scalar).get("npy", tensor).judge().kind == Kind::different_type);
  CHECK(Trial().expect("npy", tensor, "i32").get("npy", scalar).judge().kind == Kind::match);
}

TEST_CASE("narrow scalars are taken back from their 32 bits") {
  const auto kind = [](const std::string& descr, const std::string& expected, std::int32_t actual) {
    return Trial()
        .expect("npy", npy(descr, "()", expected))
        .get("npy", npy("<i4", "()", bytes_of<std::int32_t>({actual})))
        .judge()
        .kind;
  };
  CHECK(kind("|i1", "\xff", 255) == Kind::match);
  CHECK(kind("|i1", "\xff", -1) == Kind::match);
  CHECK(kind("|i1", "\xff", 127) == Kind::mismatch);
  CHECK(kind("|i1", "\xff", 256 + 255) == Kind::mismatch);
  CHECK(kind("|b1", "\1", 1) == Kind::match);
  CHECK(kind("|b1", "\1", 2) == Kind::mismatch);
  CHECK(kind("<i2", "\xfe\xff", 65534) == Kind::match);
  CHECK(kind("<i2", "\xfe\xff", -2) == Kind::match);
  CHECK(kind("<f2", std::string("\x00\x3c", 2), 1) == Kind::different_type);

  const auto outcome = Trial()
                           .expect("bin", "\x2c", "i8")
                           .get("bin", bytes_of<std::int32_t>({300}), DeclaredResult{"i8", {}})
                           .judge();
  CHECK(outcome.kind == Kind::mismatch);
  CHECK(outcome.sentence == "the scalar 300 does not fit i8, which is expected");
}

TEST_CASE("empty tensors of one shape match") {
  const std::string empty = npy("<f4", "(0, 2)", "");
  CHECK(Trial().expect("npy", empty).get("npy", empty).judge().kind == Kind::match);
  CHECK(Trial().expect("npy", empty).get("bin", "", DeclaredResult{"f32", {-1, 2}}).judge().kind ==
        Kind::match);
  CHECK(Trial().expect("npy", empty).get("npy", npy("<f4", "(2, 0)", "")).judge().kind ==
        Kind::different_type);
}

TEST_CASE("a comparator that fails says whose fault it is") {
  Trial trial;
  trial.expect("bin", four_floats, "4xf32").get("bin", four_floats);
  FailingComparator invalid(Failure::Kind::invalid);
  const auto outcome = compare_tensors(trial.request, invalid);
  CHECK(outcome.kind == Kind::invalid);
  CHECK(outcome.sentence == "no such argument");
  CHECK(outcome.hint == "leave it out");
  FailingComparator failed(Failure::Kind::failed);
  CHECK(compare_tensors(trial.request, failed).kind == Kind::infrastructure);
}

}  // namespace
}  // namespace sharkreg::core
