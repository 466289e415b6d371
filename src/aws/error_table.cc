// The table of wire codes. Codes drop or keep "Fault" without rule, so each stands here verbatim.
// Kind `unknown` marks the server's own failures: after one, a write may have happened. Throttling
// is transient for writes too, because AWS refuses before it acts.
// SPDX-License-Identifier: Apache-2.0
#include "aws/error_table.h"

#include <array>

namespace snapferry::aws {
namespace {

using enum core::ErrorKind;

constexpr std::string_view kAccessHint =
    "Allow the action named in the message to these credentials, on source and target.";
constexpr std::string_view kRegionHint =
    "Check that the region is enabled for the account, that the credentials belong to this "
    "partition, and that session tokens come from a regional STS endpoint.";
constexpr std::string_view kSignatureHint =
    "Check the secret access key, and the clock of this machine.";
constexpr std::string_view kRenewHint =
    "Renew the credentials, for example with `aws sso login`, and run it again.";
constexpr std::string_view kClockHint = "Set the clock of this machine.";
constexpr std::string_view kKeyHint =
    "Check that the key is enabled and of the target region, and allow kms:DescribeKey and "
    "kms:CreateGrant on it and on the source's key, in IAM and in the key policy.";
constexpr std::string_view kKeyStateHint = "Enable the key, or name another.";
constexpr std::string_view kInputHint = "";
constexpr std::string_view kGoneHint = "";
constexpr std::string_view kBusyHint = "";
constexpr std::string_view kQuotaHint =
    "Let copies in flight finish, delete old manual snapshots, or ask AWS for a larger quota.";
constexpr std::string_view kCapacityHint = "Ask AWS for a larger quota, or try again later.";
constexpr std::string_view kBugHint =
    "The endpoint does not know this call; check that it is the endpoint of this service.";

constexpr std::array kRows = {
    // RDS, modelled, instances and their snapshots.
    ErrorRow{"rds", "DBInstanceNotFound", missing, kGoneHint},
    ErrorRow{"rds", "InvalidDBInstanceState", conflict, kBusyHint},
    ErrorRow{"rds", "DBInstanceAlreadyExists", conflict, kBusyHint},
    ErrorRow{"rds", "DBSnapshotAlreadyExists", conflict, kBusyHint},
    ErrorRow{"rds", "DBSnapshotNotFound", missing, kGoneHint},
    ErrorRow{"rds", "InvalidDBSnapshotState", conflict, kBusyHint},
    ErrorRow{"rds", "SnapshotQuotaExceeded", limit, kQuotaHint},
    ErrorRow{"rds", "SharedSnapshotQuotaExceeded", limit, "Take back shares no longer needed."},
    ErrorRow{"rds", "KMSKeyNotAccessibleFault", denied, kKeyHint},
    ErrorRow{"rds", "CustomAvailabilityZoneNotFound", missing, kGoneHint},
    // RDS, modelled, clusters and their snapshots.
    ErrorRow{"rds", "DBClusterNotFoundFault", missing, kGoneHint},
    ErrorRow{"rds", "InvalidDBClusterStateFault", conflict, kBusyHint},
    ErrorRow{"rds", "InvalidDBClusterEndpointStateFault", conflict, kBusyHint},
    ErrorRow{"rds", "DBClusterSnapshotAlreadyExistsFault", conflict, kBusyHint},
    ErrorRow{"rds", "DBClusterSnapshotNotFoundFault", missing, kGoneHint},
    ErrorRow{"rds", "InvalidDBClusterSnapshotStateFault", conflict, kBusyHint},
    ErrorRow{"rds", "DBClusterQuotaExceededFault", limit, kCapacityHint},
    ErrorRow{"rds", "InsufficientDBClusterCapacityFault", limit, kCapacityHint},
    // RDS, modelled, option groups and restores.
    // Not `missing`: that is what a call is about, gone; this is a group that the user named.
    ErrorRow{"rds", "OptionGroupNotFoundFault", invalid,
             "Create the option group in the target region, with the source's persistent options, "
             "or drop --option-group."},
    ErrorRow{"rds", "OptionGroupAlreadyExistsFault", conflict, kBusyHint},
    ErrorRow{"rds", "OptionGroupQuotaExceededFault", limit, kCapacityHint},
    ErrorRow{"rds", "InstanceQuotaExceeded", limit, kCapacityHint},
    ErrorRow{"rds", "StorageQuotaExceeded", limit, kCapacityHint},
    ErrorRow{"rds", "InsufficientDBInstanceCapacity", limit, kCapacityHint},
    ErrorRow{"rds", "InvalidRestoreFault", invalid, kInputHint},
    // RDS, modelled, what else can carry tags.
    ErrorRow{"rds", "DBProxyNotFoundFault", missing, kGoneHint},
    ErrorRow{"rds", "DBProxyEndpointNotFoundFault", missing, kGoneHint},
    ErrorRow{"rds", "DBProxyTargetGroupNotFoundFault", missing, kGoneHint},
    ErrorRow{"rds", "BlueGreenDeploymentNotFoundFault", missing, kGoneHint},
    ErrorRow{"rds", "IntegrationNotFoundFault", missing, kGoneHint},
    ErrorRow{"rds", "TenantDatabaseNotFound", missing, kGoneHint},
    ErrorRow{"rds", "DBSnapshotTenantDatabaseNotFoundFault", missing, kGoneHint},
    ErrorRow{"rds", "DBShardGroupNotFound", missing, kGoneHint},
    // KMS.
    ErrorRow{"kms", "NotFoundException", missing,
             "Name a key of this region; a key of another region, or an alias without \"alias/\", "
             "is not found."},
    ErrorRow{"kms", "InvalidArnException", invalid,
             "Name the key by id, ARN, alias/name or alias ARN, of this region."},
    ErrorRow{"kms", "DisabledException", denied, kKeyStateHint},
    ErrorRow{"kms", "KMSInvalidStateException", denied, kKeyStateHint},
    ErrorRow{"kms", "AlreadyExistsException", conflict, kBusyHint},
    ErrorRow{"kms", "InvalidAliasNameException", invalid, "Name an alias as alias/name."},
    ErrorRow{"kms", "MalformedPolicyDocumentException", invalid,
             "Check that the principals the key policy names exist; a role just made may take a "
             "minute to be known."},
    ErrorRow{"kms", "TagException", invalid, kInputHint},
    ErrorRow{"kms", "UnsupportedOperationException", invalid, kInputHint},
    ErrorRow{"kms", "DependencyTimeoutException", unknown, ""},
    ErrorRow{"kms", "KMSInternalException", unknown, ""},
    // STS.
    ErrorRow{"sts", "RegionDisabledException", denied,
             "Enable STS for this region in the account's IAM settings."},
    ErrorRow{"sts", "MalformedPolicyDocument", invalid, kInputHint},
    ErrorRow{"sts", "PackedPolicyTooLarge", invalid, kInputHint},
    ErrorRow{"sts", "IDPRejectedClaim", denied,
             "The identity provider refused the web identity token; renew it."},
    ErrorRow{"sts", "InvalidIdentityToken", denied,
             "Check the web identity token and the provider that IAM trusts for it."},
    ErrorRow{"sts", "IDPCommunicationError", transient, ""},
    // IAM.
    ErrorRow{"iam", "NoSuchEntity", missing, kGoneHint},
    ErrorRow{"iam", "InvalidInput", invalid, kInputHint},
    // SNS.
    ErrorRow{"sns", "InvalidParameter", invalid, kInputHint},
    ErrorRow{"sns", "NotFound", missing, kGoneHint},
    ErrorRow{"sns", "AuthorizationError", denied, kAccessHint},
    ErrorRow{"sns", "InternalError", unknown, ""},
    ErrorRow{"sns", "KMSDisabled", denied, kKeyStateHint},
    ErrorRow{"sns", "KMSInvalidState", denied, kKeyStateHint},
    ErrorRow{"sns", "KMSNotFound", missing, kGoneHint},
    ErrorRow{"sns", "KMSAccessDenied", denied, kAccessHint},
    ErrorRow{"sns", "KMSThrottling", transient, ""},
    ErrorRow{"sns", "KMSOptInRequired", denied, kRegionHint},
    // SSM.
    ErrorRow{"ssm", "ParameterNotFound", missing,
             "Name a parameter of the function's own region, with its leading slash."},
    ErrorRow{"ssm", "ParameterVersionNotFound", missing, kGoneHint},
    ErrorRow{"ssm", "InvalidKeyId", denied, kAccessHint},
    // Every service: the request is wrong.
    ErrorRow{"", "InvalidParameterValue", invalid, kInputHint},
    ErrorRow{"", "InvalidParameterCombination", invalid, kInputHint},
    ErrorRow{"", "MissingParameter", invalid, kInputHint},
    ErrorRow{"", "ValidationError", invalid, kInputHint},
    ErrorRow{"", "ValidationException", invalid, kInputHint},
    ErrorRow{"", "InvalidAction", invalid, kBugHint},
    ErrorRow{"", "UnknownOperationException", invalid, kBugHint},
    ErrorRow{"", "InvalidQueryParameter", invalid, kBugHint},
    ErrorRow{"", "MalformedQueryString", invalid, kBugHint},
    // Every service: the caller is not let in.
    ErrorRow{"", "AccessDenied", denied, kAccessHint},
    ErrorRow{"", "AccessDeniedException", denied, kAccessHint},
    ErrorRow{"", "UnauthorizedOperation", denied, kAccessHint},
    ErrorRow{"", "NotAuthorized", denied, kAccessHint},
    ErrorRow{"", "AuthFailure", denied, kRegionHint},
    ErrorRow{"", "OptInRequired", denied, kRegionHint},
    ErrorRow{"", "InvalidClientTokenId", denied, kRegionHint},
    ErrorRow{"", "UnrecognizedClientException", denied, kRegionHint},
    ErrorRow{"", "SignatureDoesNotMatch", denied, kSignatureHint},
    ErrorRow{"", "InvalidSignatureException", denied, kSignatureHint},
    ErrorRow{"", "IncompleteSignature", denied, kSignatureHint},
    ErrorRow{"", "IncompleteSignatureException", denied, kSignatureHint},
    ErrorRow{"", "MissingAuthenticationToken", denied, kSignatureHint},
    ErrorRow{"", "MissingAuthenticationTokenException", denied, kSignatureHint},
    ErrorRow{"", "ExpiredToken", denied, kRenewHint},
    ErrorRow{"", "ExpiredTokenException", denied, kRenewHint},
    ErrorRow{"", "RequestExpired", denied, kClockHint},
    ErrorRow{"", "RequestTimeTooSkewed", denied, kClockHint},
    ErrorRow{"", "RequestInTheFuture", denied, kClockHint},
    // Every service: throttled, so nothing was done.
    ErrorRow{"", "Throttling", transient, ""},
    ErrorRow{"", "ThrottlingException", transient, ""},
    ErrorRow{"", "ThrottledException", transient, ""},
    ErrorRow{"", "RequestThrottledException", transient, ""},
    ErrorRow{"", "RequestThrottled", transient, ""},
    ErrorRow{"", "TooManyRequestsException", transient, ""},
    ErrorRow{"", "ProvisionedThroughputExceededException", transient, ""},
    ErrorRow{"", "TransactionInProgressException", transient, ""},
    ErrorRow{"", "RequestLimitExceeded", transient, ""},
    ErrorRow{"", "BandwidthLimitExceeded", transient, ""},
    ErrorRow{"", "LimitExceededException", transient, ""},
    ErrorRow{"", "SlowDown", transient, ""},
    ErrorRow{"", "PriorRequestNotComplete", transient, ""},
    ErrorRow{"", "EC2ThrottledException", transient, ""},
    // Every service: its own failure.
    ErrorRow{"", "InternalFailure", unknown, ""},
    ErrorRow{"", "InternalError", unknown, ""},
    ErrorRow{"", "InternalServerError", unknown, ""},
    ErrorRow{"", "ServiceUnavailable", unknown, ""},
    ErrorRow{"", "ServiceUnavailableException", unknown, ""},
    ErrorRow{"", "RequestTimeout", unknown, ""},
    ErrorRow{"", "RequestTimeoutException", unknown, ""},
};

core::ErrorKind for_call(core::ErrorKind kind, bool is_write) {
  return kind == unknown && !is_write ? transient : kind;
}

}  // namespace

std::span<const ErrorRow> error_table() {
  return kRows;
}

const ErrorRow* find_error_row(std::string_view service, std::string_view code) {
  const ErrorRow* general = nullptr;
  for (const ErrorRow& row : kRows) {
    if (row.code != code) continue;
    if (row.service == service) return &row;
    if (row.service.empty()) general = &row;
  }
  return general;
}

core::ErrorKind kind_of(std::string_view service, std::string_view code, int status,
                        bool is_write) {
  if (const ErrorRow* row = find_error_row(service, code)) return for_call(row->kind, is_write);
  if (status == 429) return transient;
  if (status >= 500) return for_call(unknown, is_write);
  return invalid;
}

QuotaHit quota_hit(std::string_view message) {
  // "manual" first: the message of the copy limit never says it.
  if (message.find("manual") != message.npos) return QuotaHit::manual_snapshots;
  if (message.find("cop") != message.npos) return QuotaHit::copies_in_flight;
  return QuotaHit::none;
}

}  // namespace snapferry::aws
