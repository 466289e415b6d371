// The CloudFormation custom resource that makes the destination's key, or finds it again: the key
// of the copies lies in a region in which the stack is not, and outlives the stack.
// Source: CloudFormation User Guide, "Custom resources", request and response objects, 2023;
// rds-facts 7.3.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <functional>
#include <string>
#include <string_view>

#include "aws/api/kms_api.h"
#include "aws/http/http.h"
#include "core/clock.h"
#include "core/result.h"
#include "lambda/handler.h"
#include "lambda/log_lines.h"

namespace snapferry::lambda {

/// What CloudFormation asks for.
struct KeyRequest {
  std::string type;          ///< "Create", "Update" or "Delete"
  std::string response_url;  ///< presigned: a secret
  std::string stack_id;
  std::string request_id;
  std::string logical_id;
  std::string physical_id;  ///< empty on Create
  // ResourceProperties. Of a Delete they are not looked at.
  core::Region region;
  std::string alias;       ///< "alias/snapferry-<stack>"
  core::Arn role;          ///< of the tick
  std::string stack_name;  ///< stands in the key's tag
};

/// Reads a custom resource's event.
/// Errors:   invalid: it has no ResponseURL, so that nobody can be answered.
core::Result<KeyRequest> parse_key_request(std::string_view event);

/// Returns what is wrong with the properties of a Create or Update; empty when nothing is.
std::string problem_of(const KeyRequest& request);

/// Returns the key's policy: the account's root delegates administration to IAM, so that people can
/// restore from a copy; the tick's role may look at the key and let RDS use it, nothing more.
std::string key_policy(const KeyRequest& request);

/// What the key's maker works with. All must outlive it.
struct KeyWorld {
  std::function<aws::KmsApi(const core::Region&)> kms_in;
  aws::HttpTransport& transport;  ///< to the ResponseURL
  core::Clock& clock;             ///< says "stopped" when the time is nearly over
  LogLines& log;
  unsigned long seed = 0;  ///< of the pauses between tries
};

class KeyHandler final : public Handler {
 public:
  explicit KeyHandler(KeyWorld world) : world_(std::move(world)) {}

  /// Does what CloudFormation asks and tells it how that went, whatever happens.
  /// Errors:   Snapferry.BadEvent; Snapferry.ResponseNotDelivered: CloudFormation knows nothing,
  ///           and Lambda should try again.
  /// Repeat:   safe: the alias is the key's name; what is there is found again.
  [[nodiscard]] Reply handle(const Invocation& invocation) override;

 private:
  core::Result<core::Key> ensure(const KeyRequest& request);
  core::Result<core::Key> tend(aws::KmsApi& kms, const KeyRequest& request, core::Key key);
  core::Result<core::Key> make(aws::KmsApi& kms, const KeyRequest& request);
  core::Result<void> deliver(const std::string& url, const std::string& document);
  template <class F>
  auto patiently(F call) -> decltype(call());

  KeyWorld world_;
};

}  // namespace snapferry::lambda
