// What Lambda knows of a function, of who may invoke it, and of invocations that wait their turn.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "core/ids.h"
#include "core/time.h"

namespace snapferry::emulator {

/// One statement of a function's resource policy, as AddPermission made it.
struct LambdaPermission {
  std::string statement_id;
  std::string action;     ///< "lambda:InvokeFunction"
  std::string principal;  ///< as given: "events.amazonaws.com", an account, an ARN, "*"
  std::string source_arn;
  std::string source_account;
};

struct LambdaEventInvokeConfig {
  core::Instant last_modified;
  std::optional<long> retries_max;      ///< 0 to 2; nothing: 2
  std::optional<long> age_max_seconds;  ///< 60 to 21600; nothing: 21600
  std::string on_failure;               ///< ARN; empty: none
};

/// Source: botocore 1.43 lambda service-2.json, FunctionConfiguration, 2026-11; defaults: Lambda
/// API reference, CreateFunction, 2023.
struct LambdaFunction {
  std::string name;
  std::string arn;  ///< without a version
  core::AccountId account;
  core::Region region;
  std::string partition;
  std::string role;
  std::string runtime;
  std::string handler;
  std::string description;
  long timeout_seconds = 3;
  long memory_mb = 128;
  long ephemeral_mb = 512;
  std::map<std::string, std::string> variables;
  std::string architecture = "x86_64";
  std::string dead_letter_arn;
  std::string tracing_mode = "PassThrough";
  std::string log_format = "Text";
  std::string application_log_level;  ///< empty with Text
  std::string system_log_level;       ///< empty with Text
  std::string log_group;
  std::map<std::string, std::string> tags;
  std::shared_ptr<const std::string> code;  ///< the zip; never null
  std::string code_sha256;                  ///< base64
  core::Instant last_modified;
  std::string revision_id;
  /// Of code and configuration: an execution environment serves one of them.
  std::string environment_id;

  std::vector<LambdaPermission> permissions;
  std::string policy_revision_id;
  std::optional<long> reserved_concurrency;
  std::optional<LambdaEventInvokeConfig> event_invoke;
};

/// An asynchronous invocation from when it was accepted until it succeeded or was given up.
struct LambdaQueued {
  std::string request_id;
  std::string function_arn;
  std::string payload;
  core::Instant accepted;
  core::Instant not_before;
  long attempts = 0;          ///< that ran and failed
  long throttles = 0;         ///< in a row
  bool is_announced = false;  ///< the runner was woken for it
  bool is_running = false;
};

}  // namespace snapferry::emulator
