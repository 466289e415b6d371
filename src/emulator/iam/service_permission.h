// Whether a resource lets an AWS service use it: what the policies of queues, topics and keys say
// of service principals.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>

#include "core/time.h"
#include "emulator/kms/kms_model.h"
#include "emulator/wire.h"

namespace snapferry::emulator {

struct ServiceUse {
  std::string service_principal;  ///< "events.amazonaws.com"
  std::string action;             ///< "sqs:SendMessage"
  std::string resource;           ///< ARN of what is used
  std::string source_arn;         ///< aws:SourceArn; empty: the service gives none
  std::string account;            ///< aws:SourceAccount: that of the source
};

/// Whether the policy allows it, and does not deny it. No policy allows nothing, and a policy that
/// cannot be read neither.
bool allows_service(const std::string& policy, const ServiceUse& use);

/// Whether the key lets a service encrypt with it on behalf of a source, as SNS and SQS need it of
/// whoever publishes: kms:GenerateDataKey* and kms:Decrypt. The policy of an AWS-managed key
/// names no other service, so it never does.
/// Errors:   KMSNotFound, KMSDisabled, KMSInvalidState, KMSAccessDenied 400, as SNS has them.
/// Source:   Amazon SNS Developer Guide, "Key management", 2024.
ServiceResult<void> lets_service_encrypt(KmsModel& kms, const Caller& owner,
                                         const std::string& key_reference, const ServiceUse& use);

}  // namespace snapferry::emulator
