// SPDX-License-Identifier: Apache-2.0
// Chooses a tuner file by family: a SKU without a file of its own takes that of the nearest relative
// that has one; then the chip's relatives are tried. Which are related stands in a table, so that a new
// SKU needs no new plugin:
//
//   # SKU or chip, then whose files fit it, nearest first
//   mi325   mi300x mi300
//   gfx942  mi300x mi300
//
// The variable SHARKREG_SKU_FAMILIES names the table; without it there are no relatives.
#include <sharkreg/plugin.h>

#include <fstream>
#include <map>
#include <sstream>
#include <string>
#include <vector>

namespace {

using sharkreg::Failure;
using sharkreg::TunerChoice;
using sharkreg::TunerRequest;

using Families = std::map<std::string, std::vector<std::string>>;

Families read_table(const std::string& path) {
  std::ifstream file(path);
  if (!file) {
    throw Failure(Failure::Kind::invalid, "the table " + path + " cannot be read",
                  "correct SHARKREG_SKU_FAMILIES");
  }
  Families families;
  std::string line;
  for (int number = 1; std::getline(file, line); ++number) {
    std::istringstream words(line.substr(0, line.find('#')));
    std::string name;
    if (!(words >> name)) continue;
    const std::string place = path + ":" + std::to_string(number) + ": ";
    if (families.count(name) > 0) {
      throw Failure(Failure::Kind::invalid, place + name + " has a line already");
    }
    std::vector<std::string>& relatives = families[name];
    for (std::string relative; words >> relative;) relatives.push_back(relative);
    if (relatives.empty())
      throw Failure(Failure::Kind::invalid, place + name + " has no relatives");
  }
  return families;
}

class SkuFamily final : public sharkreg::TunerResolver {
 public:
  SkuFamily(const sharkreg::Configuration&, const sharkreg::Host& host) : host_(host) {}

  std::optional<TunerChoice> resolve(const TunerRequest& request) override {
    const auto own = request.tuner_file.find(request.sku);
    if (own != request.tuner_file.end()) return TunerChoice{own->second};
    const auto table = host_.environment("SHARKREG_SKU_FAMILIES");
    if (!table || table->empty()) return std::nullopt;
    const Families families = read_table(*table);
    for (const std::string& name : {request.sku, request.target}) {
      const auto family = families.find(name);
      if (family == families.end()) continue;
      for (const std::string& relative : family->second) {
        const auto found = request.tuner_file.find(relative);
        if (found == request.tuner_file.end()) continue;
        host_.log(SR_LOG_NOTE, name + " takes the tuner file of " + relative);
        return TunerChoice{found->second};
      }
    }
    return std::nullopt;
  }

 private:
  const sharkreg::Host& host_;
};

}  // namespace

SHARKREG_PLUGIN("sku_family", "1.0", sharkreg::tuner_resolver<SkuFamily>("sku_family"))
