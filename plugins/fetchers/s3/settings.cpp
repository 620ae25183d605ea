// SPDX-License-Identifier: Apache-2.0
#include "settings.h"

#include <sharkreg/failure.h>

#include "profile.h"
#include "url_text.h"

namespace s3 {
namespace {

using sharkreg::Failure;

[[noreturn]] void refuse(const std::string& what, const std::string& hint) {
  throw Failure(Failure::Kind::invalid, what, hint);
}

std::string first_of(const Variables& variables, std::initializer_list<const char*> names) {
  for (const char* name : names) {
    if (std::string value = variables(name); !value.empty()) return value;
  }
  return {};
}

Profile profile_of(const Variables& variables, const std::string& name) {
  const std::string home = variables("HOME") + "/.aws/";
  std::string credentials = variables("AWS_SHARED_CREDENTIALS_FILE");
  std::string config = variables("AWS_CONFIG_FILE");
  if (credentials.empty()) credentials = home + "credentials";
  if (config.empty()) config = home + "config";
  Profile profile = Profile::read(name, credentials, config);
  if (!profile.is_there && !variables("AWS_PROFILE").empty()) {
    refuse("AWS_PROFILE names the profile \"" + name + "\", which is neither in " + credentials +
               " nor in " + config,
           "correct AWS_PROFILE, or name the files by AWS_SHARED_CREDENTIALS_FILE and "
           "AWS_CONFIG_FILE");
  }
  return profile;
}

void take_key_of(const Profile& profile, const std::string& name, Settings& settings) {
  settings.key_id = profile.setting("aws_access_key_id");
  settings.secret = profile.setting("aws_secret_access_key");
  settings.session_token = profile.setting("aws_session_token");
  settings.source = "the profile \"" + name + "\"";
  if (settings.key_id.empty() != settings.secret.empty()) {
    refuse(settings.source + " has but one of aws_access_key_id and aws_secret_access_key",
           "give it both");
  }
  if (!settings.key_id.empty()) return;
  for (const char* other :
       {"role_arn", "credential_process", "sso_session", "sso_start_url", "login_session"}) {
    if (profile.setting(other).empty()) continue;
    refuse(settings.source + " gets its key by " + other + ", which sharkreg does not read",
           "set AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY and AWS_SESSION_TOKEN to what `aws "
           "configure export-credentials` prints");
  }
}

void take_key(const Variables& variables, const Profile& profile, const std::string& name,
              Settings& settings) {
  settings.key_id = variables("AWS_ACCESS_KEY_ID");
  settings.secret = variables("AWS_SECRET_ACCESS_KEY");
  if (settings.key_id.empty() != settings.secret.empty()) {
    const bool has_id = !settings.key_id.empty();
    const std::string there = has_id ? "AWS_ACCESS_KEY_ID" : "AWS_SECRET_ACCESS_KEY";
    const std::string missing = has_id ? "AWS_SECRET_ACCESS_KEY" : "AWS_ACCESS_KEY_ID";
    refuse(there + " is set, and " + missing + " is not", "set " + missing + " too");
  }
  if (settings.key_id.empty()) return take_key_of(profile, name, settings);
  settings.session_token = variables("AWS_SESSION_TOKEN");
  settings.source = "AWS_ACCESS_KEY_ID";
}

std::string checked_endpoint(const std::string& text) {
  if (text.empty()) return {};
  const auto parts = http_fetcher::split_url(http_fetcher::without_spaces_around(text));
  if (!parts || (parts->scheme != "http" && parts->scheme != "https") || parts->authority.empty() ||
      parts->query || parts->authority.find('@') != std::string::npos) {
    refuse("AWS_ENDPOINT_URL_S3, AWS_ENDPOINT_URL or the profile's endpoint_url is no endpoint",
           "such as https://s3.example.com");
  }
  // The standard port is not part of what is signed, since it is not sent.
  std::string authority = parts->authority;
  const std::string standard = parts->scheme == "https" ? ":443" : ":80";
  if (authority == parts->host() + standard) authority = parts->host();
  std::string endpoint = parts->scheme + "://" + authority + parts->path;
  while (endpoint.back() == '/') endpoint.pop_back();
  return endpoint;
}

// Whether it can be the first part of a host's name under AWS's certificates, which have one level.
bool is_label(const std::string& bucket) {
  return bucket.find_first_not_of("abcdefghijklmnopqrstuvwxyz0123456789-") == std::string::npos;
}

}  // namespace

Settings Settings::of(const Variables& variables) {
  Settings settings;
  const std::string chosen = variables("AWS_PROFILE");
  const std::string name = chosen.empty() ? "default" : chosen;
  const Profile profile = profile_of(variables, name);
  take_key(variables, profile, name, settings);
  settings.region = first_of(variables, {"AWS_REGION", "AWS_DEFAULT_REGION"});
  if (settings.region.empty()) settings.region = profile.setting("region");
  if (settings.region.empty()) settings.region = "us-east-1";
  if (settings.region.find_first_not_of("abcdefghijklmnopqrstuvwxyz0123456789-") !=
      std::string::npos) {
    refuse("\"" + settings.region + "\" is no region", "set AWS_REGION to one such as eu-west-1");
  }
  std::string endpoint = first_of(variables, {"AWS_ENDPOINT_URL_S3", "AWS_ENDPOINT_URL"});
  if (endpoint.empty()) endpoint = profile.setting("endpoint_url");
  settings.endpoint = checked_endpoint(endpoint);
  settings.path_style = !settings.endpoint.empty() || variables("SHARKREG_S3_PATH_STYLE") == "1";
  return settings;
}

std::string Settings::url_of(const ObjectUrl& object) const {
  const std::string key = "/" + http_fetcher::percent_encoded(object.key, "/");
  if (!endpoint.empty()) return endpoint + "/" + object.bucket + key;
  const std::string host =
      "s3." + region + ".amazonaws.com" + (region.rfind("cn-", 0) == 0 ? ".cn" : "");
  if (path_style || !is_label(object.bucket)) return "https://" + host + "/" + object.bucket + key;
  return "https://" + object.bucket + "." + host + key;
}

}  // namespace s3
