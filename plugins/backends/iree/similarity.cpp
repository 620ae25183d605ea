// SPDX-License-Identifier: Apache-2.0
#include "iree/similarity.h"

#include <algorithm>
#include <cmath>
#include <map>
#include <numeric>
#include <set>

#include "iree/text.h"

namespace sharkreg::iree {
namespace {

// Names less alike than this would puzzle rather than help.
constexpr double least_likeness = 0.3;

std::size_t edits_between(std::string_view a, std::string_view b) {
  std::vector<std::size_t> row(b.size() + 1);
  std::iota(row.begin(), row.end(), std::size_t{0});
  for (std::size_t i = 1; i <= a.size(); ++i) {
    std::size_t diagonal = row[0];
    row[0] = i;
    for (std::size_t j = 1; j <= b.size(); ++j) {
      const std::size_t replaced = diagonal + (a[i - 1] == b[j - 1] ? 0 : 1);
      diagonal = row[j];
      row[j] = std::min({replaced, row[j] + 1, row[j - 1] + 1});
    }
  }
  return row.back();
}

// Squared, since any two flags with a common prefix are half alike: only few edits shall count.
double spelling_likeness(std::string_view a, std::string_view b) {
  const std::size_t longest = std::max(a.size(), b.size());
  if (longest == 0) return 1;
  const double kept = 1 - static_cast<double>(edits_between(a, b)) / static_cast<double>(longest);
  return kept * kept;
}

using Words = std::set<std::string>;

Words words_of(std::string_view name) {
  const auto words = split(name, '-');
  return {words.begin(), words.end()};
}

// How much a word tells: one that many names share tells little.
class WordWeights {
 public:
  explicit WordWeights(const std::vector<Words>& names) : total_(names.size()) {
    for (const auto& words : names) {
      for (const auto& word : words) ++uses_[word];
    }
  }

  double operator()(const std::string& word) const {
    const auto found = uses_.find(word);
    const std::size_t uses = found == uses_.end() ? 0 : found->second;
    return std::log(static_cast<double>(total_ + 1) / static_cast<double>(uses + 1)) + 0.1;
  }

 private:
  std::size_t total_;
  std::map<std::string, std::size_t> uses_;
};

double word_likeness(const Words& a, const Words& b, const WordWeights& weight) {
  double common = 0;
  double all = 0;
  for (const auto& word : a) {
    all += weight(word);
    if (b.contains(word)) common += weight(word);
  }
  for (const auto& word : b) {
    if (!a.contains(word)) all += weight(word);
  }
  return all == 0 ? 0 : common / all;
}

}  // namespace

std::vector<std::string> nearest_names(std::string_view wanted,
                                       const std::vector<std::string_view>& names,
                                       std::size_t count) {
  std::vector<Words> words;
  words.reserve(names.size());
  for (const auto name : names) words.push_back(words_of(name));
  const WordWeights weight(words);
  const Words wanted_words = words_of(wanted);

  struct Candidate {
    double likeness;
    std::string_view name;
  };
  std::vector<Candidate> candidates;
  for (std::size_t index = 0; index < names.size(); ++index) {
    const double likeness = std::max(spelling_likeness(wanted, names[index]),
                                     word_likeness(wanted_words, words[index], weight));
    if (likeness >= least_likeness) candidates.push_back({likeness, names[index]});
  }
  std::stable_sort(candidates.begin(), candidates.end(),
                   [](const auto& a, const auto& b) { return a.likeness > b.likeness; });
  std::vector<std::string> nearest;
  for (const auto& candidate : candidates) {
    if (nearest.size() == count) break;
    nearest.emplace_back(candidate.name);
  }
  return nearest;
}

}  // namespace sharkreg::iree
