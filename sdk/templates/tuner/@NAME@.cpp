// The tuner resolver "@NAME@": the file for the SKU, else the one for "default".
#include <sharkreg/plugin.h>

using namespace sharkreg;

class @CLASS@ final : public TunerResolver {
 public:
  std::optional<TunerChoice> resolve(const TunerRequest& request) override {
    for (const std::string& sku : {request.sku, std::string("default")}) {
      const auto found = request.tuner_file.find(sku);
      if (found != request.tuner_file.end()) return TunerChoice{found->second};
    }
    return std::nullopt;  // compile without a tuner file
  }
};

SHARKREG_PLUGIN("@NAME@", "0.1.0", tuner_resolver<@CLASS@>("@NAME@"))
