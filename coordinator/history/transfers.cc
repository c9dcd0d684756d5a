#include "coordinator/history/transfers.h"

#include <curl/curl.h>
#include <dlfcn.h>

#include <algorithm>
#include <utility>

#include "absl/random/random.h"
#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"
#include "base/process/interrupts.h"
#include "base/status_macros.h"
#include "coordinator/history/run_file.h"

namespace fastest::history {
namespace {

constexpr char kLibrary[] = "libcurl.so.4";
// The oldest that was tried with S3: what its signatures cover has changed with versions.
constexpr unsigned kOldestVersion = 0x075800;
constexpr char kOldestVersionText[] = "7.88";
constexpr size_t kAtATime = 16;
constexpr int kMostTries = 4;
constexpr absl::Duration kFirstPause = absl::Milliseconds(250);
constexpr absl::Duration kConnectWithin = absl::Seconds(5);
// How often Patience::interrupted is asked where no descriptor tells of a signal.
constexpr absl::Duration kLookEvery = absl::Milliseconds(100);

// Of one wait. libcurl itself wakes up for what is due in its requests.
constexpr absl::Duration kMostWait = absl::Minutes(1);

// The functions of the library that is loaded.
struct Curl {
  decltype(&curl_global_init) global_init = nullptr;
  decltype(&curl_version_info) version_info = nullptr;
  decltype(&curl_easy_init) easy_init = nullptr;
  decltype(&curl_easy_setopt) easy_setopt = nullptr;
  decltype(&curl_easy_getinfo) easy_getinfo = nullptr;
  decltype(&curl_easy_strerror) easy_strerror = nullptr;
  decltype(&curl_easy_cleanup) easy_cleanup = nullptr;
  decltype(&curl_slist_append) slist_append = nullptr;
  decltype(&curl_slist_free_all) slist_free_all = nullptr;
  decltype(&curl_multi_init) multi_init = nullptr;
  decltype(&curl_multi_add_handle) multi_add_handle = nullptr;
  decltype(&curl_multi_remove_handle) multi_remove_handle = nullptr;
  decltype(&curl_multi_perform) multi_perform = nullptr;
  decltype(&curl_multi_poll) multi_poll = nullptr;
  decltype(&curl_multi_info_read) multi_info_read = nullptr;
  decltype(&curl_multi_strerror) multi_strerror = nullptr;
  decltype(&curl_multi_cleanup) multi_cleanup = nullptr;
};

template <typename Function>
bool Find(void* library, const char* name, Function* function) {
  *function = reinterpret_cast<Function>(dlsym(library, name));
  return *function != nullptr;
}

absl::StatusOr<Curl> Load() {
  void* const library = dlopen(kLibrary, RTLD_NOW | RTLD_LOCAL);
  const char* const error = library == nullptr ? dlerror() : nullptr;
  if (library == nullptr) {
    return absl::UnavailableError(absl::StrCat("a store on a server needs libcurl (on Debian the package libcurl4): ",
                                               error == nullptr ? kLibrary : error));
  }
  Curl curl;
  const bool whole =
      Find(library, "curl_global_init", &curl.global_init) && Find(library, "curl_version_info", &curl.version_info) &&
      Find(library, "curl_easy_init", &curl.easy_init) && Find(library, "curl_easy_setopt", &curl.easy_setopt) &&
      Find(library, "curl_easy_getinfo", &curl.easy_getinfo) &&
      Find(library, "curl_easy_strerror", &curl.easy_strerror) &&
      Find(library, "curl_easy_cleanup", &curl.easy_cleanup) &&
      Find(library, "curl_slist_append", &curl.slist_append) &&
      Find(library, "curl_slist_free_all", &curl.slist_free_all) &&
      Find(library, "curl_multi_init", &curl.multi_init) &&
      Find(library, "curl_multi_add_handle", &curl.multi_add_handle) &&
      Find(library, "curl_multi_remove_handle", &curl.multi_remove_handle) &&
      Find(library, "curl_multi_perform", &curl.multi_perform) && Find(library, "curl_multi_poll", &curl.multi_poll) &&
      Find(library, "curl_multi_info_read", &curl.multi_info_read) &&
      Find(library, "curl_multi_strerror", &curl.multi_strerror) &&
      Find(library, "curl_multi_cleanup", &curl.multi_cleanup);
  if (!whole || curl.version_info(CURLVERSION_NOW)->version_num < kOldestVersion) {
    return absl::UnavailableError(
        absl::StrCat("a store on a server needs libcurl ", kOldestVersionText, " or later; the one here is ",
                     curl.version_info == nullptr ? "older" : curl.version_info(CURLVERSION_NOW)->version));
  }
  if (const CURLcode begun = curl.global_init(CURL_GLOBAL_DEFAULT); begun != CURLE_OK) {
    return absl::UnavailableError(absl::StrCat("libcurl does not start: ", curl.easy_strerror(begun)));
  }
  return curl;
}

bool MayPass(CURLcode code) {
  switch (code) {
    case CURLE_COULDNT_RESOLVE_HOST:
    case CURLE_COULDNT_RESOLVE_PROXY:
    case CURLE_COULDNT_CONNECT:
    case CURLE_OPERATION_TIMEDOUT:
    case CURLE_PARTIAL_FILE:
    case CURLE_GOT_NOTHING:
    case CURLE_SEND_ERROR:
    case CURLE_RECV_ERROR:
    case CURLE_SSL_CONNECT_ERROR:
    case CURLE_HTTP2:
    case CURLE_HTTP2_STREAM:
      return true;
    default:
      return false;
  }
}

bool MayPass(const absl::StatusOr<HttpResponse>& result) {
  if (!result.ok()) return absl::IsUnavailable(result.status());
  return result->status >= 500 || result->status == 429;
}

// One request under way. Belongs to a round; the addresses of its members are libcurl's while it lives.
class Transfer {
 public:
  Transfer(const Curl& curl, const HttpRequest& request, size_t index, absl::Duration within)
      : index(index), handle(curl.easy_init()), curl_(curl) {
    const auto set = [this](CURLoption option, auto value) {
      if (set_up_ == CURLE_OK) set_up_ = curl_.easy_setopt(handle, option, value);
    };
    set(CURLOPT_PRIVATE, this);
    set(CURLOPT_ERRORBUFFER, error_);
    set(CURLOPT_NOSIGNAL, 1L);
    set(CURLOPT_PROTOCOLS_STR, "http,https");
    set(CURLOPT_URL, request.url.c_str());
    set(CURLOPT_PATH_AS_IS, 1L);
    set(CURLOPT_USERAGENT, "fastest");
    set(CURLOPT_CONNECTTIMEOUT_MS, static_cast<long>(absl::ToInt64Milliseconds(kConnectWithin)));
    set(CURLOPT_TIMEOUT_MS, std::max(1L, static_cast<long>(absl::ToInt64Milliseconds(within))));
    set(CURLOPT_WRITEFUNCTION, &Transfer::Write);
    set(CURLOPT_WRITEDATA, this);
    if (request.method == "PUT") {
      // As a body that libcurl has whole, it signs its digest.
      set(CURLOPT_POSTFIELDSIZE_LARGE, static_cast<curl_off_t>(request.body.size()));
      set(CURLOPT_POSTFIELDS, request.body.data());
    }
    if (request.method != "GET") set(CURLOPT_CUSTOMREQUEST, request.method.c_str());
    for (const std::string& header : request.headers) {
      curl_slist* const longer = curl_.slist_append(headers_, header.c_str());
      if (longer == nullptr) set_up_ = CURLE_OUT_OF_MEMORY;
      if (longer != nullptr) headers_ = longer;
    }
    set(CURLOPT_HTTPHEADER, headers_);
    if (!request.sigv4.empty()) {
      set(CURLOPT_AWS_SIGV4, request.sigv4.c_str());
      set(CURLOPT_USERNAME, request.key_id.c_str());
      set(CURLOPT_PASSWORD, request.secret.c_str());
    }
    if (!request.ca_file.empty()) set(CURLOPT_CAINFO, request.ca_file.c_str());
  }
  ~Transfer() {
    curl_.easy_cleanup(handle);
    curl_.slist_free_all(headers_);
  }
  Transfer(const Transfer&) = delete;
  Transfer& operator=(const Transfer&) = delete;

