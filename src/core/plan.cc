// SPDX-License-Identifier: Apache-2.0
#include "core/plan.h"

#include "core/result.h"

namespace snapferry::core {

std::string_view to_string(StepKind kind) {
  switch (kind) {
    case StepKind::create:
      return "create";
    case StepKind::copy:
      return "copy";
    case StepKind::delete_:
      return "delete";
    case StepKind::wait:
      return "wait";
    case StepKind::blocked:
      return "blocked";
  }
  ASSERT(false);
}

bool is_act(const Step& step) {
  switch (step.kind) {
    case StepKind::create:
    case StepKind::copy:
    case StepKind::delete_:
      return true;
    case StepKind::wait:
    case StepKind::blocked:
      return false;
  }
  ASSERT(false);
}

std::string_view to_string(ReasonCode code) {
  switch (code) {
#define NAME(code)       \
  case ReasonCode::code: \
    return #code;
    NAME(slot_due)
    NAME(copy_due)
    NAME(failed_snapshot)
    NAME(expired)
    NAME(snapshot_in_progress)
    NAME(copy_in_progress)
    NAME(source_not_available)
    NAME(being_deleted)
    NAME(database_busy)
    NAME(manual_quota_full)
    NAME(copies_in_flight_full)
    NAME(database_missing)
    NAME(database_stopped)
    NAME(database_unusable)
    NAME(cluster_member)
    NAME(name_taken)
    NAME(key_not_named)
    NAME(key_forbidden)
    NAME(key_not_found)
    NAME(key_of_other_region)
    NAME(key_not_enabled)
    NAME(key_unsuitable)
    NAME(key_unreadable)
    NAME(region_unreadable)
    NAME(partition_differs)
    NAME(delete_refused)
    NAME(slot_in_future)
    NAME(too_many_deletes)
    NAME(automated_missing)
    NAME(copy_unsupported)
#undef NAME
  }
  ASSERT(false);
}

}  // namespace snapferry::core
