#include "coordinator/history/remote_files.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <map>
#include <utility>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"

namespace fastest::history {
namespace {

using ::testing::AllOf;
using ::testing::Contains;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;

// Answers by method and URL, and keeps the requests.
class Answers final : public Transfers {
 public:
  std::vector<absl::StatusOr<HttpResponse>> Do(const std::vector<HttpRequest>& requests,
                                               const Patience& patience) override {
    std::vector<absl::StatusOr<HttpResponse>> responses;
    for (const HttpRequest& request : requests) {
      asked.push_back(request);
      deadlines.push_back(patience.until);
      const auto found = known.find(absl::StrCat(request.method, " ", request.url));
      responses.push_back(found == known.end() ? HttpResponse{404, ""} : found->second);
    }
    return responses;
  }
  std::map<std::string, absl::StatusOr<HttpResponse>> known;
  std::vector<HttpRequest> asked;
  std::vector<absl::Time> deadlines;
};

class RemoteFilesTest : public testing::Test {
 protected:
  RemoteFilesTest() {
    auto transfers = std::make_unique<Answers>();
    answers_ = transfers.get();
    transfers_ = std::move(transfers);
    bucket_.is_s3 = true;
    bucket_.shown = "s3://runs/a b/";
    bucket_.bucket_url = "https://s3/runs/";
    bucket_.files_url = "https://s3/runs/a%20b/";
    bucket_.prefix = "a b/";
    bucket_.region = "eu-west-1";
    folder_.shown = folder_.files_url = "https://host/runs/";
  }
  RemoteFiles Make(const RemoteLocation& location, RemoteFiles::Options options = {}) {
    return RemoteFiles(location, std::move(transfers_), std::move(options));
  }
  static std::string Message(const absl::Status& status) { return std::string(status.message()); }