  CURLcode set_up() const { return set_up_; }

  absl::StatusOr<HttpResponse> Result(CURLcode code) {
    if (too_large_) return absl::InvalidArgumentError("the answer is too large");
    if (code == CURLE_ABORTED_BY_CALLBACK) return absl::CancelledError("interrupted");
    if (code != CURLE_OK) {
      const std::string why(absl::StripAsciiWhitespace(error_[0] != '\0' ? error_ : curl_.easy_strerror(code)));
      return MayPass(code) ? absl::UnavailableError(why) : absl::InvalidArgumentError(why);
    }
    long status = 0;
    curl_.easy_getinfo(handle, CURLINFO_RESPONSE_CODE, &status);
    return HttpResponse{static_cast<int>(status), std::move(body_)};
  }

  const size_t index;
  CURL* const handle;

 private:
  static size_t Write(char* data, size_t size, size_t count, void* self) {
    auto* const transfer = static_cast<Transfer*>(self);
    transfer->too_large_ = transfer->body_.size() + size * count > kMostPackedBytes;
    if (transfer->too_large_) return 0;
    transfer->body_.append(data, size * count);
    return size * count;
  }

  const Curl& curl_;
  CURLcode set_up_ = CURLE_OK;
  curl_slist* headers_ = nullptr;
  char error_[CURL_ERROR_SIZE] = "";
  std::string body_;
  bool too_large_ = false;
};

class CurlTransfers final : public Transfers {
 public:
  explicit CurlTransfers(const Curl& curl) : curl_(curl), multi_(curl.multi_init()) {}
  ~CurlTransfers() override { curl_.multi_cleanup(multi_); }

