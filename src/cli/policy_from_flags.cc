// SPDX-License-Identifier: Apache-2.0
#include "cli/policy_from_flags.h"

#include <algorithm>
#include <array>

#include <fmt/format.h>

#include "aws/endpoints.h"
#include "core/rules/ownership.h"
#include "core/rules/tags.h"

namespace snapferry::cli {
namespace {

using core::ErrorKind;

// What a terminal and a JSON reader can take: bytes beyond ASCII that may be half a character are
// masked.
std::string printable(std::string text) {
  for (char& c : text) {
    if (c < ' ' || c > '~') c = '?';
  }
  return text;
}

// Every region AWS has named so far lies somewhere on the compass; a word that does not is a slip
// of the finger, while a new number may be a region of tomorrow.
bool is_on_the_compass(const std::string& region) {
  constexpr std::array<std::string_view, 9> kWords = {"central",   "east",      "north",
                                                      "northeast", "northwest", "south",
                                                      "southeast", "southwest", "west"};
  const size_t number = region.rfind('-');
  const size_t word = region.rfind('-', number - 1) + 1;
  return std::ranges::find(kWords, std::string_view(region).substr(word, number - word)) !=
         kWords.end();
}

core::Result<core::Region> read_region(const std::string& text, std::string_view flag) {
  core::Region region(text);
  if (core::partition_of(region) && is_on_the_compass(text)) return region;
  const std::string nearest = aws::nearest_region(text);
  return core::fail(
      ErrorKind::invalid, fmt::format("{} \"{}\" is no AWS region", flag, printable(text)),
      nearest.empty() ? "Regions look like eu-west-1." : fmt::format("Did you mean {}?", nearest));
}

core::Result<core::Milliseconds> read_length(const std::string& text, std::string_view flag) {
  auto length = core::parse_duration(text);
  if (!length) {
    return std::unexpected(core::with_context(std::move(length).error(), std::string(flag)));
  }
  return length;
}

core::Result<core::Tags> read_tags(const std::vector<std::string>& texts) {
  core::Tags tags;
  for (const std::string& text : texts) {
    const size_t equals = text.find('=');
    if (equals == std::string::npos) {
      return core::fail(ErrorKind::invalid, fmt::format("--tag \"{}\" has no =", printable(text)),
                        "Write --tag key=value; the value may be empty.");
    }
    const std::string key = text.substr(0, equals);
    const std::string value = text.substr(equals + 1);
    if (auto problem = core::problem_of_tag(key, value)) {
      return core::fail(ErrorKind::invalid,
                        fmt::format("--tag with key \"{}\": {}", printable(key), *problem),
                        "Choose another key or value.");
    }
    if (!tags.emplace(key, value).second) {
      return core::fail(ErrorKind::invalid, fmt::format("--tag {} is given twice", key),
                        "Give each key once.");
    }
  }
  const size_t ours = core::ownership_tags({}).size();
  if (tags.size() + ours > core::kTagCountMax) {
    return core::fail(
        ErrorKind::invalid,
        fmt::format("{} tags are more than RDS takes beside our {}", tags.size(), ours),
        fmt::format("Give at most {}.", core::kTagCountMax - ours));
  }
  return tags;
}

core::Result<core::Target> read_target(const PolicyFlags& flags, const core::Region& source,
                                       const core::DatabaseId& database) {
  const core::Region region = TRY(read_region(flags.target_region, "--to"));
  if (region == source) {
    return core::fail(ErrorKind::invalid,
                      fmt::format("--to {} is the region of the database itself", region.str()),
                      "Choose another region: a copy beside its source is lost with it.");
  }
  if (core::partition_of(region) != core::partition_of(source)) {
    return core::fail(
        ErrorKind::invalid,
        fmt::format("{} and {} belong to different AWS partitions", source.str(), region.str()),
        "Snapshots cannot leave their partition; choose a region within it.");
  }
  const auto key = core::parse_arn(flags.kms_key);
  if (key && key->service != "kms") {
    return core::fail(ErrorKind::invalid, fmt::format("--key {} is no KMS key", flags.kms_key),
                      "Name a key by its id, ARN, alias/name or alias ARN.");
  }
  if (key && key->region != region) {
    return core::fail(
        ErrorKind::invalid,
        fmt::format("--key {} is of {} and the copy goes to {}", flags.kms_key, key->region.str(),
                    region.str()),
        fmt::format("Name a key of {}; for a multi-Region key, its replica's ARN there.",
                    region.str()));
  }
  core::Target target;
  target.region = region;
  target.kms_key = flags.kms_key;
  target.copy_name = TRY(core::NameTemplate::parse(flags.copy_name, database, "--copy-name"));
  target.option_group = flags.option_group;
  return target;
}

}  // namespace

core::Result<core::Policy> policy_from_flags(const PolicyFlags& flags,
                                             const std::optional<core::Region>& region_default) {
  core::Policy policy;
  if (flags.source_region.empty() && !region_default) {
    return core::fail(ErrorKind::invalid, "no region of the database is given",
                      "Give --from REGION, or set AWS_REGION.");
  }
  policy.source_region = TRY(read_region(
      flags.source_region.empty() ? region_default->str() : flags.source_region, "--from"));
  if (auto problem = core::problem_of_database_id(flags.database)) {
    return core::fail(
        ErrorKind::invalid,
        fmt::format("--db \"{}\" is no DB instance identifier: {}", flags.database, *problem),
        "Identifiers are 1 to 63 letters, digits and single hyphens and begin with a "
        "letter.");
  }
  policy.database = core::DatabaseId(core::to_lower(flags.database));
  policy.snapshot_name =
      TRY(core::NameTemplate::parse(flags.snapshot_name, policy.database, "--snapshot-name"));
  policy.targets.push_back(TRY(read_target(flags, policy.source_region, policy.database)));
  policy.schedule = TRY(core::parse_schedule(flags.schedule));
  policy.spread = TRY(read_length(flags.spread, "--spread"));
  policy.rpo = TRY(read_length(flags.rpo, "--rpo"));
  policy.tags = TRY(read_tags(flags.tags));
  return policy;
}

}  // namespace snapferry::cli
