// What a person or a script sees while apply works: two printers over the same events, and both
// print only what has changed since they last spoke.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <memory>

#include "cli/console.h"
#include "cli/options.h"
#include "core/clock.h"
#include "core/policy.h"
#include "engine/event_sink.h"

namespace snapferry::cli {

/// Text: the calls, repeats and troubles as a story on stderr, which is all that plan and status
/// tell; and for apply a line on stdout for each step and each change of state, and on a terminal a
/// live line for each snapshot in progress.
std::unique_ptr<engine::EventSink> make_text_progress(Console& console, core::Clock& clock,
                                                      const OutputFlags& flags);

/// JSON lines on stdout: plan (the first tick's; for a fleet, without a policy here, none),
/// outcome, snapshot, retry, trouble, call.
std::unique_ptr<engine::EventSink> make_json_progress(Console& console, core::Clock& clock,
                                                      const core::Policy* policy,
                                                      const OutputFlags& flags);

}  // namespace snapferry::cli