  std::vector<absl::StatusOr<HttpResponse>> Do(const std::vector<HttpRequest>& requests,
                                               const Patience& patience) override {
    std::vector<absl::StatusOr<HttpResponse>> results(requests.size(),
                                                      absl::DeadlineExceededError("no answer in time"));
    std::vector<size_t> pending(requests.size());
    for (size_t i = 0; i < pending.size(); ++i) pending[i] = i;
    absl::Duration pause = kFirstPause;
    for (int tries = 1;; ++tries) {
      Round(requests, pending, patience, &results);
      pending.erase(
          std::remove_if(pending.begin(), pending.end(), [&](size_t index) { return !MayPass(results[index]); }),
          pending.end());
      // Not all of those whom a server has sent away at the same time come back at the same time.
      const absl::Duration wait = pause * absl::Uniform(random_, 0.5, 1.5);
      const absl::Time again = absl::Now() + wait;
      if (pending.empty() || tries == kMostTries || again >= patience.until) return results;
      while (absl::Now() < again) {
        if (IsOver(patience) || Wait(patience, again) != CURLM_OK) return results;
      }
      pause *= 2;
    }
  }

 private:
  static bool IsOver(const Patience& patience) {
    return absl::Now() >= patience.until || (patience.interrupted && patience.interrupted());
  }

  // Waits for news of the requests under way, at most until `limit`, and not after a signal that may interrupt.
  CURLMcode Wait(const Patience& patience, absl::Time limit) {
    // The descriptor stays readable: nobody waits for a second signal.
    curl_waitfd signal = {Interrupted() ? -1 : InterruptFd(), CURL_WAIT_POLLIN, 0};
    const bool signals = patience.interrupted && signal.fd >= 0;
    const absl::Duration most = patience.interrupted && !signals ? kLookEvery : kMostWait;
    const absl::Duration wait = std::clamp(limit - absl::Now(), absl::ZeroDuration(), most);
    const int ms = static_cast<int>(absl::ToInt64Milliseconds(absl::Ceil(wait, absl::Milliseconds(1))));
    return curl_.multi_poll(multi_, &signal, signals ? 1 : 0, ms, nullptr);
  }

  // Each of `pending` once.
  void Round(const std::vector<HttpRequest>& requests, const std::vector<size_t>& pending, const Patience& patience,
             std::vector<absl::StatusOr<HttpResponse>>* results) {
    std::vector<std::unique_ptr<Transfer>> running;
    size_t next = 0;
    const auto end = [&](Transfer* transfer, CURLcode code) {
      (*results)[transfer->index] = transfer->Result(code);
      curl_.multi_remove_handle(multi_, transfer->handle);
      running.erase(
          std::find_if(running.begin(), running.end(), [&](const auto& one) { return one.get() == transfer; }));
    };
    while (true) {
      while (running.size() < kAtATime && next < pending.size() && !IsOver(patience)) {
        const size_t index = pending[next++];
        running.push_back(std::make_unique<Transfer>(curl_, requests[index], index, patience.until - absl::Now()));
        Transfer* const transfer = running.back().get();
        if (transfer->set_up() != CURLE_OK || curl_.multi_add_handle(multi_, transfer->handle) != CURLM_OK) {
          end(transfer, transfer->set_up() == CURLE_OK ? CURLE_FAILED_INIT : transfer->set_up());
        }
      }
      if (running.empty()) return;
      int under_way = 0;
      CURLMcode code = curl_.multi_perform(multi_, &under_way);
      int left = 0;
      while (const CURLMsg* const message = curl_.multi_info_read(multi_, &left)) {
        if (message->msg != CURLMSG_DONE) continue;
        // Read before the handle goes, and the message with it.
        const CURLcode result = message->data.result;
        char* transfer = nullptr;
        curl_.easy_getinfo(message->easy_handle, CURLINFO_PRIVATE, &transfer);
        end(reinterpret_cast<Transfer*>(transfer), result);
      }
      if (patience.interrupted && patience.interrupted()) {
        while (!running.empty()) end(running.back().get(), CURLE_ABORTED_BY_CALLBACK);
        return;
      }
      if (code == CURLM_OK && under_way > 0) {
        code = Wait(patience, patience.until);
      }
      while (code != CURLM_OK && !running.empty()) end(running.back().get(), CURLE_FAILED_INIT);
      if (code != CURLM_OK) return;
    }
  }

  const Curl& curl_;
  CURLM* const multi_;
  absl::BitGen random_;
};

}  // namespace

absl::StatusOr<std::unique_ptr<Transfers>> Transfers::Make() {
  static const auto* const loaded = new absl::StatusOr<Curl>(Load());
  RETURN_IF_ERROR(loaded->status());
  return std::unique_ptr<Transfers>(std::make_unique<CurlTransfers>(**loaded));
}

}  // namespace fastest::history
