// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <string_view>

// Names and defaults of the runner that sharkreg replaces, kept so that its users' commands and
// scripts go on working. The only place in the core that knows a backend or a vendor's tool.
namespace sharkreg::core::compatibility {

inline constexpr std::string_view default_model = "sdxl";
inline constexpr std::string_view default_submodel = "*";
inline constexpr std::string_view default_sku = "mi300";

// Backends that take part unless the user names others, and whose fields are always known.
inline constexpr std::array<std::string_view, 2> default_backends = {"cpu", "rocm"};

inline constexpr std::string_view default_backends_text = "cpu and rocm";

// A command that its users know, as the help shows it.
inline constexpr std::string_view example =
    "sharkreg --model=sdxl --submodel=clip --sku=mi300 --rocm-chip=gfx942";

inline constexpr std::string_view default_tuner_resolver = "sku_lookup";
inline constexpr std::string_view default_comparator = "iree_threshold";  // of `sharkreg compare`

inline constexpr const char* artifacts_variable = "IREE_TEST_FILES";     // artifacts/ below it
inline constexpr const char* output_variable = "TEST_OUTPUT_ARTIFACTS";  // MODEL_SUBMODEL_vmfbs/
inline constexpr const char* tools_variable = "IREE_TOOLS_DIR";

}  // namespace sharkreg::core::compatibility
