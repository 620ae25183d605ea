// SPDX-License-Identifier: Apache-2.0
// Cosine similarity of each token, for the embeddings that text encoders give.
//
// The last axis of a tensor is a token's vector; all other axes count tokens. With e and a the
// expected and the actual vector, its similarity is e·a / (|e| |a|): 1 if both point the same way.
// That is what attention and retrieval use of an embedding, so it says more about a text encoder
// than the largest difference of an element. Two vectors of zeros are alike (1); one alone is not
// (0). A vector with a NaN or an infinity is like none.
#include <sharkreg/conversions.h>
#include <sharkreg/number.h>
#include <sharkreg/plugin.h>

#include <algorithm>
#include <cmath>
#include <string>
#include <vector>

namespace {

using sharkreg::Failure;
using sharkreg::TensorView;

struct Limits {
  double each = 0.99;   // every token
  double mean = 0.999;  // all of them on average
};

double number_in(const std::string& argument, std::size_t start) {
  const auto number = sharkreg::parse_number(std::string_view(argument).substr(start));
  if (!number || *number < -1 || *number > 1) {
    throw Failure(Failure::Kind::invalid, "\"" + argument + "\" needs a number from -1 to 1");
  }
  return *number;
}

Limits limits_in(const std::vector<std::string>& arguments) {
  Limits limits;
  for (const std::string& argument : arguments) {
    if (argument.rfind("--min-cosine=", 0) == 0) {
      limits.each = number_in(argument, 13);
    } else if (argument.rfind("--min-mean-cosine=", 0) == 0) {
      limits.mean = number_in(argument, 18);
    } else {
      throw Failure(Failure::Kind::invalid, "\"" + argument + "\" is not understood",
                    "there are --min-cosine=NUMBER and --min-mean-cosine=NUMBER");
    }
  }
  return limits;
}

// Of the token whose first element is `begin`. Numbers are scaled by the largest one, so that no
// square overflows.
double cosine(const TensorView& expected, const TensorView& actual, std::uint64_t begin,
              std::uint64_t width) {
  double scale_e = 0;
  double scale_a = 0;
  for (std::uint64_t i = begin; i < begin + width; ++i) {
    const double e = to_double(expected, i);
    const double a = to_double(actual, i);
    if (!std::isfinite(e) || !std::isfinite(a)) return std::nan("");
    scale_e = std::max(scale_e, std::abs(e));
    scale_a = std::max(scale_a, std::abs(a));
  }
  if (scale_e == 0 || scale_a == 0) return scale_e == scale_a ? 1 : 0;
  double product = 0;
  double square_e = 0;
  double square_a = 0;
  for (std::uint64_t i = begin; i < begin + width; ++i) {
    const double e = to_double(expected, i) / scale_e;
    const double a = to_double(actual, i) / scale_a;
    product += e * a;
    square_e += e * e;
    square_a += a * a;
  }
  return std::clamp(product / (std::sqrt(square_e) * std::sqrt(square_a)), -1.0, 1.0);
}

class TokenCosine final : public sharkreg::Comparator {
 public:
  sharkreg::ComparatorDescription describe() const override {
    return {{"--min-cosine=NUMBER        least similarity of a token (default 0.99)",
             "--min-mean-cosine=NUMBER   least mean similarity of all tokens (default 0.999)"},
            true};
  }

  sharkreg::Comparison compare(const TensorView& expected, const TensorView& actual,
                               const std::vector<std::string>& arguments) override {
    const Limits limits = limits_in(arguments);
    sharkreg::Comparison comparison;
    comparison.match = true;
    const std::uint64_t count = expected.count();
    if (count == 0) return comparison;
    const std::uint64_t width = expected.shape.empty() ? 1 : expected.shape.back();

    double sum = 0;
    double least = 2;
    std::uint64_t worst = 0;
    std::int64_t bad = 0;
    bool finite = true;
    for (std::uint64_t token = 0; token < count / width; ++token) {
      const double similarity = cosine(expected, actual, token * width, width);
      if (!(similarity >= limits.each)) ++bad;
      if (std::isnan(similarity)) {
        if (finite) worst = token;
        finite = false;
        continue;
      }
      sum += similarity;
      if (finite && similarity < least) {
        least = similarity;
        worst = token;
      }
    }
    const double mean = sum / static_cast<double>(count / width);
    comparison.metrics["worst_token"] = static_cast<double>(worst);
    comparison.metrics["tokens_below"] = static_cast<double>(bad);
    if (finite) {
      comparison.metrics["min_cosine"] = least;
      comparison.metrics["mean_cosine"] = mean;
    }
    comparison.match = bad == 0 && finite && mean >= limits.mean;
    if (!comparison.match) comparison.message = sentence(finite, bad, worst, least, mean, limits);
    return comparison;
  }

 private:
  static std::string sentence(bool finite, std::int64_t bad, std::uint64_t worst, double least,
                              double mean, const Limits& limits) {
    if (!finite) return "token " + std::to_string(worst) + " has a NaN or an infinity";
    if (bad > 0) {
      return std::to_string(bad) + " tokens are less alike than " + std::to_string(limits.each) +
             "; token " + std::to_string(worst) + " is least, with a cosine of " +
             std::to_string(least);
    }
    return "the mean cosine is " + std::to_string(mean) + ", less than " +
           std::to_string(limits.mean);
  }
};

}  // namespace

SHARKREG_PLUGIN("token_cosine", "1.0", sharkreg::comparator<TokenCosine>("token_cosine"))
