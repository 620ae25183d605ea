// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <chrono>
#include <string>
#include <vector>

namespace sharkreg::bench {

// Durations of the same thing, measured again and again.
using Sample = std::vector<std::chrono::microseconds>;

// Of an even number of durations the mean of the two in the middle. The sample is not empty.
std::chrono::microseconds median(Sample sample);

// "3.2 (3.0 … 4.1)": median, least and greatest in milliseconds.
std::string in_milliseconds(const Sample& sample);

// a[i] - b[i]: what was measured right after each other saw the same load of the machine.
Sample differences(const Sample& a, const Sample& b);

}  // namespace sharkreg::bench
