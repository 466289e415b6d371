// S3 as its REST protocol shows it (2006-03-01), path style and virtual-host style.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "emulator/service.h"

namespace snapferry::emulator {

/// Errors:   as S3: NoSuchBucket, NoSuchKey 404, BucketNotEmpty 409, BadDigest 400, ...; what is
/// not
///           served, a query parameter and an x-amz-* header that the operation does not know among
///           it: NotImplemented 501, by name.
ServiceResult<WireResponse> serve_s3(ServiceCall& call);

/// For Service (service.h).
std::string operation_of_s3(const WireRequest& request, const std::string& path,
                            const Fields& query);
WireResponse refuse_s3(const ServiceError& error, const std::string& request_id);

}  // namespace snapferry::emulator
