// The keys: those that databases are encrypted under, and those that copies are to be.
// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <set>

#include <fmt/format.h>

#include "core/doctor/examine.h"
#include "core/doctor/key_policy.h"
#include "core/rules/encryption.h"

namespace snapferry::core {
namespace {

const Result<Key>* key_at(const Facts& facts, const Region& region, const std::string& name) {
  const auto seen = facts.regions.find(region);
  if (seen == facts.regions.end()) return nullptr;
  const auto found = seen->second.keys.find(name);
  return found == seen->second.keys.end() ? nullptr : &found->second;
}

// A key of copies, and what for.
struct TargetKey {
  std::string policy;
  std::map<std::pair<DatabaseKind, bool>, SnapshotId> sources;  ///< one of each kind of source:
                                                                ///< encrypted or not
};

std::map<std::pair<Region, std::string>, TargetKey> target_keys(const Facts& facts) {
  std::map<std::pair<Region, std::string>, TargetKey> keys;
  for (const Patient& patient : facts.patients) {
    const bool is_encrypted = patient.database && patient.database->is_encrypted;
    for (const Target& target : patient.policy.targets) {
      if (target.kms_key.empty() && !is_encrypted) continue;
      TargetKey& key = keys[{target.region, target.kms_key}];
      key.policy = patient.policy.name;
      const DatabaseId& id = patient.policy.database;
      key.sources.try_emplace({id.kind(), is_encrypted}, SnapshotId(id.str(), id.kind()));
    }
  }
  return keys;
}

Check examine_target_key(const Facts& facts, const Region& region, const std::string& name,
                         const TargetKey& use) {
  Check check{.id = CheckId::target_key, .region = region, .subject = name};
  if (name.empty()) check.subject = use.policy;
  const Result<Key>* key = key_at(facts, region, name);
  if (!name.empty() && key == nullptr) {
    check.state = CheckState::not_checked;
    check.text = "nothing was asked there";
    return check;
  }
  if (key != nullptr && !*key && key->error().kind == ErrorKind::denied) {
    return check_of_error(CheckId::describe_key, region, name, key->error(), facts.principal);
  }
  for (const auto& [kind, source] : use.sources) {
    const CopyEncryption decided = decide_copy_encryption(source, kind.second, region, name, key);
    if (!decided.obstacle) continue;
    check.state =
        decided.obstacle->kind == StepKind::wait ? CheckState::not_checked : CheckState::fail;
    check.text = decided.obstacle->reason.text;
    check.hint = decided.obstacle->reason.hint;
    return check;
  }
  ASSERT(key != nullptr);  // without a key there was an obstacle
  check.text = fmt::format("{}, {}", (*key)->state,
                           (*key)->is_customer_managed ? "customer-managed" : "AWS-managed");
  if (!(*key)->is_customer_managed) {
    // Source: rds-facts 2.2: what is under such a key can never leave the account.
    check.state = CheckState::warn;
    check.text += ": copies under it can never be shared with another account";
    check.hint = "Name a customer-managed key, if that day may come.";
  }
  return check;
}

std::set<std::pair<Region, std::string>> source_keys(const Facts& facts) {
  std::set<std::pair<Region, std::string>> keys;
  for (const Patient& patient : facts.patients) {
    if (!patient.database || patient.database->kms_key_arn.empty()) continue;
    keys.emplace(patient.policy.source_region, patient.database->kms_key_arn);
  }
  return keys;
}

Check examine_source_key(const Facts& facts, const Region& region, const std::string& arn) {
  Check check{.id = CheckId::source_key, .region = region, .subject = arn};
  const Result<Key>* key = key_at(facts, region, arn);
  if (key == nullptr) {
    check.state = CheckState::not_checked;
    check.text = "nothing was asked there";
    return check;
  }
  if (!*key) {
    if (key->error().kind == ErrorKind::missing) {
      check.state = CheckState::fail;
      check.text = "a database is encrypted under it, and it is gone";
      check.hint = "Nothing can read that database's storage again: restore from a copy.";
      return check;
    }
    // RDS asks for it in our name and under its own conditions, so that we may be refused here.
    return check_of_look(CheckId::source_key, region, arn, key->error(), facts.principal);
  }
  check.text = fmt::format("{}, {}", (*key)->state,
                           (*key)->is_customer_managed ? "customer-managed" : "AWS-managed");
  if ((*key)->state != "Enabled") {
    check.state = CheckState::fail;
    check.text = fmt::format("a database is encrypted under it, and it is {}", (*key)->state);
    check.hint = fmt::format(
        "Enable it with: aws kms enable-key --region {} --key-id {}; a key that waits for "
        "deletion needs cancel-key-deletion first.",
        region.str(), (*key)->key_id);
  }
  return check;
}

// Whether IAM of the account, or we, have anything to say about the key at all.
Check examine_key_policy(const Facts& facts, const KeyInUse& key, const Result<KeyPolicy>& policy) {
  if (!policy) {
    return check_of_look(CheckId::read_key_policy, key.region, key.name, policy.error(),
                         facts.principal);
  }
  Check check{.id = CheckId::key_policy, .region = key.region, .subject = key.name};
  const std::string via = fmt::format("rds.{}.amazonaws.com", key.region.str());
  KeyUse use{.action = "kms:CreateGrant",
             .account = facts.us.account,
             .principal = facts.principal,
             .context = {{.key = "kms:ViaService", .values = {via}},
                         {.key = "kms:CallerAccount", .values = {facts.us.account.str()}},
                         {.key = "kms:GrantIsForAWSResource", .values = {"true"}}}};
  const KeyVerdict verdict = judge_key_policy(*policy, use);
  if (verdict.is_named == Likely::yes) {
    check.text = "lets us use it";
  } else if (verdict.is_delegated == Likely::yes) {
    check.text = "lets the account's IAM decide";
  } else if (verdict.is_named == Likely::unknown || verdict.is_delegated == Likely::unknown) {
    check.state = CheckState::not_checked;
    check.text = fmt::format("whether it lets us use it depends on conditions{}",
                             verdict.sid.empty() ? "" : " of " + verdict.sid);
    check.hint = "A first apply shows it.";
  } else {
    check.state = CheckState::fail;
    check.text = "neither lets the account's IAM decide nor lets us use it";
    check.hint = "Add the statement to the key's policy.";
    Statement statement{.principal = facts.principal,
                        .actions = {"kms:CreateGrant", "kms:DescribeKey"},
                        .resources = {"*"},
                        .conditions = {}};
    statement.conditions["StringEquals"]["kms:ViaService"] = {via};
    check.mending = {.key_arn = key.arn, .statement = std::move(statement)};
  }
  return check;
}

}  // namespace

std::vector<KeyInUse> keys_in_use(const Facts& facts) {
  std::set<KeyInUse> keys;
  const auto add = [&](const Region& region, const std::string& name) {
    const Result<Key>* key = key_at(facts, region, name);
    if (key == nullptr || !*key || !(*key)->is_customer_managed) return;
    const auto is_known = [&](const KeyInUse& one) {
      return one.region == region && one.arn == (*key)->arn;
    };
    if (std::ranges::none_of(keys, is_known)) keys.insert({region, (*key)->arn, name});
  };
  for (const auto& [place, use] : target_keys(facts)) add(place.first, place.second);
  for (const auto& [region, arn] : source_keys(facts)) add(region, arn);
  return {keys.begin(), keys.end()};
}

void examine_keys(const Facts& facts, std::vector<Check>& checks) {
  for (const auto& [place, use] : target_keys(facts)) {
    checks.push_back(examine_target_key(facts, place.first, place.second, use));
  }
  for (const auto& [region, arn] : source_keys(facts)) {
    checks.push_back(examine_source_key(facts, region, arn));
  }
  for (const KeyInUse& key : keys_in_use(facts)) {
    const auto& policies = facts.regions.at(key.region).key_policies;
    const auto policy = policies.find(key.arn);
    if (policy != policies.end()) {
      checks.push_back(examine_key_policy(facts, key, policy->second));
    }
  }
}

}  // namespace snapferry::core
