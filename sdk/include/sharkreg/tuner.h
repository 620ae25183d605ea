// SPDX-License-Identifier: Apache-2.0
#ifndef SHARKREG_TUNER_H
#define SHARKREG_TUNER_H

#include <sharkreg/codec.h>
#include <sharkreg/tuner_abi.h>

#include <map>
#include <optional>
#include <string>

namespace sharkreg {

struct TunerRequest {
  static constexpr std::string_view schema = SR_TUNER_REQUEST_SCHEMA;
  std::map<std::string, std::string> tuner_file;  // SKU to path or URL, as the model file has it
  std::string sku;                                // such as "mi300"; may be empty
  std::string backend;                            // such as "rocm"
  std::string target;                             // such as "gfx942"; may be empty
};

struct TunerChoice {
  static constexpr std::string_view schema = SR_TUNER_CHOICE_SCHEMA;
  std::string path;  // a path or URL, as the model file would write it
};

// Chooses the tuner file of a model.
//
// Ownership: the host owns the instance. Threads: one call at a time on one instance.
class TunerResolver {
 public:
  virtual ~TunerResolver() = default;

  // Absent: compile without a tuner file. Pure: the same request gives the same answer.
  virtual std::optional<TunerChoice> resolve(const TunerRequest& request) = 0;
};

template <class Visitor>
void fields(Visitor& visit, TunerRequest& value) {
  visit("tuner_file", value.tuner_file);
  visit("sku", value.sku);
  visit("backend", value.backend);
  visit("target", value.target);
}

template <class Visitor>
void fields(Visitor& visit, TunerChoice& value) {
  visit("path", value.path);
}

}  // namespace sharkreg

#endif  // SHARKREG_TUNER_H
