// The policies of buckets, queues and topics, as far as they deny.
// Source: IAM User Guide, "Policy evaluation logic": an explicit deny in any policy is final, 2023.
// SPDX-License-Identifier: Apache-2.0
#include "emulator/iam/access_needs.h"
#include "emulator/world.h"

namespace snapferry::emulator {
namespace {

constexpr std::string_view kBucketPrefix = ":s3:::";

std::string policy_of(const World& world, const std::string& arn) {
  if (const auto queue = world.sqs.queues.find(arn); queue != world.sqs.queues.end()) {
    return queue->second.attribute("Policy");
  }
  if (const auto topic = world.sns.topics.find(arn); topic != world.sns.topics.end()) {
    const auto policy = topic->second.attributes.find("Policy");
    return policy == topic->second.attributes.end() ? "" : policy->second;
  }
  const auto at = arn.find(kBucketPrefix);
  if (at == std::string::npos) return {};
  const std::string place = arn.substr(at + kBucketPrefix.size());
  const S3Bucket* bucket = world.s3.find_bucket(place.substr(0, place.find('/')));
  return bucket == nullptr ? "" : bucket->policy;
}

}  // namespace

bool is_denied_by_resource(const World& world, const PolicyRequest& asked) {
  const std::string text = policy_of(world, asked.resource);
  if (text.empty()) return false;
  const auto document = parse_policy(text, PolicyKind::resource);
  return document && judge(*document, asked).is_denied;
}

}  // namespace snapferry::emulator
