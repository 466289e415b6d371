// URLs that services hand out so that somebody without credentials may put one object: where a
// custom resource of CloudFormation answers.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>

#include "core/ids.h"
#include "core/time.h"
#include "emulator/world.h"

namespace snapferry::emulator {

/// Returns a URL on World::endpoint_url to PUT that one key with, whatever the body and its
/// Content-Type. Makes the bucket, owned by kS3ServiceAccount, where there is none; what was put is
/// then at S3Model::find_object. Signed with that account's root key; valid for `expires` of the
/// host's time, as every signature is judged by that clock.
/// Requires: World::mutex is held; `expires` is at most seven days.
std::string presign_put(World& world, const core::Region& region, const std::string& bucket,
                        const std::string& key, core::Milliseconds expires);

}  // namespace snapferry::emulator
