// What AWS's refusals mean here: one row for each wire code. The table is the whole knowledge;
// nothing else in aws/ compares codes to decide a kind.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <span>
#include <string_view>

#include "core/result.h"

namespace snapferry::aws {

struct ErrorRow {
  std::string_view service;  ///< "rds", "kms", "sts"; empty: every service
  std::string_view code;     ///< as on the wire
  core::ErrorKind kind;  ///< `unknown`: only for a write; the same answer to a read is transient
  std::string_view hint;
};

/// Returns every row. A row of one service goes before a row of all.
/// Source: rds-facts 1.2, 4, 8.2, 8.4 (botocore 1.43 service models and retry handlers, 2026-08;
/// RDS
///         API reference, "Common Error Types", 2025).
std::span<const ErrorRow> error_table();

/// Returns the row of a code, or null.
const ErrorRow* find_error_row(std::string_view service, std::string_view code);

/// Returns what a refusal means. Codes that are not in the table go by the HTTP status: 429 is
/// transient, 5xx unknown (transient for a read), all else invalid.
core::ErrorKind kind_of(std::string_view service, std::string_view code, int status, bool is_write);

/// Which quota a SnapshotQuotaExceeded speaks of: the code is one, the ways out are two.
enum class QuotaHit {
  none,              ///< the message speaks of neither
  manual_snapshots,  ///< "Cannot create more than 100 manual snapshots"
  copies_in_flight,  ///< "Cannot copy more than 20 snapshots across regions"
};

/// Source: messages observed in public issues (rds-facts 1.2), 2026-08.
QuotaHit quota_hit(std::string_view message);

}  // namespace snapferry::aws
