// SPDX-License-Identifier: Apache-2.0
#include "storage_account.h"

#include <optional>

#include <sharkreg/failure.h>

#include "signing.h"
#include "url_text.h"

namespace azure {
namespace {

using http_fetcher::in_lower_case;
using http_fetcher::split_url;
using http_fetcher::without_spaces_around;
using sharkreg::Failure;

constexpr const char* connection_string = "AZURE_STORAGE_CONNECTION_STRING";
constexpr const char* account_name = "AZURE_STORAGE_ACCOUNT";
constexpr const char* account_key = "AZURE_STORAGE_KEY";
constexpr const char* sas_token = "AZURE_STORAGE_SAS_TOKEN";
constexpr const char* endpoint = "SHARKREG_AZURE_ENDPOINT";
constexpr const char* public_suffix = "core.windows.net";

[[noreturn]] void refuse(const std::string& variable, const std::string& what,
                         const std::string& hint) {
  throw Failure(Failure::Kind::invalid, variable + " " + what, hint);
}

// An address of a service as it is compared: scheme and host in lower case, no slash at its end.
std::string service_of(const char* variable, const std::string& text) {
  const auto parts = split_url(without_spaces_around(text));
  if (!parts || (parts->scheme != "http" && parts->scheme != "https") || parts->query ||
      parts->authority.empty() || parts->authority.find('@') != std::string::npos) {
    refuse(variable, "holds no address of a service", "such as http://127.0.0.1:10000");
  }
  std::string service = parts->scheme + "://" + parts->authority + parts->path;
  while (service.back() == '/') service.pop_back();
  return service;
}

std::string without_question_mark(const std::string& text) {
  const std::string_view query = without_spaces_around(text);
  return std::string(query.substr(query.substr(0, 1) == "?" ? 1 : 0));
}

std::string bytes_of_key(const std::string& variable, const std::string& text) {
  auto bytes = http_fetcher::bytes_of_base64(without_spaces_around(text));
  if (!bytes || bytes->empty()) {
    refuse(variable, "holds no key: it is not base64", "copy it from the account's access keys");
  }
  return *bytes;
}

class Environment {
 public:
  explicit Environment(const Variables& variables) : variables_(variables) {}

  std::string value(const char* name) const { return variables_(name); }
  bool has(const char* name) const { return !value(name).empty(); }

  // Where an account is that nothing else is said of.
  std::string service(const std::string& account, const std::string& suffix,
                      const std::string& protocol) const {
    if (suffix == public_suffix && has(endpoint)) {
      return service_of(endpoint, value(endpoint)) + "/" + account;
    }
    return protocol + "://" + account + ".blob." + suffix;
  }

  // Of the connection string.
  std::optional<StorageAccount> connected() const {
    if (!has(connection_string)) return std::nullopt;
    const auto fields = parse_connection_string(value(connection_string));
    const auto field = [&](const char* name, const char* otherwise = "") {
      const auto found = fields.find(name);
      return found == fields.end() ? std::string(otherwise) : found->second;
    };
    StorageAccount account;
    account.variable = connection_string;
    account.name = field("AccountName");
    if (const std::string blob_endpoint = field("BlobEndpoint"); !blob_endpoint.empty()) {
      account.service = service_of(connection_string, blob_endpoint);
      if (account.name.empty()) account.name = name_in(account.service);
    }
    if (account.name.empty()) {
      refuse(connection_string, "names no account", "it needs AccountName or BlobEndpoint");
    }
    if (account.service.empty()) {
      account.service = service(account.name, field("EndpointSuffix", public_suffix),
                                field("DefaultEndpointsProtocol", "https"));
    }
    if (const std::string key = field("AccountKey"); !key.empty()) {
      account.key = bytes_of_key(connection_string, key);
    } else {
      account.shared_access_signature = without_question_mark(field("SharedAccessSignature"));
    }
    return account;
  }

