// The files of a store on a server: objects in an S3 bucket, or files that a web server lists, gives, takes and removes
// (GET, PUT, DELETE).
#ifndef FASTEST_COORDINATOR_HISTORY_REMOTE_FILES_H_
#define FASTEST_COORDINATOR_HISTORY_REMOTE_FILES_H_

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "absl/time/time.h"
#include "coordinator/history/files.h"
#include "coordinator/history/remote_location.h"
#include "coordinator/history/transfers.h"

namespace fastest::history {

class RemoteFiles final : public Files {
 public:
  struct Options {
    // For all reads together, from the first one on: what has not come by then is unreachable. Then, for each write or
    // removal.
    absl::Duration read_within = absl::Seconds(30);
    absl::Duration write_within = absl::Seconds(20);
    // Whether a web server that does not know the folder is an error. If not, the store is yet to be made.
    bool must_exist = false;
    // Once it says yes, no read is waited for; see Patience.
    std::function<bool()> interrupted = nullptr;
  };

  RemoteFiles(RemoteLocation location, std::unique_ptr<Transfers> transfers, Options options);

  absl::StatusOr<std::vector<std::string>> List() override;
  std::vector<absl::StatusOr<std::string>> Get(const std::vector<std::string>& names) override;
  // If a writer is killed, a server may keep half of a file. Readers find such a file damaged.
  absl::Status Put(const std::string& name, const std::string& bytes) override;
  absl::Status Remove(const std::vector<std::string>& names) override;
  std::string PlaceOf(const std::string& name) const override;

 private:
  absl::StatusOr<std::vector<std::string>> ListObjects();
  absl::StatusOr<std::vector<std::string>> ListIndex();
  HttpRequest Request(const std::string& method, const std::string& url, std::string body = "") const;
  // OK for a status of 2xx. Otherwise an error that names `place`.
  absl::Status Check(const std::string& place, const absl::StatusOr<HttpResponse>& response) const;
  Patience ForReading();

  const RemoteLocation location_;
  const std::unique_ptr<Transfers> transfers_;
  const Options options_;
  std::optional<absl::Time> read_until_;
};

// The names of all store files in a web server's index of a folder. The index may have any form: HTML, JSON, XML, one
// name a line.
std::vector<std::string> NamesIn(const std::string& index);

}  // namespace fastest::history

#endif  // FASTEST_COORDINATOR_HISTORY_REMOTE_FILES_H_
