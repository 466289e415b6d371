// Who calls: the signature of a request recomputed and compared, as AWS does it. Nothing is served
// before this has passed, except AssumeRoleWithWebIdentity, which carries its own proof.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <string_view>

#include "emulator/sts/sts_model.h"
#include "emulator/wire.h"

namespace snapferry::emulator {

/// The account behind the access key id "testing".
inline constexpr std::string_view kTestingAccount = "123456789012";

struct Authenticated {
  Caller caller;
  std::string service;  ///< from the signature's scope: "rds"
};

/// The two times a signature is judged by.
struct AuthTimes {
  core::Instant host;      ///< against X-Amz-Date, 15 minutes either way
  core::Instant emulated;  ///< against the expiry of a session
};

/// Returns the service that a request says it was signed for, checked by nobody yet; empty when it
/// says none.
std::string claimed_service(const WireRequest& request, const Fields& query);

/// Checks the Authorization header, or the X-Amz-* fields of a presigned query.
/// `path` and `query` are decoded parts of the request's target.
/// Errors:   with the codes of Query services: MissingAuthenticationToken, InvalidClientTokenId,
///           SignatureDoesNotMatch (also for clocks that differ and for a region that belongs to no
///           partition), ExpiredToken 403; IncompleteSignature, RequestExpired 400. For S3 also:
///           InvalidRequest, XAmzContentSHA256Mismatch 400, RequestTimeTooSkewed 403.
/// Source:   messages as observed in public reports (aws-cli#6676, AWS.jl#565), 2026-11.
ServiceResult<Authenticated> authenticate(const WireRequest& request, const std::string& path,
                                          const Fields& query, const StsModel& sts,
                                          const AuthTimes& times);

/// Checks a presigned GET that was handed over as a URL (PreSignedUrl of CopyDBSnapshot).
/// Returns: the caller, whose region is the one the URL was signed for, and the URL's own fields,
///          without X-Amz-*.
struct PresignedCall {
  Authenticated who;
  Fields parameters;
};
ServiceResult<PresignedCall> authenticate_url(std::string_view url, const StsModel& sts,
                                              const AuthTimes& times);

/// Returns the caller who is root of that account in that region.
Caller root_of(const core::AccountId& account, const core::Region& region);

/// A request's target: "/path?a=b", decoded.
struct Target {
  std::string path;
  Fields query;
};
ServiceResult<Target> parse_target(std::string_view target);

/// Returns the fields that are not part of a presigned signature ("X-Amz-...").
Fields without_signature(const Fields& query);

bool is_account_id(std::string_view text);

}  // namespace snapferry::emulator
