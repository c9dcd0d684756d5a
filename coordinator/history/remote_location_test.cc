#include "coordinator/history/remote_location.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <map>

#include "absl/status/status.h"

namespace fastest::history {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::Not;

class RemoteLocationTest : public testing::Test {
 protected:
  absl::StatusOr<RemoteLocation> At(const std::string& store) {
    return Locate(store, [this](const char* name) -> const char* {
      const auto found = environment_.find(name);
      return found == environment_.end() ? nullptr : found->second.c_str();
    });
  }
  RemoteLocation MustBeAt(const std::string& store) {
    absl::StatusOr<RemoteLocation> location = At(store);
    EXPECT_TRUE(location.ok()) << location.status();
    return location.ok() ? *std::move(location) : RemoteLocation();
  }
  std::string Error(const std::string& store, absl::StatusCode code) {
    const absl::Status status = At(store).status();
    EXPECT_EQ(status.code(), code) << status;
    return std::string(status.message());
  }
  std::map<std::string, std::string> environment_;
};

TEST_F(RemoteLocationTest, APathIsNoAddress) {
  EXPECT_TRUE(IsRemote("s3://bucket"));
  EXPECT_TRUE(IsRemote("ftp://host"));
  EXPECT_FALSE(IsRemote("a:/b"));
  EXPECT_FALSE(IsRemote("/var/s3/"));
}

TEST_F(RemoteLocationTest, ABucketAtAmazon) {
  environment_ = {
      {"AWS_ACCESS_KEY_ID", "id"}, {"AWS_SECRET_ACCESS_KEY", " secret\n"}, {"AWS_SESSION_TOKEN", "for now"}};
  RemoteLocation location = MustBeAt("s3://runs/a b/\xC3\xBC");
  EXPECT_TRUE(location.is_s3);
  EXPECT_EQ(location.shown, "s3://runs/a b/\xC3\xBC/");
  EXPECT_EQ(location.bucket_url, "https://runs.s3.us-east-1.amazonaws.com/");
  EXPECT_EQ(location.files_url, "https://runs.s3.us-east-1.amazonaws.com/a%20b/%C3%BC/");
  EXPECT_EQ(location.prefix, "a b/\xC3\xBC/");
  EXPECT_EQ(location.secret, "secret");
  EXPECT_EQ(location.session_token, "for now");
  environment_["AWS_DEFAULT_REGION"] = "cn-north-1";
  EXPECT_EQ(MustBeAt("s3://runs").files_url, "https://runs.s3.cn-north-1.amazonaws.com.cn/");
  EXPECT_EQ(MustBeAt("s3://runs").prefix, "");
  environment_["AWS_REGION"] = "eu-west-1";
  EXPECT_EQ(MustBeAt("s3://my.runs/x/").files_url, "https://s3.eu-west-1.amazonaws.com/my.runs/x/");
}

TEST_F(RemoteLocationTest, AnotherServerOfBuckets) {
  environment_ = {{"AWS_ENDPOINT_URL", "http://minio:9000/"}, {"AWS_CA_BUNDLE", "/ca.pem"}};
  EXPECT_EQ(MustBeAt("s3://runs/x").files_url, "http://minio:9000/runs/x/");
  EXPECT_EQ(MustBeAt("s3://runs/x").ca_file, "/ca.pem");
  environment_["AWS_ENDPOINT_URL_S3"] = "https://objects.example.org";
  EXPECT_EQ(MustBeAt("s3://runs/x").files_url, "https://objects.example.org/runs/x/");
}

TEST_F(RemoteLocationTest, WhatASettingOfABucketMustNotBe) {
  constexpr auto kBad = absl::StatusCode::kFailedPrecondition;
  environment_ = {{"AWS_ACCESS_KEY_ID", "id"}, {"AWS_SECRET_ACCESS_KEY", ""}};
  EXPECT_THAT(Error("s3://runs", kBad), HasSubstr("one is set and the other is not"));
  environment_["AWS_SECRET_ACCESS_KEY"] = "hush\r\nX: y";
  EXPECT_THAT(Error("s3://runs", kBad), AllOf(HasSubstr("AWS_SECRET_ACCESS_KEY has control"), Not(HasSubstr("hush"))));
  environment_ = {{"AWS_ENDPOINT_URL", "http://me:hush@minio:9000/"}};
  EXPECT_THAT(Error("s3://runs", kBad), AllOf(HasSubstr("AWS_ENDPOINT_URL"), Not(HasSubstr("hush"))));
  environment_ = {{"AWS_ENDPOINT_URL", "http://minio:9000"}, {"AWS_SESSION_TOKEN", "hush"}};
  EXPECT_THAT(Error("s3://runs", kBad), AllOf(HasSubstr("AWS_ENDPOINT_URL=http://minio:9000"), HasSubstr("clear text"),
                                              HasSubstr("use https://"), Not(HasSubstr("hush"))));
  environment_["AWS_ENDPOINT_URL"] = "http://127.any.name:9000";
  EXPECT_THAT(Error("s3://runs", kBad), HasSubstr("clear text"));
  for (const char* endpoint : {"http://127.0.0.1:9000", "http://localhost:9000", "https://minio:9000"}) {
    environment_["AWS_ENDPOINT_URL"] = endpoint;
    EXPECT_EQ(MustBeAt("s3://runs").session_token, "hush") << endpoint;
  }
  environment_ = {{"AWS_REGION", "eu:west"}};
  EXPECT_THAT(Error("s3://runs", kBad), HasSubstr("eu:west is no region"));
  for (const char* store : {"s3://", "s3:///x", "s3://a b/c", "s3://a@b/c"}) {
    EXPECT_THAT(Error(store, absl::StatusCode::kInvalidArgument), HasSubstr("s3://BUCKET/PREFIX is needed")) << store;
  }
}

TEST_F(RemoteLocationTest, AServerOfFiles) {
  environment_ = {{"FASTEST_HISTORY_TOKEN", "t"}, {"SSL_CERT_FILE", "/ca.pem"}, {"AWS_ACCESS_KEY_ID", "not asked"}};
  const RemoteLocation location = MustBeAt("https://files.example.org:8443/a%20b");
  EXPECT_FALSE(location.is_s3);
  EXPECT_EQ(location.files_url, "https://files.example.org:8443/a%20b/");
  EXPECT_EQ(location.token, "t");
  EXPECT_EQ(location.ca_file, "/ca.pem");
  for (const char* store : {"http://localhost:1/x", "http://127.0.0.1/x", "http://[::1]:80/x", "https://h"}) {
    EXPECT_TRUE(At(store).ok()) << store;
  }
}

TEST_F(RemoteLocationTest, WhatAnAddressMustNotBe) {
  constexpr auto kBad = absl::StatusCode::kInvalidArgument;
  EXPECT_THAT(Error("ftp://h/x", kBad), HasSubstr("a file, a folder, https://HOST/PATH or s3://BUCKET/PREFIX"));
  EXPECT_THAT(Error("http://files.example.org/x", kBad), HasSubstr("use https://"));
  EXPECT_THAT(Error("http://127.0.0.1@files.example.org/x", kBad), HasSubstr("secrets don't belong"));
  EXPECT_THAT(Error("http://127.example.org/x", kBad), HasSubstr("use https://"));
  EXPECT_THAT(Error("https://me:hush@h/x", kBad),
              AllOf(HasSubstr("@h/x: secrets don't belong"), Not(HasSubstr("hush"))));
  EXPECT_THAT(Error("https://h/x?sig=hush", kBad), AllOf(HasSubstr("without '?'"), Not(HasSubstr("hush"))));
  EXPECT_THAT(Error("https:///x", kBad), HasSubstr("no host"));
  EXPECT_THAT(Error("https://h/a b", kBad), HasSubstr("%XX"));
}

}  // namespace
}  // namespace fastest::history
