// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <charconv>
#include <cmath>
#include <set>
#include <string_view>
#include <utility>

#include <fmt/format.h>

#include "plugin_host/description.h"
#include "plugin_host/fetcher_choice.h"

namespace sharkreg::core {
namespace {

Error refusal(const InterfaceDescription& interface, const std::string& message) {
  return Error{ErrorKind::infrastructure, fmt::format("{}: {}", interface.name, message),
               "the plugin is at fault: ask its author"};
}

// [a-z0-9-]+ behind the prefix, not ending in '-'.
bool is_option_name(std::string_view name, const std::string& prefix) {
  if (!name.starts_with(prefix) || name.size() == prefix.size() || name.ends_with('-'))
    return false;
  return std::all_of(name.begin(), name.end(), [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-';
  });
}

// A scheme of RFC 3986, in lower case; or any that no other fetcher has.
bool is_scheme(std::string_view text) {
  if (text == "*") return true;
  if (text.empty() || text.front() < 'a' || text.front() > 'z') return false;
  return std::all_of(text.begin(), text.end(), [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '+' || c == '.' || c == '-';
  });
}

template <class Number>
bool is_whole_text_of(std::string_view text) {
  Number number{};
  const auto parsed = std::from_chars(text.data(), text.data() + text.size(), number);
  return parsed.ec == std::errc() && parsed.ptr == text.data() + text.size();
}

bool fits_type(const OptionDeclaration& option) {
  const std::string& value = option.default_value;
  if (value.empty()) return true;  // none
  switch (option.type) {
    case OptionDeclaration::Type::text:
      return true;
    case OptionDeclaration::Type::integer:
      return is_whole_text_of<std::int64_t>(value);
    case OptionDeclaration::Type::number:
      return is_whole_text_of<double>(value);
    case OptionDeclaration::Type::boolean:
      return value == "true" || value == "false";
  }
  return false;
}

std::string_view name_of(OptionDeclaration::Type type) {
  return enum_names(type).names[static_cast<std::size_t>(type)];
}

Result<void> check_options(const InterfaceDescription& interface) {
  const std::string prefix = interface.name + "-";
  std::set<std::string_view> names;
  for (const OptionDeclaration& option : interface.backend->options) {
    if (!is_option_name(option.name, prefix)) {
      return refusal(interface,
                     fmt::format("it declares an option \"{}\"; wanted is \"{}\" followed "
                                 "by small letters, digits and dashes",
                                 option.name, prefix));
    }
    if (!names.insert(option.name).second) {
      return refusal(interface, fmt::format("it declares the option \"{}\" twice", option.name));
    }
    if (!fits_type(option)) {
      return refusal(interface,
                     fmt::format("the default of its option \"{}\" is \"{}\", which is no "
                                 "{}",
                                 option.name, option.default_value, name_of(option.type)));
    }
  }
  const std::string& target_option = interface.backend->target_option;
  if (!target_option.empty() && !names.contains(target_option)) {
    return refusal(interface, fmt::format("its target_option \"{}\" is none of the options that it "
                                          "declares",
                                          target_option));
  }
  return {};
}

Result<void> check_backend(const InterfaceDescription& interface) {
  if (interface.backend->program_formats.empty()) {
    return refusal(interface, "it names no program format that it takes");
  }
  return check_options(interface);
}

Result<void> check_fetcher(const InterfaceDescription& interface) {
  if (interface.fetcher->schemes.empty()) {
    return refusal(interface, "it names no URL scheme that it reads");
  }
  for (const std::string& scheme : interface.fetcher->schemes) {
    if (!is_scheme(scheme)) {
      return refusal(interface,
                     fmt::format("it reads the URL scheme \"{}\"; wanted is one in small "
                                 "letters and without \"://\", such as \"https\"",
                                 scheme));
    }
  }
  for (const std::string& host : interface.fetcher->hosts) {
    if (!is_host_pattern(host)) {
      return refusal(interface,
                     fmt::format("it reads URLs of the host \"{}\"; wanted is a name in small "
                                 "letters, such as \"example.com\", or \"*.example.com\" for "
                                 "those below it",
                                 host));
    }
  }
  return {};
}

}  // namespace

Result<void> check_description(const PluginDescription& description) {
  for (const InterfaceDescription& interface : description.interfaces) {
    if (interface.backend) {
      if (auto checked = check_backend(interface); !checked) return checked;
    }
    if (interface.fetcher) {
      if (auto checked = check_fetcher(interface); !checked) return checked;
    }
  }
  return {};
}

}  // namespace sharkreg::core
