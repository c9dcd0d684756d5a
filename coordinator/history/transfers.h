// HTTP requests, several at a time, through libcurl. The library is loaded when it is first needed, because it brings
// its own OpenSSL, with the machine's settings and certificates, beside ours. Runs without a store on a server start
// without it.
#ifndef FASTEST_COORDINATOR_HISTORY_TRANSFERS_H_
#define FASTEST_COORDINATOR_HISTORY_TRANSFERS_H_

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/time/time.h"

namespace fastest::history {

struct HttpRequest {
  std::string method = "GET";
  // http or https, encoded: what is not plain stands as %XX, and the parameters of a query are sorted by name.
  std::string url;
  // "Name: value"
  std::vector<std::string> headers;
  std::string body;
  // What to sign with, "aws:amz:REGION:s3"; empty: unsigned.
  std::string sigv4;
  std::string key_id;
  std::string secret;
  // Trusted certificate authorities, as a PEM file; empty: those of the machine.
  std::string ca_file;
};

struct HttpResponse {
  int status = 0;
  std::string body;
};

// How long to wait for answers.
struct Patience {
  absl::Time until;
  // Asked when a signal comes (InterruptFd), or ten times a second if signals are not handled. Once it says yes,
  // nothing is waited for. Empty: never.
  std::function<bool()> interrupted = nullptr;
};

// Not thread-safe.
class Transfers {
 public:
  // Errors: Unavailable if there is no libcurl, or only one that is too old.
  static absl::StatusOr<std::unique_ptr<Transfers>> Make();
  virtual ~Transfers() = default;

  // Sends all requests, in any order, and returns the answers in the order of the requests.
  // - A request without an answer, or with one that a server gives in passing trouble (5xx, 429), is tried a few times
  //   more after pauses, as long as there is patience. So a request must be safe to send twice.
  // - A server has 5 s to take a connection.
  // - Redirects are not followed.
  // - Answers of more than 64 MiB are errors.
  // Errors are one line, and do not name the URL.
  virtual std::vector<absl::StatusOr<HttpResponse>> Do(const std::vector<HttpRequest>& requests,
                                                       const Patience& patience) = 0;
};

}  // namespace fastest::history

#endif  // FASTEST_COORDINATOR_HISTORY_TRANSFERS_H_
