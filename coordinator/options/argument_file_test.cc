#include "coordinator/options/argument_file.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <stdlib.h>

#include <fstream>
#include <string>

namespace fastest::options {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

class ArgumentFileTest : public testing::Test {
 protected:
  ArgumentFileTest() {
    std::string pattern = testing::TempDir() + "/arguments_XXXXXX";
    folder_ = mkdtemp(pattern.data());
  }

  std::string Write(const std::string& name, const std::string& text) {
    std::ofstream(folder_ + "/" + name, std::ios::binary) << text;
    return "@" + folder_ + "/" + name;
  }

  std::string folder_;
};

TEST_F(ArgumentFileTest, EachLineIsOneArgument) {
  const std::string file = Write("args", "-k\nnot slow\r\ntests/a b.py\r\n\n-x");
  EXPECT_THAT(*WithArgumentFiles({"-v", file, "last"}),
              ElementsAre("-v", "-k", "not slow", "tests/a b.py", "", "-x", "last"));
}

TEST_F(ArgumentFileTest, FilesMayNameFiles) {
  const std::string inner = Write("inner", "-x\n");
  EXPECT_THAT(*WithArgumentFiles({Write("outer", "-v\n" + inner + "\n-q")}), ElementsAre("-v", "-x", "-q"));
}

TEST_F(ArgumentFileTest, AnEmptyFileIsNoArgument) {
  EXPECT_THAT(*WithArgumentFiles({Write("args", "")}), ElementsAre());
}

TEST_F(ArgumentFileTest, AValueOfOursStays) {
  EXPECT_THAT(*WithArgumentFiles({"--agents", "@hosts", "--agents=@more"}),
              ElementsAre("--agents", "@hosts", "--agents=@more"));
}

TEST_F(ArgumentFileTest, WhatCantBeReadIsNamed) {
  EXPECT_EQ(WithArgumentFiles({"@/no/such/file"}).status().message(), "@/no/such/file: No such file or directory");
  EXPECT_EQ(WithArgumentFiles({"@" + folder_}).status().message(), "@" + folder_ + ": Is a directory");
}

TEST_F(ArgumentFileTest, AFileThatNamesItselfEnds) {
  const std::string file = Write("args", "@" + folder_ + "/args\n");
  EXPECT_THAT(WithArgumentFiles({file}).status().message(), HasSubstr("names itself"));
}

}  // namespace
}  // namespace fastest::options
