// Every row of the table against tests/data/wire_codes.txt, through a whole answer in the form in
// which the service sends it; and no row without its line there.
// SPDX-License-Identifier: Apache-2.0
#include "aws/error_table.h"

#include <fstream>
#include <set>
#include <sstream>
#include <utility>
#include <vector>

#include <fmt/format.h>
#include <gtest/gtest.h>

#include "aws/refusal.h"

namespace snapferry::aws {
namespace {

using core::ErrorKind;

struct CodeRow {
  std::string service;  // "any" in the file is "" here
  std::string code;
  int status = 0;
  std::string read;
  std::string write;
};

std::vector<CodeRow> code_rows() {
  std::vector<CodeRow> rows;
  std::ifstream file(SNAPFERRY_TEST_DATA "/wire_codes.txt");
  for (std::string line; std::getline(file, line);) {
    if (line.starts_with("#")) continue;
    CodeRow row;
    std::istringstream words(line);
    words >> row.service >> row.code >> row.status >> row.read >> row.write;
    if (row.service == "any") row.service.clear();
    rows.push_back(row);
  }
  return rows;
}

HttpResponse refusal_in_form_of(const std::string& service, const CodeRow& row) {
  HttpResponse response;
  response.status = row.status;
  if (service == "kms" || service == "ssm") {
    response.body = fmt::format(R"({{"__type":"com.amazonaws.{}#{}","message":"Text of it."}})",
                                service, row.code);
  } else {
    response.body = fmt::format(
        "<ErrorResponse xmlns=\"http://{}.amazonaws.com/doc/\"><Error><Type>Sender</Type>"
        "<Code>{}</Code><Message>Text of it.</Message></Error>"
        "<RequestId>id-1</RequestId></ErrorResponse>",
        service, row.code);
  }
  return response;
}

class WireCode : public testing::TestWithParam<CodeRow> {};

TEST_P(WireCode, MeansWhatTheTableSays) {
  const CodeRow& row = GetParam();
  std::vector<std::string> services = {row.service};
  if (row.service.empty()) services = {"rds", "kms", "sts"};
  for (const std::string& service : services) {
    HttpResponse response = refusal_in_form_of(service, row);
    core::Error read = read_error(service, "the call", response, false);
    core::Error write = read_error(service, "the call", response, true);
    EXPECT_EQ(core::to_string(read.kind), row.read) << service;
    EXPECT_EQ(core::to_string(write.kind), row.write) << service;
    EXPECT_EQ(read.aws_code, row.code);
    EXPECT_EQ(read.message, "the call: " + row.code + ": Text of it");
    if (read.kind == ErrorKind::denied || read.kind == ErrorKind::limit) {
      EXPECT_FALSE(read.hint.empty()) << "a refusal of rights or room must tell the way out";
    }
  }
}

INSTANTIATE_TEST_SUITE_P(Rows, WireCode, testing::ValuesIn(code_rows()), [](const auto& row) {
  return (row.param.service.empty() ? "any" : row.param.service) + "_" + row.param.code;
});

TEST(ErrorTable, HasNoRowWithoutATestAndNoneTwice) {
  std::set<std::pair<std::string, std::string>> known;
  for (const CodeRow& row : code_rows()) known.emplace(row.service, row.code);
  std::set<std::pair<std::string, std::string>> seen;
  for (const ErrorRow& row : error_table()) {
    std::pair<std::string, std::string> key(row.service, row.code);
    EXPECT_TRUE(known.contains(key)) << row.service << " " << row.code;
    EXPECT_TRUE(seen.insert(key).second) << row.service << " " << row.code << " stands twice";
    EXPECT_TRUE(row.hint.empty() || row.hint.back() == '.') << row.code;
  }
  EXPECT_EQ(seen.size(), known.size());
}

struct StatusRow {
  int status;
  ErrorKind read;
  ErrorKind write;
};

class UnlistedCode : public testing::TestWithParam<StatusRow> {};

TEST_P(UnlistedCode, GoesByTheStatus) {
  const StatusRow& row = GetParam();
  EXPECT_EQ(kind_of("rds", "NeverHeardOf", row.status, false), row.read);
  EXPECT_EQ(kind_of("rds", "NeverHeardOf", row.status, true), row.write);
  EXPECT_EQ(kind_of("rds", "", row.status, true), row.write);
}

INSTANTIATE_TEST_SUITE_P(Rows, UnlistedCode,
                         testing::Values(StatusRow{301, ErrorKind::invalid, ErrorKind::invalid},
                                         StatusRow{400, ErrorKind::invalid, ErrorKind::invalid},
                                         StatusRow{404, ErrorKind::invalid, ErrorKind::invalid},
                                         StatusRow{429, ErrorKind::transient, ErrorKind::transient},
                                         StatusRow{500, ErrorKind::transient, ErrorKind::unknown},
                                         StatusRow{502, ErrorKind::transient, ErrorKind::unknown},
                                         StatusRow{503, ErrorKind::transient, ErrorKind::unknown},
                                         StatusRow{504, ErrorKind::transient, ErrorKind::unknown}),
                         [](const auto& row) { return std::to_string(row.param.status); });

TEST(ErrorTable, AServicesOwnRowGoesBeforeTheRowOfAll) {
  ASSERT_NE(find_error_row("sns", "InternalError"), nullptr);
  EXPECT_EQ(find_error_row("sns", "InternalError")->service, "sns");
  EXPECT_EQ(find_error_row("rds", "InternalError")->service, "");
  EXPECT_EQ(find_error_row("rds", "NotFoundException"), nullptr);
}

TEST(QuotaHit, IsReadFromTheMessage) {
  EXPECT_EQ(quota_hit("Cannot create more than 100 manual snapshots"), QuotaHit::manual_snapshots);
  EXPECT_EQ(quota_hit("Cannot copy more than 20 snapshots across regions"),
            QuotaHit::copies_in_flight);
  EXPECT_EQ(quota_hit("Cannot copy more than 5 snapshots across regions"),
            QuotaHit::copies_in_flight);
  EXPECT_EQ(quota_hit("The request would exceed a limit"), QuotaHit::none);
  EXPECT_EQ(quota_hit(""), QuotaHit::none);
}

TEST(QuotaHit, TellsTheWayOut) {
  auto hint_for = [](const std::string& message) {
    HttpResponse response{400,
                          {},
                          "<ErrorResponse><Error><Code>SnapshotQuotaExceeded</Code><Message>" +
                              message + "</Message></Error></ErrorResponse>"};
    return read_error("rds", "the call", response, true).hint;
  };
  EXPECT_TRUE(hint_for("Cannot create more than 100 manual snapshots").starts_with("Delete"));
  EXPECT_TRUE(hint_for("Cannot copy more than 20 snapshots across regions").starts_with("Wait"));
  EXPECT_TRUE(hint_for("no more").starts_with("Let copies in flight finish"));
}

}  // namespace
}  // namespace snapferry::aws
