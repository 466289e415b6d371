// SPDX-License-Identifier: Apache-2.0
#include "cli/policy_from_flags.h"

#include "core/policy_text.h"

namespace snapferry::cli {

core::Result<core::Policy> policy_from_flags(const PolicyFlags& flags,
                                             const std::optional<core::Region>& region_default) {
  if (flags.source_region.empty() && !region_default) {
    return core::fail(core::ErrorKind::invalid, "no region of the database is given",
                      "Give --from REGION, or set AWS_REGION.");
  }
  const std::string source_region =
      flags.source_region.empty() ? region_default->str() : flags.source_region;
  const bool is_cluster = !flags.cluster.empty();
  core::JudgedPolicy judged = core::judge_policy({
      .policy_name = {},
      .database = is_cluster ? core::NamedText{"--cluster", flags.cluster}
                             : core::NamedText{"--db", flags.database},
      .database_kind = is_cluster ? core::DatabaseKind::cluster : core::DatabaseKind::instance,
      .source_region = {"--from", source_region},
      .target_region = {"--to", flags.target_region},
      .kms_key = {"--key", flags.kms_key},
      .snapshot_name = {"--snapshot-name", flags.snapshot_name},
      .copy_name = {"--copy-name", flags.copy_name},
      .schedule = {"--schedule", flags.schedule},
      .spread = {"--spread", flags.spread},
      .rpo = {"--rpo", flags.rpo},
      .keep_days = {"--keep-days", flags.keep_days},
      .copy_keep_days = {"--copy-keep-days", flags.copy_keep_days},
      .option_group = {"--option-group", flags.option_group},
      .tags_name = "--tag",
      .tags = flags.tags,
  });
  if (!judged.problems.empty()) {
    return std::unexpected(core::one_error_of(std::move(judged.problems)));
  }
  return std::move(judged.policy);
}

}  // namespace snapferry::cli
