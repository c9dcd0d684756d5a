// HTTP requests, several at a time, through libcurl. That is loaded when it is first needed: runs without a store on a server start without it, and
// it brings its own OpenSSL, with the machine's settings and certificates, beside ours.
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
  // http or https, encoded: what is not plain stands as %XX, and the parameters of a query are in the order of their names.
  std::string url;
  // "Name: value"
  std::vector<std::string> headers;
  std::string body;
  // What to sign by, "aws:amz:REGION:s3"; empty: unsigned.
  std::string sigv4;
  std::string key_id;
  std::string secret;
  // Whom to trust, PEM; empty: whom the machine trusts.
  std::string ca_file;
};

struct HttpResponse {
  int status = 0;
  std::string body;
};

// How long to wait for answers.
struct Patience {
  absl::Time until;
  // Asked when a signal comes (InterruptFd), or ten times a second where signals are not handled. Yes: nothing is waited
  // for any more. Empty: never.
  std::function<bool()> interrupted = nullptr;
};

// Not thread-safe.
class Transfers {
 public:
  // Unavailable: there is no libcurl, or one that is too old.
  static absl::StatusOr<std::unique_ptr<Transfers>> Make();
  virtual ~Transfers() = default;

  // Does them all, in any order, and gives the answers in theirs. What gets none, or one that a server gives in passing trouble (5xx, 429), is
  // tried a few times more, a while apart, as long as there is patience; so a request must bear to be done twice. A server has 5 s to take a
  // connection. No redirects. Answers of more than 64 MiB are errors. Errors are one line and don't name the URL.
  virtual std::vector<absl::StatusOr<HttpResponse>> Do(const std::vector<HttpRequest>& requests,
                                                       const Patience& patience) = 0;
};

}  // namespace fastest::history

#endif  // FASTEST_COORDINATOR_HISTORY_TRANSFERS_H_
