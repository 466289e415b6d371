// SPDX-License-Identifier: Apache-2.0
#include "core/domain.h"

namespace snapferry::core {

SnapshotState state_of(std::string_view status) {
  if (status == "available") return SnapshotState::available;
  if (status == "failed" || status == "incompatible-restore" ||
      status == "incompatible-parameters") {
    return SnapshotState::failed;
  }
  if (status == "deleting" || status == "deleted") return SnapshotState::deleting;
  return SnapshotState::in_progress;
}

}  // namespace snapferry::core
