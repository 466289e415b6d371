// SPDX-License-Identifier: Apache-2.0
#include "emulator/emulator.h"

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <unistd.h>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "emulator/door/door_fixture.h"

namespace snapferry::emulator {
namespace {

using testing::HasSubstr;
using testing::StartsWith;

class EmulatorTest : public testing::Test {
 protected:
  EmulatorTest() {
    std::string pattern = (std::filesystem::temp_directory_path() / "emulator-XXXXXX").string();
    folder = ::mkdtemp(pattern.data());
  }
  ~EmulatorTest() override { std::filesystem::remove_all(folder); }

  std::string call(const Emulator& emulator, const std::string& service, const std::string& form) {
    Signer signer;
    signer.service = service;
    TestConnection client(emulator.port());
    client.send(to_text(query_request(form, signer, host.now())));
    return client.receive();
  }

  HandClock host;
  std::filesystem::path folder;
};

TEST_F(EmulatorTest, ServesTheLabOverHttp) {
  const auto emulator = Emulator::start({.lab = true}, host).value();
  const std::string answer =
      call(*emulator, "rds", "Action=DescribeDBInstances&Version=2014-10-31");
  EXPECT_THAT(answer, StartsWith("HTTP/1.1 200 OK\r\n"));
  EXPECT_THAT(answer, HasSubstr("<DBInstanceIdentifier>gtp-paul-mysql-lab-db<"));
  EXPECT_THAT(emulator->url(), StartsWith("http://127.0.0.1:"));
}

TEST_F(EmulatorTest, DataFileKeepsTheWorldWithoutAStop) {
  const std::string file = (folder / "world.json").string();
  const std::string copy = (folder / "copy.json").string();
  const std::string create = "Action=CreateTopic&Version=2010-03-31&Name=kept";
  const std::string list = "Action=ListTopics&Version=2010-03-31";
  {
    const auto emulator = Emulator::start({.lab = true, .data_file = file}, host).value();
    EXPECT_THAT(call(*emulator, "sns", create), HasSubstr("200 OK"));
    // What a killed emulator leaves behind is what the file holds once the answer was sent.
    std::filesystem::copy_file(file, copy);
  }
  const auto again = Emulator::start({.lab = true, .data_file = copy}, host).value();
  EXPECT_THAT(call(*again, "sns", list), HasSubstr(":kept<"));
  EXPECT_EQ(again->world().rds.instances.size(), 1U);
  EXPECT_TRUE(again->stop().has_value());
  EXPECT_TRUE(again->stop().has_value());
  EXPECT_FALSE(std::filesystem::exists(copy + ".new"));
}

TEST_F(EmulatorTest, DamagedDataFileIsNamedWithTheOffset) {
  struct Row {
    const char* name;
    const char* text;
    const char* message;
  };
  const Row rows[] = {
      {"empty", "", "is damaged at offset 0"},
      {"cut", R"({"format":2,"clock":{"adv)", "is damaged at offset 25"},
      {"no json", "hello", "is damaged at offset 0"},
      {"trailing", "{} {}", "is damaged at offset"},
      {"other format", R"({"format":99})", "has format 99, this program reads 2"},
      {"missing part", R"({"format":2,"clock":{"advanced_ms":0,"worked_ms":0}})",
       "is damaged in \"kms\""},
  };
  for (const Row& row : rows) {
    SCOPED_TRACE(row.name);
    const std::string file = (folder / "bad.json").string();
    std::ofstream(file, std::ios::trunc) << row.text;
    const auto emulator = Emulator::start({.data_file = file}, host);
    ASSERT_FALSE(emulator.has_value());
    EXPECT_THAT(emulator.error().message, HasSubstr("data file " + file));
    EXPECT_THAT(emulator.error().message, HasSubstr(row.message));
    // A file that was refused is not touched.
    std::ifstream reread(file);
    EXPECT_EQ(std::string(std::istreambuf_iterator<char>(reread), {}), row.text);
  }
}

TEST_F(EmulatorTest, DataFileHasOneEmulator) {
  const std::string file = (folder / "world.json").string();
  {
    const auto emulator = Emulator::start({.data_file = file}, host).value();
    const auto second = Emulator::start({.data_file = file}, host);
    ASSERT_FALSE(second.has_value());
    EXPECT_EQ(second.error().message, "data file " + file + " is in use by another emulator");
  }
  EXPECT_TRUE(Emulator::start({.data_file = file}, host).has_value());
}

TEST_F(EmulatorTest, StartThatFailsLeavesTheDataFileAlone) {
  const auto other = Emulator::start({}, host).value();
  const std::string file = (folder / "world.json").string();
  const auto taken = Emulator::start({.port = other->port(), .data_file = file}, host);
  ASSERT_FALSE(taken.has_value());
  EXPECT_THAT(taken.error().message, HasSubstr("cannot listen on"));
  EXPECT_FALSE(std::filesystem::exists(file));
}

TEST_F(EmulatorTest, FolderIsNoDataFile) {
  const auto emulator = Emulator::start({.data_file = folder.string()}, host);
  ASSERT_FALSE(emulator.has_value());
  EXPECT_EQ(emulator.error().message,
            "data file " + folder.string() + " is a folder or a device, not a file");
  EXPECT_FALSE(std::filesystem::exists(folder.string() + ".lock"));
}

TEST_F(EmulatorTest, LastSaveThatFailsIsTold) {
  const std::filesystem::path gone = folder / "gone";
  std::filesystem::create_directory(gone);
  const auto emulator =
      Emulator::start({.data_file = (gone / "world.json").string()}, host).value();
  std::filesystem::remove_all(gone);
  const auto stopped = emulator->stop();
  ASSERT_FALSE(stopped.has_value());
  EXPECT_THAT(stopped.error().message, HasSubstr("cannot be written"));
}

TEST_F(EmulatorTest, WhatCannotStartIsToldAtOnce) {
  const auto no_folder = Emulator::start({.data_file = (folder / "no" / "x.json").string()}, host);
  ASSERT_FALSE(no_folder.has_value());
  EXPECT_THAT(no_folder.error().message, HasSubstr("cannot be written"));
  for (const double speed : {-1.0, 1e9}) {
    EXPECT_FALSE(Emulator::start({.speed = speed}, host).has_value());
  }
}

}  // namespace
}  // namespace snapferry::emulator
