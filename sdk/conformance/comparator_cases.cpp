// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <cmath>
#include <limits>

#include <boost/json.hpp>

#include <fmt/format.h>

#include <sharkreg/comparator.h>

#include "cases.h"
#include "guarded_tensor.h"

namespace sharkreg::conformance {
namespace {

using Table = sr_comparator_functions;
using Place = GuardedTensor::Place;
using Floats = std::vector<float>;

const Floats numbers = {0.5f, -1.25f, 3, 4096, -7.5f, 0.001f, 2, 1};
const float not_a_number = std::numeric_limits<float>::quiet_NaN();
const float infinity = std::numeric_limits<float>::infinity();

Answer compare(const Instance& instance, const GuardedTensor& expected, const GuardedTensor& actual,
               const std::vector<std::string>& arguments = {}, Age age = Age::current) {
  Tree question(age);
  fill(question, ComparatorArguments{arguments});
  return instance.call(age, &Table::compare, "compare", expected.abi(), actual.abi(),
                       question.reader());
}

GuardedTensor tensor_of(const Floats& values, Place place = Place::at_end, Age age = Age::current) {
  return GuardedTensor(SR_TYPE_F32, {values.size()}, bytes_of(values), place, age);
}

Answer compare(const Instance& instance, const Floats& expected, const Floats& actual,
               Age age = Age::current) {
  return compare(instance, tensor_of(expected, Place::at_end, age),
                 tensor_of(actual, Place::at_end, age), {}, age);
}

// What is wrong with a verdict whatever it is.
Comparison verdict_of(const Context& context, const Answer& answer) {
  const auto comparison = take<Comparison>(context, answer);
  context.require(comparison.mismatch_count.value_or(0) >= 0, "a mismatch_count from 0 on",
                  std::to_string(*comparison.mismatch_count), "count elements");
  return comparison;
}

void expect_match(const Context& context, const Answer& answer, bool match) {
  context.require(verdict_of(context, answer).match == match, match ? "a match" : "no match",
                  match ? "no match" : "a match",
                  match ? "tensors that are equal match, whatever the tolerance is"
                        : "such tensors are not close by any measure");
}

void expect_match_or_refusal(const Context& context, const Answer& answer, bool match) {
  if (answer.status != SR_OK) return expect_refusal(context, answer);
  expect_match(context, answer, match);
}

ComparatorDescription describe(Context& context, const Instance& instance) {
  context.ask("describe");
  return take<ComparatorDescription>(context,
                                     instance.call(Age::current, &Table::describe, "describe"));
}

void check_description(Context& context) {
  const Host host;
  const Instance instance(context, host);
  for (const std::string& line : describe(context, instance).arguments) {
    context.require(!line.empty() && line.find('\n') == line.npos, "one line of help an argument",
                    shown(line), "begin with the argument: --tolerance=NUMBER");
  }
}

void check_verdict(Context& context) {
  const Host host;
  const Instance instance(context, host);
  context.ask("compare of equal tensors of f32");
  expect_match(context, compare(instance, numbers, numbers), true);
  context.ask("compare of tensors of f32 of which one is -1000 times the other");
  Floats others = numbers;
  for (float& value : others) value *= -1000;
  expect_match(context, compare(instance, numbers, others), false);
}

void check_symmetry(Context& context) {
  const Host host;
  const Instance instance(context, host);
  if (!describe(context, instance).symmetric) {
    throw NotApplicable("its description does not say that it is symmetric");
  }
  for (const float factor : {1.f, 1.00001f, 1.0001f, 1.001f, 1.01f, 1.1f, 2.f, 1000.f, -1.f}) {
    Floats others = numbers;
    for (float& value : others) value *= factor;
    context.ask(fmt::format("compare of tensors, one {} times the other, both ways round", factor));
    const bool one = verdict_of(context, compare(instance, numbers, others)).match;
    const bool other = verdict_of(context, compare(instance, others, numbers)).match;
    context.require(one == other, "the same verdict both ways round", "a match one way only",
                    "measure against neither side, or leave \"symmetric\" out");
  }
}

void check_empty(Context& context) {
  const Host host;
  const Instance instance(context, host);
  for (const std::vector<std::uint64_t>& shape :
       {std::vector<std::uint64_t>{0}, {3, 0}, {0, 3}, {2, 0, 4}}) {
    context.ask(fmt::format("compare of empty tensors of rank {}", shape.size()));
    const GuardedTensor empty(SR_TYPE_F32, shape, {});
    expect_match(context, compare(instance, empty, empty), true);
  }
}

void check_scalars(Context& context) {
  const Host host;
  const Instance instance(context, host);
  const GuardedTensor scalar(SR_TYPE_F32, {}, bytes_of(Floats{2}));
  const GuardedTensor other(SR_TYPE_F32, {}, bytes_of(Floats{-2000}));
  context.ask("compare of equal scalars (rank 0)");
  expect_match(context, compare(instance, scalar, scalar), true);
  context.ask("compare of the scalars 2 and -2000 (rank 0)");
  expect_match(context, compare(instance, scalar, other), false);
}

void check_special(Context& context) {
  const Host host;
  const Instance instance(context, host);
  const float denormal = std::numeric_limits<float>::denorm_min();
  const auto with = [](float value) {
    Floats values = numbers;
    values[3] = value;
    return values;
  };
  const auto expect = [&](const char* what, float expected, float actual, bool match) {
    context.ask(fmt::format("compare of {}", what));
    expect_match_or_refusal(context, compare(instance, with(expected), with(actual)), match);
  };
  expect("a number with NaN", 4096, not_a_number, false);
  expect("NaN with a number", not_a_number, 4096, false);
  expect("infinity with minus infinity", infinity, -infinity, false);
  expect("a number with infinity", 4096, infinity, false);
  expect("a denormal number with itself", denormal, denormal, true);
  context.ask("compare of NaN with NaN");
  const Answer both = compare(instance, with(not_a_number), with(not_a_number));
  if (both.status == SR_OK) {
    verdict_of(context, both);
  } else {
    expect_refusal(context, both);
  }
}

void check_alignment(Context& context) {
  const Host host;
  const Instance instance(context, host);
  const std::string bytes = bytes_of(numbers);
  for (std::size_t shift = 1; shift < sizeof(float); ++shift) {
    context.ask(fmt::format("compare of tensors {} bytes beside their alignment", shift));
    // Behind them nothing may be read; so the shifted bytes lie in front.
    GuardedTensor shifted(SR_TYPE_F32, {numbers.size()}, std::string(shift, 'x') + bytes,
                          Place::at_beginning);
    shifted.table().data = static_cast<const char*>(shifted.abi()->data) + shift;
    shifted.table().byte_size = bytes.size();
    expect_match(context, compare(instance, shifted, shifted), true);
  }
}

void check_views(Context& context) {
  const Host host;
  const Instance instance(context, host);
  Floats others = numbers;
  others.back() *= -1000;
  for (const Place place : {Place::at_end, Place::at_beginning}) {
    const GuardedTensor expected = tensor_of(numbers, place);
    const GuardedTensor actual = tensor_of(others, place);
    context.ask(fmt::format("compare of read-only tensors {} memory that nobody may touch",
                            place == Place::at_end ? "right before" : "right behind"));
    verdict_of(context, compare(instance, expected, actual));
    verdict_of(context, compare(instance, actual, expected));
    verdict_of(context, compare(instance, expected, expected));
  }
}

void check_one_type(Context& context, const Instance& instance, sr_element_type type,
                    std::string_view name, unsigned bits) {
  constexpr std::size_t count = 13;
  const std::string bytes((count * std::max(bits, 8u * (bits == 0)) + 7) / 8, '\x01');
  for (const Place place : {Place::at_end, Place::at_beginning}) {
    GuardedTensor tensor(type, {count}, bytes, place);
    tensor.table().element_bits = bits;
    tensor.table().type_name = to_abi(name);
    context.ask(fmt::format("compare of equal tensors of {} ({}, {} bits)", name, type, bits));
    expect_match_or_refusal(context, compare(instance, tensor, tensor), true);
  }
}

void check_types(Context& context) {
  const Host host;
  const Instance instance(context, host);
  for (const ElementTypeInformation& known : element_types) {
    check_one_type(context, instance, static_cast<sr_element_type>(known.type), known.name,
                   known.bits);
  }
  for (const unsigned bits : {0u, 1u, 3u, 8u, 12u, 24u}) {
    check_one_type(context, instance, SR_TYPE_OPAQUE, "acme<q>", bits);
  }
  check_one_type(context, instance, 4711, "of_a_later_version", 16);
}

void check_arguments(Context& context) {
  const Host host;
  const Instance instance(context, host);
  const std::string long_argument = "--" + std::string(100000, 'x');
  for (const std::string& argument :
       {std::string("--no-such-argument=7"), std::string(), std::string("="), std::string("--"),
        std::string("words without dashes"), std::string("--expected_f32_threshold=NaN"),
        long_argument}) {
    context.ask("compare with the argument " + shown(argument));
    const GuardedTensor tensor = tensor_of(numbers);
    expect_match_or_refusal(context, compare(instance, tensor, tensor, {argument}), true);
  }
  const GuardedTensor tensor = tensor_of(numbers);
  for (const char* odd : {"{}", R"({"arguments": "text"})", R"({"arguments": [1, null, {}]})"}) {
    context.ask(fmt::format("compare with the arguments {}", shown(std::string_view(odd))));
    Tree question;
    question.root = boost::json::parse(odd);
    question.has_root = true;
    expect_success_or_text(context, instance.call(Age::current, &Table::compare, "compare",
                                                  tensor.abi(), tensor.abi(), question.reader()));
  }
}

// Hosts do not do this; a comparator may say what it likes, but lives.
void check_shapes(Context& context) {
  const Host host;
  const Instance instance(context, host);
  const std::string bytes = bytes_of(numbers);
  const GuardedTensor flat(SR_TYPE_F32, {8}, bytes);
  const GuardedTensor square(SR_TYPE_F32, {2, 4}, bytes);
  context.ask("compare of tensors of the shapes 8 and 2x4");
  expect_success_or_text(context, compare(instance, flat, square));
  context.ask("compare of tensors of the shapes 2x4 and 8");
  expect_success_or_text(context, compare(instance, square, flat));
}

}  // namespace

std::vector<Question> comparator_questions(const Context&) {
  Floats others = numbers;
  others[2] = -1e6f;
  others[5] = not_a_number;
  return {
      {"describe", [](const Instance& instance,
                      Age age) { return instance.call(age, &Table::describe, "describe"); }},
      {"compare of equal tensors",
       [](const Instance& instance, Age age) { return compare(instance, numbers, numbers, age); }},
      {"compare of different tensors", [others](const Instance& instance, Age age) {
         return compare(instance, numbers, others, age);
       }}};
}

std::vector<Case> comparator_cases() {
  return {
      {"describe", "describes its arguments", &check_description},
      {"verdict", "matches what is equal, and not what is far off", &check_verdict},
      {"symmetry", "is symmetric if it says so", &check_symmetry},
      {"empty", "matches tensors without elements", &check_empty},
      {"scalars", "compares scalars of rank 0", &check_scalars},
      {"special", "tells NaN, infinities and denormal numbers from others", &check_special},
      {"alignment", "reads data that is not aligned", &check_alignment},
      {"views", "reads the tensors and nothing beside them, and writes to neither", &check_views},
      {"types", "knows or refuses every element type", &check_types},
      {"arguments", "takes or refuses odd arguments", &check_arguments},
      {"shapes", "outlives tensors of different shapes", &check_shapes},
  };
}

}  // namespace sharkreg::conformance
