// A plan is data: steps, each with the reason that a person would give. `plan` prints it, `apply`
// does it, tests compare it.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/domain.h"
#include "core/rules/retention.h"

namespace snapferry::core {

enum class StepKind { create, copy, delete_, wait, blocked };

/// Returns "create", "copy", "delete", "wait" or "blocked".
std::string_view to_string(StepKind kind);

/// Why a step is planned. The names are the ones of JSON and of docs/cli.md.
enum class ReasonCode {
  slot_due,               ///< create: no snapshot stands for the slot
  copy_due,               ///< copy: the target lacks this snapshot
  failed_snapshot,        ///< delete: ours, failed, and in the way of its own repeat
  expired,                ///< delete: ours, kept by no rule, and the deletion guard lets it go
  snapshot_in_progress,   ///< wait
  copy_in_progress,       ///< wait
  source_not_available,   ///< wait: the copy follows when its source is there
  being_deleted,          ///< wait: its name is free again when it is gone
  database_busy,          ///< wait: the database's status does not allow a snapshot now
  manual_quota_full,      ///< wait
  copies_in_flight_full,  ///< wait
  database_missing,       ///< blocked, as all that follow
  database_stopped,
  database_unusable,
  cluster_member,
  name_taken,
  key_not_named,
  key_forbidden,  ///< an unencrypted cluster cannot be encrypted by a copy
  key_not_found,
  key_of_other_region,
  key_not_enabled,
  key_unsuitable,
  key_unreadable,
  region_unreadable,
  partition_differs,
  delete_refused,
  slot_in_future,
  too_many_deletes,
  automated_missing,  ///< there is no automated snapshot that a copy could be made of
  copy_unsupported,   ///< RDS copies no snapshot of such a database
};

std::string_view to_string(ReasonCode code);

struct Reason {
  ReasonCode code{};
  std::string text;  ///< lower case, no full stop
  std::string hint;  ///< a sentence that tells the way out; empty when there is nothing to do
};

/// What keeps a snapshot or a copy from being started now: it passes by itself (`wait`) or needs a
/// person
/// (`blocked`).
struct Obstacle {
  StepKind kind = StepKind::blocked;
  Reason reason;
};

/// Whether AWS will move all data or only what changed. Rule 4 of ARCHITECTURE.md.
struct Lineage {
  bool is_incremental = false;
  std::string why;
};

struct CopyDetails {
  Arn source;
  std::string kms_key;  ///< ARN; empty: unencrypted
  std::string option_group;
  Lineage lineage;
  int size_gib = 0;  ///< allocated storage of the source: the most that a full copy moves
};

struct Step {
  StepKind kind{};
  DatabaseId database;
  Region region;        ///< where the call goes, or where the waiting is
  SnapshotId snapshot;  ///< what is made, deleted or waited for
  Instant slot;
  Reason reason;
  Tags tags;                              ///< create, copy: all that will stand on it
  std::vector<std::string> tags_dropped;  ///< create, copy: keys of the source that will not
  std::optional<CopyDetails> copy;        ///< copy, and wait for a copy that is to follow
  std::string status;                     ///< wait on a snapshot: its status, verbatim
  int progress_percent = 0;               ///< wait on a snapshot
};

/// Returns whether the step is something to do: create, copy or delete.
bool is_act(const Step& step);

struct Plan {
  Instant now;
  Instant slot;             ///< the slot that counts now
  Instant next_slot;        ///< when the next snapshot is due
  std::vector<Step> steps;  ///< deletes of what is expired come last
  std::vector<Kept> kept;   ///< every snapshot of ours that no step deletes, with the rule
};

}  // namespace snapferry::core
