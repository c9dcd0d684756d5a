// Where a store on a server is, from its address and the environment. Pure.
#ifndef FASTEST_COORDINATOR_HISTORY_REMOTE_LOCATION_H_
#define FASTEST_COORDINATOR_HISTORY_REMOTE_LOCATION_H_

#include <functional>
#include <string>
#include <string_view>

#include "absl/status/statusor.h"

namespace fastest::history {

struct RemoteLocation {
  // As its user named it, with '/' at the end. Holds no secrets.
  std::string shown;
  // The URL of a file is this and its name.
  std::string files_url;
  // Trusted certificate authorities, as a PEM file; empty: those of the machine.
  std::string ca_file;
  // The token that is sent to a server of files; empty: none.
  std::string token;
  bool is_s3 = false;
  // S3 only: the URL of the bucket, the prefix of the names of files in it, and what requests are signed with (or
  // empty).
  std::string bucket_url;
  std::string prefix;
  std::string region;
  std::string key_id;
  std::string secret;
  std::string session_token;
};

// Like getenv.
using Environment = std::function<const char*(const char* name)>;

// Whether the name of a store is an address and not a path.
bool IsRemote(std::string_view store);

// Two kinds of address:
// - s3://BUCKET/PREFIX, with AWS's own variables: AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY, AWS_SESSION_TOKEN,
//   AWS_REGION or AWS_DEFAULT_REGION, AWS_ENDPOINT_URL_S3 or AWS_ENDPOINT_URL, AWS_CA_BUNDLE.
// - https://HOST/PATH, or http:// on this machine, with FASTEST_HISTORY_TOKEN.
// For both: CURL_CA_BUNDLE and SSL_CERT_FILE. Errors: InvalidArgument if the address cannot be used, FailedPrecondition
// if a variable cannot. The error names the variable without its value.
absl::StatusOr<RemoteLocation> Locate(const std::string& store, const Environment& environment);

// Escapes as %XX whatever is not plain in a URL, and '/' unless `keep_slashes`.
std::string Escaped(std::string_view text, bool keep_slashes);

}  // namespace fastest::history

#endif  // FASTEST_COORDINATOR_HISTORY_REMOTE_LOCATION_H_
