// Who may do what: identity policies, key policies and conditions, evaluated as IAM evaluates them.
// The root of an account may do everything in it; a role, what its policies say.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <map>
#include <string>
#include <vector>

#include "emulator/service.h"
#include "emulator/wire.h"

namespace snapferry::emulator {

struct KmsKey;

struct AccessRequest {
  std::string action;    ///< "rds:CopyDBSnapshot"
  std::string resource;  ///< ARN, or "*" for actions that know no resource
  /// Condition keys that this request has, beside those every request has (aws:RequestedRegion,
  /// aws:PrincipalArn, aws:CurrentTime, ...): "kms:ViaService" to its values. One named here takes
  /// the place of what every request has.
  std::map<std::string, std::vector<std::string>> context = {};
};

/// Whether the caller's identity policies allow it; for kms: actions on a key that exists, whether
/// the key's policy and the identity policies together do. Policies of buckets, queues and topics
/// are asked for what they deny; what they alone would allow is refused.
/// Errors:   AccessDenied 403 (AccessDeniedException 400 of JSON services) with the message that
///           AWS gives: "User: ... is not authorized to perform: ... on resource: ... because no
///           identity-based policy allows the ... action".
ServiceResult<void> authorize(const World& world, const Caller& caller,
                              const AccessRequest& request);

/// Whether the caller may make this call: every action and resource that it needs (IAM service
/// authorization reference). Asked by the door before the service is. A role may make no call that
/// the tables do not know.
ServiceResult<void> authorize_call(const ServiceCall& call, std::string_view service);

/// Whether the caller may have RDS use that key in its name: kms:DescribeKey and kms:CreateGrant
/// (for an AWS resource), and to encrypt and decrypt with it, each asked through the service
/// ("rds.eu-west-1.amazonaws.com").
/// Source:   RDS User Guide, "AWS KMS key management" (the first two are what it says a user must
///           have) and "Sharing encrypted snapshots" (its example for users of a key adds Encrypt,
///           Decrypt, ReEncrypt* and GenerateDataKey*; whether RDS asks the caller for those is not
///           said, so they are demanded here); AWS KMS Developer Guide, "kms:ViaService" and
///           "kms:GrantIsForAWSResource"; 2026.
ServiceResult<void> authorize_key_use(const World& world, const Caller& caller, const KmsKey& key,
                                      const std::string& via_service);

/// Whether that is the root of an account.
bool is_root(const Caller& caller);

}  // namespace snapferry::emulator
