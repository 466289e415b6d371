// The resource types of each service, one file each.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <span>

#include "emulator/cloudformation/resources/resource_type.h"

namespace snapferry::emulator::cloudformation {

std::span<const ResourceType> lambda_resources();
std::span<const ResourceType> events_resources();
std::span<const ResourceType> iam_resources();
std::span<const ResourceType> sns_resources();
std::span<const ResourceType> sqs_resources();
std::span<const ResourceType> logs_resources();
std::span<const ResourceType> cloudwatch_resources();
std::span<const ResourceType> kms_resources();
std::span<const ResourceType> ssm_resources();
std::span<const ResourceType> s3_resources();
std::span<const ResourceType> custom_resources();

inline std::array<std::span<const ResourceType>, 11> all_resource_tables() {
  return {lambda_resources(), events_resources(),     iam_resources(),   sns_resources(),
          sqs_resources(),    logs_resources(),       kms_resources(),   ssm_resources(),
          s3_resources(),     cloudwatch_resources(), custom_resources()};
}

}  // namespace snapferry::emulator::cloudformation
