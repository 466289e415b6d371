// What CloudFormation keeps: stacks with their resources, events and outputs, and change sets.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <map>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include <boost/json/object.hpp>

#include "core/ids.h"
#include "core/time.h"

namespace snapferry::emulator::cloudformation {

struct StackResource {
  std::string logical_id;
  std::string type;
  std::string physical_id = {};
  std::string status = {};
  std::string reason = {};
  core::Instant changed_at = {};
  std::string deletion_policy = "Delete";
  std::string update_replace_policy = "Delete";
  std::set<std::string> needs = {};     ///< logical ids
  boost::json::object properties = {};  ///< evaluated, as they were applied last
  boost::json::object attributes = {};  ///< for Fn::GetAtt
};

struct StackEvent {
  std::string id;
  std::string logical_id;
  std::string physical_id;
  std::string type;
  std::string status;
  std::string reason;
  std::string properties;  ///< JSON text; empty for the stack's own events
  std::string token;       ///< ClientRequestToken of the operation
  core::Instant time;
};

struct StackOutput {
  std::string key;
  std::string value;
  std::string description = {};
  std::string export_name = {};
};

/// What a client wants a stack to be.
struct StackIntent {
  std::string template_text = {};
  std::map<std::string, std::string> parameters = {};
  boost::json::object tags = {};
  std::vector<std::string> capabilities = {};
  std::vector<std::string> notification_arns = {};
  std::string role_arn = {};
};

struct Stack {
  std::string id;
  std::string name;
  core::AccountId account;
  core::Region region;
  std::string partition;
  std::string status = {};
  std::string status_reason = {};
  std::string description = {};
  std::string change_set_id = {};
  StackIntent intent = {};
  bool is_rollback_disabled = false;
  bool is_protected = false;
  core::Instant created_at = {};
  std::optional<core::Instant> updated_at = {};
  std::optional<core::Instant> deleted_at = {};
  std::map<std::string, StackResource> resources = {};
  std::vector<StackEvent> events = {};  ///< oldest first
  std::vector<StackOutput> outputs = {};
  std::set<std::string> imports = {};  ///< names of the exports it uses
};

struct Change {
  std::string action;  ///< Add, Modify, Remove
  std::string logical_id;
  std::string physical_id = {};
  std::string type = {};
  std::string replacement = {};              ///< True, False; empty unless Modify
  std::vector<std::string> properties = {};  ///< that change
};

struct ChangeSet {
  std::string id;
  std::string name;
  std::string stack_id;
  std::string stack_name;
  std::string type;  ///< CREATE, UPDATE
  std::string status = {};
  std::string status_reason = {};
  std::string execution_status = {};
  std::string description = {};
  std::string on_failure = {};
  StackIntent intent = {};
  core::Instant created_at = {};
  std::vector<Change> changes = {};
};

}  // namespace snapferry::emulator::cloudformation