  RemoteLocation bucket_;
  RemoteLocation folder_;
  Answers* answers_ = nullptr;
  std::unique_ptr<Transfers> transfers_;
};

TEST_F(RemoteFilesTest, ABucketIsListedPageByPage) {
  RemoteFiles files = Make(bucket_);
  answers_->known["GET https://s3/runs/?delimiter=%2F&list-type=2&prefix=a%20b%2F"] =
      HttpResponse{200, R"(<?xml version="1.0"?><ListBucketResult xmlns="http://s3.amazonaws.com/doc/2006-03-01/">
          <Contents><Key>a b/1.run</Key></Contents><Contents><Key>a b/note.txt</Key></Contents>
          <Contents><Key>a b/sub/3.run</Key></Contents><IsTruncated>true</IsTruncated>
          <NextContinuationToken>x+/=</NextContinuationToken></ListBucketResult>)"};
  answers_->known["GET https://s3/runs/?continuation-token=x%2B%2F%3D&delimiter=%2F&list-type=2&prefix=a%20b%2F"] =
      HttpResponse{200, "<ListBucketResult><Contents><Key>a b/2.run</Key></Contents></ListBucketResult>"};
  const auto names = files.List();
  ASSERT_TRUE(names.ok()) << names.status();
  EXPECT_THAT(*names, ElementsAre("1.run", "2.run"));
  EXPECT_EQ(files.PlaceOf("1.run"), "s3://runs/a b/1.run");
}

TEST_F(RemoteFilesTest, WhatABucketsServerRefusesIsOneLine) {
  RemoteFiles files = Make(bucket_);
  answers_->known["GET https://s3/runs/?delimiter=%2F&list-type=2&prefix=a%20b%2F"] = HttpResponse{
      403,
      absl::StrCat("<Error><Code>AccessDenied</Code><Message>No\nway", std::string(900, '.'), "</Message></Error>")};
  const std::string message = Message(files.List().status());
  EXPECT_THAT(message, AllOf(HasSubstr("s3://runs/a b/: HTTP 403: AccessDenied: No way."), Not(HasSubstr("\n"))));
  EXPECT_LT(message.size(), 300u);
  answers_->known["GET https://s3/runs/?delimiter=%2F&list-type=2&prefix=a%20b%2F"] = HttpResponse{200, "<html/>"};
  EXPECT_THAT(Message(files.List().status()), HasSubstr("the answer is not S3's"));
  // A missing bucket is not the same as a bucket without files.
  answers_->known.clear();
  EXPECT_TRUE(absl::IsUnavailable(files.List().status()));
}

TEST_F(RemoteFilesTest, RequestsToABucketAreSigned) {
  bucket_.key_id = "id";
  bucket_.secret = "secret";
  bucket_.session_token = "session";
  RemoteFiles files = Make(bucket_);
  answers_->known["PUT https://s3/runs/a%20b/1.run"] = HttpResponse{200, ""};
  EXPECT_EQ(files.Put("1.run", "abc"), absl::OkStatus());
  const HttpRequest& put = answers_->asked[0];
  EXPECT_EQ(put.body, "abc");
  EXPECT_EQ(put.sigv4, "aws:amz:eu-west-1:s3");
  EXPECT_EQ(put.key_id, "id");
  EXPECT_EQ(put.secret, "secret");
  EXPECT_THAT(put.headers, Contains("x-amz-security-token: session"));
  EXPECT_THAT(put.headers, Contains("x-amz-content-sha256: "
                                    "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"));
  EXPECT_TRUE(absl::IsUnavailable(files.Put("2.run", "")));
}

TEST_F(RemoteFilesTest, WithoutKeysNothingIsSigned) {
  RemoteFiles files = Make(bucket_);
  files.Get({"1.run"});
  EXPECT_EQ(answers_->asked[0].sigv4, "");
  EXPECT_THAT(answers_->asked[0].headers, IsEmpty());
}

TEST_F(RemoteFilesTest, FilesAreGotInTheirOrder) {
  RemoteFiles files = Make(folder_);
  answers_->known["GET https://host/runs/1.run"] = HttpResponse{200, "one"};
  answers_->known["GET https://host/runs/3.run"] = HttpResponse{500, "<html>"};
  answers_->known["GET https://host/runs/4.run"] = absl::UnavailableError("no answer");
  const auto all = files.Get({"1.run", "2.run", "3.run", "4.run"});
  ASSERT_EQ(all.size(), 4u);
  EXPECT_EQ(*all[0], "one");
  EXPECT_TRUE(absl::IsNotFound(all[1].status()));
  EXPECT_EQ(Message(all[2].status()), "https://host/runs/3.run: HTTP 500");
  EXPECT_EQ(Message(all[3].status()), "https://host/runs/4.run: no answer");
}

TEST_F(RemoteFilesTest, AllReadingTogetherHasItsTime) {
  RemoteFiles files = Make(folder_);
  const absl::Time before = absl::Now();
  EXPECT_TRUE(files.List().ok());
  files.Get({"1.run"});
  EXPECT_EQ(answers_->deadlines[0], answers_->deadlines[1]);
  EXPECT_GE(answers_->deadlines[0], before + absl::Seconds(30));
  EXPECT_LE(answers_->deadlines[0], absl::Now() + absl::Seconds(30));
}

TEST_F(RemoteFilesTest, AFolderThatIsNotThereYetIsEmptyUnlessItMustBeThere) {
  RemoteFiles files = Make(folder_);
  EXPECT_THAT(*files.List(), IsEmpty());
  transfers_ = std::make_unique<Answers>();
  RemoteFiles::Options options;
  options.must_exist = true;
  RemoteFiles base = Make(folder_, options);
  EXPECT_EQ(Message(base.List().status()), "https://host/runs/: HTTP 404");
}

TEST_F(RemoteFilesTest, ATokenIsShownAndNotTold) {
  folder_.token = "hush";
  RemoteFiles files = Make(folder_);
  answers_->known["GET https://host/runs/"] = HttpResponse{401, ""};
  const std::string message = Message(files.List().status());
  EXPECT_THAT(message, AllOf(HasSubstr("FASTEST_HISTORY_TOKEN is not accepted"), Not(HasSubstr("hush"))));
  EXPECT_THAT(answers_->asked[0].headers, Contains("Authorization: Bearer hush"));
}

TEST_F(RemoteFilesTest, WhatIsGoneIsRemoved) {
  RemoteFiles files = Make(folder_);
  answers_->known["DELETE https://host/runs/1.run"] = HttpResponse{204, ""};
  EXPECT_EQ(files.Remove({"1.run", "2.run"}), absl::OkStatus());
  answers_->known["DELETE https://host/runs/2.run"] = HttpResponse{405, ""};
  EXPECT_EQ(Message(files.Remove({"1.run", "2.run"})), "https://host/runs/2.run: HTTP 405");
}

TEST(NamesInTest, AnIndexMayHaveAnyForm) {
  const std::string name = "1700000000000000-0123456789abcdef.run";
  const auto only = ElementsAre(name);
  EXPECT_THAT(NamesIn(absl::StrCat(R"([{"name":")", name, R"(","type":"file","size":9}])")), only);
  EXPECT_THAT(NamesIn(absl::StrCat("<a href=\"", name, "\">", name.substr(0, 20), "..&gt;</a>  9\n<a href=\"x.txt\">")),
              only);
  EXPECT_THAT(NamesIn(absl::StrCat("<D:href>/runs/", name, "</D:href><D:href>/runs/", name, ".part</D:href>")), only);
  EXPECT_THAT(NamesIn(absl::StrCat(name, "\r\n", name, "\r\n")), only);
  EXPECT_THAT(NamesIn(""), IsEmpty());
}

}  // namespace
}  // namespace fastest::history
