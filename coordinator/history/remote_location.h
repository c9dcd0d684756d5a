// Where a store on a server is, by its address and the environment. Pure.
#ifndef FASTEST_COORDINATOR_HISTORY_REMOTE_LOCATION_H_
#define FASTEST_COORDINATOR_HISTORY_REMOTE_LOCATION_H_

#include <functional>
#include <string>
#include <string_view>

#include "absl/status/statusor.h"

namespace fastest::history {

struct RemoteLocation {
  // As its user named it, with '/' at the end; no secrets in it.
  std::string shown;
  // A file's URL is this and its name.
  std::string files_url;
  // Whom to trust, PEM; empty: whom the machine trusts.
  std::string ca_file;
  // A server of files: what it is shown, if not empty.
  std::string token;
  bool is_s3 = false;
  // S3 only: the bucket's URL; what the names of files in it begin with; what requests are signed with, or empty.
  std::string bucket_url;
  std::string prefix;
  std::string region;
  std::string key_id;
  std::string secret;
  std::string session_token;
};

// As getenv.
using Environment = std::function<const char*(const char* name)>;

// Whether a store's name is an address, and no path.
bool IsRemote(std::string_view store);

// s3://BUCKET/PREFIX with AWS's own variables (AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY, AWS_SESSION_TOKEN, AWS_REGION or AWS_DEFAULT_REGION,
// AWS_ENDPOINT_URL_S3 or AWS_ENDPOINT_URL, AWS_CA_BUNDLE); https://HOST/PATH, or http:// on this machine, with FASTEST_HISTORY_TOKEN. For both
// CURL_CA_BUNDLE and SSL_CERT_FILE. InvalidArgument: the address can't be used. FailedPrecondition: a variable can't; it is named, but not told.
absl::StatusOr<RemoteLocation> Locate(const std::string& store, const Environment& environment);

// Whatever is not plain in a URL as %XX, but '/'.
std::string Escaped(std::string_view text, bool keep_slashes);

}  // namespace fastest::history

#endif  // FASTEST_COORDINATOR_HISTORY_REMOTE_LOCATION_H_
