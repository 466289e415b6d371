// What RDS tells EventBridge.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "emulator/events/events_model.h"
#include "emulator/rds/rds_records.h"

namespace snapferry::emulator {

/// Returns the event as it reaches the default bus. Source: rds-facts section 6.1 (RDS User Guide,
/// "Working with Amazon RDS event notification", sample events), 2026-08.
BusEvent bus_event_of(const RdsEvent& event);

}  // namespace snapferry::emulator
