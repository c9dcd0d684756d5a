#include "coordinator/history/remote_location.h"

#include <algorithm>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "absl/strings/strip.h"
#include "base/net/loopback.h"
#include "base/status_macros.h"

namespace fastest::history {
namespace {

constexpr char kHttps[] = "https://";
constexpr char kHttp[] = "http://";
constexpr char kS3[] = "s3://";

bool IsPlain(char c) {
  return absl::ascii_isalnum(static_cast<unsigned char>(c)) || c == '-' || c == '_' || c == '.' || c == '~';
}

bool HasControls(const std::string& text) {
  return std::any_of(text.begin(), text.end(),
                     [](char c) { return absl::ascii_iscntrl(static_cast<unsigned char>(c)); });
}

absl::Status Unusable(const std::string& store, const std::string& why) {
  return absl::InvalidArgumentError(absl::StrCat(store, ": ", why));
}

// The first of the variables that has a value. (A secret that a CI system withholds is an empty variable. A secret that
// was made from a file ends with a line end.)
absl::StatusOr<std::string> Value(const Environment& environment, std::initializer_list<const char*> names) {
  for (const char* const name : names) {
    const char* const value = environment(name);
    std::string text(absl::StripAsciiWhitespace(value == nullptr ? "" : value));
    if (text.empty()) continue;
    if (HasControls(text)) return absl::FailedPreconditionError(absl::StrCat(name, " has control characters in it"));
    return text;
  }
  return "";
}

// "host" of "host:80/path"; an IPv6 address with its brackets.
std::string HostOf(const std::string& rest) {
  const std::string authority = rest.substr(0, rest.find('/'));
  if (absl::StartsWith(authority, "[")) return authority.substr(0, authority.find(']') + 1);
  return authority.substr(0, authority.find(':'));
}

bool IsLoopback(const std::string& host) { return IsLoopbackHost(absl::AsciiStrToLower(host)); }

absl::Status LocateFiles(const std::string& store, const Environment& environment, RemoteLocation* location) {
  const bool encrypted = absl::StartsWith(store, kHttps);
  const std::string rest = store.substr(encrypted ? sizeof(kHttps) - 1 : sizeof(kHttp) - 1);
  const std::string host = HostOf(rest);
  if (host.empty()) return Unusable(store, "it names no host");
  if (absl::StrContains(rest, "?") || absl::StrContains(rest, "#")) {
    return Unusable(store.substr(0, store.find_first_of("?#")), "an address without '?' and '#' is needed");
  }
  if (std::any_of(rest.begin(), rest.end(), [](char c) { return c <= ' ' || c > '~' || c == '"' || c == '\\'; })) {
    return Unusable(store, "what is not plain in it must stand as %XX");
  }
  if (!encrypted && !IsLoopback(host)) return Unusable(store, "http:// is for this machine only; use https://");
  location->files_url = location->shown;
  ASSIGN_OR_RETURN(location->token, Value(environment, {"FASTEST_HISTORY_TOKEN"}));
  return absl::OkStatus();
}

absl::Status LocateObjects(const std::string& store, const Environment& environment, RemoteLocation* location) {
  const std::string rest = location->shown.substr(sizeof(kS3) - 1);
  const std::string bucket = rest.substr(0, rest.find('/'));
  if (bucket.empty() || !std::all_of(bucket.begin(), bucket.end(), [](char c) { return IsPlain(c) && c != '~'; })) {
    return Unusable(store, "s3://BUCKET/PREFIX is needed");
  }
  if (HasControls(rest)) return Unusable(store, "it has control characters in it");
  location->is_s3 = true;
  location->prefix = rest.substr(bucket.size() + 1);
  ASSIGN_OR_RETURN(location->key_id, Value(environment, {"AWS_ACCESS_KEY_ID"}));
  ASSIGN_OR_RETURN(location->secret, Value(environment, {"AWS_SECRET_ACCESS_KEY"}));
  ASSIGN_OR_RETURN(location->session_token, Value(environment, {"AWS_SESSION_TOKEN"}));
  if (location->key_id.empty() != location->secret.empty()) {
    return absl::FailedPreconditionError(
        absl::StrCat(store, ": of AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY one is set and the other is not"));
  }
  ASSIGN_OR_RETURN(location->region, Value(environment, {"AWS_REGION", "AWS_DEFAULT_REGION"}));
  if (location->region.empty()) location->region = "us-east-1";
  if (!std::all_of(location->region.begin(), location->region.end(), [](char c) { return IsPlain(c) && c != '~'; })) {
    return absl::FailedPreconditionError(absl::StrCat("AWS_REGION=", location->region, " is no region"));
  }
  ASSIGN_OR_RETURN(std::string endpoint, Value(environment, {"AWS_ENDPOINT_URL_S3", "AWS_ENDPOINT_URL"}));
  if (endpoint.empty()) {
    const std::string host =
        absl::StrCat("s3.", location->region, ".amazonaws.com", absl::StartsWith(location->region, "cn-") ? ".cn" : "");
    // A bucket name with dots would not fit the server's certificate.
    location->bucket_url = absl::StrContains(bucket, ".") ? absl::StrCat(kHttps, host, "/", bucket, "/")
                                                          : absl::StrCat(kHttps, bucket, ".", host, "/");
  } else {
    const bool is_address = absl::StartsWith(endpoint, kHttps) || absl::StartsWith(endpoint, kHttp);
    if (!is_address || endpoint.find_first_of("@?# ") != std::string::npos) {
      return absl::FailedPreconditionError(
          "AWS_ENDPOINT_URL: the address of a server is needed, https://HOST, without anything secret in it");
    }
    // Requests carry the session token as it is. Of the secret key they carry no more than a signature.
    const bool in_clear = absl::StartsWith(endpoint, kHttp) && !IsLoopback(HostOf(endpoint.substr(sizeof(kHttp) - 1)));
    if (in_clear && !location->session_token.empty()) {
      return absl::FailedPreconditionError(
          absl::StrCat("AWS_ENDPOINT_URL=", endpoint, ": it would get AWS_SESSION_TOKEN in clear text; use https://"));
    }
    location->bucket_url = absl::StrCat(absl::StripSuffix(endpoint, "/"), "/", bucket, "/");
  }
  location->files_url = absl::StrCat(location->bucket_url, Escaped(location->prefix, /*keep_slashes=*/true));
  return absl::OkStatus();
}

}  // namespace

bool IsRemote(std::string_view store) { return store.find("://") != std::string_view::npos; }

absl::StatusOr<RemoteLocation> Locate(const std::string& store, const Environment& environment) {
  const bool is_s3 = absl::StartsWith(store, kS3);
  if (!is_s3 && !absl::StartsWith(store, kHttps) && !absl::StartsWith(store, kHttp)) {
    return Unusable(store, "a file, a folder, https://HOST/PATH or s3://BUCKET/PREFIX is needed");
  }
  const size_t rest = store.find("://") + 3;
  if (const size_t at = store.find('@'); !is_s3 && at != std::string::npos && at < store.find('/', rest)) {
    return Unusable(absl::StrCat(store.substr(0, rest), "…", store.substr(at)),
                    "secrets don't belong in an address; use FASTEST_HISTORY_TOKEN");
  }
  RemoteLocation location;
  location.shown = absl::EndsWith(store, "/") ? store : absl::StrCat(store, "/");
  RETURN_IF_ERROR(is_s3 ? LocateObjects(store, environment, &location) : LocateFiles(store, environment, &location));
  if (is_s3) {
    ASSIGN_OR_RETURN(location.ca_file, Value(environment, {"AWS_CA_BUNDLE", "CURL_CA_BUNDLE", "SSL_CERT_FILE"}));
  } else {
    ASSIGN_OR_RETURN(location.ca_file, Value(environment, {"CURL_CA_BUNDLE", "SSL_CERT_FILE"}));
  }
  return location;
}

std::string Escaped(std::string_view text, bool keep_slashes) {
  std::string escaped;
  for (const char c : text) {
    if (IsPlain(c) || (keep_slashes && c == '/')) {
      escaped += c;
    } else {
      absl::StrAppend(&escaped, absl::StrFormat("%%%02X", static_cast<unsigned>(static_cast<unsigned char>(c))));
    }
  }
  return escaped;
}

}  // namespace fastest::history
