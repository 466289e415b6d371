// CopyDBSnapshot and CopyDBClusterSnapshot, as RdsModel's part: who may copy what to where, under
// which key, with which tags and option group. How the data then moves is rds_settle.cc's.
// SPDX-License-Identifier: Apache-2.0
#include <algorithm>

#include <fmt/format.h>

#include "emulator/rds/rds_rules.h"

namespace snapferry::emulator {
namespace {

std::unexpected<ServiceError> key_not_accessible(std::string_view which, std::string_view key) {
  return refuse(400, "KMSKeyNotAccessibleFault",
                fmt::format("{} KMS key [{}] does not exist, is not enabled or you do not have "
                            "permissions to access it.",
                            which, key));
}

bool is_usable(const KmsKey& key) {
  return key.state == "Enabled" && key.key_spec == "SYMMETRIC_DEFAULT" &&
         key.key_usage == "ENCRYPT_DECRYPT";
}

}  // namespace

// RDS acts for the caller, so the caller needs rights on the key. Source: see authorize_key_use().
bool RdsModel::may_use_key(const Caller& caller, const KmsKey& key,
                           const core::Region& region) const {
  return !key_guard_ || key_guard_(caller, key, region).has_value();
}

ServiceResult<KmsKey*> RdsModel::usable_key(const Caller& caller, const std::string& reference,
                                            std::string_view which) {
  const auto arn = core::parse_arn(reference);
  const bool is_default = reference == "alias/aws/rds" ||
                          (arn && arn->resource == "alias/aws/rds" &&
                           arn->region == caller.region && arn->account == caller.account);
  KmsKey* key = is_default ? &kms_.managed_key(caller, "rds", now_) : kms_.find(caller, reference);
  if (key == nullptr || !is_usable(*key) || !may_use_key(caller, *key, caller.region)) {
    return key_not_accessible(which, reference);
  }
  return key;
}

ServiceResult<void> RdsModel::check_key_of(const Caller& caller, const DatabaseFacts& facts,
                                           const core::Region& region, std::string_view which) {
  if (!facts.is_encrypted) return {};
  const std::string& arn = facts.kms_key_arn;
  const auto key = kms_.keys.find(arn);
  if (key == kms_.keys.end() || !is_usable(key->second)) return key_not_accessible(which, arn);
  // A key is another account's to use when its policy names that account. Source:
  // rds-facts 2.2, 2.3: the default key aws/rds can never be; 2026-08.
  if (key->second.account != caller.account &&
      (key->second.is_aws_managed ||
       key->second.policy.find(caller.account.str()) == std::string::npos)) {
    return key_not_accessible(which, arn);
  }
  if (!may_use_key(caller, key->second, region)) return key_not_accessible(which, arn);
  return {};
}

ServiceResult<void> RdsModel::check_source(const Caller& caller, const DbSnapshot& source) {
  const std::string wrong_state(words_of(source.kind).wrong_state);
  if (source.kind == core::DatabaseKind::cluster && source.facts.has_engine_of_instances()) {
    // That it cannot be copied: rds-facts 2.5 (RDS User Guide, Multi-AZ DB clusters, limitations),
    // 2026. With which code nobody has written down; of those that the model gives the operation,
    // this one.
    return refuse(400, wrong_state,
                  fmt::format("Cannot copy snapshot {} because copying snapshots of Multi-AZ DB "
                              "clusters is not supported.",
                              source.id));
  }
  if (source.status != "available") {
    return refuse(400, wrong_state,
                  fmt::format("Cannot copy snapshot {} because it is not in available state, its "
                              "state is {}.",
                              source.id, source.status));
  }
  return check_key_of(caller, source.facts, source.region, "The source snapshot");
}

ServiceResult<std::string> RdsModel::copy_key(const Caller& caller, const DbSnapshot& source,
                                              const CopyDbSnapshotInput& input) {
  const bool is_cross_region = source.region != caller.region;
  if (source.kind == core::DatabaseKind::cluster && !source.facts.is_encrypted &&
      !input.kms_key.empty()) {
    // Source: botocore 1.43, CopyDBClusterSnapshot, KmsKeyId ("an error is returned"); the code is
    // ours, 2026-08.
    return refuse_combination(
        "KmsKeyId cannot be used to copy an unencrypted DB cluster snapshot.");
  }
  if (input.kms_key.empty()) {
    if (!source.facts.is_encrypted) return std::string();
    if (is_cross_region) {
      return refuse_value("Must specify new KMS key for cross region encrypted snapshot copy.");
    }
    if (source.account != caller.account) {
      return refuse_value("Must specify KMS key to copy another account's encrypted snapshot.");
    }
    return source.facts.kms_key_arn;
  }
  if (is_cross_region && caller.partition == "aws-us-gov" && source.facts.is_encrypted &&
      input.presigned_url.empty()) {
    // Source: rds-facts 2.1: required between the GovCloud regions, ignored elsewhere; 2026-08.
    return refuse_value("PreSignedurl could not be authenticated");
  }
  const KmsKey& key = *TRY(usable_key(caller, input.kms_key, "The target"));
  return key.arn;
}

ServiceResult<std::string> RdsModel::copy_option_group(const Caller& caller,
                                                       const DbSnapshot& source,
                                                       const std::string& name) {
  if (source.kind == core::DatabaseKind::cluster) return std::string();
  const bool is_at_home = source.region == caller.region && source.account == caller.account;
  if (name.empty() && is_at_home) return source.facts.option_group;
  const OptionGroup target = TRY(need_option_group(
      caller, source.facts, name.empty() ? default_option_group(source.facts) : name));
  const Caller owner{source.account, source.region, source.partition, {}};
  const auto group = option_groups.find(rds_arn(owner, "og", source.facts.option_group));
  if (group == option_groups.end()) return target.name;
  std::vector<std::string> missing;
  for (const std::string& option : group->second.persistent_options) {
    if (std::ranges::find(target.persistent_options, option) == target.persistent_options.end()) {
      missing.push_back(option);
    }
  }
  if (missing.empty()) return target.name;
  return refuse_combination(
      fmt::format("The snapshot requires a target option group with the following options: [{}]",
                  fmt::join(missing, ", ")));
}

ServiceResult<TagMap> RdsModel::copy_tags(const Caller& caller, const DbSnapshot& source,
                                          const CopyDbSnapshotInput& input) {
  if (input.tags) return check_tags(*input.tags);
  if (!input.is_copying_tags || source.account != caller.account) return TagMap();
  // The source's aws: tags are refused as if the caller had sent them (observed in
  // cloud-custodian#6782), so they are checked in the same way.
  return check_tags(TagList(source.tags.begin(), source.tags.end()));
}

ServiceResult<void> RdsModel::check_copy_room(const Caller& caller, core::DatabaseKind kind) {
  const long running = index_.count_flights(rds_arn(caller, words_of(kind).noun, ""));
  const RdsQuotas& quota = quotas(caller.region);
  const long max =
      kind == core::DatabaseKind::cluster ? quota.cluster_copies_in_flight : quota.copies_in_flight;
  if (running >= max) {
    return refuse(400, "SnapshotQuotaExceeded",
                  fmt::format("Cannot copy more than {} snapshots across regions", max));
  }
  return {};
}

ServiceResult<DbSnapshot> RdsModel::copy_db_snapshot(const Caller& caller,
                                                     const CopyDbSnapshotInput& input) {
  return copy_snapshot(caller, core::DatabaseKind::instance, input);
}

ServiceResult<DbSnapshot> RdsModel::copy_db_cluster_snapshot(const Caller& caller,
                                                             const CopyDbSnapshotInput& input) {
  return copy_snapshot(caller, core::DatabaseKind::cluster, input);
}

ServiceResult<DbSnapshot> RdsModel::copy_snapshot(const Caller& caller, core::DatabaseKind kind,
                                                  const CopyDbSnapshotInput& input) {
  settle();
  const SnapshotWords& words = words_of(kind);
  if (input.source.empty()) {
    return refuse(400, "MissingParameter",
                  fmt::format("The request must contain the parameter Source{}.", words.parameter));
  }
  DbSnapshot copy;
  copy.kind = kind;
  copy.id = TRY(check_identifier(words.target, input.target_id, words.name_max));
  const DbSnapshot& source = *TRY(need_source(caller, kind, input.source));
  copy.tags = TRY(copy_tags(caller, source, input));
  // Names before states, as in create_db_snapshot: a repeated request meets its own copy.
  TRY(check_snapshot_name(caller, kind, copy.id));
  TRY(check_source(caller, source));
  copy.facts = source.facts;
  copy.facts.kms_key_arn = TRY(copy_key(caller, source, input));
  copy.facts.is_encrypted = !copy.facts.kms_key_arn.empty();
  copy.facts.option_group = TRY(copy_option_group(caller, source, input.option_group));
  TRY(check_snapshot_room(caller, kind, copy.id));
  if (source.region != caller.region) TRY(check_copy_room(caller, kind));

  if (copy.facts.is_encrypted) {
    // RDS works on through a grant of its own once the call is over (rds-facts 2.3).
    kms_.add_grant(kms_.keys.at(copy.facts.kms_key_arn),
                   fmt::format("rds.{}.amazonaws.com", caller.region.str()),
                   {"Encrypt", "Decrypt", "GenerateDataKey", "CreateGrant", "DescribeKey"}, now_);
  }
  copy.arn = rds_arn(caller, words.noun, copy.id);
  copy.account = caller.account;
  copy.region = caller.region;
  copy.partition = caller.partition;
  copy.instance = source.instance;
  copy.original_create_time = source.original_create_time;
  copy.database_time = source.database_time;
  copy.source_snapshot_arn = source.arn;
  copy.source_region = source.region;
  copy.source_was_copy = source.is_copy();
  if (source.region != caller.region) copy.facts.availability_zone.clear();
  DbSnapshot& kept = insert_snapshot(std::move(copy), words.copy_operation);
  begin_copy(kept);
  return shown(kept);
}

}  // namespace snapferry::emulator