  // Of the variables for one account.
  std::optional<StorageAccount> named() const {
    if (!has(account_name) || !(has(account_key) || has(sas_token))) return std::nullopt;
    StorageAccount account;
    account.name = value(account_name);
    account.service = service(account.name, public_suffix, "https");
    account.variable = has(account_key) ? account_key : sas_token;
    if (has(account_key)) {
      account.key = bytes_of_key(account_key, value(account_key));
    } else {
      account.shared_access_signature = without_question_mark(value(sas_token));
    }
    return account;
  }

  std::string missing_for(const StorageAccount& account) const {
    for (const char* name : {account_key, sas_token}) {
      if (has(name) && !has(account_name)) {
        return "set AZURE_STORAGE_ACCOUNT to the account that " + std::string(name) +
               " is for; without it that is sent to none";
      }
    }
    std::string hint = "credentials may be missing: set AZURE_STORAGE_ACCOUNT=" + account.name +
                       " with AZURE_STORAGE_KEY or AZURE_STORAGE_SAS_TOKEN, or "
                       "AZURE_STORAGE_CONNECTION_STRING";
    if (has(connection_string) || has(account_key) || has(sas_token)) {
      hint += " (those that are set are for another account or service)";
    }
    return hint;
  }

 private:
  // "https://acme.blob.core.windows.net" or "http://127.0.0.1:10000/acme".
  static std::string name_in(const std::string& service) {
    const auto parts = split_url(service);
    if (parts->path.size() > 1) return parts->path.substr(1);
    const std::size_t dot = parts->authority.find(".blob.");
    return parts->authority.substr(0, dot == std::string::npos ? 0 : dot);
  }

  const Variables& variables_;
};

// A signature that goes over the wire as it is, unlike a key, can be used by whoever reads it there.
void check_confidential(const StorageAccount& account, const std::string& variable) {
  if (http_fetcher::is_confidential(account.service)) return;
  throw Failure(Failure::Kind::invalid,
                "the SAS of " + variable + " is not sent to " + account.service +
                    ", since all could read it on the way",
                "use https, or the account's key");
}

bool has_signature(const std::string& query) {
  return query.rfind("sig=", 0) == 0 || query.find("&sig=") != std::string::npos;
}

}  // namespace

std::map<std::string, std::string> parse_connection_string(const std::string& text) {
  std::map<std::string, std::string> fields;
  for (std::size_t at = 0; at < text.size();) {
    const std::string field = text.substr(at, text.find(';', at) - at);
    at += field.size() + 1;
    if (without_spaces_around(field).empty()) continue;
    const std::size_t equals = field.find('=');
    if (equals == std::string::npos) {
      refuse(connection_string, "is no connection string",
             "AccountName=…;AccountKey=…, as the account's access keys show it");
    }
    fields[std::string(without_spaces_around(field.substr(0, equals)))] =
        without_spaces_around(field.substr(equals + 1));
  }
  return fields;
}

StorageAccount StorageAccount::of(const BlobUrl& blob, const Variables& variables) {
  const Environment environment(variables);
  const auto connected = environment.connected();
  StorageAccount account;
  account.name = blob.account;
  account.service = environment.service(blob.account, public_suffix, "https");
  if (blob.service.empty()) {
    if (connected && connected->name == blob.account) account.service = connected->service;
  } else if (in_lower_case(blob.service) != "https://" + blob.account + ".blob." + public_suffix) {
    account.service = blob.service;
  }
  if (has_signature(blob.query)) {
    check_confidential(account, "the URL");
    account.variable = "the URL";
    account.shared_access_signature = blob.query;
    return account;
  }
  for (const auto& known : {connected, environment.named()}) {
    if (!known || known->name != account.name || known->service != account.service) continue;
    if (known->key.empty() && known->shared_access_signature.empty()) continue;
    if (known->key.empty()) check_confidential(*known, known->variable);
    return *known;
  }
  account.missing = environment.missing_for(account);
  return account;
}

}  // namespace azure
