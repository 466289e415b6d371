// SPDX-License-Identifier: Apache-2.0
#include "core/rules/encryption.h"

#include <array>

#include <fmt/format.h>

namespace snapferry::core {
namespace {

CopyEncryption block(ReasonCode code, std::string text, std::string hint) {
  Obstacle obstacle{.kind = StepKind::blocked,
                    .reason = {.code = code, .text = std::move(text), .hint = std::move(hint)}};
  return {.kms_key = {}, .obstacle = std::move(obstacle)};
}

}  // namespace

KeyNeed key_need(DatabaseKind kind, SourceKey source, CopyDistance distance) {
  struct Row {
    DatabaseKind kind;
    SourceKey source;
    KeyNeed same_region;
    KeyNeed other_region;
    KeyNeed other_account;
  };
  using enum KeyNeed;
  using enum SourceKey;
  constexpr std::array kMatrix = {
      Row{DatabaseKind::instance, none, optional, optional, optional},
      Row{DatabaseKind::instance, customer_managed, optional, required, required},
      Row{DatabaseKind::instance, aws_managed, optional, required, impossible},
      Row{DatabaseKind::cluster, none, forbidden, forbidden, forbidden},
      Row{DatabaseKind::cluster, customer_managed, optional, required, required},
      Row{DatabaseKind::cluster, aws_managed, optional, required, impossible},
  };
  for (const Row& row : kMatrix) {
    if (row.kind != kind || row.source != source) continue;
    switch (distance) {
      case CopyDistance::same_region:
        return row.same_region;
      case CopyDistance::other_region:
        return row.other_region;
      case CopyDistance::other_account:
        return row.other_account;
    }
  }
  ASSERT(false);
}

CopyEncryption decide_copy_encryption(const SnapshotId& source, bool source_is_encrypted,
                                      const Region& target, const std::string& key_name,
                                      const Result<Key>* key) {
  // Within the account it does not matter whose the source's key is.
  const KeyNeed need =
      key_need(source.kind(), source_is_encrypted ? SourceKey::customer_managed : SourceKey::none,
               CopyDistance::other_region);
  if (key_name.empty()) {
    if (need != KeyNeed::required) return {};
    return block(
        ReasonCode::key_not_named,
        fmt::format("{} is encrypted and no key is named for {}", source.str(), target.str()),
        fmt::format("Name a customer-managed key of {} with --key, or in the target's keys of the "
                    "policy file; an encrypted copy into "
                    "another region needs one.",
                    target.str()));
  }
  if (need == KeyNeed::forbidden) {
    return block(
        ReasonCode::key_forbidden,
        fmt::format("{} is not encrypted, and RDS cannot encrypt the snapshot of a cluster "
                    "as it copies it with {}",
                    source.str(), key_name),
        "To have it copied as it is, leave --key out, or in the policy file give the cluster "
        "the key none in the target's keys; else restore it as an encrypted cluster.");
  }
  if (auto arn = parse_arn(key_name); arn && arn->region != target) {
    return block(ReasonCode::key_of_other_region,
                 fmt::format("key {} is of {} and the copy goes to {}", key_name, arn->region.str(),
                             target.str()),
                 fmt::format("Name a key of {}; for a multi-Region key, its replica's ARN there.",
                             target.str()));
  }
  ASSERT(key != nullptr);
  if (!key->has_value()) {
    const Error& error = key->error();
    const bool is_missing = error.kind == ErrorKind::missing;
    CopyEncryption decided =
        block(is_missing ? ReasonCode::key_not_found : ReasonCode::key_unreadable,
              fmt::format("key {} in {}: {}", key_name, target.str(), describe(error)),
              is_missing ? fmt::format("List the keys there with: aws kms list-aliases --region {}",
                                       target.str())
                         : next_act(error));
    if (passes_by_itself(error)) decided.obstacle->kind = StepKind::wait;
    return decided;
  }
  const Key& found = key->value();
  if (found.state != "Enabled") {
    return block(ReasonCode::key_not_enabled,
                 fmt::format("key {} in {} is {}", key_name, target.str(), found.state),
                 fmt::format("Enable it with: aws kms enable-key --region {} --key-id {}; a key "
                             "that waits for deletion needs cancel-key-deletion first.",
                             target.str(), found.key_id));
  }
  if (!found.is_symmetric_encryption) {
    return block(ReasonCode::key_unsuitable,
                 fmt::format("key {} in {} is no symmetric encryption key", key_name, target.str()),
                 "RDS takes symmetric keys for encryption and decryption only; name another.");
  }
  return {.kms_key = found.arn, .obstacle = std::nullopt};
}

}  // namespace snapferry::core
