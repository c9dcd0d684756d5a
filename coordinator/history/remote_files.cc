#include "coordinator/history/remote_files.h"

#include <openssl/sha.h>

#include <pugixml.hpp>
#include <set>
#include <utility>

#include "absl/strings/ascii.h"
#include "absl/strings/escaping.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"
#include "base/status_macros.h"
#include "coordinator/history/run_file.h"

namespace fastest::history {
namespace {

// Pages have a thousand objects. A store with so many files has not been compacted for years.
constexpr int kMostPages = 200;
constexpr size_t kMostReasonBytes = 200;

bool IsNamePart(char c) {
  return absl::ascii_isalnum(static_cast<unsigned char>(c)) || c == '-' || c == '_' || c == '.';
}

std::string Sha256(const std::string& bytes) {
  unsigned char digest[SHA256_DIGEST_LENGTH];
  SHA256(reinterpret_cast<const unsigned char*>(bytes.data()), bytes.size(), digest);
  return absl::BytesToHexString(std::string(reinterpret_cast<const char*>(digest), sizeof(digest)));
}

// Why the server refuses, in one short line. S3 has a form for it.
std::string ReasonIn(const std::string& body) {
  pugi::xml_document document;
  if (!document.load_buffer(body.data(), body.size())) return "";
  const pugi::xml_node error = document.child("Error");
  if (!error) return "";
  std::string reason = error.child_value("Code");
  if (*error.child_value("Message") != '\0') absl::StrAppend(&reason, ": ", error.child_value("Message"));
  for (char& c : reason) {
    if (absl::ascii_iscntrl(static_cast<unsigned char>(c))) c = ' ';
  }
  if (reason.size() > kMostReasonBytes) reason = absl::StrCat(reason.substr(0, kMostReasonBytes), "...");
  return reason.empty() ? "" : absl::StrCat(": ", reason);
}

}  // namespace

RemoteFiles::RemoteFiles(RemoteLocation location, std::unique_ptr<Transfers> transfers, Options options)
    : location_(std::move(location)), transfers_(std::move(transfers)), options_(std::move(options)) {}

absl::StatusOr<std::vector<std::string>> RemoteFiles::List() { return location_.is_s3 ? ListObjects() : ListIndex(); }

std::vector<absl::StatusOr<std::string>> RemoteFiles::Get(const std::vector<std::string>& names) {
  std::vector<HttpRequest> requests;
  requests.reserve(names.size());
  for (const std::string& name : names) requests.push_back(Request("GET", location_.files_url + name));
  std::vector<absl::StatusOr<HttpResponse>> responses = transfers_->Do(requests, ForReading());
  std::vector<absl::StatusOr<std::string>> all;
  all.reserve(names.size());
  for (size_t i = 0; i < names.size(); ++i) {
    const absl::Status checked = Check(PlaceOf(names[i]), responses[i]);
    if (checked.ok()) {
      all.emplace_back(std::move(responses[i]->body));
    } else {
      all.emplace_back(checked);
    }
  }
  return all;
}

absl::Status RemoteFiles::Put(const std::string& name, const std::string& bytes) {
  HttpRequest request = Request("PUT", location_.files_url + name, bytes);
  request.headers.emplace_back("Content-Type: application/octet-stream");
  const auto responses = transfers_->Do({std::move(request)}, {absl::Now() + options_.write_within});
  const absl::Status checked = Check(PlaceOf(name), responses[0]);
  // Nothing that was asked for is missing.
  return absl::IsNotFound(checked) ? absl::UnavailableError(checked.message()) : checked;
}

absl::Status RemoteFiles::Remove(const std::vector<std::string>& names) {
  std::vector<HttpRequest> requests;
  requests.reserve(names.size());
  for (const std::string& name : names) requests.push_back(Request("DELETE", location_.files_url + name));
  const auto responses = transfers_->Do(requests, {absl::Now() + options_.write_within});
  for (size_t i = 0; i < names.size(); ++i) {
    const absl::Status checked = Check(PlaceOf(names[i]), responses[i]);
    if (!checked.ok() && !absl::IsNotFound(checked)) return checked;
  }
  return absl::OkStatus();
}

std::string RemoteFiles::PlaceOf(const std::string& name) const { return absl::StrCat(location_.shown, name); }

absl::StatusOr<std::vector<std::string>> RemoteFiles::ListObjects() {
  std::vector<std::string> names;
  std::string from;
  for (int page = 0; page < kMostPages; ++page) {
    const std::string url = absl::StrCat(
        location_.bucket_url, "?", from.empty() ? "" : absl::StrCat("continuation-token=", Escaped(from, false), "&"),
        "delimiter=%2F&list-type=2&prefix=", Escaped(location_.prefix, false));
    const auto responses = transfers_->Do({Request("GET", url)}, ForReading());
    absl::Status checked = Check(location_.shown, responses[0]);
    if (absl::IsNotFound(checked)) checked = absl::UnavailableError(checked.message());
    RETURN_IF_ERROR(checked);
    pugi::xml_document document;
    const std::string& body = responses[0]->body;
    const pugi::xml_node list =
        document.load_buffer(body.data(), body.size()) ? document.child("ListBucketResult") : pugi::xml_node();
    if (!list) return absl::UnavailableError(absl::StrCat(location_.shown, ": the answer is not S3's"));
    for (const pugi::xml_node& object : list.children("Contents")) {
      const std::string key = object.child_value("Key");
      if (!absl::StartsWith(key, location_.prefix)) continue;
      const std::string name = key.substr(location_.prefix.size());
      if (IsName(name)) names.push_back(name);
    }
    from = list.child_value("NextContinuationToken");
    if (std::string(list.child_value("IsTruncated")) != "true" || from.empty()) return names;
  }
  return absl::UnavailableError(
      absl::StrCat(location_.shown, ": it has too many files; join them (--history-compact)"));
}

absl::StatusOr<std::vector<std::string>> RemoteFiles::ListIndex() {
  HttpRequest request = Request("GET", location_.files_url);
  // Files that others put or removed a moment ago must count, so proxies must not answer from their caches.
  request.headers.emplace_back("Cache-Control: no-cache");
  const auto responses = transfers_->Do({std::move(request)}, ForReading());
  const absl::Status checked = Check(location_.shown, responses[0]);
  if (absl::IsNotFound(checked)) {
    if (options_.must_exist) return absl::UnavailableError(checked.message());
    return std::vector<std::string>();
  }
  RETURN_IF_ERROR(checked);
  return NamesIn(responses[0]->body);
}

HttpRequest RemoteFiles::Request(const std::string& method, const std::string& url, std::string body) const {
  HttpRequest request;
  request.method = method;
  request.url = url;
  request.body = std::move(body);
  request.ca_file = location_.ca_file;
  if (!location_.token.empty()) request.headers.push_back(absl::StrCat("Authorization: Bearer ", location_.token));
  if (!location_.key_id.empty()) {
    request.sigv4 = absl::StrCat("aws:amz:", location_.region, ":s3");
    request.key_id = location_.key_id;
    request.secret = location_.secret;
    // S3 requires it, and only later versions of libcurl add it by themselves.
    request.headers.push_back(absl::StrCat("x-amz-content-sha256: ", Sha256(request.body)));
    if (!location_.session_token.empty()) {
      request.headers.push_back(absl::StrCat("x-amz-security-token: ", location_.session_token));
    }
  }
  return request;
}

absl::Status RemoteFiles::Check(const std::string& place, const absl::StatusOr<HttpResponse>& response) const {
  if (!response.ok())
    return absl::UnavailableError(absl::StrCat(place, ": ", std::string(response.status().message())));
  if (response->status >= 200 && response->status < 300) return absl::OkStatus();
  std::string what = absl::StrCat(place, ": HTTP ", response->status, ReasonIn(response->body));
  if (response->status == 401 && !location_.is_s3) {
    absl::StrAppend(&what, location_.token.empty() ? "; FASTEST_HISTORY_TOKEN is not set"
                                                   : "; the token in FASTEST_HISTORY_TOKEN is not accepted");
  }
  if (response->status == 404 || response->status == 410) return absl::NotFoundError(what);
  return absl::UnavailableError(what);
}

Patience RemoteFiles::ForReading() {
  if (!read_until_.has_value()) read_until_ = absl::Now() + options_.read_within;
  return {*read_until_, options_.interrupted};
}

std::vector<std::string> NamesIn(const std::string& index) {
  std::set<std::string> names;
  for (size_t begin = 0; begin < index.size();) {
    size_t end = begin;
    while (end < index.size() && IsNamePart(index[end])) ++end;
    std::string name = index.substr(begin, end - begin);
    if (IsName(name)) names.insert(std::move(name));
    begin = end + 1;
  }
  return {names.begin(), names.end()};
}

}  // namespace fastest::history
