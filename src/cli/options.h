// What stood on the command line, as values and not yet judged. options.cc is the one file that
// knows of CLI11.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "core/policy_text.h"
#include "core/result.h"

namespace snapferry::cli {

/// The flags that describe a policy of one database; shared by plan, apply and status.
struct PolicyFlags {
  std::string file;  ///< a policy file, in place of all that follow
  std::string database;
  std::string cluster;        ///< in place of database
  std::string source_region;  ///< empty: the region of the settings
  std::string target_region;
  std::string kms_key;
  std::string snapshot_name = core::kSnapshotNameDefault;
  std::string copy_name = core::kCopyNameDefault;
  std::string schedule = core::kScheduleDefault;
  std::string spread = core::kSpreadDefault;
  std::string rpo = core::kRpoDefault;
  std::string keep_days;       ///< empty: nothing is deleted in the source region
  std::string copy_keep_days;  ///< empty: nothing is deleted at the target
  std::string option_group;
  std::vector<std::string> tags;  ///< "k=v"
};

/// How many deletes a plan may hold; shared by plan and apply.
struct DeleteFlags {
  std::optional<int> deletes_max;  ///< none: a fifth of what is managed, at least 10
  bool is_yes = false;             ///< any number
};

struct OutputFlags {
  std::string profile;
  bool is_json = false;
  bool is_quiet = false;
  bool is_verbose = false;
};

struct PlanOptions {
  PolicyFlags policy;
  DeleteFlags deletes;
  OutputFlags output;
  bool is_now = false;
};

struct ApplyOptions {
  PolicyFlags policy;
  DeleteFlags deletes;
  std::string alert_topic;  ///< ARN; empty: nobody is told
  OutputFlags output;
  bool is_now = false;
  bool is_wait = false;
  std::string timeout = "6h";
};

struct StatusOptions {
  PolicyFlags policy;
  std::string alert_topic;  ///< as in ApplyOptions
  OutputFlags output;
};

struct DoctorOptions {
  PolicyFlags policy;
  OutputFlags output;
};

struct PolicyCheckOptions {
  std::string file;
  bool is_json = false;
};

struct EmulatorFlags {
  std::string address = "127.0.0.1";
  unsigned short port = 4566;
  double speed = 1;
  bool is_lab = false;
  int fleet_count = 0;  ///< 0: none
  std::string data_file;
};

/// The answer is text alone: --help, --version.
struct ShowText {
  std::string text;
};

using Options = std::variant<ShowText, PlanOptions, ApplyOptions, StatusOptions, DoctorOptions,
                             PolicyCheckOptions, EmulatorFlags>;

/// Reads the arguments (without the program's name).
/// Errors:   invalid, with "did you mean" where a verb or flag is near a known one.
core::Result<Options> parse_options(const std::vector<std::string>& arguments);

}  // namespace snapferry::cli
