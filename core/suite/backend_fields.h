// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "suite/case.h"
#include "suite/field.h"

namespace sharkreg::core {

// Whether a backend can have this name: [a-z][a-z0-9]*. So the name of a field can be taken apart.
bool is_backend_name(std::string_view name);

// A field whose name carries a backend's name: "cpu_compiler_flags", "run_cpu_function".
struct BackendFieldName {
  std::string backend;    // "cpu"
  std::size_t which = 0;  // of the fields that each backend has
};

// Takes a field's name apart; of several patterns that fit, the one with the longest fixed text
// counts. None if it has no such form.
std::optional<BackendFieldName> parse_backend_field(std::string_view name);

// Reads the field's value into the backend's fields.
void read_backend_field(const BackendFieldName& name, const Field& field, BackendFields& fields);

// The names of all fields that a backend of this name has.
std::vector<std::string> backend_field_names(std::string_view backend);

}  // namespace sharkreg::core
