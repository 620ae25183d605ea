// SPDX-License-Identifier: Apache-2.0
// Prints the median of the numbers read so far, one line for each number on standard input.
#include <functional>
#include <iostream>
#include <queue>
#include <vector>

namespace {

// Two heaps that meet in the middle: every number below the median, and every number above it.
class RunningMedian {
 public:
  void add(double number) {
    if (low_.empty() || number <= low_.top()) {
      low_.push(number);
    } else {
      high_.push(number);
    }
    if (low_.size() > high_.size() + 1) {
      high_.push(low_.top());
      low_.pop();
    } else if (high_.size() > low_.size()) {
      low_.push(high_.top());
      high_.pop();
    }
  }

  // At least one number must have been added.
  double median() const {
    return low_.size() > high_.size() ? low_.top() : (low_.top() + high_.top()) / 2;
  }

 private:
  std::priority_queue<double> low_;
  std::priority_queue<double, std::vector<double>, std::greater<>> high_;
};

}  // namespace

int main() {
  RunningMedian running;
  for (double number = 0; std::cin >> number;) {
    running.add(number);
    std::cout << running.median() << '\n';
  }
  return std::cin.eof() ? 0 : 1;
}
