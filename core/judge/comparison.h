// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include <sharkreg/backend.h>
#include <sharkreg/comparator.h>

namespace sharkreg::core {

// A result of a run, and what it should have been.
struct ComparisonRequest {
  std::filesystem::path expected_file;
  std::string expected_format;  // "npy" or "bin"
  std::string expected_value;   // shape and type such as "1x64xi64"; may be empty for npy

  std::filesystem::path actual_file;
  std::string actual_format;               // "npy" or "bin"
  std::optional<DeclaredResult> declared;  // by the compiled program; only used for bin

  std::vector<std::string> arguments;  // for the comparator
};

struct ComparisonOutcome {
  enum class Kind {
    match,
    mismatch,        // same shape and type, other content
    different_type,  // shape, element type or size differ; nothing was compared
    invalid,         // the expected file, its value or an argument is wrong
    infrastructure,  // a file is missing or broken, or the comparator is
  };
  Kind kind = Kind::infrastructure;
  std::string sentence;  // why it is not a match: what, and where; empty for a match
  std::string hint;      // what to do about it; may be empty

  // Shape and type, as far as they are known: "2x3xf32".
  std::string expected_type;
  std::string actual_type;

  std::optional<Comparison> comparison;  // what the comparator said, if it was asked
};

// Reads both files and lets the comparator judge them, if they can be compared at all.
//
// Type and shape of what is expected are those of `expected_value` if there is one, else those of
// the .npy file; an .npy file that contradicts the value is invalid, but for the rank of a tensor
// with one element, where the value counts.
//
// Type and shape of the result are those of its .npy file. Raw bytes have those that the program
// declares, where one dynamic dimension follows from the size; without a declaration, or with
// several dynamic dimensions, those of the expected tensor if the size fits.
//
// The two must be equal, apart from what a program's results cannot express:
// - Its integers have no sign, so ui8 and i8 agree (and are compared as the expected file has them).
// - A scalar integer of less than 32 bits comes out as 32 bits, extended by its sign or by zeros:
//   it is narrowed again.
// A scalar and a tensor of shape 1 are different: a program tells them apart.
//
// Threads: any; the comparator is used on the caller's.
ComparisonOutcome compare_tensors(const ComparisonRequest& request, Comparator& comparator);

}  // namespace sharkreg::core
